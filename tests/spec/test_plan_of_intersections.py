"""Plans about the people of several groups at once, by hand; and which intersections may be shown."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from planned_staff import figures_from

from features.catalogue.catalogue import fixed_features
from pipeline.dataset.splits import repeated_folds
from pipeline.disclosure.intersections import combination, intersection, intersections, intersections_shown
from pipeline.model.blend import fit_blend
from pipeline.model.stored_model import StoredModel
from pipeline.planning.evaluation import evaluate
from pipeline.planning.plan import Evaluated, Plan, Prices
from pipeline.planning.plan_levers import PlanLevers
from pipeline.planning.staff import Staff

PEOPLE = [("Sales", "Riga", "1", "Clerk", 24), ("Sales", "Oslo", "1", "Clerk", 20), ("Plant", "Riga", "1", "Cook", 30)]
"""Department, location, level, job, and how many there are."""
BOTH = combination(("department", "location"))


def posts(*people: tuple[str, str, str, str, int]) -> pl.DataFrame:
    rows = [tuple(each[:4]) for each in people for _ in range(each[4])]
    return pl.DataFrame(rows, schema=("department", "location", "level", "job"), orient="row")


def shown(groups: pl.DataFrame) -> set[str]:
    """The intersections of a department and a location that may be shown beside both and the total."""
    published = groups.select(pl.lit("all").alias("everyone"), "department", "location")
    return intersections_shown(groups.select("department", "location"), published)[BOTH]


def test_intersections_of_twenty_people_are_shown() -> None:
    """Sales in Riga gives the other three too, but they are groups of twenty and more."""
    groups = posts(*PEOPLE)
    assert shown(groups) == {intersection(each) for each in (("Sales", "Riga"), ("Sales", "Oslo"), ("Plant", "Riga"))}
    of_19 = posts(*PEOPLE, ("Plant", "Oslo", "1", "Cook", 19))
    assert intersection(("Plant", "Oslo")) not in shown(of_19)


def test_an_intersection_that_lacks_four_people_of_a_group_is_not_shown_and_five_are_enough() -> None:
    """Sales less Sales in Riga is the four people in Oslo."""
    four = posts(
        ("Sales", "Riga", "1", "Clerk", 40), ("Sales", "Oslo", "1", "Clerk", 4), ("Plant", "Oslo", "1", "Cook", 30)
    )
    assert intersection(("Sales", "Riga")) not in shown(four)
    five = posts(
        ("Sales", "Riga", "1", "Clerk", 40), ("Sales", "Oslo", "1", "Clerk", 5), ("Plant", "Oslo", "1", "Cook", 30)
    )
    assert intersection(("Sales", "Riga")) in shown(five)


def test_of_many_intersections_the_largest_are_chosen_from() -> None:
    """45 departments of 20 to 64 people in one place: 1,890 people, so 40 of them."""
    groups = posts(*((f"D{size}", "Riga", "1", "Clerk", size) for size in range(20, 65)))
    assert shown(groups) == {intersection((f"D{size}", "Riga")) for size in range(25, 65)}


def test_somebody_of_an_unknown_group_is_in_no_intersection_with_it() -> None:
    groups = pl.DataFrame({"department": ["Sales", "Sales"], "location": ["Riga", None]})
    assert intersections(groups)[BOTH].to_list() == [intersection(("Sales", "Riga")), None]


@pytest.fixture(scope="module")
def model() -> StoredModel:
    """Low pay raises the risk, and overtime does."""
    random, rows = np.random.default_rng(1), 600
    table = pl.DataFrame(
        {"pay_against_market_now": random.normal(0, 0.3, rows), "overtime_now": random.uniform(0, 0.3, rows)}
    )
    log_odds = -3 * table["pay_against_market_now"] + 4 * table["overtime_now"]
    left = random.random(rows) < 1 / (1 + np.exp(-log_odds.to_numpy()))
    folds = list(repeated_folds(left, np.arange(rows), seed=1, repeats=1, folds=3))
    blend = fit_blend(table, left, folds, seed=1, directions={"pay_against_market_now": -1, "overtime_now": 1})
    fixed = fixed_features()
    return StoredModel(6, {6: blend}, {name: fixed[name] for name in table.columns}, {})


@pytest.fixture
def staff(model: StoredModel) -> Staff:
    """24 of Sales in Riga, all with overtime; 20 of Sales in Oslo, 15 of them with overtime; 30 of Plant, without."""
    groups = posts(*PEOPLE)
    overtime = [0.3] * 24 + [0.3] * 15 + [0.0] * 35
    features = pl.DataFrame({"pay_against_market_now": [-0.1] * 74, "overtime_now": overtime})
    scored = groups.with_columns(log_odds=pl.Series(model.asked.log_odds(features)), replacement_weight=pl.lit(1.0))
    parts = {
        "job": {"Clerk", "Cook"},
        BOTH: {intersection(each) for each in (("Sales", "Riga"), ("Sales", "Oslo"))},
    }
    people = {"department": {"Sales": 44, "Plant": 30}, "location": {"Riga": 54, "Oslo": 20}, "level": {"1": 74}}
    return Staff(figures_from(scored, features, model), people, None, parts)


def planned(plan: Plan, staff: Staff, model: StoredModel) -> Evaluated:
    return evaluate(plan, staff, model, Prices({1: 0.2}))


def test_a_plan_within_a_location_counts_only_who_is_in_both(staff: Staff, model: StoredModel) -> None:
    raised = PlanLevers(raise_percent=10)
    whole = planned(Plan("department", raised, ("Sales",)), staff, model).groups[0]
    parts = [
        planned(Plan("department", raised, ("Sales",), {"location": city}), staff, model) for city in ("Riga", "Oslo")
    ]
    assert [each.groups[0].people for each in parts] == [24, 20]
    assert [each.total.people for each in parts] == [24, 20]
    assert whole.avoided is not None
    avoided = [each.groups[0].avoided for each in parts]
    assert sum(each.value for each in avoided if each) == pytest.approx(whole.avoided.value)
    assert parts[0].groups[0].pay is not None
    assert parts[0].groups[0].pay.cost_a_year == pytest.approx(2.4)  # a tenth of a year's pay each


def test_which_dimension_comes_first_makes_no_difference(staff: Staff, model: StoredModel) -> None:
    raised = PlanLevers(raise_percent=10)
    one = planned(Plan("department", raised, ("Sales",), {"location": "Riga"}), staff, model).groups[0]
    other = planned(Plan("location", raised, ("Riga",), {"department": "Sales"}), staff, model).groups[0]
    assert one.people == other.people == 24
    assert one.avoided is not None
    assert other.avoided is not None
    assert (one.exits, one.avoided.value, one.pay) == (other.exits, other.avoided.value, other.pay)


def test_an_intersection_that_is_not_among_those_shown_has_too_few_people(staff: Staff, model: StoredModel) -> None:
    """Without names, a plan has the groups with somebody there."""
    found = planned(Plan("department", PlanLevers(raise_percent=10), within={"location": "Riga"}), staff, model)
    assert {each.group: each.why for each in found.groups} == {"Plant": "few_people", "Sales": None}
    nowhere = planned(Plan("department", PlanLevers(raise_percent=10), ("Sales",), {"level": "9"}), staff, model)
    assert [each.why for each in nowhere.groups] == ["few_people"]


def test_a_threshold_that_reaches_fewer_than_twenty_of_an_intersection_shows_nothing(
    staff: Staff, model: StoredModel
) -> None:
    """All 24 of Sales in Riga have overtime, and 15 in Oslo."""
    found = {
        city: planned(
            Plan("location", PlanLevers(overtime_hours_at_most=10), (city,), {"department": "Sales"}), staff, model
        )
        for city in ("Riga", "Oslo")
    }
    assert (found["Riga"].groups[0].why, found["Riga"].groups[0].reached) == (None, 24)
    assert found["Oslo"].groups[0].why == "few_reached"


def test_a_plan_by_job_needs_jobs_that_are_shown(staff: Staff, model: StoredModel) -> None:
    by_job = Plan("job", PlanLevers(raise_percent=10))
    assert [(each.group, each.people) for each in planned(by_job, staff, model).groups] == [("Clerk", 44), ("Cook", 30)]
    less = replace(staff, parts={"job": {"Cook"}})
    assert [each.why for each in planned(by_job, less, model).groups] == ["few_people", None]
    assert [each.why for each in planned(by_job, replace(staff, parts=None), model).groups] == ["changed", "changed"]
