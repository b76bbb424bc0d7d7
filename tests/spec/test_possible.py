"""Which values features can have: what the simulated company has, and what nobody can have."""

import math
from pathlib import Path

import polars as pl
import pytest

from features.build import feature_table
from features.catalogue.catalogue import catalogue
from features.catalogue.feature import Feature
from features.catalogue.limits import possible
from features.known.snapshots import snapshot_dates
from features.simulation.run import simulate
from features.source import Source, load_source


def of(name: str, unit: str) -> tuple[float, float]:
    return possible(Feature(name, "pay", "", unit, "now", ""))


@pytest.mark.parametrize(
    ("name", "unit", "low", "high"),
    [
        ("client_rating_12m", "1 to 5", 1, 5),
        ("client_rating_trend", "1 to 5", -4, 4),
        ("survey_pay_against_team", "0 to 10", -10, 10),
        ("service_balance_12m", "-1 to 1", -1, 1),
        ("manager_has_left", "1 or 0", 0, 1),
        ("tenure_months", "months", 0, math.inf),
        ("client_services_against_peers", "services a month", -math.inf, math.inf),
        ("pay_against_market", "log ratio", -math.inf, math.inf),
    ],
)
def test_a_unit_says_what_is_possible_and_a_difference_goes_both_ways(
    name: str, unit: str, low: float, high: float
) -> None:
    assert of(name, unit) == (low, high)


def test_everything_that_a_company_has_is_possible(tmp_path: Path) -> None:
    simulate(tmp_path / "company", employees=150, months=30, seed=3)
    source = load_source(tmp_path / "company", tmp_path / "tables")
    assert isinstance(source, Source)
    table = pl.read_parquet(feature_table(source, snapshot_dates(source)[-1:], tmp_path / "features")[0])
    for name, feature in catalogue(source).items():
        low, high = possible(feature)
        known = table[name].drop_nulls()
        assert feature.kind == "category" or known.is_between(low, high).all(), name
