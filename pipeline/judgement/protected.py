"""Which protected groups people belong to, for the fairness review alone: never a feature, never served by person."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from features.contract.vocabulary import snake_case
from features.source import CrossSection, Source

AGE_EDGES: Final = (30, 40, 50, 60)
"""Whole years of age at which a band begins; decades, since few companies hold enough people for finer ones."""
MOST_GROUPS: Final = 8
"""Values of an attribute that are groups of their own, the most frequent ones; the rest together are `other`."""
QUARTERS: Final = (0.25, 0.5, 0.75)

LOWEST: Final = "under "
OTHER: Final = "other"
"""How the name of the lowest band begins, and the name of what is no group of its own."""

_AGES: Final = frozenset({"age", "alter", "возраст"})
_BIRTH_YEARS: Final = frozenset({"birth_year", "year_of_birth", "geburtsjahr", "год_рождения"})
_BIRTH_DATES: Final = frozenset({"birth_date", "date_of_birth", "geburtsdatum", "дата_рождения"})


def protected_groups(loaded: Source | CrossSection, keys: pl.DataFrame) -> pl.DataFrame:
    """The group of each row of `keys` (employee_id, snapshot_date), a String column for each protected attribute.

    In the order of `keys`; null where the attribute is not recorded. A date or year of birth becomes a band of age on
    the snapshot date, and any other number of many values a quarter of the rows. A source without protected attributes
    gives no columns.
    """
    if isinstance(loaded, CrossSection):
        values = _of_people(loaded, keys)
        today = None
    else:
        values, today = _of_spells(loaded, keys), keys["snapshot_date"]
    groups = [_grouped(column, today) for column in values.iter_columns()]
    return pl.DataFrame({group.name: group for group in groups})


def _of_people(loaded: CrossSection, keys: pl.DataFrame) -> pl.DataFrame:
    if loaded.protected is None:
        return pl.DataFrame()
    people = loaded.protected.with_columns(loaded.employee_id.alias("employee_id"))
    return (
        keys.select("employee_id").join(people, on="employee_id", how="left", maintain_order="left").drop("employee_id")
    )


def _of_spells(loaded: Source, keys: pl.DataFrame) -> pl.DataFrame:
    """As the spell says that had begun by the snapshot date; of several the latest."""
    if loaded.protected is None:
        return pl.DataFrame()
    spells = pl.read_parquet(loaded.protected).sort("hire_date")
    rows = keys.select("employee_id", "snapshot_date").with_row_index("row").sort("snapshot_date")
    joined = rows.join_asof(
        spells, left_on="snapshot_date", right_on="hire_date", by="employee_id", check_sortedness=False
    )
    return joined.sort("row").select(loaded.protected_names)


def _grouped(values: pl.Series, today: pl.Series | None) -> pl.Series:
    ages = _ages(values, today)
    if ages is not None:
        return _banded(ages, AGE_EDGES)
    if values.dtype.is_numeric() and values.n_unique() > MOST_GROUPS:
        edges = [values.quantile(share, "nearest") for share in QUARTERS]
        return _banded(values, tuple(dict.fromkeys(edge for edge in edges if edge is not None)))
    return _most_frequent(values.cast(pl.String))


def _ages(values: pl.Series, today: pl.Series | None) -> pl.Series | None:
    """Whole years; None for what tells no age."""
    name = snake_case(values.name)
    if name in _AGES:
        return values.cast(pl.Float64, strict=False).alias(values.name)
    if today is None:
        return None
    if name in _BIRTH_YEARS:
        return (today.dt.year() - values.cast(pl.Float64, strict=False)).alias("age")
    if name in _BIRTH_DATES:
        born = values if values.dtype == pl.Date else values.cast(pl.String).str.to_date(strict=False)
        had_birthday = today.dt.month() * 100 + today.dt.day() >= born.dt.month() * 100 + born.dt.day()
        return (today.dt.year() - born.dt.year() - (~had_birthday).cast(pl.Int32)).alias("age")
    return None


def _banded(values: pl.Series, edges: tuple[float, ...]) -> pl.Series:
    """Each band begins at its edge: (-inf, first edge), [edge, next edge) …"""
    place = np.searchsorted(edges, values.cast(pl.Float64).to_numpy(), side="right")
    return pl.Series(values.name, np.array(list(_labels(edges)))[place]).set(values.is_null(), None)


def _labels(edges: tuple[float, ...]) -> Iterator[str]:
    yield f"{LOWEST}{edges[0]:g}"
    for start, end in pairwise(edges):
        yield f"{start:g} to under {end:g}"
    yield f"{edges[-1]:g} and over"


def _most_frequent(values: pl.Series) -> pl.Series:
    counts = values.drop_nulls().value_counts().sort(["count", values.name], descending=[True, False])
    kept = counts[values.name][:MOST_GROUPS].to_list()
    name = values.name
    other = pl.when(pl.col(name).is_null() | pl.col(name).is_in(kept)).then(pl.col(name)).otherwise(pl.lit(OTHER))
    return values.to_frame().select(other.alias(name))[name]
