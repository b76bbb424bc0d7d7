"""The rows of a frame, for comparison with rows that a test writes down."""

from typing import Any

import polars as pl


def rows_of(frame: Any, *columns: str) -> list[tuple[Any, ...]]:
    """Those columns of a lazy Narwhals frame, sorted by all of them."""
    rows: list[tuple[Any, ...]] = frame.select(*columns).collect("polars").to_polars().sort(pl.all()).rows()
    return rows
