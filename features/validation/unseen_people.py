"""How many people and exits no snapshot date of a source sees, for its report."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from features.calendar import month_end
from features.contract.snapshot_calendar import Period, Unseen, snapshot_calendar, stays_of, unseen
from features.validation.report import Report
from features.validation.rules import UNSEEN, UNSEEN_IN_A_MONTH


def with_unseen(report: Report, tables: Path, every_months: int, horizon_months: int) -> Report:
    """The report of a source without errors, with a note on what its snapshot dates miss; a warning if it is much.

    `tables` is the folder of the canonical tables.
    """
    if report.errors or report.complete_from is None or report.complete_until is None:
        return report
    period = Period(report.complete_from, report.complete_until, every_months, horizon_months)
    stays = stays_of(pl.scan_parquet(tables / "employees.parquet"), pl.scan_parquet(tables / "exits.parquet"))
    dates = snapshot_calendar(stays, period)
    missed = unseen(stays, dates, period)
    notes = [*report.notes]
    if every_months > 1 and len(dates) > 1 and dates[-1] < month_end(dates[-2], every_months):
        notes.append(
            f"Snapshot dates are every {every_months} months up to {dates[-2]}, and {dates[-1]}: dates counted back "
            "from the last one would miss more exits."
        )
    if missed.people or missed.exits:
        notes.append(_note(missed))
    warnings = [*report.warnings]
    if missed.is_much:
        rule = UNSEEN if every_months > 1 else UNSEEN_IN_A_MONTH
        warnings.append(rule.at("exits", "exit_date", missed.exits, is_error=False))
    return replace(report, notes=tuple(notes), warnings=tuple(warnings))


def _note(missed: Unseen) -> str:
    return (
        f"No snapshot date sees {missed.people:,} of {missed.of_people:,} people, who left before the first or between "
        f"two; {missed.exits:,} of {missed.of_exits:,} exits are in the horizon of none."
    )
