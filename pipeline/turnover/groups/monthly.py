"""What happened in each month in each group: head count, person-months at risk, and exits by kind.

Every figure is a sum over the days of episodes (`episodes`), so a person who moves in the middle of a month counts for
a part of it in each of the two groups, and an exit counts in the group that the person was in on the last day.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from pipeline.turnover.staff.stays import KINDS

EVERYONE: Final = "everyone"
"""The dimension with a single group, which has no name."""
MANAGER: Final = "manager"
"""The dimension of lines: everyone who reports to a manager, directly or through others."""
COLUMN_OF: Final[Mapping[str, str]] = {
    "department": "department",
    "level": "level",
    "location": "location",
    "job": "job",
    "tenure": "tenure",
    "cohort": "cohort",
    "contract": "contract",
}
"""The dimensions of groups without common members, the most requested one first, and the column of each."""
DIMENSIONS: Final = (*COLUMN_OF, MANAGER)

FIGURES: Final = ("people", "person_months", "hires", "exits", *KINDS, "regretted", "judged")
"""The figures of a cell. exits: of any kind. regretted: voluntary exits that the company regrets, of the `judged`."""

_DEEPEST: Final = 60
"""More levels of managers than any company has; a circle of managers ends before."""


def cells_of(months: pl.DataFrame, dimension: str) -> pl.DataFrame:
    """by, group (null: not known), month, and `FIGURES`: a row per group and month with somebody in it."""
    group = pl.lit(None, pl.String) if dimension == EVERYONE else pl.col(COLUMN_OF[dimension]).cast(pl.String)
    name = [] if dimension == EVERYONE else [COLUMN_OF[dimension]]
    found = months.group_by(*name, "month").agg(*_sums())
    return found.select(pl.lit(dimension).alias("by"), group.alias("group"), "month", *FIGURES)


def lines_of(months: pl.DataFrame, episodes: pl.DataFrame) -> pl.DataFrame:
    """As `cells_of`, for the line of each manager: the sum over the teams below, as they were at the end of the month.

    Returns nothing where the source has no managers.
    """
    if "manager_id" not in months.columns:
        return cells_of(months.clear(), EVERYONE)
    teams = months.group_by("manager_id", "month").agg(*_sums()).drop_nulls("manager_id")
    teams = teams.with_columns(pl.col("manager_id").cast(pl.String))
    above = chains(teams.select(manager="manager_id", month="month"), episodes)
    lines = teams.join(above, left_on=["manager_id", "month"], right_on=["manager", "month"])
    lines = lines.sort("line", "month", "manager_id")  # the same order of teams gives the same last digit of a sum
    sums = lines.group_by("line", "month", maintain_order=True).agg(pl.col(FIGURES).sum())
    return sums.select(pl.lit(MANAGER).alias("by"), pl.col("line").alias("group"), "month", *FIGURES)


def chains(teams: pl.DataFrame, episodes: pl.DataFrame) -> pl.DataFrame:
    """manager, month, line: in whose lines each team is in each month; its own manager's is one of them."""
    bosses = _bosses(teams, episodes)
    found = teams.with_columns(line="manager")
    frontier = found
    for _ in range(_DEEPEST):
        frontier = frontier.join(bosses, left_on=["line", "month"], right_on=["employee_id", "month"])
        frontier = frontier.select("manager", "month", line="boss").join(
            found, on=["manager", "month", "line"], how="anti"
        )
        if frontier.is_empty():
            return found
        found = pl.concat([found, frontier])
    return found


def _bosses(teams: pl.DataFrame, episodes: pl.DataFrame) -> pl.DataFrame:
    """employee_id, month, boss: to whom each manager reports at the end of a month, or on the last day in it."""
    managers = episodes.join(teams.select(employee_id="manager").unique(), on="employee_id", how="semi")
    managers = managers.select("employee_id", "first", "last", boss="manager_id").sort("first")
    days = teams.select(employee_id="manager", month="month").unique().sort("month")
    at = days.join_asof(managers, left_on="month", right_on="first", by="employee_id", check_sortedness=False)
    at = at.filter(pl.col("last") >= pl.col("month").dt.month_start())
    return at.drop_nulls("boss").select("employee_id", "month", "boss")


def _sums() -> list[pl.Expr]:
    is_regretted = pl.col("is_regretted")
    return [
        pl.col("is_staff").sum().cast(pl.Int64).alias("people"),
        pl.col("days_share").sum().alias("person_months"),
        pl.col("hire").sum().cast(pl.Int64).alias("hires"),
        pl.col("kind").is_not_null().sum().cast(pl.Int64).alias("exits"),
        *((pl.col("kind") == kind).sum().cast(pl.Int64).alias(kind) for kind in KINDS),
        (is_regretted & is_regretted.is_not_null()).sum().cast(pl.Int64).alias("regretted"),
        is_regretted.is_not_null().sum().cast(pl.Int64).alias("judged"),
    ]


def filled(cells: pl.DataFrame, months: Iterable[object]) -> pl.DataFrame:
    """The cells with a row of zeros for every month in which a group has nobody."""
    every = pl.DataFrame({"month": list(months)}, schema={"month": pl.Date})
    grid = cells.select("by", "group").unique().join(every, how="cross")
    both = grid.join(cells, on=["by", "group", "month"], how="left", nulls_equal=True)
    return both.with_columns(pl.col(FIGURES).fill_null(0)).sort("by", "group", "month", nulls_last=True)
