"""The outcome: did the person leave voluntarily within the horizon? Read by training and monitoring only."""

from collections.abc import Sequence
from datetime import date

import narwhals as nw
import polars as pl

from features.calendar import month_end
from features.contract.ended_spell import with_ended_spell
from features.source import Source
from pipeline.dataset.splits import matured


def left_within_horizon(
    source: Source, people: pl.DataFrame, snapshot_dates: Sequence[date], horizon_months: int
) -> pl.DataFrame:
    """Adds `left` to rows of (employee_id, snapshot_date), and drops rows of people who had already left.

    True where the first exit in (snapshot_date, snapshot_date + horizon] is voluntary; an involuntary or other
    exit in that window counts as not having left voluntarily (a cumulative incidence, not a hazard).

    If an exit on or before the snapshot date was recorded only later, the person still looked present on that date and
    was scored. Someone who has already left can neither leave nor stay, so that row has no outcome.

    Exits after `complete_until` are never read, because they are incomplete: only matured dates have outcomes.

    Raises
    ------
    ValueError
        A snapshot date has not matured, so its outcomes are not known.
    """
    immature = set(snapshot_dates) - set(matured(snapshot_dates, horizon_months, source.complete_until))
    if immature:
        raise ValueError(f"{len(immature)} snapshot dates have not matured at {horizon_months} months")
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
        .join(_after_exit(source, people), on=["employee_id", "snapshot_date"], how="anti", maintain_order="left")
        .join(first, on=["employee_id", "snapshot_date"], how="left", maintain_order="left")
        .with_columns(pl.col("left").fill_null(value=False))
        .collect()
    )


def _after_exit(source: Source, people: pl.DataFrame) -> pl.LazyFrame:
    """Rows of (employee_id, snapshot_date) on or after the exit from the last spell to begin by then."""
    hires = pl.scan_parquet(source.tables["employees"]).select("employee_id", "hire_date")
    rows = people.lazy().select("employee_id", "snapshot_date")
    exits = pl.scan_parquet(source.tables["exits"]).select("employee_id", "exit_date")
    placed: pl.LazyFrame = nw.to_native(with_ended_spell(nw.from_native(exits), nw.from_native(hires)))
    ended = rows.join(placed, on="employee_id").filter(pl.col("exit_date") <= pl.col("snapshot_date"))
    rehired = ended.join(hires, on="employee_id").filter(
        pl.col("hire_date") <= pl.col("snapshot_date"), pl.col("hire_date") > pl.col("ended_hire")
    )
    return ended.join(rehired, on=["employee_id", "snapshot_date", "exit_date"], how="anti")
