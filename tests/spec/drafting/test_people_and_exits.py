"""Who was employed from when to when, from the shapes in which systems keep it."""

from datetime import date

import pytest
from drafts import Draw
from source_files import Content

PERIOD = {"complete_from": "2020-01-01", "complete_until": "2021-12-31"}
ROSTER = """Personalnummer;Nachname;Beschäftigungsart;Eintrittsdatum;Austrittsdatum;Art der Kündigung;Austrittsgrund
0101;A;Intern;01.02.2019;;;
0102;B;Intern;15.03.2019;31.05.2020;Arbeitnehmerkündigung;Umzug
0103;C;Extern;01.04.2019;;;
0104;D;Intern;02.05.2018;30.06.2021;Arbeitnehmerkündigung;Renteneintritt
0105;E;Intern;03.05.2018;30.09.2021;Arbeitgeberkündigung;Leistung
"""


def test_a_list_of_people_gives_spells_and_exits(drafted: Draw) -> None:
    made = drafted(
        {"liste.csv": ROSTER},
        PERIOD
        | {
            "exit_kinds": {
                "Arbeitnehmerkündigung / Umzug": "voluntary",
                "Arbeitnehmerkündigung / Renteneintritt": "other",
                "Arbeitgeberkündigung / Leistung": "involuntary",
            }
        },
    )
    assert made.rows("exits", "employee_id", "exit_date", "kind") == [
        ("0102", date(2020, 5, 31), "voluntary"),
        ("0104", date(2021, 6, 30), "other"),
        ("0105", date(2021, 9, 30), "involuntary"),
    ]
    assert made.rows("employees", "employee_id", "hire_date") == [
        ("0101", date(2019, 2, 1)),
        ("0102", date(2019, 3, 15)),
        ("0104", date(2018, 5, 2)),
        ("0105", date(2018, 5, 3)),
    ]


def test_the_list_of_leavers_says_why_where_the_list_of_people_only_says_when(drafted: Draw) -> None:
    """Person 4 left on another day than the leavers' row of 2019 says, which is of an earlier stay: no reason."""
    people = "Personnel No,Date of Hire,Leaving Date\n1,2018-01-01,\n2,2018-02-01,2020-05-31\n"
    people += "3,2018-03-01,2020-06-30\n4,2018-04-01,2021-07-31\n5,2018-05-01,\n"
    leavers = "Personnel No,Leaving Date,Reason for leaving\n2,2020-05-31,Better offer\n3,2020-06-29,Retired\n"
    leavers += "4,2019-07-31,Dismissed\n"
    kinds = {"Better offer": "voluntary", "Retired": "other", "(empty)": "other"}
    made = drafted({"staff.csv": people, "leavers.csv": leavers}, PERIOD | {"exit_kinds": kinds})
    assert made.rows("exits", "employee_id", "exit_date", "kind", "reason") == [
        ("2", date(2020, 5, 31), "voluntary", "Better offer"),
        ("3", date(2020, 6, 30), "other", "Retired"),
        ("4", date(2021, 7, 31), "other", None),
    ]
    assert "leavers: 1 row without an exit of the person about that day in staff; not used" in made.draft.notes


def test_a_person_counts_as_seen_from_the_day_on_which_exits_are_complete(drafted: Draw) -> None:
    made = drafted({"liste.csv": ROSTER}, PERIOD)
    assert {row[0] for row in made.rows("employees", "observed_from")} == {date(2020, 1, 1)}


@pytest.mark.parametrize(
    ("heading", "reason"),
    [
        ("Resignation (Voluntary)", "Retirement"),
        ("Voluntary", "Death in service"),
        ("Resignation", "End of fixed-term contract"),
        ("Arbeitnehmerkündigung", "Rente"),
        ("По инициативе работника", "в связи с выходом на пенсию"),
        ("Démission", "Départ à la retraite"),
        ("Baja voluntaria", "Jubilación"),
        ("Dimissioni", "Pensionamento"),
        ("Pedido de demissão", "Aposentadoria"),
        ("Wypowiedzenie przez pracownika", "Emerytura"),
        ("Ontslag door werknemer", "Pensioen"),
    ],
)
def test_retirement_death_and_the_end_of_a_contract_are_other_under_any_heading(drafted: Draw, heading, reason) -> None:
    roster = "employee_id,hire_date,termination_date,termination_type,termination_reason\n"
    roster += f"1,2018-01-01,2020-05-31,{heading},{reason}\n"
    roster += f"2,2018-01-02,2020-06-30,{heading},Better offer\n3,2018-01-03,,,\n4,2018-01-04,,,\n"
    made = drafted({"people.csv": roster}, suggested=False)
    assert made.question("exit_kinds").suggested[f"{heading} / {reason}"] == "other"
    assert "exit_kinds" in made.draft.open


def test_leave_ends_no_spell_and_a_return_after_an_exit_begins_one(drafted: Draw) -> None:
    history = """Employee #,Status date,Employment status,Termination reason
1,2018-03-01,Full-Time,
1,2020-02-01,Leave of Absence,
1,2020-06-01,Full-Time,
2,2018-04-01,Full-Time,
2,2020-03-31,Terminated,Better pay
2,2021-01-01,Full-Time,
3,2019-01-01,Full-Time,
"""
    made = drafted({"status.csv": history}, PERIOD | {"exit_kinds": {"Better pay": "voluntary"}})
    assert made.rows("employees", "employee_id", "hire_date") == [
        ("1", date(2018, 3, 1)),
        ("2", date(2018, 4, 1)),
        ("2", date(2021, 1, 1)),
        ("3", date(2019, 1, 1)),
    ]
    assert made.rows("exits", "employee_id", "exit_date", "kind") == [("2", date(2020, 3, 31), "voluntary")]


EVENTS = """PERNR\tBEGDA\tENDDA\tSPRPS\tMASSN\tMASSG
00000011\t20180301\t20200131\t\t01\t
00000011\t20200201\t99991231\t\t10\t01
00000012\t20180401\t99991231\t\t01\t
00000012\t20210301\t99991231\tX\t10\t01
00000013\t20180501\t99991231\t\t01\t
"""
TEXTS = "MASSN\tMASSG\tBezeichnung\n01\t\tEinstellung\n10\t\tAustritt\n10\t01\tKündigung durch Mitarbeiter\n"


def test_codes_of_events_are_shown_with_their_texts_and_locked_rows_left_out(drafted: Draw) -> None:
    made = drafted({"PA0000.txt": EVENTS, "texte.txt": TEXTS}, PERIOD)
    assert made.question("states_pa0000").suggested == {"01 Einstellung": "employed", "10 Austritt": "gone"}
    assert list(made.question("exit_kinds").values) == ["01 Kündigung durch Mitarbeiter"]
    assert made.rows("exits", "employee_id", "exit_date") == [("00000011", date(2020, 1, 31))]


@pytest.mark.parametrize(("answer", "day"), [("first day away", date(2020, 1, 31)), ("last day", date(2020, 2, 1))])
def test_the_day_of_an_exit_is_asked(drafted: Draw, answer, day) -> None:
    made = drafted({"PA0000.txt": EVENTS, "texte.txt": TEXTS}, PERIOD | {"exit_day": answer})
    assert made.rows("exits", "exit_date") == [(day,)]


def test_people_of_the_list_of_leavers_are_employed_until_they_leave(drafted: Draw) -> None:
    active = "Employee ID,Hire Date,Department\n11,2018-01-01,A\n12,2018-02-01,B\n13,2019-02-01,B\n14,2019-03-01,A\n"
    leavers = "Employee ID,Hire Date,Last Day,Leaving Reason\n21,2018-05-01,2020-07-31,Resignation\n"
    made = drafted({"active.csv": active, "leavers.csv": leavers + "22,2018-06-01,2020-08-31,Dismissal\n"}, PERIOD)
    assert [row[0] for row in made.rows("employees", "employee_id")] == ["11", "12", "13", "14", "21", "22"]
    assert made.rows("exits", "employee_id", "kind") == [("21", "voluntary"), ("22", "involuntary")]


def monthly(ids: dict[str, list[str]]) -> dict[str, Content]:
    header = "Emp No,Department,Start Date\n"
    return {
        f"headcount {month}.csv": header + "".join(f"{person},Sales,2018-01-0{int(person)}\n" for person in people)
        for month, people in ids.items()
    }


def test_somebody_missing_from_the_next_monthly_list_is_asked_about(drafted: Draw) -> None:
    files = monthly({"2020-01": ["001", "2", "3"], "2020-02": ["1", "002", "003"], "2020-03": ["001", "3"]})
    made = drafted(files, {"missing_people": "other"})
    assert made.question("missing_people").suggested is None
    assert made.rows("exits", "employee_id", "exit_date", "kind") == [("002", date(2020, 3, 30), "other")]


def test_zeros_that_a_month_lost_make_no_second_person(drafted: Draw) -> None:
    files = monthly({"2020-01": ["001", "002", "003"], "2020-02": ["1", "2", "3"], "2020-03": ["001", "003"]})
    made = drafted(files, {"missing_people": "other"})
    assert made.rows("employees", "employee_id", "hire_date", "observed_from") == [
        ("001", date(2018, 1, 1), date(2020, 1, 31)),
        ("002", date(2018, 1, 2), date(2020, 1, 31)),
        ("003", date(2018, 1, 3), date(2020, 1, 31)),
    ]


def test_a_sheet_for_each_department_is_one_table(drafted: Draw) -> None:
    header = ["Personalnummer", "Eintritt", "Austritt", "Austrittsgrund"]
    sales = [
        ["Mitarbeiterliste"],
        [],
        header,
        ["11", date(2018, 1, 1), None, None],
        ["12", date(2018, 2, 1), date(2020, 5, 31), "Eigenkündigung"],
    ]
    legal = [["Mitarbeiterliste"], [], header, ["13", date(2018, 3, 1), None, None], ["Summe", None, None, None]]
    made = drafted({"book.xlsx": [("Sales", sales), ("Legal", legal)]}, PERIOD)
    assert made.rows("employees", "employee_id") == [("11",), ("12",), ("13",)]


def test_the_planned_end_of_a_contract_is_no_exit(drafted: Draw) -> None:
    roster = "Personalnummer;Eintrittsdatum;Vertragsende;Austrittsdatum;Austrittsgrund\n1;01.02.2018;31.12.2022;;\n"
    made = drafted(
        {"liste.csv": roster + "2;01.03.2018;;31.05.2020;Umzug\n3;01.04.2018;;;\n"},
        PERIOD | {"exit_kinds": {"Umzug": "voluntary"}},
    )
    assert made.rows("exits", "employee_id") == [("2",)]
    assert "liste.Vertragsende" in made.draft.unused


def test_monthly_rows_under_a_name_that_says_nothing_are_found_by_their_days_and_state_exits(drafted: Draw) -> None:
    """Ten people, of whom 10 joins within the last month and 3 leaves in the second; the first of a month names it."""
    months, rows = (
        ("01-01-2020", "01-02-2020", "01-03-2020", "01-04-2020"),
        ["MMM-YY,Emp_ID,Dateofjoining,LastWorkingDate"],
    )
    for number, month in enumerate(months):
        for person in range(1, 11):
            joined = "15-04-2020" if person == 10 else f"{10 + person}-05-2018"
            is_there = number == 3 if person == 10 else not (person == 3 and number > 1)
            left = "20-02-2020" if (person, number) == (3, 1) else ""
            rows += [f"{month},{person},{joined},{left}"] if is_there else []
    answers = {"exit_kinds": {"(empty)": "voluntary"}, "missing_people": "not an exit"} | PERIOD
    made = drafted({"train.csv": "\n".join(rows)}, answers)
    assert made.question("picture_day").suggested == "last day"
    assert made.rows("exits", "employee_id", "exit_date", "kind") == [("3", date(2020, 2, 20), "voluntary")]
    hired = dict(made.rows("employees", "employee_id", "hire_date"))
    assert (len(hired), hired["1"], hired["10"]) == (10, date(2018, 5, 11), date(2020, 4, 15))
