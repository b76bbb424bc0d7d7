"""What a change in working life moves: every feature that the real change would move, so that figures stay consistent.

A raise moves pay compared with the market, with peers and with the company's growth, and becomes the last raise. A
feature that is unknown stays unknown, unless the change itself makes it known. Other people are left unchanged.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from features.catalogue.feature import Feature
from features.drivers.conditions import HIGH_OVERTIME

FULL_TIME_HOURS_A_MONTH: Final = 173.3
"""40 hours a week; shares of contracted hours refer to it."""

Moves = Mapping[str, pl.Expr]
"""The new value of each feature that moves, from a table with a column for each feature of the model."""


def moved(table: pl.DataFrame, moves: Moves, features: Mapping[str, Feature]) -> pl.DataFrame:
    """The table (a row a person) after the moves of the model's features, limited to possible values."""
    mine = [value.alias(name) for name, value in limited(moves, features).items()]
    return with_columns_of(table, mine).with_columns(mine).select(table.columns)


def limited(moves: Moves, features: Mapping[str, Feature]) -> Moves:
    """The moves of the model's features, limited to possible values."""
    return {name: value.clip(*features[name].limits) for name, value in moves.items() if name in features}


def with_columns_of(table: pl.DataFrame, expressions: Iterable[pl.Expr]) -> pl.DataFrame:
    """The table, with the columns that the expressions read; one that is missing is unknown for everyone."""
    read = {name for each in expressions for name in each.meta.root_names()}
    return table.with_columns(pl.lit(None, pl.Float64).alias(name) for name in sorted(read - set(table.columns)))


def of_raise(rise: pl.Expr) -> Moves:
    """`rise`: log(new pay / old pay)."""
    raised = (
        "pay_level",
        "pay_against_market",
        "pay_against_market_now",
        "pay_against_market_change_12m",
        "pay_against_peers",
        "pay_growth_against_company_12m",
        "pay_growth_against_company_24m",
    )
    others = {"pay_of_newer_peers": pl.col("pay_of_newer_peers") - rise}
    as_last = {"last_raise": rise, "months_since_raise": pl.lit(0.0)}
    return {name: pl.col(name) + rise for name in raised} | others | as_last


def of_promotion() -> Moves:
    """One level up."""
    return {
        "level": pl.col("level") + 1,
        "promotions_36m": pl.col("promotions_36m") + 1,
        "months_in_level_against_usual": _if_known("months_in_level_against_usual", pl.lit(0.0)),
        "months_since_promotion": pl.lit(0.0),
    }


def share_of_hours(hours: float) -> pl.Expr:
    """Hours of overtime a month as a share of each person's contracted hours."""
    return hours / (FULL_TIME_HOURS_A_MONTH * pl.col("full_time_share").fill_null(1.0).replace(0.0, 1.0))


def of_overtime(share: pl.Expr) -> Moves:
    """Overtime as a share of contracted hours, as if it had applied for a year."""
    return {
        "overtime_now": share,
        "overtime_12m": share,
        "overtime_trend": pl.lit(0.0),
        "high_overtime_months_12m": (share > HIGH_OVERTIME).cast(pl.Float64),
        "overtime_against_team": _shifted("overtime_against_team", "overtime_now", share),
    }


def of_remote_share(share: pl.Expr) -> Moves:
    """Share of working days away from the workplace."""
    return {
        "remote_share_3m": share,
        "remote_share_change": _shifted("remote_share_change", "remote_share_3m", share),
    }


def of_manager_change() -> Moves:
    """Another manager from now on."""
    counts = ("manager_changes_12m", "manager_changes_24m")
    known = {"months_with_manager": pl.lit(0.0), "manager_has_left": pl.lit(0.0)}
    return known | {name: pl.col(name) + 1 for name in counts}


def of_service_rating(rating: pl.Expr) -> Moves:
    """The rating of services that the person receives, as if it had applied for a year."""
    return {
        "client_rating_12m": rating,
        "client_rating_trend": pl.lit(0.0),
        "client_rating_against_peers": _shifted("client_rating_against_peers", "client_rating_12m", rating),
    }


def of_service_gain(gain: pl.Expr) -> Moves:
    """The rating of services that the person receives, better by some points."""
    rating = pl.col("client_rating_12m") + gain
    return {
        "client_rating_12m": rating,
        "client_rating_against_peers": _shifted("client_rating_against_peers", "client_rating_12m", rating),
    }


def _shifted(name: str, base: str, new: pl.Expr) -> pl.Expr:
    """A comparison, moved as far as the figure that it compares; unchanged where that figure is unknown."""
    return pl.coalesce(pl.col(name) + new - pl.col(base), pl.col(name))


def _if_known(name: str, new: pl.Expr) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null()).then(new)
