"""Words in the values of an export: how an employment ends, what a status means, how often pay is paid. Data only.

Written like `words.py`. They only suggest an answer; the person who knows the company gives it.
"""

from typing import Final

EXIT_KINDS: Final = {
    "other": (
        "retire* retirement ret pension* rente altersrente renten* ruhestand altersteilzeit пенси* пенсия pensi* "
        "retraite* jubil* pensionament* aposent* reforma emeryt* pensioen* death deceased died dea death_in_service "
        "tod verstorben todesfall смерт* умер* smert* deces decede* fallec* muerte defuncion decesso deceduto obito "
        "falec* morte smierc zgon overl* overlijden end_of_contract end_of_fixed_term* end_of_fixed* "
        "end_of_assignment contract_end* contract_expir* expir* eoc eoa fixed_term befrist* fristablauf "
        "vertragsablauf zeitablauf истечени* срочн* окончани*_срока fin_de_contrat fin_cdd fin_de_cdd "
        "terme_du_contrat fin_de_contrato fin_contrato fine_contratto scadenza* termino_de_contrato fim_de_contrato "
        "fim_do_contrato uplyw* wygasn* koniec_umowy einde_contract contract_afgelopen einde_tijdelijk* transfer_to_* "
        "ст_83"
    ),
    "involuntary": (
        "involuntar* dismiss* fired layoff* laid_off lay_off redundan* misconduct performance violation* probation* "
        "failed_* reduction* elimination* restructur* rif prb prf vio mut severance settlement* mutual* employer "
        "discharge* gross_misconduct arbeitgeber* aufhebung* betriebsbedingt* verhaltensbedingt* personenbedingt* "
        "fristlos* probezeit* in_der_probezeit abfindung* сокращени* прогул* соглашени*_сторон соглашени* "
        "неудовлетворительн* несоответстви* ликвидаци* инициативе_работодателя ст_81 ст_71 licenciement* faute* "
        "rupture_conventionnelle rupture_periode_d_essai periode_d_essai despid* despido ere mutuo_acuerdo acuerdo "
        "licenzia* giusta_causa risoluzione_consensuale periodo_di_prova dispens* justa_causa sem_justa_causa "
        "comum_acordo pracodawc* przez_pracodawce dyscyplinarn* porozumieni* likwidac* ontslag_door* werkgever* "
        "proeftijd vaststellingsovereenkomst wederzijds* reorganisatie"
    ),
    "voluntary": (
        "voluntar* resign* resignation res quit quits personal* career* better* relocat* abandon* jab school "
        "compensation management work_conditions working_conditions dissatisf* return_to_school employee_initiated "
        "arbeitnehmer* eigenkund* kundigung_durch_mitarbeiter* durch_mitarbeiter* собственн* желани* "
        "инициативе_работника по_его_просьбе перевод_работника demission* depart_volontaire prise_d_acte volontaire "
        "baja_voluntaria voluntari* renuncia* dimission* dimett* pedido_de_demissao a_pedido pedido pracownik* "
        "przez_pracownika wlasn* na_wlasna* vrijwillig* eigen_verzoek eigen_* werknemer* op_eigen*"
    ),
}
"""In this order: retirement, death and the end of a contract count before any heading over them."""

GONE: Final = (
    "terminat* ter term trm sep t inactive inaktiv* left leaver gone exit separated resign* dismiss* austritt* "
    "ausgetreten ausgeschieden entlassen withdrawn уволен* увольнени* sorti* depart inactif parti baja cesad* "
    "inactivo cessat* licenziat* dimess* inattivo desligad* demitid* inativo zwolnion* rozwiazan* nieaktywn* "
    "uit_dienst uitdienst* ontslag* vertrokken inactief quit kundigung retired deceased"
)
EMPLOYED: Final = (
    "active aktiv* a hir nhi reh datachg data_chg jobchg xfr loa employed full_time part_time fulltime parttime "
    "hire hired new_hire rehire* probation leave* leave_of_absence on_leave paid_leave unpaid_leave sabbatical "
    "parental* suspended elternzeit mutterschutz beurlaubt ruhend einstell* wiedereintritt* eintritt* "
    "organisatorisch* wechsel* versetzung* beforder* promot* transfer* change* reorg* приём прием принят* "
    "перевод* перемещени* работает отпуск* декрет* actif active* embauche* entree mutation* conge* alta activ* "
    "ingreso* traslado* promocion* excedencia permiso attiv* assun* trasferiment* congedo aspettativa ativ* "
    "admiss* transferenc* afastad* licenca* ferias aktywn* zatrudni* przyjec* przeniesien* awans* urlop* zmian* "
    "in_dienst indienst* actief* wijziging* verlof* data_change"
)
SECONDARY: Final = (
    "contingent* contractor* external* extern* freelanc* consultant* agency temp temps vendor leih* zeitarbeit* "
    "fremdfirm* praktikant* interns internship* внешн* внутреннее_совместительство совместител* подряд* гпх "
    "prestataire* interimaire* stagiaire* subcontrat* autonomo* becario* esterno* collaboratore_esterno "
    "interinale* stagista* terceir* estagiari* prestador* zlecen* b2b zewnetrzn* inhuur* uitzend* zzp stagiair* "
    "second* secondary nebentatigkeit board pensioner* retiree*"
)
"""Workers who are not the company's own, and second jobs of people who are."""
LOCKED: Final = "x deleted locked void voided cancelled canceled storno gesperrt yes true 1 y j ja да"

PER_YEAR: Final = {
    2080.0: (
        "hour hourly per_hour hr std stunde stundlich stuendlich pro_stunde час часов* в_час почасов* heure horaire "
        "hora por_hora ora orari* godzin* na_godzine uur per_uur uurloon"
    ),
    260.0: ("day daily tag taglich день дневн* jour journalier dia diario giorno giornalier* dzien dzienn* dag"),
    52.0: ("week weekly woche wochentlich недел* semaine hebdo* semana semanal settiman* tydzien tygodniow*"),
    26.0: ("biweekly bi_weekly fortnight* every_two_weeks"),
    24.0: ("semimonthly semi_monthly twice_a_month"),
    12.0: (
        "month monthly monat monatlich pro_monat месяц* в_месяц ежемесячно mois mensuel* mes mensual* mese mensile "
        "mensal* miesiac miesieczn* maand maandelijks per_maand m mon mth"
    ),
    1.0: (
        "year yearly annual* annum jahr jahrlich jaehrlich pro_jahr год* в_год an annee annuel* ano anual* anno annu* "
        "annuale rok roczn* rocznie jaar jaarlijks per_jaar a ann"
    ),
}
"""Payments a year by the words of an interval."""

TOTALS: Final = (
    r"^\s*((report|grand|sub-?)\s*totals?|totals?|sum|summe|gesamt(summe)?|insgesamt|итого|всего|total\s+g\S+ral|totale|"
    r"suma|razem|totaal)\s*:?\s*$"
)
"""A row that holds sums and no person."""

YES: Final = frozenset("yes y true 1 ja j да oui o si s sim tak t x".split())
NO: Final = frozenset("no n false 0 nein нет non nao nie nee".split())

DRIVERS: Final = {
    "pay": (
        "rate salary income wage pay hike raise bonus stock option compensation gehalt lohn вознагражд* зарплат* "
        "оклад salaire salario sueldo retribuzione stipendio wynagrodz* salaris benefits monthly_income daily_rate"
    ),
    "conditions": (
        "travel distance environment overtime over_time work_life* balance commut* shift workload hours remote "
        "entfernung uberstunden* arbeitsumgebung fahrt* сверхурочн* расстоян* условия trajet heures_sup* distancia "
        "horas_extra* distanza straordinari* nadgodzin* odleglosc overuren reisafstand"
    ),
    "relationships": (
        "relationship* manager supervisor boss team colleague* vorgesetzt* kolleg* руководител* коллег* relation* "
        "jefe companer* responsabile collegh* chefe przelozon* leidinggevend* years_with_curr_manager"
    ),
    "growth": (
        "training* promotion promoted job_satisfaction career development years_in_current_role "
        "years_since_last_promotion weiterbildung* beforder* обучени* повышени* карьер* formation* carriere "
        "formacion* promocion* formazione promozione treinamento* szkoleni* awans* opleiding*"
    ),
}
"""For data without dates: the side of working life that a column's name speaks of; anything else is context."""
