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
        }
    ]
    assert {"warnings", "refused", "tables", "people", "voluntary_exits", "complete_until"} <= report.keys()
    assert report["complete_until"] == "2020-12-31"


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
