"""The outcome: did the person leave voluntarily within the horizon? Read by training and monitoring only."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from features.calendar import month_end
from features.source import Source
from pipeline.splits import matured


def left_within_horizon(
    source: Source, people: pl.DataFrame, snapshot_dates: Sequence[date], horizon_months: int
) -> pl.DataFrame:
    """Adds `left` to rows of (employee_id, snapshot_date).

    True where the first exit in (snapshot_date, snapshot_date + horizon] is voluntary; an involuntary or other
    exit in that window counts as 'did not leave voluntarily' (a cumulative incidence, not a hazard).

    Exits after `complete_until` are not yet known and never looked at, so only matured dates may be asked for.

    Raises
    ------
    ValueError
        A snapshot date has not matured: an outcome would be a guess.
    """
    unripe = set(snapshot_dates) - set(matured(snapshot_dates, horizon_months, source.complete_until))
    if unripe:
        raise ValueError(f"{len(unripe)} snapshot dates have not matured at {horizon_months} months")
    ends = pl.DataFrame(
        {"snapshot_date": snapshot_dates, "horizon_end": [month_end(d, horizon_months) for d in snapshot_dates]},
        schema={"snapshot_date": pl.Date, "horizon_end": pl.Date},
    )
    exits = pl.scan_parquet(source.tables["exits"])
    known = exits.filter(pl.col("exit_date") <= source.complete_until).select("employee_id", "exit_date", "kind")
    first = (
        people.lazy()
        .select("employee_id", "snapshot_date")
        .join(ends.lazy(), on="snapshot_date")
        .join(known, on="employee_id")
        .filter(pl.col("exit_date") > pl.col("snapshot_date"), pl.col("exit_date") <= pl.col("horizon_end"))
        .group_by("employee_id", "snapshot_date")
        .agg(pl.col("kind").sort_by("exit_date").first())
        .select("employee_id", "snapshot_date", left=pl.col("kind") == "voluntary")
    )
    return (
        people.lazy()
        .join(first, on=["employee_id", "snapshot_date"], how="left", maintain_order="left")
        .with_columns(pl.col("left").fill_null(value=False))
        .collect()
    )
