"""A plan whose lever a trial has measured, by hand: twelve people of two departments, and two of a third."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
import polars as pl
import pytest
from planned_staff import figures_from

from features.catalogue.catalogue import fixed_features
from pipeline.dataset.splits import repeated_folds
from pipeline.judgement.statistics.figures import Bounded
from pipeline.language.actions import action_of
from pipeline.model.blend import fit_blend
from pipeline.model.stored_model import StoredModel
from pipeline.planning.evaluation import evaluate
from pipeline.planning.ladders import LADDERS
from pipeline.planning.measured import MeasuredEffect, measured_of, offers_of_levers
from pipeline.planning.plan import Evaluated, GroupPlan, Plan, Prices
from pipeline.planning.plan_levers import PlanLevers
from pipeline.planning.staff import Staff

PAY: Final = [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, -0.3, -0.3, -0.25, -0.2, 0.3, 0.3, -0.4, -0.4]
"""log(pay / market): six of Sales, six of Plant, two of Legal."""
DEPARTMENT: Final = ["Sales"] * 6 + ["Plant"] * 6 + ["Legal"] * 2
TRIAL: Final = MeasuredEffect("pay_review", Bounded(-0.3, -0.5, 0.1), 120, 40, 300, 12, "2026-09", is_in_force=True)
PRICES: Final = Prices({1: 0.2, 2: 0.2}, {1: 30_000, 2: 30_000})


@pytest.fixture(scope="module")
def model() -> StoredModel:
    """Low pay raises the risk."""
    random, rows = np.random.default_rng(1), 600
    table = pl.DataFrame({"pay_against_market_now": random.normal(0, 0.3, rows)})
    left = random.random(rows) < 1 / (1 + np.exp(3 * table["pay_against_market_now"].to_numpy()))
    folds = list(repeated_folds(left, np.arange(rows), seed=1, repeats=1, folds=3))
    blend = fit_blend(table, left, folds, seed=1, directions={"pay_against_market_now": -1})
    return StoredModel(6, {6: blend}, {name: fixed_features()[name] for name in table.columns}, {})


@pytest.fixture
def staff(model: StoredModel) -> Staff:
    """All in Riga, which is shown, as Sales and Plant are."""
    posts = {"department": DEPARTMENT, "location": ["Riga"] * 14, "level": ["1"] * 12 + ["2"] * 2}
    features = pl.DataFrame({"pay_against_market_now": PAY})
    scored = pl.DataFrame(posts).with_columns(
        job=pl.lit("Clerk"), log_odds=pl.Series(model.asked.log_odds(features)), replacement_weight=pl.lit(1.0)
    )
    people = {"department": {"Sales": 6, "Plant": 6}, "location": {"Riga": 14}, "level": {}}
    return Staff(figures_from(scored, features, model), people, None)


def planned(
    staff: Staff, model: StoredModel, trial: MeasuredEffect | None, by: str = "department", **levers: Any
) -> Evaluated:
    budget = {name: levers.pop(name) for name in ("budget", "least_people") if name in levers}
    return evaluate(Plan(by, PlanLevers(**levers), **budget), staff, model, PRICES, trial)  # type: ignore[arg-type]


def row(evaluated: Evaluated, group: str) -> GroupPlan:
    return next(each for each in evaluated.groups if each.group == group)


def value(found: Bounded | None) -> float:
    assert found is not None
    return found.value


def near(found: Bounded | None) -> tuple[Any, ...]:
    assert found is not None
    return tuple(pytest.approx(each) for each in (found.value, found.low, found.high))


def test_a_measured_lever_avoids_its_share_of_the_expected_exits_with_the_interval_of_the_trial(
    staff: Staff, model: StoredModel
) -> None:
    """Three in ten fewer of the exits E: 0.3 E, between 0.1 E more and half of them fewer. Each costs a fifth of a
    year's pay to replace, of 30,000; the raise costs what it costs."""
    by_model, by_trial = (planned(staff, model, each, raise_percent=10) for each in (None, TRIAL))
    for group in ("Sales", "Plant"):
        before, found = row(by_model, group), row(by_trial, group)
        exits = found.exits or 0.0
        assert found.avoided == found.measured
        assert value(found.association) == value(before.avoided) != value(found.avoided)
        assert (0.3 * exits, -0.1 * exits, 0.5 * exits) == near(found.measured)
        assert found.pay is not None
        assert found.money is not None
        assert before.pay is not None
        assert found.pay.saved == pytest.approx(0.2 * 0.3 * exits)
        assert found.money.saved == pytest.approx(30_000 * 0.2 * 0.3 * exits)
        assert found.pay.cost == before.pay.cost
        assert before.measured is None
    assert (
        0.3 * (by_trial.total.exits or 0),
        -0.1 * (by_trial.total.exits or 0),
        0.5 * (by_trial.total.exits or 0),
    ) == (near(by_trial.total.avoided))
    half = by_trial.if_wrong[1]
    assert half.avoided == pytest.approx(0.15 * (by_trial.total.exits or 0))
    assert half.net == pytest.approx(0.2 * half.avoided - 0.6)  # twelve tenths of a year's pay, for half a year


def test_of_a_threshold_the_reached_count_at_the_mean_risk_of_their_group(staff: Staff, model: StoredModel) -> None:
    """Six of fourteen are paid less than four fifths of the market."""
    riga = row(planned(staff, model, TRIAL, by="location", pay_at_least_percent_of_market=80), "Riga")
    assert (riga.people, riga.reached) == (14, 6)
    assert riga.exits is not None
    assert (each := 6 / 14 * riga.exits, 0.3 * each, -0.1 * each, 0.5 * each)[1:] == near(riga.avoided)


def test_groups_that_are_hidden_stay_hidden(staff: Staff, model: StoredModel) -> None:
    found = planned(staff, model, TRIAL, raise_percent=10)
    assert row(found, "Legal") == GroupPlan("Legal", "few_people")
    few = planned(staff, model, TRIAL, pay_at_least_percent_of_market=80)
    assert {each.why for each in few.groups} == {"few_people", "few_reached"}
    assert few.total.measured is None


def test_before_the_trial_is_in_force_its_figure_is_shown_and_the_association_used(
    staff: Staff, model: StoredModel
) -> None:
    plain, running = (
        planned(staff, model, each, raise_percent=10) for each in (None, replace(TRIAL, is_in_force=False))
    )
    assert running.if_wrong == plain.if_wrong
    found = row(running, "Sales")
    assert (value(found.avoided), found.pay) == (value(row(plain, "Sales").avoided), row(plain, "Sales").pay)
    assert value(found.measured) == pytest.approx(0.3 * (found.exits or 0))


def test_a_budget_is_divided_by_the_measured_effect(staff: Staff, model: StoredModel) -> None:
    """0.3 years of pay reach three people at a tenth each: those of Plant, who are more likely to leave."""
    found = planned(staff, model, TRIAL, raise_percent=10, budget=0.3)
    plant = row(found, "Plant")
    assert plant.funded is not None
    assert (plant.funded.people, plant.funded.avoided) == (3, pytest.approx(3 * 0.3 * (plant.exits or 0) / 6))


def test_nobody_avoids_more_exits_than_are_expected() -> None:
    assert replace(TRIAL, relative=Bounded(-0.9, -1.4, -0.4)).avoided(10) == Bounded(9.0, 4.0, 10.0)


def test_every_lever_that_has_an_action_names_one_that_lists_suggest() -> None:
    levers = offers_of_levers()
    assert set(levers) <= set(PlanLevers.__dataclass_fields__)
    assert set(LADDERS) - set(levers) == {"team_size_at_most"}
    assert all(action_of(action) for action in levers.values())


OFFERED: Final = {
    "action": "pay_review",
    "relative": {"value": -0.3, "low": -0.5, "high": 0.1},
    "offered": {"people": 120, "managers": 40, "left": 20, "share": 1 / 6},
    "held_out": {"people": 300, "managers": 42, "left": 71, "share": 71 / 300},
    "months": 12,
    "until": "2026-09",
    "is_final": True,
    "found_in": None,
}


def test_what_was_measured_is_read_by_the_action_of_the_lever_and_for_one_lever_only() -> None:
    report = {"against_nothing": [{**OFFERED, "action": "mentor"}, OFFERED]}
    assert measured_of(report, PlanLevers(raise_percent=5)) == TRIAL
    assert measured_of(report, PlanLevers(raise_percent=5, promotion=True)) is None
    assert measured_of(report, PlanLevers(team_size_at_most=8)) is None
    assert measured_of(report, PlanLevers(promotion=True)) is None
    assert measured_of(None, PlanLevers(raise_percent=5)) is None
    assert measured_of({}, PlanLevers(raise_percent=5)) is None  # a report of an earlier version


@pytest.mark.parametrize(
    ("is_final", "found_in", "is_in_force"), [(True, None, True), (False, "2026-06", True), (False, None, False)]
)
def test_it_is_in_force_once_the_trial_ended_or_found_something(
    is_final: bool, found_in: str | None, is_in_force: bool
) -> None:
    report = {"against_nothing": [{**OFFERED, "is_final": is_final, "found_in": found_in}]}
    found = measured_of(report, PlanLevers(raise_percent=5))
    assert found is not None
    assert found.is_in_force is is_in_force
    unknown = {"against_nothing": [{**OFFERED, "relative": None}]}
    assert measured_of(unknown, PlanLevers(raise_percent=5)) is None
