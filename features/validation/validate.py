"""From the raw tables of a source to canonical ones, with one report of all errors and warnings.

Two passes: each table on its own (`table_checks.py`), then the checks that need several (`cross_checks.py`). If there
are errors, nothing is written; rows that break a warning's rule are left out.
"""

import tempfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow.parquet as pq

from features.contract.tables import CURRENCY, OWN_DATE, REQUIRED_TABLES, TABLES
from features.validation import period
from features.validation.batches import BatchWriter, column_names
from features.validation.casting import natural
from features.validation.checked_table import FACT_KEY, ROW_KEY, CheckedTable, interim_batches
from features.validation.cross_checks import (
    Duplicates,
    People,
    check_people,
    count_circles,
    find_immortal,
    leave_out_immortal,
)
from features.validation.currency_checks import count_currencies, currency_notes
from features.validation.expectations import Expectations
from features.validation.first_pass import FirstPass
from features.validation.id_spellings import Spellings
from features.validation.parts.in_parts import InParts
from features.validation.report import Report
from features.validation.rules import NO_ROWS, NOT_YET, PERIOD, Tally, looks_like
from features.validation.second_pass import usable_rows
from features.validation.sensitive_values import subject_of_categories, subject_of_years

__all__ = ["Expectations", "Report", "validate"]

PROTECTED_TABLE: Final = "protected"


def validate(
    raw: Mapping[str, Path],
    expectations: Expectations,
    out_dir: Path,
    refused: Sequence[str] = (),
    first_pass: FirstPass | None = None,
    in_parts: InParts | None = None,
) -> Report:
    """Check the raw tables, and write canonical ones to `out_dir` if there is no error.

    `raw` maps a table to Parquet with the source's own types; `refused` lists, as `table.column`, what reading has
    already skipped. `first_pass` holds tables that an earlier run has checked: `raw` then has only their further rows,
    or nothing of them. `in_parts` holds tables that an engine checks, and that are not in `raw`. `out_dir` then holds
    `<table>.parquet` for each table, and `protected.parquet` where employees have protected attributes; files of an
    earlier run are replaced.
    Never raises for the contents of tables: every finding is in the report. Raises OSError where `out_dir` cannot be
    written.
    """
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent, prefix=f".{out_dir.name}-") as staging:
        first_pass = first_pass or FirstPass(Path(staging), in_parts=in_parts)
        given = {*raw, *first_pass.checked, *(in_parts.tables if in_parts else ())}
        tally = first_pass.check(raw, expectations)
        checked = first_pass.checked
        until, until_note = _check_dates(checked, expectations, tally)
        employees = _employees(checked, until, tally)
        people = _people(checked, employees, until, tally)
        finished = _finish_tables(first_pass, people, Path(staging), tally) if people else []
        _check_attributes(checked, people, expectations, tally)
        start, start_note = _start(people, expectations, until, tally)
        report = Report(
            errors=tally.errors(),
            warnings=tally.warnings(),
            refused=tuple(sorted({*refused, *_refused(checked)})),
            tables={table: found.rows for table, found in checked.items()},
            used={} if tally.errors() else _rows_of(finished),
            left_out={} if tally.errors() else tally.left_out(),
            people=checked["employees"].everyone.height if "employees" in checked else 0,
            voluntary_exits=_voluntary_exits(people, until),
            complete_from=start,
            complete_until=until,
            notes=(*start_note, until_note, *_notes(given, checked, expectations)),
        )
        if not report.errors:
            _publish(finished, out_dir)
    return report


def _check_dates(
    checked: Mapping[str, CheckedTable], expectations: Expectations, tally: Tally
) -> tuple[date | None, str]:
    days = {table: found.days for table, found in checked.items() if table in OWN_DATE}
    until, note = period.complete_until(days, expectations.complete_until)
    if until is not None:
        for table, found in checked.items():
            period.count_impossible_dates(table, found.days, until, tally)
    return until, note


def _employees(checked: Mapping[str, CheckedTable], until: date | None, tally: Tally) -> pl.DataFrame | None:
    """The spells by the table employees alone; None where it lacks a required column."""
    if "employees" not in checked or checked["employees"].columns.missing:
        return None
    employees = _read_whole(checked["employees"], tally)
    return employees if until is None else period.mend_old_hires(employees, until, tally)


def _people(
    checked: Mapping[str, CheckedTable], employees: pl.DataFrame | None, until: date | None, tally: Tally
) -> People | None:
    """Who is in the source and when; None where employees or exits lack a required column."""
    if employees is None or "exits" not in checked or checked["exits"].columns.missing:
        return None
    people = check_people(checked["employees"].everyone, employees, _read_whole(checked["exits"], tally), tally)
    if until is not None:
        tally.add(NOT_YET, "exits", "exit_date", people.exits.filter(pl.col("exit_date") > until).height)
    facts = [found.first_facts for found in checked.values()]
    people = leave_out_immortal(people, find_immortal(people.employees, pl.concat(facts)), tally)
    if people.employees.is_empty():
        tally.missing(NO_ROWS, "employees")
    return people


def _check_attributes(
    checked: Mapping[str, CheckedTable], people: People | None, expectations: Expectations, tally: Tally
) -> None:
    """An error for each attribute among the features whose name or values look protected or refused."""
    if people is None:
        return
    hired = people.employees["hire_date"].dt.year()
    for name in checked["employees"].columns.features:
        values = people.employees[name]
        of_values = subject_of_categories(values) or subject_of_years(natural(values), hired)
        subject = expectations.asks_about("employees", name) or of_values
        if subject and not expectations.allows("employees", name):
            tally.add(looks_like(subject), "employees", name, values.drop_nulls().len())


def _read_whole(found: CheckedTable, tally: Tally) -> pl.DataFrame:
    duplicates = Duplicates(found.repeated_keys)
    rows = [duplicates.leave_out(found.table, batch, tally) for batch in interim_batches(found)]
    return pl.concat(rows).drop(ROW_KEY, FACT_KEY, strict=False)


def _finish_tables(first_pass: FirstPass, people: People, staging: Path, tally: Tally) -> list[Path]:
    """Write the canonical tables. Returns their files."""
    finished, ids = _write_people(first_pass.checked["employees"], people, staging), Spellings()
    for table, found in first_pass.checked.items():
        if table not in REQUIRED_TABLES and not found.columns.missing:
            finished.append(staging / f"{table}.parquet")
            if first_pass.in_parts and table in first_pass.in_parts.tables:
                first_pass.in_parts.write(found, people, finished[-1], tally, ids)
            else:
                _write_facts(found, people, finished[-1], tally, ids)
            first_pass.is_done_with(found)
            if CURRENCY in found.columns.contract:
                count_currencies(pl.scan_parquet(finished[-1]), tally)
            if table == "assignments" and "manager_id" in column_names(finished[-1]):
                count_circles(pl.scan_parquet(finished[-1]), people, tally)
    ids.tell(tally)
    return finished


def _write_facts(found: CheckedTable, people: People, path: Path, tally: Tally, ids: Spellings) -> None:
    with BatchWriter(path) as writer:
        for rows in usable_rows(found, interim_batches(found), people, tally, ids):
            writer.write(rows)


def _write_people(employees: CheckedTable, people: People, staging: Path) -> list[Path]:
    columns = employees.columns
    frame = people.employees.with_columns(
        natural(people.employees[name]) for name in (*columns.features, *columns.protected)
    )
    outputs = {"employees": frame.drop(columns.protected.keys()), "exits": people.exits}
    if columns.protected:
        outputs[PROTECTED_TABLE] = frame.select("employee_id", "hire_date", *columns.protected)
    for name, output in outputs.items():
        output.write_parquet(staging / f"{name}.parquet")
    return [staging / f"{name}.parquet" for name in outputs]


def _start(
    people: People | None, expectations: Expectations, until: date | None, tally: Tally
) -> tuple[date | None, list[str]]:
    """complete_from and its note."""
    if people is None or until is None:
        return expectations.complete_from, []
    start, note = period.complete_from(people.exits, expectations.complete_from, until, tally)
    if start > until:
        tally.missing(PERIOD, "source.toml", "complete_from")
    return start, [note]


def _rows_of(finished: Sequence[Path]) -> dict[str, int]:
    return {path.stem: pq.read_metadata(path).num_rows for path in finished if path.stem in TABLES}


def _voluntary_exits(people: People | None, until: date | None) -> int:
    if people is None or until is None:
        return 0
    return people.exits.filter(pl.col("kind") == "voluntary", pl.col("exit_date") <= until).height


def _refused(checked: Mapping[str, CheckedTable]) -> set[str]:
    return {
        f"{table}.{name}" for table, found in checked.items() for name in (*found.columns.refused, *found.refused_items)
    }


def _notes(given: Collection[str], checked: Mapping[str, CheckedTable], expectations: Expectations) -> list[str]:
    notes = []
    if absent := [table for table in OWN_DATE if table not in given and table not in REQUIRED_TABLES]:
        notes.append(f"No {', '.join(absent)}: features that need them are missing too.")
    for table, found in checked.items():
        notes += currency_notes(table, found.currencies)
        notes += found.columns.notes(table, expectations)
        if found.ignored_items:
            items = ", ".join(sorted(found.ignored_items))
            notes.append(f"{table}: {items}: rows dropped, as `ignore` in source.toml asks.")
    return notes


def _publish(finished: Sequence[Path], out_dir: Path) -> None:
    """Move complete files to their final names, and delete files of an earlier run that were not replaced."""
    out_dir.mkdir(exist_ok=True)
    for path in finished:
        path.replace(out_dir / path.name)
    for name in {*TABLES, PROTECTED_TABLE} - {path.stem for path in finished}:
        (out_dir / f"{name}.parquet").unlink(missing_ok=True)
