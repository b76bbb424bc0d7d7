"""Words in the values of an export: what a status means, how often pay is paid. Data only.

Written like `words.py`. They only suggest an answer; the person who knows the company gives it.
"""

from typing import Final

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
