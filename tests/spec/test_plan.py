"""A plan by hand: a company of fourteen, and a model of two figures."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from planned_staff import figures_from

from features.catalogue.catalogue import fixed_features
from pipeline.dataset.splits import repeated_folds
from pipeline.model.blend import fit_blend
from pipeline.model.stored_model import StoredModel
from pipeline.planning.budget import divided
from pipeline.planning.evaluation import evaluate
from pipeline.planning.plan import Evaluated, GroupPlan, Money, Plan, Prices
from pipeline.planning.plan_levers import PlanLevers
from pipeline.planning.staff import Staff
from pipeline.scoring.what_if import Levers, what_if
from pipeline.store.staff_files import replacement_weights

PAY = [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, -0.3, -0.3, -0.25, -0.2, 0.3, 0.3, -0.4, -0.4]
"""log(pay / market): six of Sales, six of Plant, two of Legal."""
RATING = [2.0] * 6 + [4.0] * 6 + [3.0] * 2
DEPARTMENT = ["Sales"] * 6 + ["Plant"] * 6 + ["Legal"] * 2
PRICES = Prices({1: 0.2, 2: 0.5})


@pytest.fixture(scope="module")
def model() -> StoredModel:
    """Low pay and poor service raise the risk."""
    random, rows = np.random.default_rng(1), 600
    table = pl.DataFrame(
        {
            "pay_against_market_now": random.normal(0, 0.3, rows),
            "client_rating_12m": random.uniform(1, 5, rows),
        }
    )
    log_odds = -3 * table["pay_against_market_now"] - 0.5 * (table["client_rating_12m"] - 3)
    left = random.random(rows) < 1 / (1 + np.exp(-log_odds.to_numpy()))
    folds = list(repeated_folds(left, np.arange(rows), seed=1, repeats=1, folds=3))
    blend = fit_blend(table, left, folds, seed=1, directions={"pay_against_market_now": -1, "client_rating_12m": -1})
    fixed = fixed_features()
    return StoredModel(6, {6: blend}, {name: fixed[name] for name in table.columns}, {})


@pytest.fixture
def staff(model: StoredModel) -> Staff:
    """Sales and Plant in Riga, level 1, and Legal of two, level 2, which is not shown; the whole company is."""
    posts = {"department": DEPARTMENT, "location": ["Riga"] * 14, "level": ["1"] * 12 + ["2"] * 2}
    people = {"department": {"Sales": 6, "Plant": 6}, "location": {"Riga": 14}, "level": {}}
    features = pl.DataFrame({"pay_against_market_now": PAY, "client_rating_12m": RATING})
    scored = pl.DataFrame(posts).with_columns(
        job=pl.lit("Clerk"), log_odds=pl.Series(model.asked.log_odds(features)), replacement_weight=pl.lit(1.0)
    )
    return Staff(figures_from(scored, features, model), people, ["Sales", "Plant", "Legal"])


def planned(staff: Staff, model: StoredModel, prices: Prices = PRICES, **asked: Any) -> Evaluated:
    levers = PlanLevers(**{name: asked.pop(name) for name in list(asked) if name in PlanLevers.__dataclass_fields__})
    return evaluate(Plan(asked.pop("by", "department"), levers, **asked), staff, model, prices)


def row(evaluated: Evaluated, group: str) -> GroupPlan:
    return next(each for each in evaluated.groups if each.group == group)


def test_exits_avoided_are_the_sum_of_what_the_what_if_says_of_each_person(staff: Staff, model: StoredModel) -> None:
    answer = planned(staff, model, raise_percent=10)
    for group, people in (("Sales", range(6)), ("Plant", range(6, 12))):
        each = [
            what_if(model, {"pay_against_market_now": PAY[n], "client_rating_12m": RATING[n]}, Levers(raise_percent=10))
            for n in people
        ]
        found = row(answer, group)
        assert found.exits == pytest.approx(sum(one.risk_before for one in each if one), abs=1e-9)
        assert found.avoided is not None
        assert found.avoided.value == pytest.approx(sum(one.risk_before - one.risk_after for one in each if one))
        assert found.avoided.value > 0


def test_a_raise_costs_its_percent_of_a_years_pay_of_everyone(staff: Staff, model: StoredModel) -> None:
    answer = planned(staff, model, Prices({1: 0.2}, {1: 30_000}), raise_percent=10)
    sales = row(answer, "Sales")
    assert sales.pay is not None
    assert sales.money is not None
    assert (sales.people, sales.reached) == (6, 6)
    assert sales.pay.cost_a_year == pytest.approx(0.6)  # six people, a tenth each
    assert sales.pay.cost == pytest.approx(0.3)  # half a year
    assert sales.money.cost_a_year == pytest.approx(18_000)
    assert sales.avoided is not None
    assert sales.pay.saved == pytest.approx(0.2 * sales.avoided.value)
    assert answer.total.pay is not None
    assert answer.total.pay.cost_a_year == pytest.approx(1.2)
    shares = [(each.share, each.net) for each in answer.if_wrong]
    saved = answer.total.pay.saved
    assert shares == [
        (1.0, pytest.approx(saved - 0.6)),
        (0.5, pytest.approx(saved / 2 - 0.6)),
        (0.0, pytest.approx(-0.6)),
    ]


def test_what_is_saved_counts_people_by_how_hard_they_are_to_replace(staff: Staff, model: StoredModel) -> None:
    """Sales is twice as hard to replace as the others: weights 2 and 1, mean 20 / 14, so 1.4 and 0.7."""
    hard = replacement_weights(pl.Series([2.0] * 6 + [1.0] * 6 + [None] * 2, dtype=pl.Float64)).to_numpy()
    assert hard.tolist() == pytest.approx([1.4] * 6 + [0.7] * 8)
    weighted = replace(staff, figures=replace(staff.figures, replacement_weight=hard))
    plain, by_weight = (planned(each, model, raise_percent=10) for each in (staff, weighted))
    assert (plain.is_weighted, by_weight.is_weighted) == (False, True)
    for group, factor in (("Sales", 1.4), ("Plant", 0.7)):
        before, after = row(plain, group), row(by_weight, group)
        assert before.pay is not None
        assert after.pay is not None
        assert after.pay.saved == pytest.approx(factor * before.pay.saved)
        assert (after.exits, after.pay.cost) == (before.exits, before.pay.cost)


def test_pay_is_raised_to_the_market_only_where_it_is_below(staff: Staff, model: StoredModel) -> None:
    """To four fifths of the market: six people of the whole company, four of Plant at most and one of Sales."""
    by_department = planned(staff, model, pay_at_least_percent_of_market=80)
    assert {each.group: each.why for each in by_department.groups} == {
        "Sales": "few_reached", "Plant": "few_reached", "Legal": "few_people",
    }  # fmt: skip
    assert (by_department.total.people, by_department.if_wrong) == (None, ())
    everyone = replace(staff, mine=["Riga"])
    whole = row(planned(everyone, model, by="location", pay_at_least_percent_of_market=80), "Riga")
    gaps = [math.log(0.8) - pay for pay in PAY if pay < math.log(0.8)]
    assert whole.reached == len(gaps) == 6
    assert whole.pay is not None
    assert whole.pay.cost_a_year == pytest.approx(sum(math.exp(gap) - 1 for gap in gaps))


def test_a_step_that_reaches_few_people_more_than_the_last_one_shown_is_not_shown(
    staff: Staff, model: StoredModel
) -> None:
    """Below 80 % of the market are six people, below 90 % eight, below 100 % nine, below 120 % eleven."""
    everyone = replace(staff, mine=["Riga"])
    shown = {}
    for percent in (80, 90, 100, 120):
        answer = planned(everyone, model, by="location", pay_at_least_percent_of_market=percent)
        shown[percent] = row(answer, "Riga").reached
    assert shown == {80: 6, 90: None, 100: None, 120: 11}


def test_better_service_reaches_those_below_and_costs_what_is_stated(staff: Staff, model: StoredModel) -> None:
    answer = planned(staff, model, service_rating_at_least=4, further_cost=0.02)
    sales = row(answer, "Sales")
    assert (sales.reached, row(answer, "Plant").why) == (6, "few_reached")
    assert sales.pay is not None
    assert sales.pay.cost_a_year == pytest.approx(0.12)
    assert answer.total.people == 6


def test_a_group_from_which_somebody_was_erased_is_not_computed_again(staff: Staff, model: StoredModel) -> None:
    left = replace(staff, figures=staff.figures.of(np.arange(14) > 0))
    answer = planned(left, model, raise_percent=10)
    assert [(each.group, each.why) for each in answer.groups] == [
        ("Legal", "few_people"), ("Plant", None), ("Sales", "changed"),
    ]  # fmt: skip


def test_a_group_outside_the_scope_or_unknown_is_as_one_that_is_too_small(staff: Staff, model: StoredModel) -> None:
    answer = planned(replace(staff, mine=["Plant"]), model, groups=("Sales", "Plant", "Nowhere"), raise_percent=5)
    assert [each.why for each in answer.groups] == ["few_people", None, "few_people"]
    assert answer.total.people == 6


def funded_row(reached: int, avoided: float, cost_a_year: float) -> GroupPlan:
    from pipeline.judgement.statistics.figures import Bounded

    pay = Money(cost_a_year, cost_a_year / 2, avoided * 0.2)
    return GroupPlan("any", people=reached, reached=reached, exits=2.0, avoided=Bounded(avoided), pay=pay)


def test_a_budget_goes_to_the_most_exits_avoided_per_cost_and_leaves_nobody_out() -> None:
    """A avoids 0.1 exits a person for 0.05 years of pay, B 0.04 for 0.05, C 0.02 for 0.01. Two people each cost 0.22.
    Of the 0.48 left A, as good as C and before it by name, takes 0.45 for nine people, and C 0.03 for three.
    """
    rows: dict[str | None, GroupPlan] = {
        "A": funded_row(20, 2.0, 1.0),
        "B": funded_row(10, 0.4, 0.5),
        "C": funded_row(10, 0.2, 0.1),
    }
    found, total = divided(rows, funded_row(40, 2.6, 1.6), budget=0.70, least_people=2)
    assert {name: each.funded.people for name, each in found.items() if each.funded} == {"A": 11, "B": 2, "C": 5}
    assert total.funded is not None
    assert total.funded.avoided == pytest.approx(1.1 + 0.08 + 0.1)


def test_a_budget_that_does_not_reach_everyones_least_is_not_divided(staff: Staff, model: StoredModel) -> None:
    """A tenth of a year's pay each for two of Sales and two of Plant is 0.4."""
    answer = planned(staff, model, raise_percent=10, budget=0.25, least_people=2)
    assert answer.budget_lacks == pytest.approx(0.15)
    assert answer.total.funded is None
    enough = planned(staff, model, raise_percent=10, budget=0.4, least_people=2)
    assert enough.budget_lacks is None
    assert [each.funded.people for each in enough.groups if each.funded] == [2, 2]
    assert enough.if_wrong[2].net == pytest.approx(-0.2)  # half a year of 0.4, and nobody stays
