"""The words by which protected and refused data are recognised, in names and values, in nine languages.

Words are written as `vocabulary.folded` writes a name: in lower case, without accents, with `_` between the words
(`état civil` and `EtatCivil` are `etat_civil`). `*` stands for any letters within one word.
"""

from dataclasses import dataclass
from typing import Final

AGES: Final = frozenset("age alter edad eta idade wiek leeftijd возраст vozrast".split())
"""Whole names of a column that holds the age in years; in German, Spanish, Italian and so on as in English."""

BIRTH_YEARS: Final = frozenset(
    "birth_year year_of_birth yob geburtsjahr annee_de_naissance annee_naissance ano_de_nacimiento ano_nacimiento "
    "anno_di_nascita anno_nascita ano_de_nascimento ano_nascimento rok_urodzenia geboortejaar "
    "год_рождения god_rozhdeniya".split()
)
BIRTH_DATES: Final = frozenset(
    "birth_date birthdate birthday date_of_birth dateofbirth dob geburtsdatum gbdat date_de_naissance date_naissance "
    "fecha_de_nacimiento fecha_nacimiento data_di_nascita data_nascita data_de_nascimento data_nascimento "
    "data_urodzenia geboortedatum дата_рождения data_rozhdeniya".split()
)


@dataclass(frozen=True)
class Subject:
    """What a name can be about.

    certain: of a protected subject, whole names; of a refused one, words anywhere in a name. These need no question.
    likely: words anywhere in a name that make the check ask.
    """

    what: str
    is_refused: bool
    certain: str
    likely: str


PROTECTED_SUBJECTS: Final = (
    Subject(
        "gender",
        False,
        "gender sex geschlecht пол sexe sexo genero sesso plec geslacht gesch",
        "gender* transgender* sex sexe sexo sesso sexual* sexid sexdesc sexcode sextype sexcd geschlecht* gesch "
        "genero genere genre plec geslacht* пол pol male female maennlich mannlich weiblich woman women femme homme "
        "mujer hombre femmina maschio kobieta mezczyzna vrouw женщина мужчина мужскои женскии m_f m_w м_ж anrede "
        "salutation civilite aanhef lgbt* queer pronoun pronouns",
    ),
    Subject(
        "age",
        False,
        " ".join(sorted(AGES | BIRTH_YEARS | BIRTH_DATES)),
        "age ages agegroup* ageband* agerange* agebucket* agecat* ageyear* agebracket* ageclass* currentage "
        "employeeage ageofemployee alter altersgruppe* altersklasse* altersband* lebensalter altersteilzeit "
        "leeftijd* возраст* vozrast* edad edades eta idade wiek wiekowa wiekowy pensioner пенсионер* "
        "предпенсионер* retirement_age years_to_retirement retirement_eligib* jahrgang "
        "*birth* born dob yob bday *geburt* geb_datum gebdat* gebdatum gebjahr gbdat gbjhr gbort naissance "
        "datenaissance datedenaissance *nacimiento* *nascita* *nascimento* *urodzen* *geboort* *рожден* *rozhden* "
        "over_18 over_21 over_30 over_40 over_45 over_50 over_55 over_60 over_65 under_18 under_21 under_25 under_30 "
        "under_35 under_40",
    ),
    Subject(
        "ethnicity",
        False,
        "ethnicity race etnia raza raca razza rasse ethnie etnicidad etnicidade etniciteit rasa раса",
        "race races racial raza raca razza rasse rasa раса *ethni* *etnic* etnia etnias etnie etnisch* *hispan* latino "
        "latina latinx caucasian african_american afro* indigen* aborigin* maori minorit* bame bipoc caste skin "
        "people_of_color",
    ),
    Subject(
        "nationality",
        False,
        "nationality nationalitat staatsangehorigkeit staatsburgerschaft национальность гражданство citizenship "
        "nationalite nacionalidad ciudadania nazionalita cittadinanza nacionalidade cidadania narodowosc obywatelstwo "
        "nationaliteit grazhdanstvo natsionalnost natio",
        "nationalit* nationality nacionalid* nazionalit* narodowosc* национальност* natsionalnost* nacionalnost* "
        "natio nation *citizen* ciudadan* cidadan* cittadin* citoyen* obywatel* *staatsangehor* *staatsburg* "
        "burgerschap* гражданств* grazhdan* naturali* immigra* migrationshintergrund* foreigner* auslander* "
        "иностранец иностранка visa_status visa_type country_of_origin",
    ),
    Subject(
        "marital status",
        False,
        "marital_status familienstand семеиное_положение maritalstatus civil_status etat_civil situation_familiale "
        "estado_civil stato_civile stan_cywilny burgerlijke_staat zivilstand famst semeynoe_polozhenie "
        "semeinoe_polozhenie",
        "marital* married marriage marriages matrimon* spouse* wife husband *divorc* widow* *familienstand* "
        "verheirat* ledig geschieden verwitwet zivilstand* civil_status civilstatus etat_civil etatcivil "
        "situation_familiale situation_de_famille estado_civil estadocivil stato_civile statocivile stan_cywilny "
        "stancywilny burgerlijke_staat burgerlijkestaat семеиное_положение semeynoe_polozhenie semeinoe_polozhenie "
        "семеиноеположение famst женат замужем супруг* холост* zhenat zamuzhem casado casada soltero soltera conyuge* "
        "conjoint* coniuge* coniugat* nubile celibe celibataire* gehuwd ongehuwd zonaty zamezna malzon*",
    ),
    Subject(
        "disability",
        False,
        "disability behinderung schwerbehinderung инвалидность handicap discapacidad invalidite disabilita invalidita "
        "deficiencia niepelnosprawnosc arbeidsbeperking invalidnost",
        "*disab* handicap* gehandicap* *behinder* discapac* minusval* invalidit* invalidez invalidnost* инвалид* "
        "niepelnospraw* deficien* arbeidsbeperk* wheelchair* pcd овз",
    ),
    Subject("veteran status", False, "veteran_status", "veteran*"),
)
"""Read for the fairness review only."""

REFUSED_SUBJECTS: Final = (
    Subject(
        "the content of communications",
        True,
        "subject body text comment comments sentiment message messages transcript transcripts kommentar kommentare "
        "текст комментарии комментария comentario comentarios commentaire commentaires commento commenti komentarz "
        "komentarze opmerking opmerkingen kommentariy kommentarii",
        "*kommentar* *komentarz* *комментар* *comentario* *commentaire* *opmerking* texte texto testo tekst "
        "tresc betreff asunto oggetto",
    ),
    Subject(
        "health",
        True,
        "sick sickness illness health medical diagnosis krank krankheit krankheitstage krankentage gesundheit diagnose "
        "больничныи больничные больничного больничных болезнь болезни здоровье здоровья диагноз maladie maladies sante "
        "salud enfermedad diagnostico salute malattia diagnosi saude doenca zdrowie zdrowia choroba chorobowe "
        "zwolnienie_lekarskie ziek ziekte ziekteverzuim gezondheid bolnichnyy bolnichnyi bolnichnye bolezn zdorovye "
        "zdorove baja_medica arret_maladie",
        "health* *medic* sickn* sickl* sickd* illness* *diagnos* *диагноз* *diagnoz* *krank* *gesundheit* *больничн* "
        "bolnichn* *болезн* bolezn* здоров* zdorov* *maladie* *enfermedad* *malatt* *chorob* zdrowotn* *lekarsk* "
        "*ziekte* *gezondheid* doenca* "
        "vaccin* covid* allerg* injury injuries bmi smoker smoking drinker verzuim arbeitsunfahig* au_tage autage "
        "incapacid* infortun* blutgruppe blood_type drug_test alcohol* absence_reason reason_for_absence "
        "reason_of_absence disability_leave leave_reason fehlgrund abwesenheitsgrund причина_отсутствия motif_absence "
        "motif_d_absence motivo_ausencia motivo_de_ausencia motivo_assenza",
    ),
    Subject(
        "union membership",
        True,
        "union gewerkschaft профсоюз syndicat sindicato sindacato vakbond profsoyuz",
        "unionm* unioniz* unionis* *gewerkschaft* *профсоюз* profsoyuz* profsouz* syndica* sindica* sindaca* "
        "*vakbond* zwiazek_zawodowy zwiazki_zawodowe zwiazku_zawodowego betriebsrat*",
    ),
    Subject(
        "religion",
        True,
        "religion religious konfession религия вероисповедание religione religiao religia religie religiya wyznanie "
        "godsdienst konfe",
        "relig* религи* вероиспов* veroispoved* konfession* confession* kirchensteuer* church* muslim* jewish "
        "godsdienst* geloof wyznani* faith islam*",
    ),
    Subject(
        "political views",
        True,
        "political politics party partei партия",
        "politic* politiqu* politisch* политич* partido partito partia partij parteimitglied*",
    ),
    Subject(
        "family and pregnancy",
        True,
        "family children pregnant pregnancy maternity paternity parental familie kinder schwanger schwangerschaft "
        "mutterschutz elternzeit семья семьи дети детеи беременность декрет famille enfants grossesse maternite "
        "paternite familia hijos embarazo embarazada maternidad paternidad famiglia figli gravidanza maternita "
        "paternita filhos gravidez maternidade paternidade rodzina dzieci ciaza kinderen gezin zwanger zwangerschap "
        "semya deti detey beremennost anzkd",
        "pregnan* *schwanger* embaraz* gravid* *grossess* zwanger* *беремен* beremen* декрет* dekret* macierzyn* "
        "rodziciels* matern* patern* mutterschaft* mutterschutz* elternz* elterngeld* *kinder* children* child "
        "childc* numchild* kid kids dependents dependants numdependents enfant hijo hija figlio filho иждивен* "
        "алимент* семеин* parental* familys* familym* ouderschap* nochildren",
    ),
    Subject(
        "biometric data", True, "biometric biometrics fingerprint биометрия", "*biometr* *биометр* *fingerpr* faceid"
    ),
    Subject(
        "credit and criminal records",
        True,
        "credit criminal conviction convictions vorstrafe vorstrafen судимость "
        "antecedentes_penales antecedentes_criminais precedenti_penali casier_judiciaire niekaralnosc strafblad "
        "fuhrungszeugnis schufa sudimost",
        "creditsc* bonitat* crimin* krimin* convicted *vorstraf* судимост* sudimost* *karaln* strafbl* felon* "
        "arrested arrests casellario",
    ),
)
"""Never read."""

REFUSED_NAMES: Final = frozenset("absence_reason disability_leave reason_for_absence leave_reason".split())
"""Whole names that are refused, though their words are innocent."""

INNOCENT: Final = (
    # families of jobs and of products
    "job*_family role_family career_family product_family position_family skill_family occupational_family "
    "font_family family_of_jobs familia_de_puesto* familia_profesional famille_professionnelle famille_metier* "
    "famille_de_metier* famille_emploi* famiglia_professionale famiglia_di_ruoli familia_de_cargo* "
    # how many messages, not what they say
    "message_count messages_count messages_sent messages_received number_of_messages num_messages comment_count "
    "comments_count number_of_comments num_comments "
    # the age of things
    "account_age ticket_age case_age contract_age company_age firm_age equipment_age laptop_age device_age vehicle_age "
    "car_age position_age vacancy_age request_age invoice_age team_age record_age asset_age machine_age building_age "
    "order_age age_of_account age_of_ticket age_of_contract age_of_company age_of_equipment age_of_laptop "
    "age_of_device age_of_vehicle age_of_car age_of_vacancy age_of_request age_of_asset age_of_machine "
    # races of other kinds
    "race_condition* race_track arms_race race_day race_car "
    # the rest
    "third_party counter_party related_party subject_area* subject_matter* expert_subject european_union credit_hour* "
    "credit_point* course_credit* training_credit* study_credit* credits_earned account_disabled login_disabled "
    "user_disabled mfa_disabled feature_disabled email_disabled notifications_disabled is_account_disabled "
    "system_health account_health project_health pipeline_health financial_health health_and_safety health_safety "
    "parental_company minority_share* minority_stake over_*_hours"
)
"""Compounds that mean something else: they are taken out of a name before it is searched."""

GENDER_CODES: Final = tuple(frozenset(pair.split()) for pair in ("m f", "m w", "м ж"))
"""Pairs of one letter: a column that holds both, and nothing else, is a gender. Other pairs have other meanings."""
GENDER_VALUES: Final = frozenset(
    "male female man woman men women boy girl mannlich weiblich maennlich mann frau herr mr mrs ms miss муж жен "
    "мужчина женщина мужскои женскии muzhchina zhenshchina homme femme masculin feminin monsieur madame hombre mujer "
    "masculino femenino varon maschio femmina maschile femminile uomo donna homem mulher feminino mezczyzna kobieta "
    "pan pani meska zenska vrouw vrouwelijk mannelijk".split()
)
NO_GENDER: Final = frozenset(
    "d x u n_a na divers diverse other unknown none non_binary nonbinary prefer_not_to_say not_specified not_declared "
    "keine_angabe unbekannt не_указан не_указано otro autre altro outro inne anders".split()
)
"""May stand beside the values of a gender."""

MARRIED: Final = frozenset(
    "married divorced widowed verheiratet geschieden verwitwet женат замужем разведен разведена вдовец вдова marie "
    "mariee divorce divorcee veuf veuve casado casada divorciado divorciada viudo viuda sposato sposata coniugato "
    "coniugata divorziato divorziata vedovo vedova viuvo viuva zonaty zamezna rozwiedziony rozwiedziona wdowiec wdowa "
    "gehuwd gescheiden weduwnaar weduwe".split()
)
MARITAL_VALUES: Final = MARRIED | frozenset(
    "single separated never_married unmarried civil_partnership domestic_partner cohabiting ledig getrennt "
    "eingetragene_lebenspartnerschaft холост не_замужем celibataire separe separee pacse pacsee concubinage soltero "
    "soltera separado separada pareja_de_hecho celibe nubile separato separata solteiro solteira uniao_estavel "
    "kawaler panna ongehuwd samenwonend alleenstaand other unknown".split()
)
ETHNIC: Final = frozenset(
    "hispanic latino latina latinx hispanic_or_latino caucasian african_american black_or_african_american "
    "american_indian american_indian_or_alaska_native native_american native_hawaiian_or_other_pacific_islander "
    "pacific_islander two_or_more_races mixed_race black_african black_caribbean white_british".split()
)
ETHNIC_VALUES: Final = ETHNIC | frozenset(
    "white black asian indian chinese mixed other unknown arab african european not_specified".split()
)
SICK_LEAVE: Final = frozenset(
    "sick sick_leave sickness sick_day illness medical_leave maternity_leave paternity_leave parental_leave krank "
    "krankheit krankmeldung arbeitsunfahig mutterschutz elternzeit больничныи болезнь декрет отпуск_по_болезни "
    "отпуск_по_беременности_и_родам отпуск_по_уходу_за_ребенком maladie arret_maladie conge_maladie conge_maternite "
    "baja_medica enfermedad incapacidad_temporal baja_por_maternidad malattia maternita congedo_parentale doenca "
    "atestado_medico licenca_medica licenca_maternidade choroba zwolnienie_lekarskie urlop_macierzynski ziek ziekte "
    "ziekteverlof zwangerschapsverlof".split()
)
"""One such value is enough: the column says why someone was absent."""
TIME_SHEET: Final = frozenset("я н в от од б т р ож до оз к пр рв с у г".split())
"""Codes of the Russian time sheet; among them б is a sick leave, and я a day at work."""
