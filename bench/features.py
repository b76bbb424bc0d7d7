"""The part `features`: the feature table, by the product and in pandas, from the same files."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from bench.company import ITEMS, source, write_company
from bench.part import Differs, Part, Ratio, Side
from features.build import feature_table
from features.catalogue.catalogue import catalogue
from features.known.snapshots import snapshot_dates

SERVICE_MEASURES: Final = [
    f"{side}_{measure}_{over}"
    for measure in ("services", "rating", "hours", "effort")
    for side in ("client", "provider")
    for over in ("12m", "trend")
]
SURVEY_FIGURES: Final = [
    f"survey_{item}_{figure}" for item in ITEMS for figure in ("last", "mean_3m", "mean_12m", "trend")
]
COMPARED: Final = (
    *SERVICE_MEASURES,
    *"service_balance_12m unanswered_requests_3m service_kind_concentration_12m provider_time_share_12m".split(),
    *"months_since_service colleagues_serving_12m colleagues_served_12m mutual_service_share_12m".split(),
    *"tie_closeness_12m newcomers_served_12m partners_left_share_12m".split(),
    *"departments_serving_12m departments_served_12m service_across_share_12m".split(),
    *"pay_against_market pay_against_market_change_12m pay_level last_raise months_since_raise".split(),
    *"pay_growth_against_company_12m pay_growth_against_company_24m".split(),
    *"overtime_now overtime_12m overtime_trend high_overtime_months_12m".split(),
    *SURVEY_FIGURES,
    *"tenure_months months_with_manager team_size".split(),
)
"""Whole families, so that both sides compute the same: events, windows, values in force, groups."""
TOLERANCE: Final = 1e-9
"""Largest difference, relative to the larger of 1 and the value: the product rounds to nine decimals."""


def write_compared(data: Path, out: Path) -> None:
    """Write the compared features, from the families that define them."""
    whole = source(data)
    few = replace(whole, ignore=frozenset(catalogue(whole)) - frozenset(COMPARED))
    feature_table(few, snapshot_dates(few), out)


def write_catalogue(data: Path, out: Path) -> None:
    """Write every feature that the catalogue has for these tables."""
    feature_table(source(data), snapshot_dates(source(data)), out)


def check(outs: Mapping[str, Path]) -> str:
    """Compare the other sides' tables with the peer's: the same people on each date, the same nulls, equal values."""
    files = sorted(path.name for path in outs["pandas"].glob("features-*.parquet"))
    if any(files != sorted(path.name for path in out.glob("features-*.parquet")) for out in outs.values()):
        raise Differs("the sides give tables for different snapshot dates")
    values = rows = 0
    for file in files:
        peer = pl.read_parquet(outs["pandas"] / file).select("employee_id", *COMPARED).sort("employee_id")
        for name in outs.keys() - {"pandas"}:
            _compare(pl.read_parquet(outs[name] / file).select("employee_id", *COMPARED), peer, name, file)
        rows += peer.height
        values += peer.select(pl.sum_horizontal(pl.exclude("employee_id").count())).item()
    if not values:
        raise Differs("no side gives any value, so there is nothing to compare")
    return (
        f"{len(COMPARED)} features × {rows:,} rows on {len(files)} snapshot dates are equal to {TOLERANCE:g}, "
        f"nulls alike ({values:,} values)"
    )


def _compare(ours: pl.DataFrame, peer: pl.DataFrame, name: str, where: str) -> None:
    if not ours["employee_id"].equals(peer["employee_id"]):
        raise Differs(f"{where}: {name} has {ours.height} people at risk, or others, where pandas has {peer.height}")
    apart = {}
    for feature in COMPARED:
        a, b = ours[feature].cast(pl.Float64), peer[feature].cast(pl.Float64).fill_nan(None)
        close = (a - b).abs() <= TOLERANCE * pl.select(pl.max_horizontal(b.abs(), 1.0)).to_series()
        wrong = int((~(close.fill_null(value=False) | (a.is_null() & b.is_null()))).sum())
        if wrong:
            apart[feature] = wrong
    if apart:
        differences = ", ".join(f"{feature} in {wrong:,}" for feature, wrong in apart.items())
        raise Differs(f"{where}: {name} and pandas differ: {differences} of {ours.height:,} rows")


PART: Final = Part(
    name="features",
    title="Features",
    prepare=write_company,
    sides=(
        Side(
            "retention",
            "bench.features:write_compared",
            f"sums the services to months, then the families of {len(COMPARED)} features, each date as known on it",
        ),
        Side(
            "pandas",
            "bench.pandas_features:write_features",
            f"the same {len(COMPARED)} features to months, then date by date; whole tables, one thread",
        ),
        Side(
            "retention, all",
            "bench.features:write_catalogue",
            "every feature that the catalogue has for these tables",
        ),
    ),
    ratios=(
        Ratio("time, pandas : retention", ("pandas", "seconds"), ("retention", "seconds"), "at least 5"),
        Ratio("CPU, pandas : retention", ("pandas", "cpu_seconds"), ("retention", "cpu_seconds")),
        Ratio("peak memory, pandas : retention", ("pandas", "peak_gb"), ("retention", "peak_gb")),
    ),
    check=check,
    sized="{people:,} people, {months} months, {events} services a person and month",
)
