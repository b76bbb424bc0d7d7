"""How a change in a person's working life would change the score.

A lever moves every feature that the change itself would move (`pipeline.scoring.levers`). The result shows how scores
differ between people who differ in this way. This is an association, not a promise that the change would make this
person stay.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from features.catalogue.feature import Feature
from pipeline.language.wording import as_number
from pipeline.model.calibration import risk_of
from pipeline.model.stored_model import StoredModel, typed_records
from pipeline.model.trees.boosting import compiled
from pipeline.score_record import Factor
from pipeline.scoring.levers import (
    Moves,
    moved,
    of_manager_change,
    of_overtime,
    of_promotion,
    of_raise,
    of_remote_share,
    of_service_rating,
    share_of_hours,
)
from pipeline.scoring.records import Record, Value

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
    with compiled():
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
    table = typed_records(pl.DataFrame([before], infer_schema_length=None, strict=False), features)
    after = moved(table, _moves(levers), features).row(0, named=True)
    changes = {name: after[name] for name, feature in features.items() if feature.kind == "number"}
    return dict(before) | {name: value for name, value in changes.items() if name in before or value is not None}


def _moves(levers: Levers) -> Moves:
    moves: dict[str, pl.Expr] = {}
    if levers.raise_percent is not None:
        moves |= of_raise(pl.lit(math.log1p(levers.raise_percent / 100)))
    if levers.promotion:
        moves |= of_promotion()
    if levers.overtime_hours is not None:
        moves |= of_overtime(share_of_hours(levers.overtime_hours))
    if levers.remote_share is not None:
        moves |= of_remote_share(pl.lit(levers.remote_share))
    if levers.manager_change:
        moves |= of_manager_change()
    if levers.service_rating is not None:
        moves |= of_service_rating(pl.lit(levers.service_rating))
    return moves
