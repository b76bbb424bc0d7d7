"""Each rule of bad input -> the smallest input that breaks it -> what the report says."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from raw_company import (
    EXITS,
    LATE_ANSWERS,
    ONE_OF_EACH,
    PEOPLE,
    Tables,
    beside,
    canonical,
    check,
    leaver,
    one,
    person,
    printed,
    without,
)

from features.contract import ids

ERRORS: list[tuple[str, Tables, tuple[str, str, int]]] = [
    ("a required column is missing", without("employees", "hire_date"), ("employees", "hire_date", 0)),
    ("a required column is missing", without("surveys", "score"), ("surveys", "score", 0)),
    (
        "a column occurs twice, differing only in capitals or separators",
        {"exits": [{**EXITS[0], "Exit Date": "2020-01-01"}]},
        ("exits", "exit_date", 0),
    ),
    ("an id is empty", {"employees": [*PEOPLE, {"hire_date": "2018-01-01"}]}, ("employees", "employee_id", 1)),
    *(
        (ids.SENTENCE, {"employees": person((name, "2019-01-01"))}, ("employees", "employee_id", 1))
        for name in ("do\tra", "do\nra", "do\x85ra", "do\u2028ra", "d" * 201, ".", "..")
    ),
    ("an id is empty", one("surveys", employee_id="  "), ("surveys", "employee_id", 1)),
    ("an id is empty", one("collaboration", provider_id=None), ("collaboration", "provider_id", 1)),
    ("a required value is empty", one("compensation", base_pay=""), ("compensation", "base_pay", 1)),
    ("a required value is empty", {"employees": person(("dora", ""))}, ("employees", "hire_date", 1)),
    ("is not a date that can be read", {"employees": person(("dora", "31.12.2019"))}, ("employees", "hire_date", 1)),
    ("is not a date that can be read", one("surveys", survey_date="2018-02-30"), ("surveys", "survey_date", 1)),
    ("is not a date that can be read", one("collaboration", closed_at="later"), ("collaboration", "closed_at", 1)),
    ("is not a date that can be read", one("measures", recorded_at="04/05/2018"), ("measures", "recorded_at", 1)),
    ("is not a number", one("compensation", base_pay="1,000"), ("compensation", "base_pay", 1)),
    ("is not a number", one("surveys", score="good"), ("surveys", "score", 1)),
    ("is not a number", one("performance", rating="A"), ("performance", "rating", 1)),
    ("is not a number", one("measures", value=float("inf")), ("measures", "value", 1)),
    ("is not a whole number", one("assignments", level="2.5"), ("assignments", "level", 1)),
    ("is of a type that cannot be read as text", one("surveys", item=["mood"]), ("surveys", "item", 1)),
    ("is not above 0", one("compensation", base_pay="0"), ("compensation", "base_pay", 1)),
    ("is not above 0", one("compensation", market_pay=-5.0), ("compensation", "market_pay", 1)),
    ("is below 0", one("collaboration", effort_hours="-1"), ("collaboration", "effort_hours", 1)),
    ("is not within 0 to 10", one("surveys", score="10.5"), ("surveys", "score", 1)),
    ("is not within 0 to 5", one("competencies", score="6"), ("competencies", "score", 1)),
    ("is not within 1 to 5", one("collaboration", rating="0"), ("collaboration", "rating", 1)),
    ("is not within 0 to 2", one("assignments", fte="100"), ("assignments", "fte", 1)),
    ("is not within 0 to 744", one("working_time", overtime_hours="800"), ("working_time", "overtime_hours", 1)),
    (
        "is not one of the contract's values",
        {"exits": [{**EXITS[0], "kind": "resigned"}]},
        ("exits", "kind", 1),
    ),
    ("is not one of the contract's values", one("collaboration", kind="chat"), ("collaboration", "kind", 1)),
    ("is not one of the contract's values", one("assignments", reason="luck"), ("assignments", "reason", 1)),
    (
        "a person's rating of their own service",
        one("collaboration", provider_id="anna"),
        ("collaboration", "rating", 1),
    ),
    (
        "is more than 60 years before complete_until",
        {"employees": person(("dora", "1960-12-30"))},
        ("employees", "hire_date", 1),
    ),
    (
        "is more than 60 years before complete_until",
        one("performance", review_date="1918-12-01"),
        ("performance", "review_date", 1),
    ),
    (
        "is too far after complete_until for this column",
        {"employees": person(("dora", "2022-01-02"))},
        ("employees", "hire_date", 1),
    ),
    (
        "is too far after complete_until for this column",
        one("surveys", survey_date="2081-02-01"),
        ("surveys", "survey_date", 1),
    ),
    ("two spells of one person overlap", {"employees": person(("anna", "2019-01-01"))}, ("employees", "hire_date", 1)),
    (
        "two spells of one person overlap",
        {"employees": person(("boris", "2020-03-01"))},  # the exit of 2020-03-31 then ends the second spell
        ("employees", "hire_date", 1),
    ),
    ("an exit is before the hire", {"exits": leaver(("anna", "2017-12-31"))}, ("exits", "exit_date", 1)),
]

LEFT_OUT: list[tuple[str, Tables, tuple[str, str, int], str, int]] = [
    # rule, input, (table, column, rows), table looked at, rows left of it
    (
        "about a person who is not in employees",
        beside("surveys", employee_id="nobody"),
        ("surveys", "employee_id", 1),
        "surveys",
        1,
    ),
    (
        "about a person who is not in employees",
        beside("collaboration", provider_id="nobody"),
        ("collaboration", "provider_id", 1),
        "collaboration",
        1,
    ),
    (
        "about a person who is not in employees",
        {"exits": [*EXITS, *leaver(("nobody", "2019-01-01"))]},
        ("exits", "employee_id", 1),
        "exits",
        1,
    ),
    (
        "an exact duplicate of another row",
        {"surveys": [*ONE_OF_EACH["surveys"]] * 3},
        ("surveys", "", 2),
        "surveys",
        1,
    ),
    ("an exact duplicate of another row", {"employees": [*PEOPLE, PEOPLE[0]]}, ("employees", "", 1), "employees", 3),
    (
        "dated after the person's exit",
        {
            "performance": [
                {"employee_id": "boris", "review_date": day, "rating": "3"} for day in ("2019-04-01", "2020-04-01")
            ]
        },
        ("performance", "review_date", 1),
        "performance",
        1,
    ),
    (
        "dated after the person's exit",
        beside("collaboration", opened_at="2020-04-01", closed_at=None),
        ("collaboration", "opened_at", 1),
        "collaboration",
        1,
    ),
    (
        "a manager who is not in employees; the row is kept, and the manager is unknown",
        one("assignments", manager_id="nobody"),
        ("assignments", "manager_id", 1),
        "assignments",
        1,
    ),
    (
        "people who lead each other in a circle, by the last manager of each; the rows are kept",
        {
            "assignments": [
                {"employee_id": "anna", "effective_date": "2018-01-15", "manager_id": "clara"},
                {"employee_id": "clara", "effective_date": "2018-01-15", "manager_id": None},
                {"employee_id": "clara", "effective_date": "2019-06-01", "manager_id": "anna"},
                {"employee_id": "boris", "effective_date": "2018-01-15", "manager_id": "anna"},  # below the circle
            ]
        },
        ("assignments", "manager_id", 2),
        "assignments",
        4,
    ),
    (
        "a placeholder instead of a date; the row is left out",
        {"employees": person(("dora", "1900-01-01"))},
        ("employees", "hire_date", 1),
        "employees",
        3,
    ),
    (
        "a placeholder instead of a date; the row is left out",
        beside("compensation", effective_date="9999-12-31"),
        ("compensation", "effective_date", 1),
        "compensation",
        1,
    ),
    (
        "no exit: the date is empty or a placeholder; the row is left out",
        {"exits": leaver(("anna", "9999-12-31"), ("clara", ""), ("boris", "2020-03-31"))},
        ("exits", "exit_date", 2),
        "exits",
        1,
    ),
    ("no value; the row is left out", one("surveys", score=None), ("surveys", "score", 1), "surveys", 0),
    (
        "a service with one person as client and provider",
        one("collaboration", provider_id="anna", rating=None),
        ("collaboration", "provider_id", 1),
        "collaboration",
        0,
    ),
    (
        "closed before it was opened",
        beside("collaboration", closed_at="2018-07-01 09:59"),
        ("collaboration", "closed_at", 1),
        "collaboration",
        1,
    ),
    (
        "people whose first fact is more than 12 months after both their hire and the source's first fact: "
        "until then they can only have stayed",
        LATE_ANSWERS,
        ("employees", "observed_from", 1),
        "employees",
        2,
    ),
]


@pytest.mark.parametrize(("rule", "tables", "place"), ERRORS)
def test_an_error_is_named_with_its_place_and_a_remedy_and_nothing_is_written(
    rule: str, tables: Tables, place: tuple[str, str, int], tmp_path: Path
) -> None:
    report = check(tmp_path, tables)
    assert [(finding.rule, (finding.table, finding.column, finding.rows)) for finding in report.errors] == [
        (rule, place)
    ]
    assert report.errors[0].remedy
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".raw.parquet")] == []


@pytest.mark.parametrize(("rule", "tables", "place", "table", "left"), LEFT_OUT)
def test_a_warning_is_counted_and_its_rows_are_left_out(
    rule: str, tables: Tables, place: tuple[str, str, int], table: str, left: int, tmp_path: Path
) -> None:
    report = check(tmp_path, tables)
    assert report.errors == ()
    assert [(finding.rule, (finding.table, finding.column, finding.rows)) for finding in report.warnings] == [
        (rule, place)
    ]
    assert canonical(tmp_path, table).height == left


@pytest.mark.parametrize("tables", [tables for _, tables, _ in ERRORS] + [tables for _, tables, *_ in LEFT_OUT])
def test_no_report_holds_a_person_or_a_value(tables: Tables, tmp_path: Path) -> None:
    report = check(tmp_path, tables)
    text = printed(report, tmp_path) + str(report.as_dict())
    for secret in ("anna", "boris", "clara", "dora", "nobody", "31.12.2019", "1,000", "10.5", "resigned", "1917"):
        assert secret not in text


def test_exits_most_of_which_are_of_unknown_people_are_an_error(tmp_path: Path) -> None:
    [error] = check(tmp_path, {"exits": leaver(("x1", "2020-03-31"), ("x2", "2020-04-30"))}).errors
    assert (error.place, error.rows) == ("exits.employee_id", 2)
    assert error.rule == "about a person who is not in employees; more than 50% of the table's rows"


def test_a_table_of_unknown_people_is_a_warning_that_leaves_all_its_rows_out(tmp_path: Path) -> None:
    rows = [*one("surveys", employee_id="x1")["surveys"], *one("surveys", employee_id="x2")["surveys"]]
    report = check(tmp_path, {"surveys": rows})
    assert (report.errors, report.tables["surveys"], report.used["surveys"]) == ((), 2, 0)


@pytest.mark.parametrize(
    ("wrong", "of", "is_error"), [(10, 20, False), (11, 20, True), (19, 19, False)], ids=["half", "more", "few rows"]
)
@pytest.mark.parametrize(
    ("table", "own_date", "change"),
    [
        ("compensation", "effective_date", {"effective_date": "2900-12-31"}),
        ("collaboration", "opened_at", {"closed_at": "2018-06-30 10:00"}),
    ],
    ids=["placeholders", "closed before opened"],
)
def test_more_than_half_of_a_table_of_twenty_rows_is_an_error(
    table: str, own_date: str, change: dict[str, str], wrong: int, of: int, is_error: bool, tmp_path: Path
) -> None:
    days = [str(date(2018, 7, 1) + timedelta(days=number)) for number in range(of)]
    sound = [{**ONE_OF_EACH[table][0], "closed_at": None, "base_pay": "1000", own_date: day} for day in days]
    bad = [{**row, **change, "effort_hours": number} for number, row in enumerate(sound[:wrong])]
    report = check(tmp_path, {table: [*bad, *sound[wrong:]]})
    assert [finding.rows for finding in (*report.errors, *report.warnings)] == [wrong]
    assert bool(report.errors) == is_error


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("compensation", {"base_pay": "0"}, "is not above 0"),
        ("surveys", {"score": "11"}, "is not within 0 to 10"),
        ("collaboration", {"effort_hours": "-1"}, "is below 0"),
        ("collaboration", {"provider_id": "anna"}, "a person's rating of their own service"),
    ],
)
def test_impossible_values_in_up_to_a_hundredth_of_the_rows_are_left_out(
    table: str, change: dict[str, str], rule: str, tmp_path: Path
) -> None:
    own_date = {"compensation": "effective_date", "surveys": "survey_date", "collaboration": "opened_at"}[table]
    days = [str(date(2018, 7, 1) + timedelta(days=number)) for number in range(100)]
    sound_rows = [{**ONE_OF_EACH[table][0], "closed_at": None, own_date: day} for day in days]
    impossible = {**sound_rows[-1], **change}
    report = check(tmp_path, {table: [*sound_rows[:-1], impossible]})
    assert (report.errors, [(found.rule, found.rows, found.leaves_out) for found in report.warnings]) == (
        (),
        [(rule, 1, True)],
    )
    assert canonical(tmp_path, table).height == report.used[table] == 99
    (two := tmp_path / "two").mkdir()
    report = check(two, {table: [*sound_rows[:-2], {**sound_rows[-2], **change}, impossible]})
    assert [(error.rule, error.rows) for error in report.errors] == [(rule, 2)]
