"""A table of groups: their figures by month, and what of them may be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.disclosure import LEAST_PEOPLE
from pipeline.disclosure.leaving import (
    Shown,
    lines_with_kinds,
    shown_beside,
    shown_of_total,
    small_group_years,
    years,
)
from pipeline.turnover.groups.monthly import EVERYONE, FIGURES, MANAGER, filled

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class GroupTable:
    """Groups of one dimension. figures: by name (`monthly.FIGURES`), (groups, months); the rows of `shown` likewise."""

    by: str
    groups: tuple[str | None, ...]
    figures: Mapping[str, Numbers]
    shown: Shown

    def summed(self, name: str, first: int, after: int) -> Numbers:
        """(groups,): a figure summed over the months from `first` up to and without `after`."""
        return np.asarray(self.figures[name][:, first:after].sum(axis=1), dtype=float)

    def without(self, small: NDArray[np.bool_]) -> "GroupTable":
        """The table without the groups of `small` (groups, months), which show nothing then."""
        shown = Shown(self.shown.is_group & ~small, self.shown.has_kinds & ~small, self.shown.is_edge)
        return replace(self, shown=shown)


def tables_of(cells: Mapping[str, pl.DataFrame], months: Sequence[date]) -> dict[str, GroupTable]:
    """The table of each dimension, with what `disclosure.leaving` shows of it; everyone is a table of one group.

    The first of the other dimensions is the most requested one. Each is searched together with everyone.
    """
    raw = {by: _arrays(frame, months) for by, frame in cells.items() if not frame.is_empty()}
    groups, figures = raw.pop(EVERYONE)
    small = {by: small_group_years(of[1]["person_months"]) for by, of in raw.items()}
    exits = {by: of[1]["exits"].astype(np.int64) for by, of in raw.items()}
    alone = figures["exits"].astype(np.int64)
    main = next(iter(raw), None)
    of_main = (exits[main], small[main]) if main else (alone[:0], np.zeros((0, len(months)), dtype=bool))
    total = shown_of_total(alone[0], *of_main)
    found = {by: GroupTable(by, *of, shown_beside(total, exits[by], small[by])) for by, of in raw.items()}
    return {EVERYONE: GroupTable(EVERYONE, groups, figures, total), **found}


def lines_table(cells: pl.DataFrame, leavers: pl.DataFrame, everyone: GroupTable, months: Sequence[date]) -> GroupTable:
    """The table of managers' lines: by kind for whole years only. leavers: leaver, month, line (`disclosure`)."""
    groups, figures = _arrays(cells, months)
    small = np.zeros(figures["people"].shape, dtype=bool)
    kinds = np.zeros(figures["people"].shape, dtype=bool)
    edges = np.zeros((len(groups), len(months) + 1), dtype=bool)
    for year in years(len(months)):
        edges[:, [year.start, year.stop]] = True
        people = figures["person_months"][:, year].mean(axis=1)
        small[:, year] = (people < LEAST_PEOPLE)[:, None]
        if not everyone.shown.has_kinds[0, year].all():
            continue
        lines = pl.DataFrame({"line": groups, "people": people}, schema={"line": pl.String, "people": pl.Float64})
        within = leavers.with_columns(pl.col("month") - year.start).filter(
            pl.col("month").is_between(0, year.stop - year.start - 1)
        )
        shown = lines_with_kinds(within, lines, everyone.shown.is_edge[0, year.start : year.stop + 1])
        kinds[:, year] = np.array([group in shown for group in groups], dtype=bool)[:, None]
    return GroupTable(MANAGER, groups, figures, Shown(~small, kinds, edges))


def small_for(table: GroupTable, least: int) -> NDArray[np.bool_]:
    """(groups, months): the groups that are not shown to readers who see none of fewer than `least` people."""
    return small_group_years(np.asarray(table.figures["person_months"], dtype=float), least)


def _arrays(cells: pl.DataFrame, months: Sequence[date]) -> tuple[tuple[str | None, ...], dict[str, Numbers]]:
    """The groups in their order, and each figure as (groups, months)."""
    rows = filled(cells, months)
    groups = tuple(rows["group"].gather_every(len(months)).to_list())
    shape = (len(groups), len(months))
    return groups, {name: rows[name].cast(pl.Float64).to_numpy().reshape(shape) for name in FIGURES}
