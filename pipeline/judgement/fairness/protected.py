"""The protected group of each person, for the fairness review only: never a feature, never served by person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from features.contract.sensitive_words import AGES, BIRTH_DATES, BIRTH_YEARS
from features.contract.vocabulary import folded
from features.source import CrossSection, Source
from pipeline.judgement.reporting.groups import OTHER, Group, group_text

AGE_EDGES: Final = (30, 40, 50, 60)
"""Ages, in whole years, at which a band begins; decades, because few companies have enough people for finer bands."""
MOST_GROUPS: Final = 8
"""The most frequent values of an attribute are groups of their own; the rest together are `other`."""
QUARTERS: Final = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class ProtectedGroups:
    """`names`: the group of each row, one String column per protected attribute, null if not recorded.

    `bands`: the band that a name stands for, by attribute and name.
    """

    names: pl.DataFrame
    bands: Mapping[str, Mapping[str, Group]] = field(default_factory=dict)


def protected_groups(loaded: Source | CrossSection, keys: pl.DataFrame) -> ProtectedGroups:
    """The group of each row of `keys` (employee_id, snapshot_date), one column per protected attribute.

    Rows are in the order of `keys`; null means not recorded. A date or year of birth becomes an age band on the
    snapshot date; any other number with many values is divided at its quartiles. A source without protected attributes
    gives no columns.
    """
    values = _values(loaded, keys)
    today = None if keys["snapshot_date"].null_count() else keys["snapshot_date"]
    groups = [_grouped(column, today) for column in values.iter_columns()]
    return ProtectedGroups(
        pl.DataFrame({names.name: names for names, _ in groups}),
        {names.name: {group_text(band): band for band in bands} for names, bands in groups},
    )


@singledispatch
def _values(loaded: Source | CrossSection, keys: pl.DataFrame) -> pl.DataFrame:
    """The protected attributes of each row, as recorded; no columns if there are none."""
    raise TypeError(type(loaded))


@_values.register
def _(loaded: CrossSection, keys: pl.DataFrame) -> pl.DataFrame:
    if loaded.protected is None:
        return pl.DataFrame()
    people = loaded.protected.with_columns(loaded.employee_id.alias("employee_id"))
    return (
        keys.select("employee_id").join(people, on="employee_id", how="left", maintain_order="left").drop("employee_id")
    )


@_values.register
def _(loaded: Source, keys: pl.DataFrame) -> pl.DataFrame:
    """The attributes of the latest spell that had begun by the snapshot date."""
    if loaded.protected is None:
        return pl.DataFrame()
    spells = pl.read_parquet(loaded.protected).sort("hire_date")
    rows = keys.select("employee_id", "snapshot_date").with_row_index("row").sort("snapshot_date")
    joined = rows.join_asof(
        spells, left_on="snapshot_date", right_on="hire_date", by="employee_id", check_sortedness=False
    )
    return joined.sort("row").select(loaded.protected_names)


def _grouped(values: pl.Series, today: pl.Series | None) -> tuple[pl.Series, list[Group]]:
    """The group name of each row, and the bands among the groups."""
    ages = _ages(values, today)
    if ages is not None:
        return _banded(ages, AGE_EDGES)
    if values.dtype.is_numeric() and values.n_unique() > MOST_GROUPS:
        edges = [values.quantile(share, "nearest") for share in QUARTERS]
        return _banded(values, tuple(dict.fromkeys(edge for edge in edges if edge is not None)))
    return _most_frequent(values.cast(pl.String)), []


def _ages(values: pl.Series, today: pl.Series | None) -> pl.Series | None:
    """Age in whole years; None if the attribute is not an age."""
    name = folded(values.name)
    if name in AGES:
        return values.cast(pl.Float64, strict=False).alias(values.name)
    if today is None:
        return None
    if name in BIRTH_YEARS:
        return (today.dt.year() - values.cast(pl.Float64, strict=False)).alias("age")
    if name in BIRTH_DATES:
        born = values if values.dtype == pl.Date else values.cast(pl.String).str.to_date(strict=False)
        had_birthday = today.dt.month() * 100 + today.dt.day() >= born.dt.month() * 100 + born.dt.day()
        return (today.dt.year() - born.dt.year() - (~had_birthday).cast(pl.Int32)).alias("age")
    return None


def _banded(values: pl.Series, edges: tuple[float, ...]) -> tuple[pl.Series, list[Group]]:
    """Each band begins at its edge: (-inf, first edge), [edge, next edge) …"""
    band = np.searchsorted(edges, values.cast(pl.Float64).to_numpy(), side="right")
    bands = [Group(start=start, end=end) for start, end in pairwise((None, *edges, None))]
    return pl.Series(values.name, np.array([*map(group_text, bands)])[band]).set(values.is_null(), None), bands


def _most_frequent(values: pl.Series) -> pl.Series:
    counts = values.drop_nulls().value_counts().sort(["count", values.name], descending=[True, False])
    frequent = counts[values.name][:MOST_GROUPS].to_list()
    name = values.name
    other = pl.when(pl.col(name).is_null() | pl.col(name).is_in(frequent)).then(pl.col(name)).otherwise(pl.lit(OTHER))
    return values.to_frame().select(other.alias(name))[name]
