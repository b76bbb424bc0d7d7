"""The directory as a file beside the source, and the directory of a cross-section, which has no tables."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from features.contract.tables import DIRECTORY
from features.reading.raw_tables import Raw, read_table_file
from features.validation.checked_table import ROW_KEY, interim_batches
from features.validation.cross_checks import Contradictions, Duplicates
from features.validation.cross_section import CrossSection
from features.validation.expectations import Expectations
from features.validation.report import Report
from features.validation.rules import UNKNOWN_PERSON, Tally
from features.validation.table_checks import check_table

SETTING: Final = "RETENTION_DIRECTORY"
_FOLDER: Final = "directory"


def read_directory(file: Path, work: Path) -> Raw:
    """The raw directory of a file, in a folder of its own below `work`."""
    folder = work / _FOLDER
    folder.mkdir()
    return read_table_file(DIRECTORY, file, SETTING, folder)


def with_directory(people: CrossSection, file: Path, work: Path) -> CrossSection | Report:
    """The cross-section with the names in a file, checked by the rules of every directory."""
    raw, tally = read_directory(file, work), Tally()
    entries = None if raw.errors else _entries(raw.tables[DIRECTORY], people.employee_id, work / _FOLDER, tally)
    report = replace(
        people.report,
        errors=(*raw.errors, *tally.errors()),
        warnings=(*people.report.warnings, *raw.warnings, *tally.warnings()),
        tables={**people.report.tables, DIRECTORY: 0 if entries is None else entries[0]},
        notes=(*people.report.notes, *raw.notes),
    )
    if report.errors or entries is None:
        return report
    return replace(people, directory=entries[1], report=report)


def _entries(raw: Path, everyone: pl.Series, work: Path, tally: Tally) -> tuple[int, pl.DataFrame | None]:
    """The number of rows read, and the entries about people of the cross-section; None where a column is missing."""
    checked = check_table(DIRECTORY, raw, work / "checked", Expectations(), tally)
    if checked.columns.missing:
        return checked.rows, None
    duplicates, contradictions = Duplicates(checked.repeated_keys), Contradictions(checked.repeated_facts)
    parts = []
    for batch in interim_batches(checked):
        once = duplicates.leave_out(DIRECTORY, batch, tally)
        known = once.filter(pl.col("employee_id").is_in(everyone.implode()))
        tally.add(UNKNOWN_PERSON, DIRECTORY, "employee_id", once.height - known.height)
        parts.append(contradictions.set_aside(known).drop(ROW_KEY))
    if (decided := contradictions.decided(DIRECTORY, tally)) is not None:
        parts.append(decided)
    return checked.rows, pl.concat(parts)
