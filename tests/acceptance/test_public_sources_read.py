"""The four public sources load, and `retention check` reports their known defects with their counts.

The counts come from independent queries over the same files, or from the notes that come with the data.
"""

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from features.source import CrossSection, Source, load_source

DATA = Path(os.environ.get("RETENTION_DATA", Path(__file__).parents[3] / "shared" / "data"))

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public data are not here (RETENTION_DATA names them)")


def load(name: str, staging: Path) -> Source:
    loaded = load_source(DATA / name, staging)
    assert isinstance(loaded, Source)
    return loaded


def test_jobathon_loads_and_its_late_exits_are_reported(tmp_path: Path) -> None:
    source = load("jobathon", tmp_path / "staging")
    assert (source.report.people, source.report.voluntary_exits) == (2381, 1616)
    assert source.report.tables["assignments"] == 19104
    assert {finding.rows for finding in source.report.warnings if finding.table == "assignments"} == {277}
    assert source.protected_names == ("gender", "birth_year")


def test_baltimore_loads(tmp_path: Path) -> None:
    source = load("baltimore", tmp_path / "staging")
    assert source.report.tables["compensation"] == 111_189
    assert source.report.people == 25_108


def test_happyforce_loads_and_exits_after_its_end_are_reported(tmp_path: Path) -> None:
    source = load("happyforce", tmp_path / "staging")
    assert source.report.tables["employees"] == 3355
    assert source.report.tables["exits"] == 660
    assert any(finding.table == "exits" and finding.rows >= 24 for finding in source.report.warnings)


def test_ibm_hr_loads_as_a_cross_section(tmp_path: Path) -> None:
    book = load_source(DATA / "ibm_hr", tmp_path / "staging")
    assert isinstance(book, CrossSection)
    assert book.frame.shape == (1470, 27)
    assert int(book.left.sum()) == 237
    assert book.protected is not None
    assert book.protected.columns == ["Age", "Gender", "MaritalStatus"]
    assert not {"Attrition", "EmployeeNumber", "Over18", "Age"} & set(book.frame.columns)


Found = dict[tuple[str, str], int]


@pytest.fixture
def check(retention: Callable[..., Any], tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """The report of `retention check SOURCE --json`, which has no error and left no file."""

    def command(name: str) -> dict[str, Any]:
        done = retention("check", DATA / name, "--json", tmp_path / "report.json", var=tmp_path / "var")
        report: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
        assert report["errors"] == []
        assert "No errors" in done.stderr
        assert not (tmp_path / "var").exists()
        return report

    return command


def warned(report: dict[str, Any], rule: str) -> Found:
    """Rows by table and column of the warnings whose rule starts with this text."""
    return {
        (finding["table"], finding["column"]): finding["rows"]
        for finding in report["warnings"]
        if finding["rule"].startswith(rule)
    }


def count(name: str, query: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The count returned by a query over a source's files; it may use the views of its source.toml."""
    monkeypatch.chdir(DATA / name)
    views = tomllib.loads(Path("source.toml").read_text()).get("prepare", {})
    with duckdb.connect() as connection:
        for view, sql in views.items():
            connection.execute(f"create view {view} as {sql}")
        [number] = connection.execute(query).fetchone() or [None]
    return int(number or 0)


def test_checking_jobathon_reports_exits_in_the_month_before_their_row(
    check: Callable[[str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = check("jobathon")
    late = """
        select count(*) from read_csv('train.csv', all_varchar = true)
        where strptime("MMM-YY", '%d-%m-%Y') > try_strptime(LastWorkingDate, '%d-%m-%Y')"""
    after_exit = warned(report, "dated after the person's exit")
    assert after_exit["assignments", "effective_date"] == count("jobathon", late, monkeypatch) == 277
    assert after_exit["compensation", "effective_date"] == 277
    assert (report["people"], report["voluntary_exits"]) == (2381, 1616)
    assert "employees: gender, birth_year: protected, read for the fairness review only." in report["notes"]


def test_checking_happyforce_reports_exits_after_its_end(check: Callable[[str], dict[str, Any]]) -> None:
    report = check("happyforce")
    assert warned(report, "an exit after complete_until") == {("exits", "exit_date"): 25}
    assert report["complete_until"] == "2017-03-15"
    assert report["tables"]["exits"] == 660


def test_checking_baltimore_reports_hires_in_the_wrong_century(
    check: Callable[[str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = check("baltimore")
    old = """
        select count(*) from (select min(hired) as hire_date from payroll group by person)
        where hire_date < date '2019-06-30' - interval 60 year"""
    wrong = warned(report, "a hire more than 60 years before complete_until")
    assert wrong == {("employees", "hire_date"): count("baltimore", old, monkeypatch)}
    [remedy] = [finding["remedy"] for finding in report["warnings"] if finding["column"] == "hire_date"]
    assert "two-digit years" in remedy
    assert warned(report, "people whose first fact") == {}, "observed_from says when the records begin"


def test_checking_ibm_hr_reports_protected_and_ignored_columns(
    check: Callable[[str], dict[str, Any]],
) -> None:
    report = check("ibm_hr")
    assert (report["people"], report["voluntary_exits"]) == (1470, 237)
    assert report["notes"] == [
        "cross_section: Age, Gender, MaritalStatus: protected, read for the fairness review only.",
        "cross_section: Attrition, EmployeeCount, Over18, StandardHours: dropped, as `ignore` in source.toml asks.",
    ]
