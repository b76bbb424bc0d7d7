"""Drafts exports of the simulated company, answers as the company would, and compares with a perfect mapping."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl
from exports_by_hand import (
    department_sheets,
    emails_as_ids,
    event_log,
    scd2,
    three_lists,
    two_header_rows,
    versions_without_end,
)
from exports_of_changes import closed_versions, movements
from exports_of_countries import LOCAL, local_lists
from exports_of_german_payroll import german_payroll
from exports_of_oracle import oracle_hcm, peoplesoft
from exports_of_suites import hibob, rippling, successfactors
from exports_with_traps import (
    coded_reasons,
    contingent_workers,
    french_suite,
    names_as_ids,
    yearly_books,
)
from source_files import write
from staff_exports import PERIOD, StaffExport, expected, must_be_asked

from features.contract.vocabulary import folded
from features.drafting.draft import Draft, draft_source
from features.drafting.questions import Question
from features.source import Source, load_source

EXPORTS: Final[Mapping[str, Callable[[], StaffExport]]] = {
    "successfactors": successfactors,
    "oracle_hcm": oracle_hcm,
    "hibob": hibob,
    "peoplesoft": peoplesoft,
    "german_payroll": german_payroll,
    **{country: partial(local_lists, country) for country in LOCAL},
    "rippling": rippling,
    "scd2": scd2,
    "event_log": event_log,
    "department_sheets": department_sheets,
    "emails_as_ids": emails_as_ids,
    "two_header_rows": two_header_rows,
    "three_lists": three_lists,
    "versions_without_end": versions_without_end,
    "contingent_workers": contingent_workers,
    "french_suite": french_suite,
    "movements": movements,
    "names_as_ids": names_as_ids,
    "yearly_books": yearly_books,
    "closed_versions": closed_versions,
    "coded_reasons": coded_reasons,
}
"""Exports of the simulated company, by name."""


@dataclass(frozen=True)
class Compared:
    """A draft beside the truth. shares: of each column the share of rows that are right. open: what had no answer."""

    draft: Draft
    first: Draft
    shares: Mapping[str, float]
    open: tuple[str, ...] = ()
    missing: tuple[str, ...] = field(default=())

    @property
    def wrong(self) -> dict[str, float]:
        return {name: share for name, share in self.shares.items() if share < 0.9999}


def compared(export: StaffExport, folder: Path) -> Compared:
    """Writes an export, drafts it without answers, then with the right ones, and compares what the source reads."""
    files = folder / "export"
    files.mkdir(parents=True)
    write(files, export.files)
    toml, given = folder / "source.toml", dict[str, Any]()
    drafts: list[Draft] = []
    for attempt in range(6):
        work = folder / f"work{attempt}"
        work.mkdir()
        drafts.append(draft_source(files, toml, given, work, lambda _: None))
        asked = {question.key: question for question in drafts[-1].questions}
        new = {key: answer for key in drafts[-1].open if (answer := _answer(export, asked[key])) is not None}
        if not new or all(given.get(key) == answer for key, answer in new.items()):
            break
        given |= new
    draft = drafts[-1]
    missing = tuple(sorted(must_be_asked(export) - {question.key for question in draft.questions}))
    if draft.open:
        return Compared(draft, drafts[0], {}, tuple(draft.open), missing)
    toml.write_text(draft.text, encoding="utf-8")
    source = load_source(toml, folder / "staging")
    assert isinstance(source, Source)
    got = {name: pl.DataFrame(source.scan(name).collect()) for name in source.tables}
    return Compared(draft, drafts[0], shares(expected(export), got), (), missing)


def _answer(export: StaffExport, question: Question) -> Any:
    """The company's answer; what it has no opinion on is as suggested, and None where nothing is."""
    known = {**PERIOD, **export.answers}
    if question.kind != "values":
        return known.get(question.key, "suggested" if question.suggested is not None else None)
    said = known.get(question.key, {})
    if question.key == "exit_kinds":
        said = {value: _kind(export.kinds, value) for value in question.values}
    suggested = question.suggested or {}
    return {value: said.get(value, suggested.get(value)) or "" for value in question.values}


def _kind(kinds: Mapping[str, str], value: str) -> str:
    """The kind of the longest reason in a value."""
    text = f"_{folded(value)}_"
    found = [reason for reason in kinds if f"_{folded(reason)}_" in text]
    return kinds[max(found, key=len)] if found else ""


def shares(truth: Mapping[str, pl.DataFrame], got: Mapping[str, pl.DataFrame]) -> dict[str, float]:
    """The share of right rows of each column: spells and exits row by row, the others at each end of a month."""
    found: dict[str, float] = {}
    for name, key in (("employees", "hire_date"), ("exits", "exit_date")):
        there = got[name]
        wanted = truth[name]
        keys = ["employee_id", key]
        both = wanted.join(there, on=keys, how="full", coalesce=True, suffix="_got")
        inner = wanted.join(there, on=keys, how="inner", suffix="_got")
        found[f"{name}.{key}"] = inner.height / max(both.height, 1)
        if name == "exits":
            found["exits.kind"] = float((inner["kind"] == inner["kind_got"].cast(pl.String)).mean() or 0)
            known = inner["recorded_at_got"] if "recorded_at_got" in inner.columns else None
            found["exits.recorded_at"] = _alike(inner["recorded_at"], known)
    grid = _grid(truth)
    for name in ("assignments", "compensation"):
        if name not in truth:
            continue
        for column in [each for each in truth[name].columns if each not in ("employee_id", "effective_date")]:
            wanted = _standing(grid, truth[name], column)
            there = _standing(grid, got[name], column) if column in got.get(name, pl.DataFrame()).columns else None
            found[f"{name}.{column}"] = _alike(wanted, there)
    return found


def _grid(truth: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Each person at each end of a month, with the hire of the stay."""
    ends = pl.DataFrame({"at": pl.date_range(PERIOD["complete_from"], PERIOD["complete_until"], "1mo", eager=True)})
    ends = ends.select(pl.col("at").dt.month_end())
    exits = truth["exits"].select("employee_id", "exit_date").sort("exit_date")
    spells = (
        truth["employees"]
        .sort("hire_date")
        .join_asof(
            exits,
            left_on="hire_date",
            right_on="exit_date",
            by="employee_id",
            strategy="forward",
            check_sortedness=False,
        )
    )
    there = spells.join(ends, how="cross").filter(
        pl.col("hire_date") <= pl.col("at"), pl.col("exit_date").is_null() | (pl.col("exit_date") > pl.col("at"))
    )
    return there.sort("at")


def _standing(grid: pl.DataFrame, facts: pl.DataFrame, column: str) -> pl.Series:
    """The value of a column on each day of the grid; one from before the stay does not count."""
    known = pl.max_horizontal(*(day for day in ("effective_date", "recorded_at") if day in facts.columns))
    rows = facts.select("employee_id", "effective_date", column, known=known).drop_nulls(column)
    rows = rows.sort("known", "effective_date")
    rows = rows.filter(pl.col("effective_date") >= pl.col("effective_date").cum_max().over("employee_id"))
    joined = grid.join_asof(rows, left_on="at", right_on="known", by="employee_id", check_sortedness=False)
    is_own = pl.col("effective_date") >= pl.col("hire_date") - timedelta(days=40)
    return joined.select(pl.when(is_own).then(pl.col(column)).alias(column)).to_series()


def _alike(wanted: pl.Series, there: pl.Series | None) -> float:
    if there is None:
        return float(wanted.null_count() == len(wanted))
    if wanted.dtype.is_numeric() and there.dtype.is_numeric():
        near = ((wanted - there).abs() <= 1e-3 * wanted.abs().clip(1)).fill_null(value=False)
        same = near | (wanted.is_null() & there.is_null())
    else:
        same = wanted.cast(pl.String).eq_missing(there.cast(pl.String))
    return float(same.mean() or 0)  # type: ignore[arg-type]
