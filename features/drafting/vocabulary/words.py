"""The words by which the columns of an export are recognised, in nine languages and in technical names. Data only.

Words are written as in `contract.sensitive_words`: in lower case, without accents, with `_` between the words of a
name; `*` stands for any letters within one word. A role is chosen by the longest match, and only if the values fit.
A role that no table uses, such as a bonus or the date of a payment, keeps its columns from being taken for another.
"""

from typing import Final

DATES: Final = {
    "hire_date": (
        "hire hired hire* started began begin joined_on hiring start_date startdate date_started start joining "
        "joined join_date doj entry dateofjoining dateofjoin dateofhire dateofhiring hiredate joindate "
        "joiningdate entry_date employment_date employment_start employed_since commencement* onboard* einstell* "
        "eintritt* dienstantritt beschaftigt_seit dienstbeginn приема прием принят* поступлен* трудоустрой* "
        "начало_работы embauche date_d_embauche entree arrivee date_d_entree contratacion alta fecha_alta "
        "fecha_de_alta ingreso incorporacion assunzione assunto data_assunzione admissao contratacao zatrudni* "
        "przyjeci* indienst* in_dienst datum_in_dienst priema priem date_of_joining start_of_employment "
        "start_of_work anfangsdatum date_embauche date_entree data_zatrudnienia data_przyjecia date_start "
        "service_start period_of_service_start latest_start current_start last_hire* most_recent_hire "
        "employment_began date_employed begin_employment aanvang_dienstverband datum_indiensttreding "
        "indiensttreding data_inizio_rapporto inizio_rapporto fecha_ingreso fecha_inicio_contrato data_admissao "
        "inizio_rapporto_di_lavoro eintrittsdat"
    ),
    "rehire_date": (
        "rehire* re_hire* wiedereintritt* wiedereinstell* reembauche* recontrat* reingreso* riassun* readmiss* "
        "ponown* herindienst* повторн*"
    ),
    "first_hire_date": (
        "original_hire* originalhire* first_hire* initial_hire* first_employ* seniority_date ersteintritt* "
        "erstmalig* anciennete antiguedad anzianita pierwsz*_zatrudn* eerste_indienst* первого_приема "
        "adjusted_service original_start* orig_hire* orig_hire_dt originalstartdate first_start_date "
        "company_seniority enterprise_hire_date"
    ),
    "exit_date": (
        "terminat* exit* leave_date leaving* leaver* left separation* departure* end_of_employment employment_end "
        "last_day last_day_of_employment termination_date date_left date_of_leaving dateofleaving dateofexit "
        "exitdate terminationdate leavingdate austritt* austrittsdatum ausscheid* kundigung_zum beschaftigt_bis "
        "dienstende увольнени* уволен* uvolnen* uvolneniya sortie date_de_sortie depart date_de_depart "
        "fin_d_emploi baja fecha_baja fecha_de_baja cese egreso salida cessazione data_cessazione uscita "
        "dimission* desligamento demissao saida rescisao zwolnieni* rozwiazani* odejsci* ustani* uitdienst* "
        "uit_dienst datum_uit_dienst ontslag* vertrek* actual_termination_date last_date_worked_and_paid date_end "
        "end_of_work termination_dt fin_de_contrat_effective date_sortie date_depart date_fin_emploi sortie_le "
        "fine_rapporto fine_rapporto_di_lavoro data_uscita data_saida data_demissao data_rescisao data_odejscia "
        "data_rozwiazania einde_dienstverband datum_uitdiensttreding uitdiensttreding laatste_dag_dienstverband "
        "left_on leaving_on gone_on austritt_am employment_ended date_terminated contrat_termine "
        "date_de_fin_d_emploi"
    ),
    "notice_date": (
        "notice* notice_received notice_date resignation_date resigned_on resignation_submitted notified "
        "notification* kundigung_am kundigungsdatum gekundigt* kundigungseingang kundigung_eingegangen приказа "
        "дата_приказа приказ_об_увольнении дата_приказа_об_увольнении заявлени* uvedoml* preavis "
        "date_de_notification date_de_demission preaviso aviso_previo fecha_de_aviso fecha_aviso preavviso "
        "data_dimissioni aviso data_aviso wypowiedzeni* data_wypowiedzenia opzeg* opzegdatum terminated_at "
        "notified_termination_date notice_given notice_given_on date_of_notice notice_start resignation_received "
        "resignation_given kundigung_vom kundigungstag datum_opzegging data_comunicazione fecha_comunicacion"
    ),
    "last_day_worked": (
        "last_day_worked last_working* lastworking* last_worked letzter_arbeitstag dernier_jour_travaille "
        "ultimo_dia_* ultimo_giorno* ostatni_dzien* laatste_werkdag* последний_рабочий*"
    ),
    "contract_end_date": (
        "contract_end* end_of_contract vertragsende vertrag_bis befrist* befristet_bis fin_de_contrat "
        "date_de_fin_de_contrat fin_de_contrato fecha_fin_contrato vencimiento* scadenza* fine_contratto "
        "termino_* koniec_umowy data_konca_umowy einde_contract einddatum_contract contract_tot "
        "окончани*_договора срок_договора probation_end* planned_end*"
    ),
    "valid_from": (
        "effective* effective_date effective_start_date date_effective date_from valid_from validfrom from_date "
        "from since change_date date_of_change as_of start_date startdate begda gultig_ab gueltig_ab gultig_von "
        "ab_datum seit wirksam* date beginn datum дата дата_изменения дата_начала действует_с с date_effet "
        "date_d_effet date_de_debut depuis fecha fecha_efectiva fecha_efecto fecha_desde desde vigencia "
        "vigente_desde inicio data decorrenza data_decorrenza data_inizio valido_dal data_inicio vigencia_desde "
        "data_od obowiazuje_od wazne_od od ingangsdatum vanaf geldig_vanaf effdt data_efetiva data_izmeneniya "
        "dval eff_date effective_from effective_on effective_as_of efectivo_desde eff_dt eff_start* dat_from "
        "start_dt from_dt row_start row_start_date version_start* dbt_valid_from valid_from_ts valid_from_date "
        "start_ts change_effective_date date_of_effect debut_validite wef with_effect_from w_e_f "
        "gultigkeitsbeginn fecha_inicio fecha_de_inicio ab_wann date_d_application depuis_le fecha_cambio "
        "data_variazione data_zmiany wijzigingsdatum date_changement date_de_changement anderungsdatum "
        "aenderungsdatum event_date"
    ),
    "valid_to": (
        "valid_to effective_end_date date_thru validto valid_until to_date end_date enddate until endda "
        "gultig_bis gueltig_bis bis ende по дата_окончания действует_по date_de_fin fin fecha_fin fecha_hasta "
        "hasta data_fine fino_al ate data_fim vigencia_hasta data_do obowiazuje_do wazne_do einddatum tot "
        "geldig_tot date_to effective_to end ends row_end row_end_date version_end* dbt_valid_to valid_to_ts "
        "valid_to_date end_ts to to_dt end_dt eff_end* fin_validite gultigkeitsende fecha_de_fin data_di_fine"
    ),
    "entered_at": (
        "completed_on completed entered* created* creation* recorded* recorded_at booked* posted* approved* "
        "approval* document_date erfasst* angelegt* erstellt* gebucht* дата_документа документа saisi* "
        "date_de_saisie creee fecha_registro registrad* creado* inserit* inserimento data_registrazione registro "
        "lancamento criado* wprowadz* utworz* ingevoerd* invoerdatum aangemaakt* transaction_date"
    ),
    "changed_at": (
        "aedtm changed_on last_changed modified* last_modified updated* last_update* geandert* letzte_anderung "
        "aenderung* изменено modifie* derniere_modif* modificad* actualizad* modificat* aggiorn* alterad* "
        "atualizad* zmodyfik* zmienion* gewijzigd* laatst_gewijzigd"
    ),
    "period": (
        "month period period_end period_ending pay_period* payperiod* monat abrechnungsmonat abrechnung* stichtag "
        "snapshot* report_date reporting_date report_month as_of_date месяц период mois mes mese competenza mies* "
        "miesiac maand periode periodo okres periodeeinde отчетн*"
    ),
    "payment_date": (
        "pay_date payment_date paid_on check_date zahltag auszahl* zahlungsdatum дата_выплаты date_de_paiement "
        "fecha_pago data_pagamento data_wyplaty betaaldatum"
    ),
    "current_since": (
        "current_position* for_current_position in_position_since position_start* job_entry* gehalt_gultig_ab "
        "in_role_since time_in_* position_since since_in_position current_job_start*"
    ),
    "review_date": (
        "review* review_date appraisal* rating_date assessment_date beurteilung* bewertungsdatum оценк* "
        "дата_оценки evaluation* entretien* evaluacion* valutazione* avaliacao* ocen* beoordeling*"
    ),
    "survey_date": (
        "survey* survey_date response_date responded* umfrage* befragung* опрос* дата_опроса sondage* enquete* "
        "encuesta* sondaggio* indagine* pesquisa* ankiet*"
    ),
}
"""Roles of columns that hold dates."""

NUMBERS: Final = {
    "sequence": (
        "effseq eff_seq effective_sequence seqnr seq_nr seqnumber seq_number seq_num seq sequence sequence_number "
        "seqno row_sequence change_sequence laufnummer"
    ),
    "pay": (
        "paycompvalue pay_comp_value pay_amount salary_amount salary base_salary annual_salary pay pay_rate "
        "base_pay basepay base_rate rate wage wages amount compensation total_base_pay basic betrag gehalt "
        "fixgehalt grundgehalt jahresgehalt monatsgehalt ansal lohn entgelt bezug bezuge vergutung оклад "
        "оклад_тариф тариф зарплата заработная_плата ставка_оплаты oklad salaire remuneration brut "
        "salaire_de_base salaire_brut traitement montant salario sueldo retribucion importe salario_base "
        "retribuzione ral stipendio paga importo remuneracao vencimento ordenado valor wynagrodzen* pensja placa "
        "kwota salaris loon bruto bedrag brutoloon maandsalaris jaarsalaris bet01 income monthly_income annual_rt "
        "monthly_rt hourly_rt comprate comp_rate hourly_rate hourly_wage hourly_pay monthly_pay daily_rate "
        "weekly_rate yearly_salary annual_pay stundenlohn stundensatz bruttogehalt bruttolohn monatslohn "
        "jahresbrutto monatsbrutto taux_horaire salaire_horaire salaire_annuel salaire_mensuel retribucion_bruta "
        "salario_bruto salario_mensual salario_anual retribuzione_lorda paga_base paga_oraria salario_base_mensal "
        "wynagrodzenie_zasadnicze stawka_godzinowa stawka uurloon jaarloon maandloon base_compensation "
        "compensation_amount salary_rate pay_per_year annualized_base_pay annual_base gross_salary gross_pay "
        "base_salary_amount annualsalary ctc fixed_pay basissalaris тарифная_ставка"
    ),
    "market_pay": (
        "*midpoint midpoint market* market_median benchmark* range_midpoint marktgehalt* vergleichsgehalt рыночн* "
        "медиана* mediane* mediana* mercado mercato rynkow* marktloon*"
    ),
    "bonus_target": ("bonus* bonus_target target_bonus zielbonus премия* prime* premio* premia*"),
    "fte": (
        "fte fte_percent fulltime_equivalent full_time_equivalent bsgrd beschaftigungsgrad stellenanteil "
        "beschaeftigungsgrad teilzeit* arbeitszeitanteil pensum ставка доля_ставки количество_ставок stavka etp "
        "quotite taux_d_activite taux_activite temps_de_travail jornada porcentaje_jornada coeficiente_jornada "
        "parcialidad percentuale_part_time part_time part_time_percent etat wymiar_etatu etatu deeltijd* "
        "parttime* deeltijdpercentage percentual_jornada capacity_utilization standard_hours_fte "
        "working_time_percent time_percent percent_of_full_time full_time_percent pct_fte employment_percentage "
        "employment_percent work_percentage occupation_rate percentage_jornada jornada_laboral "
        "percentual_de_jornada orario_percentuale taux_d_emploi taux_emploi arbeitsumfang beschaftigungsumfang "
        "vertragsumfang umfang wymiar_czasu_pracy wymiar omvang_dienstverband omvang parttimepercentage "
        "dienstverband_percentage part_time_factor fte_factor"
    ),
    "weekly_hours": (
        "wochenstunden wochenarbeitszeit wochenarb* weekly_hours hours_per_week scheduled_weekly_hours "
        "standard_weekly_hours heures_hebdo* heures_par_semaine horas_semanales ore_settimanali horas_semanais "
        "godzin_tygodniowo godziny_tygodniowo uren_per_week contracturen часов_в_неделю std_hours standard_hours "
        "hours_week week_hours weeklyhours wochenstd stunden_pro_woche stunden_je_woche std_woche wekelijkse_uren "
        "arbeidsuren horas_semana horas_por_semana durata_settimanale scheduled_hours_per_week working_hours "
        "weekly_working_hours contract_hours_per_week heures_hebdomadaires"
    ),
    "overtime_hours": (
        "overtime overtime_hours o_t_hours ot_hours uberstunden ueberstunden mehrarbeit* сверхурочн* "
        "heures_supplementaires heures_sup horas_extra* horas_extraordinarias straordinari* ore_straordinari* "
        "nadgodzin* overuren overwerk*"
    ),
    "worked_hours": (
        "worked_hours hours_worked reg_hours regular_hours actual_hours iststunden ist_stunden arbeitsstunden "
        "отработано* отработанн* heures_travaillees horas_trabajadas ore_lavorate horas_trabalhadas "
        "godziny_przepracowane przepracowan* gewerkte_uren"
    ),
    "contracted_hours": (
        "contracted_hours contract_hours planned_hours scheduled_hours sollstunden soll_stunden норма_часов "
        "heures_contractuelles horas_contratadas ore_contrattuali godziny_umowne planuren"
    ),
    "rating": (
        "rating score performance_rating overall_rating note bewertung gesamtbewertung beurteilung оценка "
        "calificacion valoracion voto valutazione avaliacao nota ocena beoordeling"
    ),
}
"""Roles of columns that hold numbers."""

TEXTS: Final = {
    "manager": (
        "manager manager* line_manager supervisor* reports_to reporting_to report_to reports_to* boss vorgesetzt* "
        "fuhrungskraft* руководител* начальник непосредственн* rukovoditel* responsable* superieur* "
        "superieur_hierarchique n_1 jefe* superior* supervisor responsabile* gestor* chefe* lider* chefia "
        "przelozon* kierownik* leidinggevend* chef supervisor_id reports_to_id manager_id managerid mgr mgr_id "
        "line_mgr n_plus_1 superviseur gerente gerent* coordinador jefatura teamleiter* teamlead team_lead "
        "przelozony_id direct_supervisor reports_to_email"
    ),
    "exit_type": (
        "termination_category termination_type separation_type exit_type leaving_type leaver_type type_of_leaving "
        "voluntary voluntary_involuntary involuntary_termination_flag voluntary_involuntary_termination_flag "
        "vol_invol* termination_flag art_der_kundigung austrittsart kundigungsart art_des_austritts "
        "вид_увольнения тип_увольнения type_de_depart type_depart type_de_sortie tipo_de_baja tipo_baja "
        "tipo_de_salida tipo_cessazione tipo_desligamento tipo_de_desligamento rodzaj_rozwiazania "
        "tryb_rozwiazania tryb_zwolnienia type_ontslag soort_ontslag soort_uitdienst* type_of_separation "
        "separation_category leaver_category type_of_exit term_type reg_temp_exit austrittstyp"
    ),
    "exit_reason": (
        "why termination_reason leaving_reason reason_for_leaving exit_reason separation_reason departure_reason "
        "termination_reason_description termination_reason_code resignation_reason kundigungsgrund austrittsgrund "
        "grund_des_austritts основание_увольнения причина_увольнения статья_увольнения статья_тк* motif_depart "
        "motif_de_depart motif_sortie motif_de_sortie motif_de_rupture motivo_baja motivo_de_baja causa_baja "
        "causa_de_baja motivo_salida motivo_cessazione causale_cessazione motivo_uscita motivo_desligamento "
        "motivo_do_desligamento motivo_saida motivo_rescisao przyczyna_* powod_* reden_ontslag reden_uitdienst* "
        "reden_vertrek reden_van_ontslag ontslagreden vertrekreden uitdienstreden reden_uit_dienst "
        "reden_uitdiensttreding reden_einde_dienstverband separation_code term_reason term_reason_code "
        "termination_code reason_left why_left leave_reason reason_of_leaving reason_for_termination "
        "reason_for_separation raison_de_depart raison_depart raison_de_sortie cause_de_depart grund_fur_austritt "
        "grund_des_ausscheidens ausscheidegrund abgangsgrund motivo_de_salida causa_de_salida motivo_de_egreso "
        "causa_egreso motivo_della_cessazione causa_cessazione motivo_de_desligamento motivo_da_saida "
        "causa_desligamento przyczyna_zwolnienia przyczyna_odejscia powod_odejscia tryb_rozwiazania_umowy"
    ),
    "status": (
        "status employment_status worker_status position_status emp_status employee_status stat2 состояние statut "
        "statut_emploi estado situacion stato situacao status_* mitarbeiterstatus beschaftigungsstatus "
        "empl_status employment_state assignment_status assignment_status_type lifecycle_status employeestatus "
        "emplstatus stato_dipendente estado_empleado situacao_funcional statut_salarie dienstverbandstatus"
    ),
    "worker_type": (
        "worker_type employee_type employment_type emp_type person_type staff_type worker_category "
        "beschaftigungsart mitarbeitertyp mitarbeiterart mitarbeitergruppe persg вид_занятости тип_занятости "
        "категория_сотрудника type_de_salarie type_salarie categorie_personnel tipo_de_empleado tipo_empleado "
        "tipo_dipendente tipo_colaborador tipo_de_colaborador vinculo tipo_de_vinculo typ_pracownika "
        "rodzaj_zatrudnienia forma_zatrudnienia soort_medewerker medewerkertype dienstverband empl_class "
        "empl_type employee_class person_type_code user_person_type contingent is_contingent_worker "
        "contingent_worker"
    ),
    "contract": (
        "contract_type contract type_of_contract vertragsart type_de_contrat type_contrat contrat "
        "tipo_de_contrato tipo_contrato tipo_contratto contratto rodzaj_umowy typ_umowy soort_contract "
        "contracttype вид_договора тип_договора"
    ),
    "department": (
        "department dept agency department_name home_department home_dept supervisory_organization organization "
        "organisation org_unit orgunit orgeh organizational_unit business_unit team unit abteilung "
        "organisationseinheit bereich подразделение отдел podrazdelenie departement service direction "
        "departamento area seccion reparto ufficio dipartimento settore setor dzial wydzial komorka* jednostka* "
        "afdeling deptname dept_name deptid dept_id dept_descr departmentname unite_organisationnelle uo "
        "unidad_organizativa unita_organizzativa centro_organizativo jednostka_organizacyjna "
        "komorka_organizacyjna organisatie_eenheid org_unit_name organizational_unit_name кафедра "
        "department_descr"
    ),
    "division": ("division geschaftsbereich sector group pion dyrekcja divisie дивизион дирекция"),
    "job": (
        "job job_title jobtitle designation title business_title job_name position position_title role "
        "job_role occupation "
        "stell stelle funktion tatigkeit berufsbezeichnung job_title_description должность dolzhnost poste "
        "intitule_du_poste emploi fonction puesto cargo mansione ruolo qualifica funcao stanowisko functie "
        "functienaam job_code jobcode job_descr jobname job_profile position_name post rolle stellenbezeichnung "
        "positionsbezeichnung stelle_bezeichnung metier poste_occupe libelle_emploi cargo_actual "
        "puesto_de_trabajo denominazione_mansione profilo cargo_atual funcao_atual nazwa_stanowiska "
        "functiebenaming"
    ),
    "level": (
        "level grade designation job_level joblevel job_grade pay_grade salary_grade compensation_grade "
        "management_level band "
        "pay_band career_level seniority trfgr tarifgruppe entgeltgruppe gehaltsgruppe karrierestufe stufe разряд "
        "грейд уровень grejd niveau echelon classe coefficient nivel categoria grupo_profesional livello "
        "livello_contrattuale inquadramento nivel_salarial stopien szczebel zaszeregowanie "
        "kategoria_zaszeregowania poziom schaal salarisschaal functieschaal inschaling functieniveau grade_name "
        "gradename hay_grade pay_level salary_band job_band grade_code entgeltstufe eingruppierung "
        "vergutungsgruppe hierarchiestufe niveau_hierarchique position_conventionnelle nivel_profesional "
        "categoria_profesional nivel_hierarquico faixa_salarial poziom_stanowiska grupa_zaszeregowania loonschaal "
        "salaristrede functiegroep"
    ),
    "location": (
        "location place location_description site office city plant workplace werks standort arbeitsort "
        "betriebsstatte niederlassung территория место_работы площадка филиал город lieu lieu_de_travail "
        "etablissement ville centro_de_trabajo centro ubicacion sede ciudad filial unidade local cidade "
        "lokalizacja oddzial miasto miejsce_pracy vestiging locatie standplaats plaats locationname location_name "
        "location_code work_location work_site worksite branch establishment office_location betriebsteil "
        "arbeitsstatte dienstort lieu_d_affectation localidad centro_trabajo luogo_di_lavoro sede_di_lavoro "
        "local_de_trabalho unidade_de_negocio miejsce_zatrudnienia werklocatie kantoor"
    ),
    "currency": (
        "currency currency_code ancur waers wahrung waehrung валюта devise monnaie moneda divisa valuta moeda "
        "waluta currency_cd curr currencycode iso_currency devise_paie"
    ),
    "interval": (
        "frequency pay_frequency paid_per per interval gehaltsintervall intervall pay_basis pay_interval "
        "rate_type salary_basis zeitraum периодичность periodicite periodicidad periodicita periodicidade "
        "czestotliwosc okres_wynagrodzenia frequentie per_periode pay_period salary_period rate_period "
        "salary_frequency comp_frequency compensation_frequency salary_basis_name salary_basis_code pay_rate_type "
        "frequencycode frequency_code pay_unit salary_unit unit_of_pay rate_unit per_unit abrechnungszeitraum "
        "zahlweise unite_de_paie unidad_de_pago unita_retribuzione eenheid okres_platnosci"
    ),
    "pay_type": (
        "pay_type compensation_type vergutungsart lohnart lga01 вид_начисления wage_type pay_component "
        "element_name rubrique concepto voce rubrica skladnik* looncomponent loonsoort paycomponent "
        "salary_component component component_code pay_component_code element earnings_code pay_code lohnart_nr "
        "lohnarten_nr salary_type art_der_vergutung code_rubrique"
    ),
    "action": (
        "action action_type massn event event_type personnel_action business_process_type change_type massnahme "
        "massnahmenart ereignis мероприятие вид_события вид_движения кадровое_мероприятие evenement "
        "type_evenement type_de_mouvement mouvement movimiento tipo_de_movimiento tipo_movimiento evento "
        "tipo_evento movimentacao tipo_movimentacao zdarzenie rodzaj_zdarzenia mutatie soort_mutatie action_code "
        "actioncode event_code type_of_change change lifecycle_event kind_of_change transaction_type job_action"
    ),
    "action_reason": (
        "massg action_reason change_reason event_reason business_process_reason reason massnahmengrund grund "
        "причина motif motivo causale przyczyna powod reden compensation_change_reason action_reason_code "
        "reason_code reasoncode event_reason_code eventreason"
    ),
}
"""Roles of columns that hold text or codes."""
