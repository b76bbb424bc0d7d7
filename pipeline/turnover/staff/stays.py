"""Stays: who was employed when, as far as the source observed it, and how each stay ended.

A stay is observed from `entry`: the latest of the hire, `observed_from` (delayed entry) and `complete_from`. Before it
the person could only have stayed, so that time is not time at risk. It is observed until the exit, whose day counts,
or until `complete_until`.
"""

from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from features.contract.ended_spell import with_ended_spell

if TYPE_CHECKING:
    from features.source import Source

KINDS: Final = ("voluntary", "involuntary", "other")
TOP_SHARE: Final = 1 / 3
"""The share of reviews of a year whose people the company would regret to lose, where `exits` do not say it."""
LATEST_REVIEW_DAYS: Final = 731
"""How old the last review may be on the day of the exit."""


def stays_of(source: "Source") -> pl.DataFrame:
    """Every observed stay, a row each.

    stay (a number), employee_id, hire_date, entry, end, kind (null: still employed), reason, is_regretted (null: not
    known), is_hire (the hire itself lies in the observed period), is_first_spell.
    """
    spells = _spells(source)
    ended = _ends(source, spells)
    until, start = pl.lit(source.complete_until), pl.lit(source.complete_from)
    rows = spells.join(ended, on=["employee_id", "hire_date"], how="left")
    rows = rows.with_columns(
        entry=pl.max_horizontal("hire_date", "observed_from", start), end=pl.coalesce("exit_date", until)
    )
    rows = rows.with_columns(is_hire=pl.col("entry") == pl.col("hire_date"))
    rows = rows.with_columns(is_hire=pl.col("is_hire") & (pl.col("hire_date") >= start))
    rows = rows.with_columns(is_first_spell=pl.col("hire_date") == pl.col("hire_date").min().over("employee_id"))
    rows = rows.filter(pl.col("entry") <= pl.col("end"), pl.col("entry") <= until).sort("employee_id", "hire_date")
    return _with_regret(source, rows.with_row_index("stay")).drop("observed_from", "exit_date")


def _spells(source: "Source") -> pl.DataFrame:
    """employee_id, hire_date, observed_from: of several versions of a hire, the one that became known last."""
    rows = _table(source, "employees")
    if "observed_from" not in rows.columns:
        rows = rows.with_columns(observed_from=pl.lit(None, pl.Date))
    rows = rows.sort(_known_on("hire_date"), maintain_order=True)
    rows = rows.unique(["employee_id", "hire_date"], keep="last", maintain_order=True)
    return rows.select("employee_id", "hire_date", "observed_from")


def _ends(source: "Source", spells: pl.DataFrame) -> pl.DataFrame:
    """employee_id, hire_date, exit_date, kind, reason, regrettable of the spells that ended by `complete_until`.

    A later row may correct a spell's exit: the one that became known last counts.
    """
    exits = _table(source, "exits")
    missing = {"reason": pl.String, "regrettable": pl.Boolean}
    exits = exits.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in missing.items() if name not in exits.columns
    )
    placed = with_ended_spell(nw.from_native(exits.lazy()), nw.from_native(spells.lazy()))
    rows: pl.DataFrame = nw.to_native(placed).rename({"ended_hire": "hire_date"}).collect()
    rows = rows.drop_nulls("hire_date").sort(_known_on("exit_date"), "exit_date", "kind")
    rows = rows.unique(["employee_id", "hire_date"], keep="last", maintain_order=True)
    rows = rows.filter(pl.col("exit_date") <= source.complete_until)
    return rows.select("employee_id", "hire_date", "exit_date", "kind", "reason", "regrettable")


def _with_regret(source: "Source", stays: pl.DataFrame) -> pl.DataFrame:
    """`is_regretted` of voluntary exits: as recorded, else by the last review before the exit."""
    if how_regret_is_known(source) == "performance":
        return stays.drop("regrettable").join(_by_performance(source, stays), on="stay", how="left")
    is_voluntary = pl.col("kind") == "voluntary"
    return stays.with_columns(is_regretted=pl.when(is_voluntary).then("regrettable")).drop("regrettable")


def how_regret_is_known(source: "Source") -> str | None:
    """`recorded`, `performance` or None."""
    exits = _table(source, "exits")
    if "regrettable" in exits.columns and exits["regrettable"].null_count() < exits.height:
        return "recorded"
    return "performance" if source.scan("performance") is not None else None


def _by_performance(source: "Source", stays: pl.DataFrame) -> pl.DataFrame:
    """stay, is_regretted: whether the last review of the two years before the exit is in the top third of its year.

    A review's rank is the mean of the ranks of equal ratings, so a scale of few steps does not put most people on top.
    """
    reviews = _table(source, "performance").sort(_known_on("review_date"))
    reviews = reviews.unique(["employee_id", "review_date"], keep="last", maintain_order=True)
    year = pl.col("review_date").dt.year()
    rank = (pl.col("rating").rank("average").over(year) - 0.5) / pl.len().over(year)
    reviews = reviews.select("employee_id", "review_date", is_regretted=rank >= 1 - TOP_SHARE).sort("review_date")
    left = stays.filter(pl.col("kind") == "voluntary").select("stay", "employee_id", "end").sort("end")
    last = left.join_asof(
        reviews,
        left_on="end",
        right_on="review_date",
        by="employee_id",
        tolerance=f"{LATEST_REVIEW_DAYS}d",
        check_sortedness=False,
    )
    return last.select("stay", "is_regretted")


def _table(source: "Source", name: str) -> pl.DataFrame:
    rows = source.scan(name)
    if rows is None:
        raise ValueError(f"the source has no table {name}")
    return rows.collect()


def _known_on(own_date: str) -> pl.Expr:
    return pl.max_horizontal(pl.col(own_date).cast(pl.Date), "recorded_at")
