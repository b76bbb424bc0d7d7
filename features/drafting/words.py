"""The words by which the columns of an export are recognised, in nine languages and in technical names. Data only.

Words are written as in `contract.sensitive_words`: in lower case, without accents, with `_` between the words of a
name; `*` stands for any letters within one word. A role is chosen by the longest match, and only if the values fit.
A role that no table uses, such as a bonus or the date of a payment, keeps its columns from being taken for another.
"""

from typing import Final

DATES: Final = {
    "hire_date": (
        "hire hired hire* hiring start_date startdate date_started start joining joined join_date doj entry "
        "dateofjoining dateofjoin dateofhire dateofhiring hiredate hire_dt joindate joiningdate "
        "entry_date employment_date employment_start employed_since commencement* onboard* einstell* eintritt* "
        "dienstantritt beschaftigt_seit dienstbeginn приема прием принят* поступлен* трудоустрой* начало_работы "
        "embauche date_d_embauche entree arrivee date_d_entree contratacion alta fecha_alta fecha_de_alta ingreso "
        "incorporacion assunzione assunto data_assunzione admissao contratacao zatrudni* przyjeci* indienst* "
        "in_dienst datum_in_dienst priema priem"
    ),
    "rehire_date": (
        "rehire* re_hire* wiedereintritt* wiedereinstell* reembauche* recontrat* reingreso* riassun* readmiss* "
        "ponown* herindienst* повторн*"
    ),
    "first_hire_date": (
        "original_hire* originalhire* first_hire* initial_hire* first_employ* seniority_date ersteintritt* erstmalig* "
        "anciennete antiguedad anzianita pierwsz*_zatrudn* eerste_indienst* первого_приема adjusted_service"
    ),
    "exit_date": (
        "terminat* exit* leave_date leaving* leaver* left separation* departure* end_of_employment employment_end "
        "last_day last_day_of_employment termination_date date_left date_of_leaving "
        "dateofleaving dateofexit exitdate terminationdate leavingdate austritt* austrittsdatum "
        "ausscheid* kundigung_zum beschaftigt_bis dienstende увольнени* уволен* uvolnen* uvolneniya sortie "
        "date_de_sortie depart date_de_depart fin_d_emploi baja fecha_baja fecha_de_baja cese egreso salida "
        "cessazione data_cessazione uscita dimission* desligamento demissao saida rescisao zwolnieni* rozwiazani* "
        "odejsci* ustani* uitdienst* uit_dienst datum_uit_dienst ontslag* vertrek*"
    ),
    "notice_date": (
        "notice* notice_received notice_date resignation_date resigned_on resignation_submitted notified "
        "notification* kundigung_am kundigungsdatum gekundigt* kundigungseingang kundigung_eingegangen приказа "
        "дата_приказа приказ_об_увольнении дата_приказа_об_увольнении заявлени* uvedoml* preavis date_de_notification "
        "date_de_demission preaviso aviso_previo fecha_de_aviso fecha_aviso preavviso data_dimissioni aviso "
        "data_aviso wypowiedzeni* data_wypowiedzenia opzeg* opzegdatum terminated_at"
    ),
    "last_day_worked": (
        "last_day_worked last_working* lastworking* last_worked "
        "letzter_arbeitstag dernier_jour_travaille ultimo_dia_* "
        "ultimo_giorno* ostatni_dzien* laatste_werkdag* последний_рабочий*"
    ),
    "contract_end_date": (
        "contract_end* end_of_contract vertragsende vertrag_bis befrist* befristet_bis fin_de_contrat "
        "date_de_fin_de_contrat fin_de_contrato fecha_fin_contrato vencimiento* scadenza* fine_contratto termino_* "
        "koniec_umowy data_konca_umowy einde_contract einddatum_contract contract_tot окончани*_договора "
        "срок_договора probation_end* planned_end*"
    ),
    "valid_from": (
        "effective* effective_date effective_start_date date_effective date_from valid_from validfrom from_date from "
        "since change_date date_of_change as_of start_date startdate begda gultig_ab gueltig_ab gultig_von ab_datum "
        "seit wirksam* date beginn datum дата дата_изменения дата_начала действует_с с date_effet date_d_effet "
        "date_de_debut depuis fecha fecha_efectiva fecha_efecto fecha_desde desde vigencia vigente_desde inicio data "
        "decorrenza data_decorrenza data_inizio valido_dal data_inicio vigencia_desde data_od obowiazuje_od wazne_od "
        "od ingangsdatum vanaf geldig_vanaf effdt data_efetiva data_izmeneniya dval eff_date"
    ),
    "valid_to": (
        "valid_to effective_end_date date_thru validto valid_until to_date end_date enddate until endda gultig_bis "
        "gueltig_bis bis ende по дата_окончания действует_по date_de_fin fin fecha_fin fecha_hasta hasta data_fine "
        "fino_al ate data_fim vigencia_hasta data_do obowiazuje_do wazne_do einddatum tot geldig_tot date_to"
    ),
    "entered_at": (
        "completed_on completed entered* created* creation* recorded* recorded_at booked* posted* approved* approval* "
        "document_date erfasst* angelegt* erstellt* gebucht* дата_документа документа saisi* date_de_saisie creee "
        "fecha_registro registrad* creado* inserit* inserimento data_registrazione registro lancamento criado* "
        "wprowadz* utworz* ingevoerd* invoerdatum aangemaakt* transaction_date"
    ),
    "changed_at": (
        "aedtm changed_on last_changed modified* last_modified updated* last_update* geandert* letzte_anderung "
        "aenderung* изменено modifie* derniere_modif* modificad* actualizad* modificat* aggiorn* alterad* atualizad* "
        "zmodyfik* zmienion* gewijzigd* laatst_gewijzigd"
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
        "in_role_since time_in_* position_since"
    ),
    "review_date": (
        "review* review_date appraisal* rating_date assessment_date beurteilung* bewertungsdatum оценк* дата_оценки "
        "evaluation* entretien* evaluacion* valutazione* avaliacao* ocen* beoordeling*"
    ),
    "survey_date": (
        "survey* survey_date response_date responded* umfrage* befragung* опрос* дата_опроса sondage* enquete* "
        "encuesta* sondaggio* indagine* pesquisa* ankiet* enquete*"
    ),
}
"""Roles of columns that hold dates."""

NUMBERS: Final = {
    "pay": (
        "paycompvalue pay_comp_value pay_amount salary_amount salary base_salary annual_salary pay pay_rate base_pay "
        "basepay base_rate rate wage wages amount compensation total_base_pay basic betrag gehalt fixgehalt "
        "grundgehalt jahresgehalt monatsgehalt ansal annual_rt lohn entgelt bezug bezuge vergutung оклад "
        "оклад_тариф тариф "
        "зарплата заработная_плата ставка_оплаты oklad salaire remuneration brut salaire_de_base salaire_brut "
        "traitement montant salario sueldo retribucion importe salario_base retribuzione ral stipendio paga importo "
        "remuneracao vencimento ordenado valor wynagrodzen* pensja placa kwota salaris loon bruto bedrag brutoloon "
        "maandsalaris jaarsalaris bet01 income monthly_income"
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
        "parcialidad percentuale_part_time part_time part_time_percent fte etat wymiar_etatu etatu deeltijd* "
        "parttime* deeltijdpercentage percentual_jornada capacity_utilization"
    ),
    "weekly_hours": (
        "wochenstunden wochenarbeitszeit wochenarb* weekly_hours hours_per_week scheduled_weekly_hours "
        "standard_weekly_hours heures_hebdo* heures_par_semaine horas_semanales ore_settimanali horas_semanais "
        "godzin_tygodniowo godziny_tygodniowo uren_per_week contracturen часов_в_неделю"
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
        "superieur_hierarchique n_1 jefe* superior* supervisor responsabile* gestor* chefe* lider* chefia przelozon* "
        "kierownik* leidinggevend* chef"
    ),
    "exit_type": (
        "termination_category termination_type separation_type exit_type leaving_type leaver_type type_of_leaving "
        "voluntary voluntary_involuntary involuntary_termination_flag voluntary_involuntary_termination_flag "
        "vol_invol* termination_flag art_der_kundigung austrittsart kundigungsart art_des_austritts вид_увольнения "
        "тип_увольнения type_de_depart type_depart type_de_sortie tipo_de_baja tipo_baja tipo_de_salida "
        "tipo_cessazione tipo_desligamento tipo_de_desligamento rodzaj_rozwiazania tryb_rozwiazania tryb_zwolnienia "
        "type_ontslag soort_ontslag soort_uitdienst*"
    ),
    "exit_reason": (
        "termination_reason leaving_reason reason_for_leaving exit_reason separation_reason departure_reason "
        "termination_reason_description termination_reason_code resignation_reason kundigungsgrund austrittsgrund "
        "grund_des_austritts основание_увольнения причина_увольнения статья_увольнения статья_тк* motif_depart "
        "motif_de_depart motif_sortie motif_de_sortie motif_de_rupture motivo_baja motivo_de_baja causa_baja "
        "causa_de_baja motivo_salida motivo_cessazione causale_cessazione motivo_uscita motivo_desligamento "
        "motivo_do_desligamento motivo_saida motivo_rescisao przyczyna_* powod_* reden_ontslag reden_uitdienst* "
        "reden_vertrek reden_van_ontslag ontslagreden vertrekreden uitdienstreden"
    ),
    "status": (
        "status employment_status worker_status position_status emp_status employee_status stat2 состояние statut "
        "statut_emploi estado situacion stato situacao status_* mitarbeiterstatus beschaftigungsstatus"
    ),
    "worker_type": (
        "worker_type employee_type employment_type emp_type person_type staff_type worker_category beschaftigungsart "
        "mitarbeitertyp mitarbeiterart mitarbeitergruppe persg вид_занятости тип_занятости категория_сотрудника "
        "type_de_salarie type_salarie categorie_personnel tipo_de_empleado tipo_empleado tipo_dipendente "
        "tipo_colaborador tipo_de_colaborador vinculo tipo_de_vinculo typ_pracownika rodzaj_zatrudnienia "
        "forma_zatrudnienia soort_medewerker medewerkertype dienstverband"
    ),
    "contract": (
        "contract_type contract type_of_contract vertragsart type_de_contrat type_contrat contrat tipo_de_contrato "
        "tipo_contrato tipo_contratto contratto rodzaj_umowy typ_umowy soort_contract contracttype вид_договора "
        "тип_договора"
    ),
    "department": (
        "department dept agency department_name home_department home_dept supervisory_organization "
        "organization organisation "
        "org_unit orgunit orgeh organizational_unit business_unit team unit abteilung organisationseinheit bereich "
        "подразделение отдел podrazdelenie departement service direction departamento area seccion reparto ufficio "
        "dipartimento settore setor dzial wydzial komorka* jednostka* afdeling"
    ),
    "division": ("division geschaftsbereich sector group pion dyrekcja divisie дивизион дирекция"),
    "job": (
        "job job_title jobtitle designation title business_title job_name position position_title role "
        "job_role occupation stell "
        "stelle funktion tatigkeit berufsbezeichnung job_title_description должность dolzhnost poste "
        "intitule_du_poste emploi fonction puesto cargo mansione ruolo qualifica funcao stanowisko functie "
        "functienaam"
    ),
    "level": (
        "level grade designation job_level joblevel job_grade pay_grade salary_grade compensation_grade "
        "management_level band "
        "pay_band career_level seniority trfgr tarifgruppe entgeltgruppe gehaltsgruppe karrierestufe stufe разряд "
        "грейд уровень grejd niveau echelon classe coefficient nivel categoria grupo_profesional livello "
        "livello_contrattuale inquadramento nivel_salarial stopien szczebel zaszeregowanie kategoria_zaszeregowania "
        "poziom schaal salarisschaal functieschaal inschaling functieniveau"
    ),
    "location": (
        "location location_description site office city plant workplace werks standort arbeitsort betriebsstatte "
        "niederlassung территория место_работы площадка филиал город lieu lieu_de_travail site etablissement ville "
        "centro_de_trabajo centro ubicacion sede ciudad filial unidade local cidade lokalizacja oddzial miasto "
        "miejsce_pracy vestiging locatie standplaats plaats"
    ),
    "currency": (
        "currency currency_code ancur waers wahrung waehrung валюта devise monnaie moneda divisa valuta moeda waluta"
    ),
    "interval": (
        "frequency pay_frequency paid_per per interval gehaltsintervall intervall pay_basis pay_interval rate_type "
        "salary_basis zeitraum периодичность periodicite periodicidad periodicita periodicidade czestotliwosc "
        "okres_wynagrodzenia frequentie per_periode"
    ),
    "pay_type": (
        "pay_type compensation_type vergutungsart lohnart lga01 вид_начисления wage_type pay_component element_name "
        "rubrique concepto voce rubrica skladnik* looncomponent loonsoort"
    ),
    "action": (
        "action action_type massn event event_type personnel_action business_process_type change_type massnahme "
        "massnahmenart ereignis мероприятие вид_события вид_движения кадровое_мероприятие evenement type_evenement "
        "type_de_mouvement mouvement movimiento tipo_de_movimiento tipo_movimiento evento tipo_evento movimentacao "
        "tipo_movimentacao zdarzenie rodzaj_zdarzenia mutatie soort_mutatie"
    ),
    "action_reason": (
        "massg action_reason change_reason event_reason business_process_reason reason massnahmengrund grund причина "
        "motif motivo causale przyczyna powod reden compensation_change_reason"
    ),
    "locked": (
        "sprps locked lock_indicator deleted is_deleted cancelled canceled void voided storno storniert gesperrt "
        "удален удалено помечен_на_удаление annule anulado annullato cancelado anulowan* geannuleerd is_void"
    ),
    "is_current": ("is_current current_flag iscurrent current_record active_record aktuell current"),
    "left": (
        "attrition left left_company has_left leaver churn churned turnover resigned quit exited fluktuation "
        "ausgetreten gekundigt уволился ушел покинул demission parti abandono baja_voluntaria dimesso desligado "
        "odszedl vertrokken is_leaver"
    ),
}
"""Roles of columns that hold text or codes."""

PERSON_ID: Final = (
    "employee_id employeeid n_empleado no_empleado nro_empleado num_empleado emp_id empid employee_number "
    "employeenumber employee_no employee_code emp_no emp_num emp_number employee worker_id workerid staff_id "
    "staff_no staff_number person_id personid person_number personnel_number personnel_no associate_id payroll_id "
    "payroll_number position_id file user_id userid badge* personalnummer personal_nr persnr pers_nr pernr "
    "mitarbeiternummer mitarbeiter_nr mitarbeiter_id табельныи_номер табельныи табельныйномер номер_сотрудника "
    "код_сотрудника tabelnyy* tabelny* tab_nomer matricule numero_matricule id_salarie numero_de_salarie "
    "matricula legajo numero_de_empleado numero_empleado id_empleado num_empleado codigo_empleado matricola "
    "id_dipendente codice_dipendente numero_de_funcionario id_funcionario registro_funcional numer_pracownika "
    "nr_pracownika id_pracownika numer_ewidencyjny nr_ewidencyjny personeelsnummer medewerkernummer medewerker_id "
    "personeelsnr id identifier"
)
FULL_NAMES: Final = (
    "name full_name fullname worker worker_name employee_name payroll_name ename last_name_first_name "
    "display_name mitarbeiter mitarbeitername сотрудник работник фио фио_сотрудника ф_и_о fio nom_complet "
    "nom_et_prenom salarie nom_prenom nombre_completo nombre_y_apellidos apellidos_y_nombre empleado nominativo "
    "cognome_e_nome dipendente nome_completo funcionario imie_i_nazwisko nazwisko_i_imie pracownik naam "
    "volledige_naam medewerker"
)
FIRST_NAMES: Final = "first_name firstname given_name vorname имя prenom nombre nome imie voornaam"
LAST_NAMES: Final = (
    "last_name lastname surname family_name nachname familienname фамилия nom apellido* cognome sobrenome "
    "nazwisko achternaam"
)

GENERIC: Final = frozenset(
    (
        "and annual annuale annuel anual base brut bruto brutto code current d da das data date datum de del della "
        "den der des description di die du e el employee employment et fecha gross i id il information job la le "
        "lordo mensal mensile mensual mensuel monthly name no nr number of percent person primary quarterly "
        "the total und "
        "worker y yearly дата"
    ).split()
)
"""Words that say nothing about what a column holds when they stand beside others."""
