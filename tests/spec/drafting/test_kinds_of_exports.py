"""Shapes in which systems keep people, posts and pay, beside lists and plain histories."""

from datetime import date

import pytest
from drafts import Draw

PERIOD = {"complete_from": "2018-01-01", "complete_until": "2021-12-31"}
KINDS = {"exit_kinds": {"Resignation": "voluntary", "Retirement": "other"}}
PEOPLE = "Employee ID,Hire date,Termination date,Termination reason\n" + "".join(
    f"{n},2018-01-0{n},{'2020-06-30,Resignation' if n == 3 else ','}\n" for n in range(1, 7)
)


def test_the_start_and_the_end_of_a_stay_are_the_hire_and_the_exit(drafted: Draw) -> None:
    made = drafted(
        {
            "staff.csv": "Employee ID,Last name,Start date,End date,Reason for leaving\n"
            "1,A,2018-01-15,,\n2,B,2018-02-01,2019-03-31,Resignation\n2,B,2020-05-01,,\n3,C,2018-04-01,2021-01-31,Retirement\n"
        },
        PERIOD | KINDS,
    )
    assert made.rows("employees", "employee_id", "hire_date") == [
        ("1", date(2018, 1, 15)),
        ("2", date(2018, 2, 1)),
        ("2", date(2020, 5, 1)),
        ("3", date(2018, 4, 1)),
    ]
    assert made.rows("exits", "employee_id", "exit_date") == [("2", date(2019, 3, 31)), ("3", date(2021, 1, 31))]


def test_the_start_and_the_end_of_a_post_are_none(drafted: Draw) -> None:
    posts = (
        "Employee ID,Start date,End date,Department\n1,2018-01-01,2019-12-31,Sales\n1,2020-01-01,,Legal\n"
        + "".join(f"{n},2018-01-0{n},,Sales\n" for n in range(2, 7))
    )
    made = drafted({"people.csv": PEOPLE, "posts.csv": posts}, PERIOD | KINDS)
    assert len(made.rows("exits", "employee_id")) == 1
    assert ("1", date(2020, 1, 1), "Legal") in made.rows("assignments", "employee_id", "effective_date", "department")


@pytest.mark.parametrize("order", [("1", "2"), ("2", "1")])
def test_of_several_changes_of_one_day_the_last_one_counts(drafted: Draw, order: tuple[str, str]) -> None:
    rows = {"1": "1,2019-05-01,1,Legal\n", "2": "1,2019-05-01,2,Sales\n"}
    posts = "Employee ID,Effective date,Sequence,Department\n1,2018-01-01,1,Plant\n"
    posts += "".join(rows[each] for each in order) + "2,2018-01-02,1,Plant\n4,2018-01-04,1,Plant\n"
    made = drafted({"people.csv": PEOPLE, "posts.csv": posts}, PERIOD | KINDS)
    assert made.rows("assignments", "employee_id", "effective_date", "department")[:2] == [
        ("1", date(2018, 1, 1), "Plant"),
        ("1", date(2019, 5, 1), "Sales"),
    ]


def test_components_of_pay_that_stand_side_by_side_do_not_replace_each_other(drafted: Draw) -> None:
    pay = "Employee ID,Effective date,Seq number,Pay component,Annual salary\n" + "".join(
        f"{n},2018-01-0{n},1,BASE,40000\n{n},2018-01-0{n},2,CAR,3000\n" for n in range(1, 7)
    )
    made = drafted(
        {"people.csv": PEOPLE, "pay.csv": pay},
        PERIOD | KINDS | {"rows_pay_pay_type": {"BASE": "keep", "CAR": "leave out"}},
    )
    assert made.rows("compensation", "base_pay") == [(40000.0,)] * 6


def test_rows_that_were_replaced_and_second_jobs_are_left_out(drafted: Draw) -> None:
    posts = (
        "Employee ID,Effective date,Effective latest change,Primary flag,Department\n"
        "1,2018-01-01,N,Y,Plant\n1,2018-01-01,Y,Y,Sales\n1,2018-01-01,Y,N,Canteen\n2,2018-01-02,Y,Y,Legal\n"
        "4,2018-01-04,Y,Y,Legal\n"
    )
    made = drafted({"people.csv": PEOPLE, "posts.csv": posts}, PERIOD | KINDS)
    assert made.rows("assignments", "employee_id", "department") == [("1", "Sales"), ("2", "Legal"), ("4", "Legal")]


def test_pay_by_the_hour_is_not_divided_by_the_share_of_full_time(drafted: Draw) -> None:
    pay = "Employee ID,Effective date,Amount,Frequency,FTE\n1,2018-01-01,20,Hour,0.5\n2,2018-01-02,2000,Month,0.5\n"
    pay += "3,2018-01-03,4000,Month,1\n4,2018-01-04,25,Hour,1\n"
    made = drafted({"people.csv": PEOPLE, "pay.csv": pay}, PERIOD | KINDS | {"pay_basis": "as paid"})
    assert made.rows("compensation", "employee_id", "base_pay") == [
        ("1", 20 * 2080.0),
        ("2", 2000 * 12 / 0.5),
        ("3", 48000.0),
        ("4", 25 * 2080.0),
    ]


def test_a_log_with_a_row_a_field_is_a_history(drafted: Draw) -> None:
    log = (
        "Employee ID,Date,Field,Old value,New value\n"
        "1,2018-01-01,Department,,Sales\n1,2018-01-01,Annual salary,,40000\n"
        "1,2019-04-01,Annual salary,40000,42000\n1,2020-02-01,Department,Sales,Legal\n"
        "2,2018-01-02,Department,,Plant\n"
        "4,2018-01-04,Department,,Plant\n"
    )
    made = drafted({"people.csv": PEOPLE, "log.csv": log}, PERIOD | KINDS)
    assert made.rows("compensation", "employee_id", "effective_date", "base_pay") == [
        ("1", date(2018, 1, 1), 40000.0),
        ("1", date(2019, 4, 1), 42000.0),
    ]
    departments = [row for row in made.rows("assignments", "employee_id", "effective_date", "department") if row[2]]
    assert departments == [
        ("1", date(2018, 1, 1), "Sales"),
        ("1", date(2020, 2, 1), "Legal"),
        ("2", date(2018, 1, 2), "Plant"),
        ("4", date(2018, 1, 4), "Plant"),
    ]


def test_a_stay_is_a_chain_of_versions_and_a_gap_begins_another(drafted: Draw) -> None:
    versions = (
        "Employee ID,Valid from,Valid to,Department,Leaving reason\n"
        "1,2018-01-01,2019-01-01,Sales,\n1,2019-01-01,,Legal,\n"
        "2,2018-02-01,2018-08-01,Sales,\n2,2018-08-01,2019-07-01,Plant,Resignation\n2,2020-03-01,,Plant,\n"
    )
    made = drafted({"versions.csv": versions}, PERIOD | KINDS)
    assert made.question("exit_day").suggested == "first day away"
    assert made.rows("employees", "employee_id", "hire_date") == [
        ("1", date(2018, 1, 1)),
        ("2", date(2018, 2, 1)),
        ("2", date(2020, 3, 1)),
    ]
    assert made.rows("exits", "employee_id", "exit_date", "kind") == [("2", date(2019, 6, 30), "voluntary")]


def test_where_each_way_to_leave_is_an_action_the_actions_are_asked(drafted: Draw) -> None:
    moves = "Matrícula,Fecha,Tipo de movimiento\n" + "".join(f"{n},2018-01-0{n},Alta\n" for n in range(1, 6))
    moves += "1,2019-03-31,Baja voluntaria\n2,2019-04-30,Jubilación\n"
    made = drafted(
        {"movimientos.csv": moves},
        PERIOD
        | {
            "exit_day": "last day",
            "exit_kinds": {"Baja voluntaria": "voluntary", "Jubilación": "other"},
            "states_movimientos": {"Alta": "employed", "Baja voluntaria": "gone", "Jubilación": "gone"},
        },
    )
    assert made.rows("exits", "employee_id", "kind") == [("1", "voluntary"), ("2", "other")]


def test_the_reason_in_a_history_counts_where_the_list_dates_the_exit_without_one(drafted: Draw) -> None:
    people = "Employee ID,Hire date,Termination date\n" + "".join(
        f"{n},2018-01-0{n},{'2020-06-30' if n == 3 else ''}\n" for n in range(1, 7)
    )
    history = "Employee ID,Effective date,Status,Reason\n" + "".join(f"{n},2018-01-0{n},Active,\n" for n in range(1, 7))
    history += "3,2020-07-01,Terminated,Retirement\n"
    made = drafted({"people.csv": people, "history.csv": history}, PERIOD | KINDS | {"exit_day": "first day away"})
    assert made.rows("exits", "employee_id", "exit_date", "kind") == [("3", date(2020, 6, 30), "other")]


def test_the_value_of_before_is_no_department(drafted: Draw) -> None:
    moves = "Employee ID,Effective date,Previous department,New department\n1,2019-02-01,Sales,Legal\n"
    moves += "1,2020-02-01,Legal,Sales\n2,2019-03-01,Plant,Sales\n4,2019-04-01,Legal,Plant\n"
    made = drafted({"people.csv": PEOPLE, "moves.csv": moves}, PERIOD | KINDS)
    assert made.rows("assignments", "employee_id", "department") == [
        ("1", "Legal"),
        ("1", "Sales"),
        ("2", "Sales"),
        ("4", "Plant"),
    ]


def test_addresses_are_ids_where_the_list_has_them_beside_the_number(drafted: Draw) -> None:
    people = "Staff no,E-mail,Hire date,Termination date,Termination reason\n" + "".join(
        f"{n:03d},p{n}@example.com,2018-01-0{n},{'2020-06-30,Resignation' if n == 3 else ','}\n" for n in range(1, 7)
    )
    posts = "E-mail,Effective date,Department,Manager\n" + "".join(
        f"P{n}@example.com,2018-01-0{n},Sales,p1@example.com\n" for n in range(2, 7)
    )
    posts += "p2@example.com,2019-02-01,Legal,p1@example.com\n"
    made = drafted({"people.csv": people, "posts.csv": posts}, PERIOD | KINDS)
    assert made.rows("assignments", "employee_id", "manager_id")[0] == ("002", "001")


def test_without_any_id_people_are_told_apart_by_their_names(drafted: Draw) -> None:
    people = "Name,Hire date,Termination date,Termination reason\nAnn Ray,2018-01-01,,\n"
    people += "Bea Sun,2018-02-01,2020-06-30,Resignation\n"
    made = drafted({"people.csv": people + "Cid Tam,2018-03-01,,\n"}, PERIOD | KINDS)
    assert made.rows("exits", "employee_id") == [("Bea Sun",)]


def test_who_has_no_manager_is_not_led_by_a_placeholder(drafted: Draw) -> None:
    posts = "Employee ID,Effective date,Department,Manager ID\n1,2018-01-01,Sales,NO_MANAGER\n2,2018-01-02,Sales,1\n"
    made = drafted(
        {"people.csv": PEOPLE, "posts.csv": posts + "4,2018-01-04,Sales,1\n4,2019-01-04,Legal,1\n"}, PERIOD | KINDS
    )
    assert made.rows("assignments", "employee_id", "manager_id") == [
        ("1", None),
        ("2", "1"),
        ("4", "1"),
        ("4", "1"),
    ]


def test_the_direction_of_a_level_follows_from_its_changes_where_there_is_no_pay(drafted: Draw) -> None:
    posts = "Employee ID,Effective date,Level\n" + "".join(
        f"{n},20{18 + year}-02-0{n},{5 - year}\n" for n in range(1, 7) for year in range(3)
    )
    made = drafted({"people.csv": PEOPLE, "posts.csv": posts}, PERIOD | KINDS, suggested=False)
    assert made.question("level").suggested == "Level: lower is more senior"


def test_the_earlier_stay_of_somebody_hired_again_is_in_the_list_of_leavers(drafted: Draw) -> None:
    here = "Employee ID,Hire date\n" + "".join(f"{n},2020-01-0{n}\n" for n in range(1, 7))
    gone = "Employee ID,Hire date,Termination date,Termination reason\n2,2018-03-01,2019-05-31,Resignation\n"
    made = drafted({"active.csv": here, "leavers.csv": gone}, PERIOD | KINDS)
    assert ("2", date(2018, 3, 1)) in made.rows("employees", "employee_id", "hire_date")
    assert ("2", date(2020, 1, 2)) in made.rows("employees", "employee_id", "hire_date")


def test_the_day_of_a_list_of_a_year_is_asked(drafted: Draw) -> None:
    files = {
        f"staff {year}.csv": "Employee ID,Hire date,Department\n"
        + "".join(
            f"{n},2017-01-0{n},{'Sales' if year < 2020 else 'Legal'}\n" for n in range(1, 10) if year < 2020 or n > 3
        )
        for year in (2018, 2019, 2020)
    }
    files["leavers.csv"] = "Employee ID,Termination date,Termination reason\n" + "".join(
        f"{n},2020-03-31,Resignation\n" for n in (1, 2, 3)
    )
    made = drafted(files, PERIOD | KINDS)
    assert made.question("picture_day").choices == ("last day", "first day")
    assert ("4", date(2020, 12, 31), "Legal") in made.rows("assignments", "employee_id", "effective_date", "department")


def test_a_short_file_has_the_encoding_of_the_files_beside_it(drafted: Draw) -> None:
    people = "Nr ewidencyjny;Imię;Data zatrudnienia;Data zwolnienia;Powód zwolnienia\n" + "".join(
        f"{n};Świętosława;0{n}.01.2018;{'30.06.2020;Przejście na emeryturę' if n == 3 else ';'}\n" for n in range(1, 7)
    )
    pay = "Nr ewidencyjny;Data od;Wynagrodzenie miesięczne\n" + "".join(
        f"{n};0{n}.01.2018;4000,50\n" for n in range(1, 7)
    )
    made = drafted(
        {"pracownicy.csv": people.encode("windows-1250"), "pensje.csv": pay.encode("windows-1250")},
        PERIOD | {"exit_kinds": {"Przejście na emeryturę": "other"}},
    )
    assert made.draft.tables["compensation"][2].source == "pensje.Wynagrodzenie miesięczne"


def test_a_number_that_two_companies_give_is_two_people(drafted: Draw) -> None:
    people = "Mandant;Personalnummer;Nachname;Eintritt;Austritt;Austrittsgrund\n" + "".join(
        f"{company};{n:03d};{name}{n};0{n}.01.2018;{'30.06.2020;Resignation' if (company, n) == ('20', 1) else ';'}\n"
        for company, name in (("10", "A"), ("20", "B"))
        for n in range(1, 6)
    )
    pay = "Mandant;Personalnummer;Gültig ab;Jahresgehalt\n" + "".join(
        f"{company};{n:03d};0{n}.01.{year};{salary}\n"
        for company, salary in (("10", "40000"), ("20", "50000"))
        for n in range(1, 6)
        for year in (2018, 2019)
    )
    made = drafted({"stamm.csv": people, "gehalt.csv": pay}, PERIOD | KINDS)
    assert len(made.rows("employees", "employee_id")) == 10
    assert made.rows("exits", "employee_id") == [("20-001",)]
    assert ("10-001", 40000.0) in made.rows("compensation", "employee_id", "base_pay")
    assert ("20-001", 50000.0) in made.rows("compensation", "employee_id", "base_pay")


def test_somebody_who_moves_to_another_company_of_the_group_is_one_person(drafted: Draw) -> None:
    people = "Company code,Employee ID,Last name,Hire date,Termination date,Termination reason\n" + "".join(
        f"DE01,{n},Name{n},2018-01-0{n},{'2020-06-30,Resignation' if n == 3 else ','}\n" for n in range(1, 7)
    )
    made = drafted({"staff.csv": people + "DE02,3,Name3,2020-10-01,,\n"}, PERIOD | KINDS)
    assert {row[0] for row in made.rows("employees", "employee_id")} == {"1", "2", "3", "4", "5", "6"}
