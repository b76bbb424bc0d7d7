"""Which tables and columns a source has."""

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from features.source import Source


def columns_of(source: "Source", table: str) -> list[str]:
    """The names of a table's columns in the source."""
    return list(pl.read_parquet_schema(source.tables[table]))


def holds(source: "Source", need: str) -> bool:
    """True where the source has the table (`exits`) or the column (`exits.kind`); for `a or b`, either of them."""
    return any(_holds(source, *either.split(".")) for either in need.split(" or "))


def _holds(source: "Source", table: str, column: str = "") -> bool:
    return table in source.tables and (not column or column in columns_of(source, table))
