"""The words for ids and names of people, for former values, and those that say nothing. Written like `words.py`."""

from typing import Final

PERSON_ID: Final = (
    "emplid empl_id emp employeenumber person_nbr personnel employee_nbr employee_num staff_nr staff_code "
    "worker_number worker_no workernumber colleague_id colleague_no hr_id sap_id person_id_external "
    "personidexternal mitarbeiter_nummer personal_id n_matricule numero_de_matricule no_matricule "
    "matricule_salarie n_dipendente cod_dipendente cod_empleado codigo_de_empleado num_trabajador chapa "
    "nr_kadrowy nr_akt numer_kadrowy pracownik_id personeels_nr personeelsnr medewerkernr medewerker_nr no nr num "
    "nummer employee_id employeeid n_empleado no_empleado nro_empleado num_empleado emp_id empid employee_number "
    "employee_no employee_code emp_no emp_num emp_number employee worker_id workerid staff_id staff_no "
    "staff_number person_id personid person_number personnel_number personnel_no associate_id payroll_id "
    "payroll_number position_id file user_id userid badge* personalnummer personal_nr persnr pers_nr pernr "
    "mitarbeiternummer mitarbeiter_nr mitarbeiter_id табельныи_номер табельныи табельныйномер номер_сотрудника "
    "код_сотрудника tabelnyy* tabelny* tab_nomer matricule numero_matricule id_salarie numero_de_salarie "
    "matricula legajo numero_de_empleado numero_empleado id_empleado codigo_empleado matricola id_dipendente "
    "codice_dipendente numero_de_funcionario id_funcionario registro_funcional numer_pracownika nr_pracownika "
    "id_pracownika numer_ewidencyjny nr_ewidencyjny personeelsnummer medewerkernummer medewerker_id id identifier"
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

FORMER: Final = (
    "old previous prev prior former before vorherig* alte alter altes bisherig* ancien* precedent* anterior* "
    "vecchi* precedente* star* poprzedni* oud* vorig* прежн* старый старая старое было предыдущ*"
)
"""Words beside the name of a value that holds no more: `Previous department`."""

GENERIC: Final = frozenset(
    (
        "and annual annuale annuel anual base brut bruto brutto code current d da das data date datum de del "
        "della den der des description di die du e el employee employment et fecha gross i id il information job "
        "la le new neue neuer neues nouveau nouvelle nuevo nueva nuovo nuova nowy nowa nieuwe novo nova новый "
        "новая новое lordo mensal mensile mensual mensuel monthly name no nr number of percent person "
        "primary quarterly the "
        "total und worker y yearly дата"
    ).split()
)
"""Words that say nothing about what a column holds when they stand beside others."""
