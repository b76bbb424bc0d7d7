"""The report of a validation: all findings at once, without a person or a value; as JSON and in a terminal."""

from pathlib import Path

from raw_company import ONE_OF_EACH, check, one, printed, without

from features.errors import Finding
from features.validation.report import Report


def test_errors_in_all_tables_are_in_one_report(tmp_path: Path) -> None:
    report = check(tmp_path, one("compensation", base_pay="0") | one("surveys", score="11") | without("exits", "kind"))
    assert [finding.place for finding in report.errors] == ["compensation.base_pay", "exits.kind", "surveys.score"]


def test_ten_thousand_errors_of_a_rule_are_one_finding(tmp_path: Path) -> None:
    rows = [{"employee_id": "anna", "effective_date": "2018-01-01", "base_pay": -pay} for pay in range(10_000)]
    report = check(tmp_path, {"compensation": rows})
    assert [finding.rows for finding in report.errors] == [10_000]


def test_the_report_as_json_has_the_keys_that_scripts_rely_on(tmp_path: Path) -> None:
    report = check(tmp_path, one("surveys", score="11")).as_dict()
    assert report["errors"] == [
        {
            "rule": "is not within 0 to 10",
            "table": "surveys",
            "column": "score",
            "rows": 1,
            "remedy": "Convert it to the scale from 0 to 10.",
            "leaves_out": False,
        }
    ]
    assert {"warnings", "refused", "tables", "used", "left_out", "people", "voluntary_exits"} <= report.keys()
    assert report["complete_until"] == "2020-12-31"


def test_each_table_shows_its_rows_read_used_and_left_out_by_rule(tmp_path: Path) -> None:
    answers = [*ONE_OF_EACH["surveys"] * 3, *one("surveys", employee_id="nobody")["surveys"]]
    measures = [*ONE_OF_EACH["measures"], *one("measures", name="age")["measures"]]
    tables = {**one("assignments", manager_id="nobody"), "surveys": answers, "measures": measures}
    report = check(tmp_path, tables)
    assert report.tables == {"employees": 3, "assignments": 1, "surveys": 4, "measures": 2, "exits": 1}
    assert report.used == {"employees": 3, "assignments": 1, "surveys": 1, "measures": 1, "exits": 1}
    assert report.left_out == {
        "surveys": {"an exact duplicate of another row": 2, "about a person who is not in employees": 1},
        "measures": {"an item that is refused or ignored": 1},
    }
    assert {finding.table: finding.leaves_out for finding in report.warnings} == {"assignments": False, "surveys": True}
    lines = [" ".join(line.replace("│", " ").split()) for line in printed(report, tmp_path).splitlines()]
    assert "assignments 1 1 0" in lines
    assert "measures 2 1 1 1: an item that is refused or ignored" in lines


def test_nothing_is_used_where_there_is_an_error(tmp_path: Path) -> None:
    report = check(tmp_path, one("surveys", score="11"))
    assert (report.used, report.left_out) == ({}, {})


def test_the_terminal_shows_where_what_how_often_and_what_to_do(tmp_path: Path) -> None:
    text = printed(Report(errors=(Finding("is [wrong]", "surveys", "score", 1200, "Fix it."),)), tmp_path)
    assert all(part in text for part in ("surveys.score", "is [wrong]", "1,200", "Fix it.", "1 error and 0 warnings"))
    text = printed(check(tmp_path, ONE_OF_EACH), tmp_path)
    assert "No errors, 0 warnings: 3 people and 1 voluntary exit up to 2020-12-31 to learn from." in text


def test_a_narrow_terminal_breaks_no_name(tmp_path: Path) -> None:
    long = Finding(
        "has a value that is no number in it", "collaboration", "provider_department", 12, "Correct the file."
    )
    query = Finding("SQL error at line 12: syntax error", "source.toml", "tables.compensation", 0, "Fix the query.")
    text = printed(Report(errors=(long, query)), tmp_path, width=80)
    assert all(
        name in text for name in ("collaboration ", ".provider_department ", "source.toml ", ".tables.compensation ")
    )
    assert max(map(len, text.splitlines())) <= 80
