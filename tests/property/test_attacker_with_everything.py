"""An attacker with everything that a role without people may see, who solves for the risks of fewer than five people.

The attacker knows everybody's post and who asks whom how often, reads every dimension of groups, the totals and the
map of services, keeps what was shown when a month is scored again, and compares notes with others.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from disclosure_solver import revealed
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_companies import Company, company, publication

from pipeline.store.groups.group_figures import DIMENSIONS
from pipeline.store.reading import PublishedScores
from pipeline.store.store import Store

SETTINGS = settings(max_examples=at_most(60), deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32 - 1)
Weights = NDArray[np.float64]
COLUMN_OF = {"manager": "manager_id"}


def seen(scores: PublishedScores, of: Company, everyone: list[str]) -> Iterator[Weights]:
    """The weight of each person in each figure that is shown of the current publication."""
    published = scores.current()
    assert published is not None
    position = {name: number for number, name in enumerate(everyone)}
    ids = of.people["employee_id"]

    def weights(people: pl.Series, number: pl.Series | None = None) -> Weights:
        found = np.zeros(len(everyone))
        found[[position[name] for name in people]] = 1.0 if number is None else number.to_numpy()
        return found

    if scores.totals(published.source):
        yield weights(ids)
    for dimension in DIMENSIONS:
        group_of = of.people[COLUMN_OF.get(dimension, dimension)].cast(pl.String)
        for row in scores.group_figures(published, dimension):
            if row["people"] is not None:
                is_in_it = group_of.is_null() if row["value"] is None else (group_of == row["value"]).fill_null(False)
                yield weights(ids.filter(is_in_it))
    for row in scores.service_figures(published):
        if row["risk"] is not None:
            pair = {name: row[name] for name in ("client_department", "provider_department")}
            asked = of.askers.filter(**pair)
            yield weights(asked["client_id"], asked["services"])


def changed(of: Company, random: np.random.Generator) -> Company:
    """Up to six people have left, have another post, or ask once more."""
    few = of.people["employee_id"].sample(int(random.integers(1, 7)), seed=int(random.integers(2**31)))
    is_few = pl.col("employee_id").is_in(few.to_list())
    asks_less = of.askers.filter(~pl.col("client_id").is_in(few.to_list()))
    what = random.choice(["left", "moved", "promoted", "new manager", "asked"])
    if what == "left":
        return Company(of.people.filter(~is_few), asks_less)
    if what == "moved":
        there = of.people["department"].drop_nulls()[0]
        return Company(
            of.people.with_columns(department=pl.when(is_few).then(pl.lit(there)).otherwise("department")), asks_less
        )
    if what == "promoted":
        return replace(of, people=of.people.with_columns(level=pl.col("level") + is_few.cast(pl.Int64)))
    if what == "new manager":
        here = pl.when(is_few).then(pl.lit("P001")).otherwise("manager_id")
        return replace(of, people=of.people.with_columns(manager_id=here))
    more = pl.col("services") + pl.col("client_id").is_in(few.to_list()).cast(pl.Int64)
    return replace(of, askers=of.askers.with_columns(services=more))


@SETTINGS
@given(SEEDS)
def test_nobody_can_be_derived_from_all_that_is_shown_of_a_month(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    first = company(seed)
    with Store(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db") as store:
        store.publish(publication(first))
        with store.reading() as scores:
            assert revealed(list(seen(scores, first, first.people["employee_id"].to_list()))) is None


@SETTINGS
@given(SEEDS)
def test_nobody_can_be_derived_by_readers_of_two_publications_who_compare_notes(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    first = company(seed)
    second = changed(first, np.random.default_rng(seed))
    everyone = first.people["employee_id"].to_list()
    known: list[Weights] = []
    with Store(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db") as store:
        for each in (first, second):
            store.publish(publication(each))
            with store.reading() as scores:
                known += seen(scores, each, everyone)
    assert revealed(known) is None
