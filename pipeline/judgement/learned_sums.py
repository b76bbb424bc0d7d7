"""Makes the sums over what a model learned from: they are stored with it, so that later months can be compared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import singledispatch
from typing import Final

import numpy as np
import polars as pl

from features.calendar import month_end
from features.catalogue.catalogue import needs_of
from features.contract.tables import OWN_DATE
from features.source import CrossSection, Source
from pipeline.data_counts import DataCounts
from pipeline.dataset.rows import Dataset
from pipeline.dataset.table_months import rows_by_month
from pipeline.disclosure import LEAST_PEOPLE
from pipeline.judgement.drift import OTHER, cells_of, edges_of, reference_of_model, usual_moves
from pipeline.model.blend import Blend
from pipeline.model.learned_from import Cell, LearnedFeature, LearnedFrom, TableMonths, tables_of

EDGE_DIGITS: Final = 3
"""Significant digits of an edge between cells: it need not be anybody's figure."""

WINDOWS: Final = (1, 4, 15)
"""Months whose rows are counted together. Rounds that take place every quarter or year may be up to three months late:
windows of 4 and 15 months always include one."""
FEWEST_ROWS: Final = 30
"""If the poorest window has fewer rows, chance alone can leave a table without any, so the window is not compared."""
MONTHS_COUNTED: Final = 36
"""How far back rows are counted from the end of the data."""
INCOMPLETE: Final = 0.25
"""A month at the end with fewer rows than this share of the median month was not complete yet."""
MOST_BEHIND: Final = 3
"""The most months at the end that may be incomplete; a table that ends earlier has simply ended."""
NOT_COUNTED: Final = ("employees",)
"""A company may hire nobody for months without anything being wrong."""
ALSO_COUNTED: Final = ("exits",)
"""No feature needs it in every source, but without its newest rows people are scored who have left."""


@dataclass(frozen=True)
class _Months:
    """The snapshot dates of the year, and the months whose rows were counted."""

    first: date | None = None
    last: date | None = None
    counted_from: date | None = None
    tables: Mapping[str, TableMonths] | None = None


@singledispatch
def learned_sums(loaded: Source | CrossSection, dataset: Dataset, blend: Blend) -> LearnedFrom:
    """The sums over the rows of the last year that a model learned from; its blend gives the expected rates."""
    raise TypeError(type(loaded))


@learned_sums.register
def _(loaded: CrossSection, dataset: Dataset, blend: Blend) -> LearnedFrom:
    return _sums(dataset, [np.arange(len(dataset.left))], blend, {}, DataCounts.of(loaded.report), _Months())


@learned_sums.register
def _(loaded: Source, dataset: Dataset, blend: Blend) -> LearnedFrom:
    days = dataset.keys["snapshot_date"].unique().sort().to_list()
    needs = needs_of(loaded)
    tables = {*ALSO_COUNTED, *(table for name in dataset.features for table in tables_of(needs[name]))}
    last = _last_whole_month(loaded.complete_until)
    first = max(month_end(loaded.complete_from), month_end(last, 1 - MONTHS_COUNTED))
    counted = rows_by_month(loaded, sorted((tables & {*OWN_DATE}) - {*NOT_COUNTED}), first, last)
    by_table = {table: of for table, rows in counted.items() if (of := table_months(list(rows.values()))).least}
    months = _Months(days[0], days[-1], first, by_table)
    return _sums(dataset, [dataset.rows_on([day]) for day in days], blend, needs, DataCounts.of(loaded.report), months)


def table_months(rows: Sequence[int]) -> TableMonths:
    """The fewest rows of a table in windows of months, from its rows of each month, oldest first."""
    median = float(np.median(rows)) if rows else 0.0
    is_short = [each < INCOMPLETE * median for each in reversed(rows)]
    behind = is_short.index(False) if False in is_short else 0
    behind = behind if behind <= MOST_BEHIND else 0
    whole = np.array(rows[: len(rows) - behind], dtype=np.int64)
    least = {
        window: int(np.convolve(whole, np.ones(window, dtype=np.int64), "valid").min())
        for window in WINDOWS
        if len(whole) >= window
    }
    return TableMonths({window: fewest for window, fewest in least.items() if fewest >= FEWEST_ROWS}, behind)


def _sums(
    dataset: Dataset,
    months: Sequence[np.ndarray],
    blend: Blend,
    needs: Mapping[str, tuple[str, ...]],
    counts: DataCounts,
    of: _Months,
) -> LearnedFrom:
    """The sums over the rows of each month."""
    rows = np.concatenate(months)
    year, person = dataset.X[rows], pl.Series(dataset.person[rows])
    by_month = [dataset.X[month] for month in months]
    learned = LearnedFrom(
        first=of.first,
        last=of.last,
        rows=len(rows),
        least_people=min(len(month) for month in months),
        rates=tuple(float(blend.risk(month).mean()) for month in by_month),
        base_rate=float(dataset.left[rows].mean()),
        features={
            column.name: _feature(column, person, [month[column.name] for month in by_month], needs)
            for column in year.get_columns()
        },
        counts=counts,
        months=of.tables or {},
        months_from=of.counted_from,
    )
    usual = usual_moves(reference_of_model(learned), by_month)
    moved = {name: replace(feature, usual=usual.get(name, 0.0)) for name, feature in learned.features.items()}
    return replace(learned, features=moved)


def _feature(
    column: pl.Series, person: pl.Series, months: Iterable[pl.Series], needs: Mapping[str, tuple[str, ...]]
) -> LearnedFeature:
    edges, cells = cells_of_groups(column, person)
    return LearnedFeature(
        known=1 - cells.get(None, 0) / len(column) if cells else 0.0,
        least_known=min(round(1 - month.null_count() / max(len(month), 1), 2) for month in months),
        needs=needs.get(column.name, ()),
        edges=edges,
        cells=cells,
        usual=0.0,
    )


def cells_of_groups(column: pl.Series, person: pl.Series) -> tuple[tuple[float, ...] | None, dict[Cell, int]]:
    """The edges and the rows of the cells of a feature; no cell has fewer than `LEAST_PEOPLE` people.

    A cell of a number is merged with a neighbour, rare levels are one cell, and what is still too small is counted in
    the largest cell. No cells if the feature is known for too few people.
    """
    known = column.is_not_null()
    if person.filter(known).n_unique() < LEAST_PEOPLE:
        return (() if column.dtype.is_numeric() else None), {}
    edges = _edges_between_groups(column, person) if column.dtype.is_numeric() else None
    counted = _people(cells_of(column, None if edges is None else np.array(edges)), person)
    if edges is None:
        rare = counted.filter((pl.col("people") < LEAST_PEOPLE) & pl.col("cell").is_not_null())["cell"].to_list()
        named = column.cast(pl.String)
        counted = _people(named.set(named.is_in(rare).fill_null(value=False), OTHER), person)
    is_small = pl.col("people") < LEAST_PEOPLE
    largest = counted.filter(pl.col("cell").is_not_null()).sort("rows", "cell", descending=True)["cell"][0]
    moved = counted.with_columns(cell=pl.when(is_small).then(pl.lit(largest)).otherwise("cell"))
    whole = moved.group_by("cell").agg(pl.col("rows").sum()).sort("cell", nulls_last=True)
    return edges, dict(whole.select("cell", "rows").iter_rows())


def _edges_between_groups(column: pl.Series, person: pl.Series) -> tuple[float, ...]:
    """Tenths, rounded; those that would leave a cell of too few people are dropped, from the lowest up."""
    tenths = edges_of(column)
    if tenths is None:
        raise TypeError(column.dtype)
    edges = sorted({float(f"{edge:.{EDGE_DIGITS}g}") for edge in tenths})
    at = 0
    while at < len(edges):
        low = -np.inf if at == 0 else edges[at - 1]
        is_below = (column > low) & (column <= edges[at])
        if person.filter(is_below.fill_null(value=False)).n_unique() < LEAST_PEOPLE:
            edges.pop(at)
        else:
            at += 1
    while edges and person.filter((column > edges[-1]).fill_null(value=False)).n_unique() < LEAST_PEOPLE:
        edges.pop()
    return tuple(edges)


def _people(cells: pl.Series, person: pl.Series) -> pl.DataFrame:
    """The rows and the people of each cell."""
    table = pl.DataFrame({"cell": cells, "person": person})
    return table.group_by("cell").agg(rows=pl.len(), people=pl.col("person").n_unique())


def _last_whole_month(day: date) -> date:
    return day if day == month_end(day) else month_end(day, -1)
