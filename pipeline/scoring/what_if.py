"""How a change in a person's working life would change the score.

A lever moves every feature that the change itself would move, so that the figures stay consistent: a raise moves pay
compared with the market, with peers and with the company's growth, and becomes the last raise. Other people are left
unchanged. The result shows how scores differ between people who differ in this way. This is an association, not a
promise that the change would make this person stay.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from features.catalogue.feature import Feature
from features.drivers.conditions import HIGH_OVERTIME
from pipeline.language.wording import as_number
from pipeline.model.calibration import risk_of
from pipeline.model.stored_model import StoredModel, typed_records
from pipeline.score_record import Factor
from pipeline.scoring.records import Record, Value

FULL_TIME_HOURS_A_MONTH: Final = 173.3
"""40 hours a week; shares of contracted hours refer to it."""

Figures = dict[str, Value]


@dataclass(frozen=True)
class Levers:
    """The change; None or False leaves a side of working life as it is."""

    raise_percent: float | None = None
    promotion: bool = False
    overtime_hours: float | None = None
    remote_share: float | None = None
    manager_change: bool = False
    service_rating: float | None = None


@dataclass(frozen=True)
class Change:
    """One feature before and after; contributions are log-odds, and their differences add up to the risk's."""

    feature: str
    value_before: Value
    value_after: Value
    contribution_before: float
    contribution_after: float


@dataclass(frozen=True)
class WhatIf:
    """Risk at the model's horizon before and after, and every feature whose value or contribution changed."""

    risk_before: float
    risk_after: float
    log_odds_before: float
    log_odds_after: float
    changes: tuple[Change, ...]


def figures_of(factors: Sequence[Factor], features: Mapping[str, Feature]) -> Figures:
    """A person's published figures as the model reads them; numbers have the six published digits."""
    return {
        factor.feature: factor.value if features[factor.feature].kind == "category" else as_number(factor.value)
        for factor in factors
        if factor.feature in features
    }


def what_if(model: StoredModel, before: Record, levers: Levers) -> WhatIf | None:
    """The change of the score; None if the levers move no feature of the model."""
    after = changed(before, levers, model.features)
    if after == before:
        return None
    X = typed_records(pl.DataFrame([before, after], infer_schema_length=None, strict=False), model.features)
    base, contributions = model.asked.contributions(X)
    log_odds = base + contributions.sum(axis=1)
    risk = risk_of(log_odds)
    rows = zip(X.columns, contributions.T, strict=True)
    changes = [
        Change(name, before.get(name), after.get(name), float(then), float(now))
        for name, (then, now) in rows
        if then != now or before.get(name) != after.get(name)
    ]
    changes.sort(key=lambda change: (-abs(change.contribution_after - change.contribution_before), change.feature))
    return WhatIf(float(risk[0]), float(risk[1]), float(log_odds[0]), float(log_odds[1]), tuple(changes))


def changed(before: Record, levers: Levers, features: Mapping[str, Feature]) -> Figures:
    """The figures after the change, for the features of the model, limited to possible values."""
    after = dict(before)
    for name, value in _moves(before, levers):
        if name in features:
            low, high = features[name].limits
            after[name] = min(max(value, low), high)
    return after


def _moves(before: Record, levers: Levers) -> Iterator[tuple[str, float]]:
    if levers.raise_percent is not None:
        yield from _raise(before, levers.raise_percent)
    if levers.promotion:
        yield from _promotion(before)
    if levers.overtime_hours is not None:
        yield from _overtime(before, levers.overtime_hours)
    if levers.remote_share is not None:
        yield from _remote(before, levers.remote_share)
    if levers.manager_change:
        yield from _manager_change(before)
    if levers.service_rating is not None:
        yield from _service_rating(before, levers.service_rating)


def _raise(before: Record, percent: float) -> Iterator[tuple[str, float]]:
    rise = math.log1p(percent / 100)
    for name in (
        "pay_level",
        "pay_against_market",
        "pay_against_market_now",
        "pay_against_market_change_12m",
        "pay_against_peers",
        "pay_growth_against_company_12m",
        "pay_growth_against_company_24m",
    ):
        yield from _moved(before, name, lambda value: value + rise)
    yield from _moved(before, "pay_of_newer_peers", lambda value: value - rise)
    yield "last_raise", rise
    yield "months_since_raise", 0.0


def _promotion(before: Record) -> Iterator[tuple[str, float]]:
    yield from _moved(before, "level", lambda value: value + 1)
    yield from _moved(before, "promotions_36m", lambda value: value + 1)
    yield from _moved(before, "months_in_level_against_usual", lambda _: 0.0)
    yield "months_since_promotion", 0.0


def _overtime(before: Record, hours: float) -> Iterator[tuple[str, float]]:
    """As if this had applied for a year."""
    share = hours / (FULL_TIME_HOURS_A_MONTH * (_number(before, "full_time_share") or 1.0))
    now = _number(before, "overtime_now")
    yield "overtime_now", share
    yield "overtime_12m", share
    yield "overtime_trend", 0.0
    yield "high_overtime_months_12m", float(share > HIGH_OVERTIME)
    if now is not None:
        yield from _moved(before, "overtime_against_team", lambda value: value + share - now)


def _remote(before: Record, share: float) -> Iterator[tuple[str, float]]:
    was = _number(before, "remote_share_3m")
    yield "remote_share_3m", share
    if was is not None:
        yield from _moved(before, "remote_share_change", lambda value: value + share - was)


def _manager_change(before: Record) -> Iterator[tuple[str, float]]:
    yield "months_with_manager", 0.0
    yield "manager_has_left", 0.0
    for name in ("manager_changes_12m", "manager_changes_24m"):
        yield from _moved(before, name, lambda value: value + 1)


def _service_rating(before: Record, rating: float) -> Iterator[tuple[str, float]]:
    """The rating of services that the person receives, as if it had applied for a year."""
    was = _number(before, "client_rating_12m")
    yield "client_rating_12m", rating
    yield "client_rating_trend", 0.0
    if was is not None:
        yield from _moved(before, "client_rating_against_peers", lambda value: value + rating - was)


def _moved(before: Record, name: str, move: Callable[[float], float]) -> Iterator[tuple[str, float]]:
    """The moved feature; nothing if it is unknown."""
    value = _number(before, name)
    if value is not None:
        yield name, move(value)


def _number(figures: Record, name: str) -> float | None:
    value = figures.get(name)
    return value if isinstance(value, int | float) else None
