"""What two publications add to the segments of a source: who is expected to leave, and which drivers differ."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.contract.vocabulary import CONTEXT, DRIVERS
from features.source import Source
from features.validation.report import Report
from pipeline.outlook.parts import publish_parts
from pipeline.settings import Settings
from pipeline.store.erasure import erase
from pipeline.store.publication import Publication
from pipeline.store.store import Store
from pipeline.turnover.happened import happened
from pipeline.turnover.report import Condition, Turnover
from pipeline.turnover.segments.scored import with_scores
from pipeline.turnover.staff.observed import observed_in
from pipeline.turnover.turnover_json import as_json

EARLIER, NEWEST = date(2026, 3, 31), date(2026, 9, 30)
PEOPLE = 800
BASE = -3.0
PLANTED = (Condition("department", "Sales"), Condition("location", "Riga"))


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A fifth of the people in each of five departments, a quarter of each in Riga."""
    number = np.arange(PEOPLE)
    departments, cities = (
        np.array(["Sales", "Plant", "Lab", "Office", "Store"]),
        np.array(["Riga", "Oslo", "Bern", "Kyiv"]),
    )
    hired = date(2015, 1, 1)
    ids = [f"P{person:04}" for person in number]
    employees = pl.DataFrame({"employee_id": ids, "hire_date": [hired] * PEOPLE})
    posts = {"department": departments[number % 5], "location": cities[number // 5 % 4]}
    tables = {
        "employees": employees,
        "assignments": employees.rename({"hire_date": "effective_date"}).with_columns(**posts),
        "exits": pl.DataFrame(schema={"employee_id": pl.String, "exit_date": pl.Date, "kind": pl.String}),
    }
    files = {}
    for name, rows in tables.items():
        files[name] = tmp_path / f"{name}.parquet"
        rows.with_columns(recorded_at=pl.lit(None, pl.Date)).write_parquet(files[name])
    about = {"protected": None, "protected_names": (), "employee_features": (), "ignore": frozenset(), "items": {}}
    days = {"complete_from": date(2024, 1, 1), "complete_until": NEWEST}
    return Source(
        "tiny", files, **about, **days, horizon_months=6, snapshot_every_months=1, data_hash="", report=Report()
    )  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path, source: Source) -> Iterator[Store]:
    with Store.of(Settings(var=tmp_path / "var")) as store:
        for seed, day in enumerate((EARLIER, NEWEST)):
            store.publish(publication(source, day, seed))
        publish_parts(store, "tiny")
        yield store


def publication(source: Source, day: date, seed: int) -> Publication:
    """Pay adds 1.5 in Sales in Riga and growth −0.5; what is each person's own is context."""
    posts = source.scan("assignments")
    assert posts is not None
    people = posts.select("employee_id", "department", "location").collect()
    is_planted = ((people["department"] == "Sales") & (people["location"] == "Riga")).to_numpy()
    own = np.random.default_rng(seed).normal(0, 0.4, PEOPLE)
    added = {"pay": 1.5 * is_planted, "growth": -0.5 * is_planted, CONTEXT: own}
    log_odds = BASE + sum(added.values())
    risk = 1 / (1 + np.exp(-log_odds))
    teams = [f"M{number // 10}" for number in range(PEOPLE)]
    scores = people.with_columns(
        risk=risk, risk_3m=risk / 2, risk_6m=risk, risk_12m=risk, risk_low=risk, risk_high=risk, log_odds=log_odds,
        evidence=pl.lit("enough"), base_log_odds=BASE, level=pl.lit(1), job=pl.lit("Clerk"),
        manager_id=pl.Series(teams),
    )  # fmt: skip
    factors = pl.concat(
        people.select(
            "employee_id", feature=pl.lit(name), driver=pl.lit(name), value=pl.lit("1"), peer_value=pl.lit("1"),
            contribution=pl.Series(np.asarray(figures, dtype=float)),
        )
        for name, figures in added.items()
    )  # fmt: skip
    encoded = people.select("employee_id", trees=pl.lit(0.0))
    return replace(Publication("tiny", day, "1", 6, {}, scores, factors), encoded=encoded)


def found_in(store: Store, source: Source, turnover: Turnover, last: Turnover | None = None) -> Turnover:
    with store.reading() as scores:
        return with_scores(scores, observed_in(source), turnover, as_json(last) if last else None)


def test_a_segment_is_expected_to_lose_more_and_says_what_differs(store: Store, source: Source) -> None:
    """40 people with 1.5 more from pay, whom nobody else has, and 0.5 less from growth."""
    assert {"pay", "growth", CONTEXT} <= {*DRIVERS, CONTEXT}
    found = found_in(store, source, happened(observed_in(source)).turnover)
    about = found.scored_segments
    assert about is not None
    assert (about.snapshot_date, about.horizon_months, len(about.expected)) == (NEWEST, 6, 1)
    (segment,) = about.expected
    assert (set(segment.conditions), segment.people) == (set(PLANTED), 40)
    assert segment.expected > 1.8 * segment.explained
    assert [each.driver for each in segment.drivers[:2]] == ["pay", "growth"]
    assert segment.drivers[0].difference == pytest.approx(1.5, abs=0.02)  # everyone's mean is published as 0.08
    assert segment.drivers[1].difference == pytest.approx(-0.5, abs=0.02)


def test_the_same_scores_show_no_further_segment_when_the_source_is_read_again(store: Store, source: Source) -> None:
    plain = happened(observed_in(source)).turnover
    first = found_in(store, source, plain)
    assert first.scored_segments is not None
    assert found_in(store, source, plain, first) == first
    nothing = replace(first, scored_segments=replace(first.scored_segments, expected=()))
    again = found_in(store, source, plain, nothing).scored_segments
    assert again is not None
    assert again.expected == ()


def test_once_somebody_was_erased_nothing_is_added(store: Store, source: Source) -> None:
    plain = happened(observed_in(source)).turnover
    with store.erasing() as connection:
        erase(connection, "P0001")
    assert found_in(store, source, plain) == plain
