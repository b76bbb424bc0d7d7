"""How the people of a source are called: the one reader of names. Nothing that makes features reads this module."""

from functools import singledispatch
from typing import Final

import polars as pl

from features.known.facts import known_on
from features.known.snapshots import present
from features.source import CrossSection, Source

ENTRY: Final = ("employee_id", "name", "email", "language")


@singledispatch
def directory_of(source: Source | CrossSection) -> pl.DataFrame | None:
    """`ENTRY` of everyone in the directory who still works here, one row per person; None without a directory.

    Of several entries about a person the one recorded last counts. Somebody whose exit has taken place by the end of
    the data has no entry any more; in a cross-section, nobody who left has one.
    """
    raise TypeError(type(source))


@directory_of.register
def _(source: Source) -> pl.DataFrame | None:
    if source.directory is None:
        return None
    here = present(known_on(source, source.complete_until)).select("employee_id").collect("polars").to_polars()
    return _latest(pl.read_parquet(source.directory)).join(here, on="employee_id", how="semi")


@directory_of.register
def _(source: CrossSection) -> pl.DataFrame | None:
    if source.directory is None:
        return None
    here = pl.DataFrame({"employee_id": source.employee_id.filter(~source.left)})
    return _latest(source.directory).join(here, on="employee_id", how="semi")


def _latest(entries: pl.DataFrame) -> pl.DataFrame:
    absent = [pl.lit(None, pl.String).alias(name) for name in ENTRY if name not in entries.columns]
    latest = entries.sort("recorded_at", nulls_last=False).unique("employee_id", keep="last", maintain_order=True)
    return latest.with_columns(absent).select(ENTRY).sort("employee_id")
