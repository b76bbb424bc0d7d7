"""Posts that never change, levels upside down, and columns and tables that a join left empty."""

from datetime import timedelta

import polars as pl

from features.contract.tables import OWN_DATE, UNKNOWN
from features.validation.plausibility.canonical import Canonical
from features.validation.plausibility.rules import (
    EMPTY_COLUMN,
    EMPTY_TABLE,
    FALLING_LEVEL,
    FEW_MANAGED,
    LEVEL_BELOW_REPORTS,
    NEVER_CHANGES,
    PAID_LESS,
)
from features.validation.rules import Tally

CHANGING = (
    ("assignments", "job"),
    ("assignments", "level"),
    ("assignments", "manager_id"),
    ("compensation", "base_pay"),
)
"""What changes for somebody in every company within two years. Departments and places of work may not."""
YEARS = timedelta(days=730)
STAYERS = 50
FEWEST_ROWS = 20
FEWEST_PEOPLE = 20
PROMOTIONS = 5
CHANGES = 10
MOST_FALL = 0.8
PAIRS = 20
MOST_BELOW = 0.7
PAID = 50
NEGATIVE = -0.3


def count_posts(source: Canonical, tally: Tally) -> None:
    """Counts posts, levels and managers that are doubtful."""
    _count_empty(source, tally)
    for table, column in CHANGING:
        if source.has(table, column):
            _count_unchanged(source, table, column, tally)
    if source.has("assignments", "manager_id"):
        _count_managed(source, tally)
    if source.has("assignments", "level"):
        _count_levels(source, tally)


def last_known(source: Canonical, table: str, *columns: str) -> pl.DataFrame:
    """employee_id and the last known value of each column, one row a person with a row in the table."""
    known = [
        pl.col(name)
        .filter(pl.col(name).is_not_null())
        .sort_by(pl.col("effective_date").filter(pl.col(name).is_not_null()))
        .last()
        for name in columns
    ]
    return source.scan(table).group_by("employee_id").agg(known).collect()


def _count_empty(source: Canonical, tally: Tally) -> None:
    for table in source.tables:
        filled = source.filled(table)
        if table not in ("employees", "exits") and not filled[next(iter(filled))]:
            tally.missing(EMPTY_TABLE, table)
    for table in ("assignments", "compensation"):
        if source.has(table, "employee_id") and source.filled(table)["employee_id"] >= FEWEST_ROWS:
            nulls = source.scan(table).select(pl.all().is_null().all()).collect().row(0, named=True)
            for column in (name for name, is_empty in nulls.items() if is_empty and name != "recorded_at"):
                tally.add(EMPTY_COLUMN, table, column, source.filled(table)["employee_id"])


def _count_unchanged(source: Canonical, table: str, column: str, tally: Tally) -> None:
    stays = source.spells.with_columns(
        begins=pl.max_horizontal("hire_date", pl.lit(source.start)),
        ends=pl.min_horizontal("gone", pl.lit(source.until)),
    )
    stays = stays.filter(pl.col("ends") - pl.col("begins") >= YEARS).select("employee_id").unique()
    known = source.scan(table).filter(pl.col(column).is_not_null())
    values = known.group_by("employee_id").agg(pl.col(column).n_unique().alias("values")).collect()
    if int(values["values"].max() or 0) > 1:  # type: ignore[arg-type]
        return
    number = values.join(stays, on="employee_id", how="semi").height
    if number >= STAYERS:
        tally.add(NEVER_CHANGES, table, column, number)


def _count_managed(source: Canonical, tally: Tally) -> None:
    last = last_known(source, "assignments", "manager_id")
    without = last.filter(pl.col("manager_id").fill_null(UNKNOWN) == UNKNOWN).height
    if last.height >= FEWEST_PEOPLE and without > last.height / 2:
        tally.add(FEW_MANAGED, "assignments", "manager_id", without)


def _count_levels(source: Canonical, tally: Tally) -> None:
    _count_falls(source, tally)
    level = last_known(source, "assignments", "level").drop_nulls()
    if source.has("assignments", "manager_id"):
        managers = last_known(source, "assignments", "manager_id")
        pairs = managers.join(level, on="employee_id").join(
            level.rename({"employee_id": "manager_id", "level": "above"}), on="manager_id"
        )
        pairs = pairs.filter(pl.col("level") != pl.col("above"))
        below = pairs.filter(pl.col("above") < pl.col("level")).height
        if pairs.height >= PAIRS and below > MOST_BELOW * pairs.height:
            tally.add(LEVEL_BELOW_REPORTS, "assignments", "level", below)
    if source.has("compensation", "base_pay"):
        paid = level.join(last_known(source, "compensation", "base_pay"), on="employee_id").drop_nulls()
        if paid.height >= PAID and paid["level"].n_unique() > 1:
            rank = paid.select(pl.corr("level", "base_pay", method="spearman")).item()
            if rank is not None and rank < NEGATIVE:
                tally.add(PAID_LESS, "assignments", "level", paid.height)


def _count_falls(source: Canonical, tally: Tally) -> None:
    names = source.scan("assignments").collect_schema().names()
    reason = pl.col("reason") if "reason" in names else pl.lit(None, pl.String)
    rows = source.scan("assignments").filter(pl.col("level").is_not_null()).sort("employee_id", OWN_DATE["assignments"])
    step = (pl.col("level") - pl.col("level").shift(1)).over("employee_id")
    steps = rows.select(step=step, is_promotion=(reason == "promotion").fill_null(value=False)).filter(
        pl.col("step") != 0
    )
    found = steps.group_by("is_promotion").agg(rows=pl.len(), falls=(pl.col("step") < 0).sum()).collect()
    for is_promotion, number, falls in found.rows():
        least, share = (PROMOTIONS, 0.5) if is_promotion else (CHANGES, MOST_FALL)
        if number >= least and falls > share * number:
            tally.add(FALLING_LEVEL, "assignments", "level", falls)
