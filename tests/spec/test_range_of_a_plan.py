"""The range of the exits that a change avoids: by hand, and as joint draws of the errors of the model give it."""

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipeline.dataset.splits import repeated_folds
from pipeline.model.blend import Blend, fit_blend, with_posterior
from pipeline.model.calibration import risk_of
from pipeline.model.design import Basis
from pipeline.model.posterior import BEYOND, Posterior
from pipeline.planning import uncertainty
from pipeline.planning.uncertainty import Sides, uncertain_of

PEOPLE = 400
ALL = np.ones(PEOPLE, dtype=bool)


@pytest.fixture(scope="module")
def blend() -> Blend:
    """Low pay and long hours raise the risk."""
    random = np.random.default_rng(3)
    table = pl.DataFrame({"pay": random.normal(0, 0.3, PEOPLE), "hours": random.exponential(1.0, PEOPLE)})
    left = random.random(PEOPLE) < risk_of(-1.5 - 3 * table["pay"].to_numpy() + 0.3 * table["hours"].to_numpy())
    people = np.arange(PEOPLE)
    folds = list(repeated_folds(left, people, seed=1, repeats=1, folds=3))
    return with_posterior(fit_blend(table, left, folds, seed=1), table, left, people)


def sides_of(blend: Blend, before: pl.DataFrame, after: pl.DataFrame) -> Sides:
    return Sides((before, after), (blend.log_odds(before), blend.log_odds(after)))


def test_the_range_of_two_people_by_hand(blend: Blend) -> None:
    """The change takes the figure from 1 to 0 and the log-odds from 0 to −1; a weight's error has the deviation 0.5."""
    straight = Basis(np.array([0.0, 1.0]), np.array([[0.0], [1.0]]), np.array([0.0]))
    posterior = Posterior((straight,), origin=np.array([0.0]), root=np.array([[0.5]]), level=0.04)
    known = replace(blend, posterior=posterior, choice=replace(blend.choice, level_sd=0.3))
    figures = pl.DataFrame({"figure": [1.0, 1.0]}), pl.DataFrame({"figure": [0.0, 0.0]})
    sides = Sides(figures, (np.zeros(2), np.full(2, -1.0)))
    slope, then = 0.25, 0.196612  # risk · (1 − risk), at log-odds 0 and −1
    by_weight, by_level = 2 * slope * 0.5, 2 * (slope - then) * math.sqrt(0.04 + 0.3**2)
    own = 2 * BEYOND * (slope**2 + then**2)
    found = uncertain_of(known, sides, ALL[:2], np.array([0, 0]), 1).over(np.array([True]))
    assert found == pytest.approx(math.sqrt(by_weight**2 + by_level**2 + own), abs=1e-5)


def test_a_model_that_does_not_know_how_uncertain_it_is_gives_no_range(blend: Blend) -> None:
    figures = pl.DataFrame({"pay": [0.0], "hours": [0.0]})
    unknown = replace(blend, posterior=None)
    sides = sides_of(unknown, figures, figures)
    assert math.isnan(uncertain_of(unknown, sides, ALL[:1], np.array([0]), 1).over(np.array([True])))


def changed_people(blend: Blend) -> tuple[Sides, np.ndarray]:
    """Three groups whose hours are halved."""
    random = np.random.default_rng(4)
    before = pl.DataFrame({"pay": random.normal(0, 0.3, PEOPLE), "hours": random.exponential(1.0, PEOPLE)})
    after = before.with_columns(pl.col("hours") / 2)
    return sides_of(blend, before, after), random.integers(0, 3, PEOPLE)


def test_the_range_is_that_of_joint_draws_of_the_errors(blend: Blend) -> None:
    """A hundred draws give a standard deviation to a fourteenth, and the change is small, so nearly linear."""
    sides, group = changed_people(blend)
    before, after = sides.figures
    assert blend.posterior is not None
    draws = blend.posterior.errors(pl.concat([before, after]).to_numpy(), blend.choice.level_sd).draws
    risk, then = (
        risk_of(own[:, None] + drawn)
        for own, drawn in zip(sides.log_odds, (draws[:PEOPLE], draws[PEOPLE:]), strict=True)
    )
    found = uncertain_of(blend, sides, ALL, group, 3)
    for which in ([0], [1], [2], [0, 1, 2]):
        drawn = (risk - then)[np.isin(group, which)].sum(axis=0).std()
        assert found.over(np.isin(np.arange(3), which)) == pytest.approx(drawn, rel=0.25)


def test_of_large_groups_an_equal_share_stands_for_all(blend: Blend, monkeypatch: pytest.MonkeyPatch) -> None:
    sides, group = changed_people(blend)
    everyone = uncertain_of(blend, sides, ALL, group, 3)
    monkeypatch.setattr(uncertainty, "MOST_ROWS", PEOPLE // 2)
    some = uncertain_of(blend, sides, ALL, group, 3)
    for at in range(3):
        assert some.over(np.arange(3) == at) == pytest.approx(everyone.over(np.arange(3) == at), rel=0.25)


def test_whom_the_change_does_not_reach_leaves_nothing_uncertain(blend: Blend) -> None:
    sides, group = changed_people(blend)
    assert uncertain_of(blend, sides, ~ALL, group, 3).over(np.array([True] * 3)) == 0.0
