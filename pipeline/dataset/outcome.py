"""The outcome: did the person leave voluntarily within the horizon? Read by training and monitoring only."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from features.calendar import month_end
from features.source import Source
from pipeline.dataset.splits import matured


def left_within_horizon(
    source: Source, people: pl.DataFrame, snapshot_dates: Sequence[date], horizon_months: int
) -> pl.DataFrame:
    """Adds `left` to rows of (employee_id, snapshot_date), and drops those of people who had already gone.

    True where the first exit in (snapshot_date, snapshot_date + horizon] is voluntary; an involuntary or other
    exit in that window counts as 'did not leave voluntarily' (a cumulative incidence, not a hazard).

    Where an exit on or before the snapshot date was only recorded after it, the person still looked present on that
    date, and is scored there; but whoever is gone can neither leave nor stay, so such a row has no outcome.

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
        .join(_gone(source, people), on=["employee_id", "snapshot_date"], how="anti", maintain_order="left")
        .join(first, on=["employee_id", "snapshot_date"], how="left", maintain_order="left")
        .with_columns(pl.col("left").fill_null(value=False))
        .collect()
    )


def _gone(source: Source, people: pl.DataFrame) -> pl.LazyFrame:
    """Rows of (employee_id, snapshot_date) that lie after an exit and before the next hire, if there is one.

    A rehire on the very day of an exit follows it, as in validation; a spell of a single day is no rehire.
    """
    hires = pl.scan_parquet(source.tables["employees"]).select("employee_id", "hire_date")
    first_hire = hires.group_by("employee_id").agg(first_hire=pl.col("hire_date").min())
    rows = people.lazy().select("employee_id", "snapshot_date")
    exits = pl.scan_parquet(source.tables["exits"]).select("employee_id", "exit_date")
    ended = rows.join(exits, on="employee_id").filter(pl.col("exit_date") <= pl.col("snapshot_date"))
    back = (
        ended.join(hires, on="employee_id")
        .join(first_hire, on="employee_id")
        .filter(
            pl.col("hire_date") <= pl.col("snapshot_date"),
            pl.col("hire_date") >= pl.col("exit_date"),
            pl.col("hire_date") > pl.col("first_hire"),
        )
    )
    return ended.join(back, on=["employee_id", "snapshot_date", "exit_date"], how="anti")
