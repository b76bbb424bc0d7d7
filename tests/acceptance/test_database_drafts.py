"""Drafts over databases of every kind, and the tables that they copy."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import databases
import polars as pl
import pytest
from databases import ELSEWHERE, OWN, TestDatabase

from features.drafting.draft import draft_database, draft_source
from features.errors import BadInput
from features.source import Source, check_source, load_source

WORKERS = {
    "employee_number": int,
    "hire_date": date,
    "termination_date": date,
    "termination_reason": str,
    "department": str,
    "annual_salary": Decimal,
    "currency": str,
    "sick_days": int,
}
PEOPLE = [
    (1001, date(2018, 1, 2), None, None, "Sales", Decimal("42125.375"), "EUR", 1),
    (1002, date(2018, 3, 1), date(2020, 5, 31), "Better offer", "Sales", Decimal("51000.125"), "EUR", 0),
    (1003, date(2019, 4, 1), None, None, "Plant", Decimal("38500.500"), "EUR", 7),
    (1004, date(2019, 5, 2), date(2021, 6, 30), "Retirement", "Plant", Decimal("61250.875"), "EUR", 2),
    (1005, date(2020, 6, 1), None, None, "Office", Decimal("45000.250"), "EUR", 0),
]
ANSWERS = {
    "complete_from": "2020-01-01",
    "complete_until": "2021-12-31",
    "exit_kinds": {"Better offer": "voluntary", "Retirement": "other"},
}
Drafting = Callable[[dict[str, Any], Path], Any]


def answered(drafting: Drafting, out: Path) -> str:
    """The text of a draft in which the suggestions are the answers to what nobody has said."""
    given: dict[str, Any] = dict(ANSWERS)
    out.mkdir()
    for attempt in range(5):
        work = out.parent / f"{out.name}-{attempt}"
        work.mkdir()
        draft = drafting(given, work)
        if not draft.open:
            break
        given |= dict.fromkeys(draft.open, "suggested")
    (out / "source.toml").write_text(draft.text, encoding="utf-8")
    return str(draft.text)


def loaded(folder: Path, staging: Path) -> Source:
    given = load_source(folder, staging)
    assert isinstance(given, Source)
    return given


def test_a_draft_over_a_database_reads_what_a_draft_over_files_reads(database: TestDatabase, tmp_path: Path) -> None:
    database.table("worker", WORKERS, PEOPLE)
    database.table("planned", {"employee_number": int}, [])
    export = tmp_path / "export"
    export.mkdir()
    texts = [[None if value is None else str(value) for value in row] for row in PEOPLE]
    pl.DataFrame(texts, schema=dict.fromkeys(WORKERS, pl.String), orient="row").write_csv(export / "worker.csv")

    def over_database(given: dict[str, Any], work: Path) -> Any:
        tables = ["worker"] if database.kind in ELSEWHERE else []
        return draft_database("HR_DATABASE", None, tables, given, work, lambda _: None)

    def over_files(given: dict[str, Any], work: Path) -> Any:
        return draft_source(export, tmp_path / "files" / "source.toml", given, work, lambda _: None)

    toml = answered(over_database, tmp_path / "drafted")
    answered(over_files, tmp_path / "files")
    assert "[database.read]" in toml
    assert database.url not in toml
    assert check_source(tmp_path / "drafted", tmp_path / "staging").errors == ()
    once = loaded(tmp_path / "drafted", tmp_path / "once")
    assert once.report.tables["employees"] == 5
    assert once.data_hash == loaded(tmp_path / "drafted", tmp_path / "twice").data_hash
    assert once.data_hash == loaded(tmp_path / "files", tmp_path / "of_files").data_hash
    assert once.report.refused == ("worker_table.sick_days",)
    if database.kind in OWN:
        assert "# - planned: no rows" in toml


def test_the_command_drafts_a_database_and_names_it_in_the_next_command(
    retention: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = databases.sqlite(tmp_path)
    database.table("worker", WORKERS, PEOPLE)
    database.table("planned", {"number": int}, [(1,)])
    monkeypatch.setenv("HR_DATABASE", database.url)
    toml, answers = tmp_path / "drafted.toml", tmp_path / "answers.toml"
    command = ["draft", "--database-url-env", "HR_DATABASE", "--table", "worker", "--out", toml, "--answers", answers]
    first = retention(*command, var=tmp_path / "var", exit_code=3)
    assert f"retention draft --database-url-env HR_DATABASE --table worker --out {toml}" in first.stderr
    given = answers.read_text()
    given = given.replace('complete_from = ""', 'complete_from = "2020-01-01"')
    given = given.replace('complete_until = ""', 'complete_until = "2021-12-31"')
    given = given.replace('""', '"suggested"').replace('"Better offer" = "suggested"', '"Better offer" = "voluntary"')
    answers.write_text(given.replace('Retirement = "suggested"', 'Retirement = "other"'))
    second = retention(*command, var=tmp_path / "var")
    assert f"Next: retention check {toml}" in second.stderr
    assert "planned" not in toml.read_text()
    assert "5 people" in retention("check", toml, var=tmp_path / "var").stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing to draft. Name either PATH or --database-url-env"),
        (["export", "--database-url-env", "X"], "two things to draft. Name either PATH or --database-url-env"),
        (["export", "--schema", "x"], "--schema: no effect on files. Leave it out"),
        (["--database-url-env", "NOT_SET"], "the environment variable NOT_SET is not set"),
        (["--database-url-env", "RETENTION_DATABASE"], "source.toml.database.url_env: wrong value. write another name"),
    ],
)
def test_a_draft_of_nothing_or_of_two_things_is_an_error(
    arguments: list[str], message: str, retention: Callable[..., Any], tmp_path: Path
) -> None:
    done = retention("draft", *arguments, "--out", tmp_path / "x.toml", var=tmp_path / "var", exit_code=2)
    assert message in " ".join(done.stderr.split())


def test_a_draft_names_the_tables_it_cannot_find_and_stops_at_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = databases.sqlite(tmp_path)
    monkeypatch.setenv("HR_DATABASE", database.url)
    for number in range(61):
        database.execute(f"create table t_{number} (x)")
    for wanted, rule in (([], "more than 60 tables"), (["T_1", "t_1"], "no table T_1"), (["t_1"], "nothing to read")):
        with pytest.raises(BadInput) as bad:
            draft_database("HR_DATABASE", None, wanted, {}, tmp_path, lambda _: None)
        assert [finding.rule for finding in bad.value.findings] == [rule]


def test_a_table_that_is_not_there_is_an_error_where_it_is_named(company: TestDatabase, tmp_path: Path) -> None:
    toml = (
        '[database]\nurl_env = "HR_DATABASE"\n[database.read]\nstaff = "employees"\nleft = "leavers"\n'
        '[tables]\nemployees = "select * from staff"\nexits = "select * from \\"left\\""\n'
    )
    (tmp_path / "source.toml").write_text(toml)
    [error] = check_source(tmp_path, tmp_path.parent / f"{tmp_path.name}-staging").errors
    assert error.place == "source.toml.database.read.left"
    assert "SQL error at line 5" in error.rule


def test_copied_tables_are_text_for_the_queries_of_duckdb(company: TestDatabase, tmp_path: Path) -> None:
    toml = (
        '[database]\nurl_env = "HR_DATABASE"\n[database.read]\nstaff = "employees"\nleavers = "exits"\n'
        "[prepare]\neveryone = \"select employee_id, strptime(left(hire_date, 10), '%Y-%m-%d')::date as hire_date "
        'from staff"\n[tables]\nemployees = "select * from everyone"\n'
        'exits = "select employee_id, left(exit_date, 10) as exit_date, kind from leavers"\n'
    )
    (tmp_path / "source.toml").write_text(toml)
    report = check_source(tmp_path, tmp_path.parent / f"{tmp_path.name}-staging")
    assert report.errors == ()
    assert [name.lower() for name in report.refused] == ["staff.sick_days"]
    assert report.tables == {"employees": 2, "exits": 1}
