"""Names that look like protected or refused data, in nine languages, and innocent names that share letters with them.

A name is certain (set aside or refused without a question), likely (the check asks) or innocent.
"""

import pytest

from features.contract.sensitive_words import INNOCENT, PROTECTED_SUBJECTS, REFUSED_SUBJECTS
from features.contract.tables import TABLES, column_order
from features.contract.vocabulary import folded, is_protected, is_refused, resembles

PROTECTED = {
    "gender": "Gender sex SEX Geschlecht Пол sexe sexo género sesso płeć geslacht",
    "age": "Age Alter возраст edad età idade wiek leeftijd BirthDate DOB birth_year Geburtsdatum ДатаРождения "
    "date_de_naissance fecha_nacimiento data_di_nascita data_de_nascimento data_urodzenia geboortedatum",
    "ethnicity": "Ethnicity race raza raça razza rasa etniciteit",
    "nationality": "Nationality Staatsangehörigkeit Гражданство nationalité nacionalidad cittadinanza nacionalidade "
    "obywatelstwo nationaliteit",
    "marital status": "MaritalStatus Familienstand СемейноеПоложение état_civil EstadoCivil stato_civile stan_cywilny "
    "burgerlijke_staat",
    "disability": "Disability Schwerbehinderung инвалидность handicap discapacidad disabilità deficiência "
    "niepełnosprawność",
}
"""Set aside for the fairness review without a question."""

LIKELY = {
    "gender": "GenderID Sex_Desc employee_sex isMale female Geschlecht_Code пол_сотрудника пол2 codeSexe sexo_id "
    "cod_genero sesso_dip plec_kod m/f anrede",
    "age": "age_group AgeBand Age2 employeeAge Altersgruppe возрастная_группа vozrast_let grupo_edad fascia_età "
    "faixa_idade grupa_wiekowa leeftijdsklasse YearOfBirthCode Geburtsort birthplace born_in Over18 jahr_der_geburt",
    "ethnicity": "RaceDesc RaceID HispanicLatino EthnicGroup EEOEthnicCode minority_status etnia_cod",
    "nationality": "CitizenDesc US_Citizen nationality2 Staatsangehörigkeit_Code гражданство_код nacionalidad_id "
    "immigration_status visa_status",
    "marital status": "MaritalDesc MarriedID maritalstatusid is_married spouse_works ФормаСемейноеПоложение "
    "estado_civil_cod burgerlijkestaat verheiratet замужем",
    "disability": "is_disabled DisabilityDesc handicap_code grad_der_behinderung discapacidad_pct invalidité_taux "
    "инвалид grado_invalidità",
    "health": "sickdays2 healthcare_use Krankheitsgrund_Code дней_болезни2 zwolnienia_lekarskie ziekteverzuimpct "
    "giorni_malattie SmokerFlag bmi last_absence_reason",
    "union membership": "UnionMembership unionised gewerkschaftsmitglied членство_профсоюза afiliación_sindical "
    "cotisation_syndicale trattenuta_sindacale",
    "religion": "relig_code konfessionsschlüssel kirchensteuer религиозность religieux",
    "family and pregnancy": "NumberOfDependents child_count childcare_subsidy Kinderfreibetrag schwangerschaftswoche "
    "беременна maternal parentalleave",
    "biometric data": "biometrics2 fingerprintid",
    "credit and criminal records": "CreditScore criminality vorstrafenregister",
}
REFUSED = (
    "sick_days SickDays health_plan union_member religion political_party children Krankheitstage Gewerkschaft "
    "Elternzeit Комментарий больничный количество_детей профсоюз maladie enfants grossesse syndicat enfermedad hijos "
    "embarazo sindicato malattia figli gravidanza sindacato doença filhos gravidez choroba dzieci ciąża ziekte "
    "kinderen zwanger vakbond bolnichnyy deti beremennost absence_reason disability_leave comments"
)
INNOCENT_NAMES = (
    "page average Language_Skill stage percentage usage coverage mortgage engagement manager management message_count "
    "passage voltage agency agent agenda wages garage image storage village Ausbildung sexto sextant Essex "
    "race_condition trace bracelet embrace gracePeriod Ausland Dienstalter Betriebszugehörigkeit Verwaltung Schalter "
    "Mitarbeiter Gehalter antigüedad conocimiento localidad calidad necesidad capacidad qualidade cidade unidade "
    "connaissances reconnaissance renaissance crescita anzianità "
    "świadectwo wiekszosc zwiazek_firm opleiding afdeling functie dienstverband стаж этаж полка подразделение "
    "половина пользователь учреждение утверждение больше детализация образование языки_иностранный третий job_family "
    "JobFamilyGroup product_family ticket_age account_age age_of_contract third_party subject_area credit_hours "
    "training_credits number_of_comments messages_sent parent_company reunion communion community opportunity "
    "independent independence birch maritime platino "
    "destination donation medium media title L4_manager man_hours over_40_hours salary hours commute "
    "tenure department DistanceFromHome EducationField NumCompaniesWorked OverTime RelationshipSatisfaction "
    "StandardHours WorkLifeBalance YearsWithCurrManager Position State Zip ManagerName RecruitmentSource "
    "PerformanceScore EngagementSurvey SpecialProjectsCount DaysLateLast30 Absences business_value grade "
    "City Education_Level JoiningDesignation last_day_worked GrossPay AnnualSalary"
)
"""Real columns of exports and public data among them."""


def pairs(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(what, name) for what, names in table.items() for name in names.split()]


@pytest.mark.parametrize(("what", "name"), pairs(PROTECTED))
def test_a_certain_name_is_protected_in_every_language(what: str, name: str) -> None:
    assert is_protected(name)
    assert not is_refused(name)
    subject = resembles(name)
    assert subject
    assert subject.what == what


@pytest.mark.parametrize(("what", "name"), pairs(LIKELY))
def test_a_name_with_a_word_or_stem_of_a_subject_is_recognised(what: str, name: str) -> None:
    assert not is_protected(name)
    subject = resembles(name)
    assert subject
    assert subject.what == what


@pytest.mark.parametrize("name", REFUSED.split())
def test_a_name_with_a_refused_word_is_refused_in_every_language(name: str) -> None:
    assert is_refused(name)


@pytest.mark.parametrize("name", INNOCENT_NAMES.split())
def test_an_innocent_name_raises_no_question(name: str) -> None:
    assert not resembles(name)
    assert not is_protected(name)
    assert not is_refused(name)


def test_no_column_of_the_contract_looks_sensitive() -> None:
    assert not [name for table in TABLES for name in column_order(table) if resembles(name)]


def test_the_words_are_written_as_names_are_folded() -> None:
    subjects = (*PROTECTED_SUBJECTS, *REFUSED_SUBJECTS)
    words = " ".join([INNOCENT, *(f"{subject.certain} {subject.likely}" for subject in subjects)]).split()
    assert [word for word in words if folded(word.replace("*", "q")) != word.replace("*", "q")] == []
