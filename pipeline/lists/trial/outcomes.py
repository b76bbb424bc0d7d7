"""Who left within the horizon of a month of lists."""

import polars as pl

from features.source import Source
from pipeline.dataset.outcome import left_within_horizon
from pipeline.store.reading import Published


def with_outcomes(source: Source, head: Published, people: pl.DataFrame) -> pl.DataFrame:
    """Adds `month` and `left` to people of a matured publication, and drops those who had already left by then."""
    dated = people.with_columns(snapshot_date=pl.lit(head.snapshot_date), month=pl.lit(head.month))
    return left_within_horizon(source, dated, [head.snapshot_date], head.horizon_months)
