"""What published scores expected of the last twelve months, and what drove those who then left."""

from collections.abc import Iterator
from datetime import date
from typing import Final

import polars as pl

from features.calendar import month_end
from features.contract.vocabulary import CONTEXT, DRIVERS
from pipeline.disclosure import LEAST_PEOPLE
from pipeline.store.reading import Published, PublishedScores
from pipeline.turnover.groups.monthly import EVERYONE
from pipeline.turnover.groups.rows import Key
from pipeline.turnover.happened import Expectation
from pipeline.turnover.rates import MONTHS_A_YEAR
from pipeline.turnover.report import DriverRow
from pipeline.turnover.staff.observed import Observed

SCORED_BY: Final = ("department", "level", "location", "job")
"""The parts of a post that are published with a score."""


def expectation_of(scores: PublishedScores, observed: Observed, after: date, until: date) -> Expectation:
    """Rates and drivers from the months published within (after, until] whose horizon ended within it.

    A rate is the sum of the risks over the person-years at risk that they were about: people who leave are at risk for
    half of the horizon on average. Horizons that overlap are used once, the earliest first.
    """
    used = list(_matured(scores.history(observed.source.name), after, until))
    if not used:
        return Expectation()
    rates: dict[Key, float] = {}
    for by in (EVERYONE, *SCORED_BY):
        sums = pl.concat([_sums(scores, published, by) for published in used])
        total = sums.group_by("group").agg(pl.col("risk").sum(), pl.col("years").sum()).filter(pl.col("years") > 0)
        rates |= {(by, group): risk / years for group, risk, years in total.select("group", "risk", "years").rows()}
    leavers, count = _drivers(scores, used, observed.stays)
    return Expectation(rates, leavers, count)


def _matured(history: list[Published], after: date, until: date) -> Iterator[Published]:
    free = after
    for published in history:
        end = month_end(published.snapshot_date, published.horizon_months)
        if published.snapshot_date >= free and published.horizon_months and end <= until:
            free = end
            yield published


def _sums(scores: PublishedScores, published: Published, by: str) -> pl.DataFrame:
    """group, risk (the sum), years (person-years at risk)."""
    rows = scores.risk_sums(published, None if by == EVERYONE else by)
    table = pl.DataFrame(
        rows, schema={"group": pl.String, "people": pl.Int64, "risk": pl.Float64}, orient="row", strict=False
    )
    years = (pl.col("people") - pl.col("risk") / 2) * published.horizon_months / MONTHS_A_YEAR
    return table.select("group", "risk", years=years)


def _drivers(scores: PublishedScores, used: list[Published], stays: pl.DataFrame) -> tuple[tuple[DriverRow, ...], int]:
    """The mean log-odds of each driver, of people before they left voluntarily and of everyone; () for too few."""
    names = (*DRIVERS, CONTEXT)
    people, added, everyone = 0, dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    for published in used:
        end = month_end(published.snapshot_date, published.horizon_months)
        left = stays.filter(
            pl.col("kind") == "voluntary", pl.col("end") > published.snapshot_date, pl.col("end") <= end
        )
        totals = scores.group_figures(published, EVERYONE)
        if not totals or totals[0]["people"] is None:
            continue
        sums = scores.driver_sums(published, left["employee_id"].to_list())
        people += sums.height
        for name in names:
            added[name] += float(sums[name].sum())
            everyone[name] += totals[0][f"{name}_log_odds"] * sums.height
    if people < LEAST_PEOPLE:
        return (), 0
    rows = (DriverRow(name, round(added[name] / people, 3), round(everyone[name] / people, 3)) for name in names)
    return tuple(rows), people
