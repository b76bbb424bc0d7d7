"""The total of everyone: published once, like a group's figures, and hidden if two of them tell of a few people."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from small_companies import DAY, Company, company, publication
from sqlalchemy import text

from pipeline.store.erasure import erase
from pipeline.store.reading.scores import Total
from pipeline.store.store import Store

POST = {"department": "Sales", "location": "Riga", "level": 1, "manager_id": "M"}
FORTY = Company(
    company(1).people.head(40).with_columns(pl.lit(value).alias(name) for name, value in POST.items()),
    company(1).askers.clear(),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(f"sqlite:///{tmp_path}/store.db") as store:
        store.publish(publication(FORTY))
        yield store


def totals(store: Store) -> list[Total]:
    with store.reading() as scores:
        return scores.totals("tiny")


def without(number: int) -> Company:
    return replace(FORTY, people=FORTY.people.tail(40 - number))


def test_a_total_is_the_sum_of_the_risks_rounded_outwards(store: Store) -> None:
    # 40 x 0.1, and 1.96 x sqrt(40 x 0.1 x 0.9) = 3.719 to either side
    assert totals(store) == [Total(DAY, 40, 4.0, 0.2, 7.8)]


def test_an_erasure_does_not_change_the_total_by_the_persons_risk(store: Store) -> None:
    before = totals(store)
    with store.changing() as connection:
        assert erase(connection, FORTY.people["employee_id"][7])["score"] == 1
    assert totals(store) == before


@pytest.mark.parametrize("fewer", [1, 4])
def test_a_month_scored_again_with_a_few_people_less_shows_no_second_total(store: Store, fewer: int) -> None:
    store.publish(publication(without(fewer)))
    assert totals(store) == []


def test_a_month_scored_again_with_the_same_people_or_five_less_shows_its_total(store: Store) -> None:
    again = publication(FORTY)
    store.publish(replace(again, model_version="2"))
    assert [total.people for total in totals(store)] == [40]
    store.publish(publication(without(5)))
    assert [total.people for total in totals(store)] == [35]


def test_totals_of_earlier_versions_are_stored_by_the_upgrade(store: Store) -> None:
    before = totals(store)
    with store.changing() as connection:
        connection.execute(text("DELETE FROM group_figure WHERE dimension = 'everyone'"))
    assert totals(store) == []
    upgrade = import_module("pipeline.store.migrations.versions.0011_total_of_everyone").upgrade
    with store.changing() as connection, Operations.context(MigrationContext.configure(connection)):
        upgrade()
    assert totals(store) == before


def test_no_figure_of_a_pair_is_exact(store: Store) -> None:
    of_company = company(3)
    exact = publication(of_company)
    assert exact.services is not None
    services = exact.services.with_columns(rating=pl.lit(3.14159), hours=pl.lit(7.77), balance=pl.lit(0.123))
    store.publish(replace(exact, services=services))
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        shown = [row for row in scores.service_figures(published) if row["rating"] is not None]
    assert {(row["rating"], row["hours"]) for row in shown} == {(3.14, 7.8)}
