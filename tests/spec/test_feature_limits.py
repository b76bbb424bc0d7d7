"""The limits of features: the values of the simulated company, and impossible ones."""

import math
from pathlib import Path

import polars as pl
import pytest

from features.build import feature_table
from features.catalogue.catalogue import catalogue, fixed_features
from features.catalogue.feature import Feature
from features.catalogue.units import MOST
from features.known.snapshots import snapshot_dates
from features.simulation.run import simulate
from features.source import Source, load_source
from pipeline.scoring.records import Fault, Record, faults


def feature(unit: str, *, is_difference: bool = False, **limits: float | None) -> Feature:
    return Feature("f", "pay", "", unit, "now", "", is_difference=is_difference, **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "is_difference", "lower", "upper"),
    [
        ("1 to 5", False, 1, 5),
        ("1 to 5", True, -4, 4),
        ("0 to 10", True, -10, 10),
        ("-1 to 1", False, -1, 1),
        ("1 or 0", False, 0, 1),
        ("share of peers paid less", False, 0, 1),
        ("share of people", True, -1, 1),
        ("share of contracted hours", False, 0, None),
        ("share of contracted hours", True, None, None),
        ("promotions", False, 0, None),
        ("services a month", True, None, None),
        ("months", False, 0, 1200),
        ("days a month", False, 0, 31),
        ("log ratio", False, -20, 20),
        ("as recorded", False, None, None),
    ],
)
def test_limits_come_from_the_unit_and_differences_have_both_signs(
    unit: str, is_difference: bool, lower: float | None, upper: float | None
) -> None:
    result = feature(unit, is_difference=is_difference)
    assert (result.lower, result.upper) == (lower, upper)
    assert bool(result.no_limit) == (None in (lower, upper))


def test_a_feature_can_have_limits_of_its_own() -> None:
    assert feature("share", upper=2).limits == (0, 2)
    assert feature("share of requests", lower=None, no_limit="why").limits == (-MOST, 1)


def test_every_value_of_a_simulated_company_is_within_the_limits(tmp_path: Path) -> None:
    simulate(tmp_path / "company", employees=150, months=30, seed=3)
    source = load_source(tmp_path / "company", tmp_path / "tables")
    assert isinstance(source, Source)
    table = pl.read_parquet(feature_table(source, snapshot_dates(source)[-1:], tmp_path / "features")[0])
    for name, item in catalogue(source).items():
        known = table[name].drop_nulls()
        assert item.kind == "category" or known.is_between(*item.limits).all(), name


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("remote_share_3m", 40.0, "must lie between 0 and 1 (share of weekdays not on leave)"),
        ("promotions_36m", -7.0, "must lie at or above 0 (promotions)"),
        ("pay_rank_among_peers", -5.0, "must lie between 0 and 1 (share of peers paid less)"),
        ("performance_against_pay", 1.5, "must lie between -1 and 1 (-1 to 1)"),
        ("unanswered_requests_3m", 1.5, "must lie at or below 1 (share of requests)"),
        ("pay_level", 42_000.0, "must lie between -20 and 40 (log of currency units)"),
        ("tenure_months", 1e26, "must lie between 0 and 1200 (months)"),
        ("promotions_36m", 1e26, "must lie between 0 and 1e+15 (promotions)"),
        ("performance", -1e26, "must lie between -1e+15 and 1e+15 (points of the review)"),
        ("overtime_now", math.inf, "must be a number"),
        ("department", "\ud800", "must be text"),
    ],
)
def test_an_impossible_value_is_an_error(name: str, value: float | str, rule: str) -> None:
    assert list(faults([{name: value}], fixed_features())) == [Fault(0, name, rule)]


@pytest.mark.parametrize(
    "record",
    [{"remote_share_3m": 1.0}, {"overtime_now": 1.5}, {"full_time_share": 2.0}, {"unanswered_requests_3m": -3.0}],
)
def test_an_unusual_value_is_not_an_error(record: Record) -> None:
    assert not list(faults([record], fixed_features()))
