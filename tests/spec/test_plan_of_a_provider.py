"""Better service from one department, by hand: what it moves for the departments that ask it."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from planned_staff import figures_from

from features.catalogue.catalogue import fixed_features
from pipeline.dataset.splits import repeated_folds
from pipeline.model.blend import fit_blend
from pipeline.model.stored_model import StoredModel
from pipeline.planning.evaluation import evaluate
from pipeline.planning.plan import Evaluated, Plan, Prices
from pipeline.planning.plan_levers import PlanLevers
from pipeline.planning.services import Received, received_from
from pipeline.planning.staff import Staff
from pipeline.scoring.what_if import Levers, what_if


def pair(client: str, provider: str, services: int | None, rating: float | None) -> dict[str, Any]:
    return {"client_department": client, "provider_department": provider, "services": services, "rating": rating}


PAIRS = [
    pair("Sales", "Legal", 30, 3.0), pair("Sales", "IT", 80, 2.0), pair("Sales", "Sales", 10, 4.0),
    pair("Plant", "Legal", 10, 4.5), pair("Plant", "IT", 10, 3.0), pair("Plant", "Audit", None, None),
    pair("Audit", "Legal", 5, None), pair("Store", "Legal", None, None), pair("Store", "IT", 5, 1.0),
]  # fmt: skip


def test_a_share_is_of_all_services_that_a_department_asks_for_in_shown_pairs() -> None:
    """Sales asks for 30 of 120 services at Legal, Plant for 10 of 20; Audit gave no rating, Store's is not shown."""
    assert received_from("Legal", PAIRS) == {"Sales": Received(3.0, 0.25), "Plant": Received(4.5, 0.5)}
    assert received_from("Nobody", PAIRS) == {}


@pytest.fixture(scope="module")
def model() -> StoredModel:
    """Poor service raises the risk."""
    random, rows = np.random.default_rng(1), 600
    table = pl.DataFrame(
        {"client_rating_12m": random.uniform(1, 5, rows), "tenure_months": random.uniform(1, 90, rows)}
    )
    left = random.random(rows) < 1 / (1 + np.exp(2 * (table["client_rating_12m"].to_numpy() - 3)))
    folds = list(repeated_folds(left, np.arange(rows), seed=1, repeats=1, folds=3))
    blend = fit_blend(table, left, folds, seed=1, directions={"client_rating_12m": -1, "tenure_months": 0})
    fixed = fixed_features()
    return StoredModel(6, {6: blend}, {name: fixed[name] for name in table.columns}, {})


@pytest.fixture
def staff(model: StoredModel) -> Staff:
    """Six of Sales rate what they get with 2, and one more is not known to; six of Plant rate it with 4."""
    department = ["Sales"] * 7 + ["Plant"] * 6
    features = pl.DataFrame({"client_rating_12m": [2.0] * 6 + [None] + [4.0] * 6, "tenure_months": [20.0] * 13})
    scored = pl.DataFrame({"department": department, "location": "Riga", "level": "1", "job": "Clerk"})
    scored = scored.with_columns(log_odds=pl.Series(model.asked.log_odds(features)), replacement_weight=pl.lit(1.0))
    people = {"department": {"Sales": 7, "Plant": 6}, "location": {"Riga": 13}, "level": {"1": 13}}
    received = received_from("Legal", PAIRS)
    return Staff(figures_from(scored, features, model), people, None, None, received)


def planned(staff: Staff, model: StoredModel, rating: float) -> Evaluated:
    plan = Plan("department", PlanLevers(provider_rating_at_least=rating), provider="Legal")
    return evaluate(plan, staff, model, Prices({1: 0.2}))


def test_ratings_move_by_the_share_of_the_provider(staff: Staff, model: StoredModel) -> None:
    """To 5 from 3, a quarter of the services: half a point. Plant's move from 4.5 by half: a quarter of a point."""
    rows = {each.group: each for each in planned(staff, model, 5).groups}
    for group, reached, before, after in (("Sales", 6, 2.0, 2.5), ("Plant", 6, 4.0, 4.25)):
        one = what_if(model, {"client_rating_12m": before, "tenure_months": 20.0}, Levers(service_rating=after))
        assert one is not None
        found = rows[group].avoided
        assert found is not None
        assert rows[group].reached == reached
        assert found.value == pytest.approx(6 * (one.risk_before - one.risk_after), abs=1e-6)
        assert found.value > 0


def test_a_department_that_rates_the_provider_better_already_is_not_reached(staff: Staff, model: StoredModel) -> None:
    rows = {each.group: (each.why, each.reached) for each in planned(staff, model, 4).groups}
    assert rows == {"Plant": ("few_reached", None), "Sales": (None, 6)}
