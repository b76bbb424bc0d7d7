"""A period that is longer than the records: months in which nobody leaves, or in which nothing happens at all."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl

from features.contract.tables import OWN_DATE
from features.validation.plausibility.canonical import Canonical
from features.validation.plausibility.rules import EARLY_START, LATE_END, NO_FACTS_AT_THE_END, NOBODY_STAYS, PAUSE
from features.validation.rules import Rule, Tally

EXPECTED = 10.0
"""Exits to be expected where there is none: by chance alone that happens once in 20,000 times."""
EXPECTED_AT_THE_START = 20.0
HARDLY_ANY = 0.2
"""Of the exits to be expected, the share below which they cannot be complete."""
FIRST_PART = 0.75
LONGEST_USUAL = 2.5
"""Times the usual pause between two days with exits: sources by the year have one such day a year."""
SHORTEST_GAP = 45
USUAL_YEARS = 2
LONGER = 3
BUSY = 30
LEFT_OF_THEM = 0.2


def count_period(source: Canonical, tally: Tally) -> None:
    """Finds parts of the period without exits or without anything, and a company that hardly anybody is left of."""
    exits = source.scan("exits").filter(pl.col("exit_date").is_between(source.start, source.until))
    days = exits.select("exit_date").unique().collect()["exit_date"].sort()
    if len(days) > 1:
        _count_gaps(source, days, tally)
    _count_staff_at_the_end(source, tally)
    _count_quiet_end(source, tally)


def _count_staff_at_the_end(source: Canonical, tally: Tally) -> None:
    staff = int(_months(source)["people"].max() or 0)  # type: ignore[arg-type]
    hired = source.spells.filter(pl.col("hire_date") <= source.until)
    gone = hired.filter(pl.col("gone") <= source.until).height
    if staff >= BUSY and hired.height - gone < LEFT_OF_THEM * staff:
        tally.add(NOBODY_STAYS, "exits", "exit_date", gone)


def _count_gaps(source: Canonical, days: pl.Series, tally: Tally) -> None:
    months = _months(source)
    exits, people = months["exits"].to_numpy(), months["people"].to_numpy()
    inside = (months["month"] >= days[0].replace(day=1)) & (months["month"] <= days[-1])
    rate = exits[inside.to_numpy()].sum() / max(people[inside.to_numpy()].sum(), 1)
    usual = float(days.diff().dt.total_days().median() or 0)  # type: ignore[arg-type]
    for rule, column, first, last in _gaps(source, days):
        length = (last - first).days
        at_risk = float(months.filter(pl.col("month").is_between(first, last))["people"].sum())
        if length > max(SHORTEST_GAP, LONGEST_USUAL * usual) and rate * at_risk > EXPECTED:
            tally.missing(rule, "source.toml" if column != "exit_date" else "exits", column)
    _count_thin_start(exits, people, usual, tally)


def _gaps(source: Canonical, days: pl.Series) -> Iterator[tuple[Rule, str, date, date]]:
    yield LATE_END, "complete_until", days[-1], source.until
    longest = days.diff().arg_max()
    if longest:
        yield PAUSE, "exit_date", days[longest - 1], days[longest]


def _count_thin_start(exits: np.ndarray, people: np.ndarray, usual: float, tally: Tally) -> None:
    """Whether a first part of the period has hardly any of the exits that the rate after it leads to expect."""
    if LONGEST_USUAL * usual > SHORTEST_GAP * 2:
        return
    before, at_risk = exits.cumsum(), people.cumsum()
    after = np.maximum(at_risk[-1] - at_risk, 1)
    expected = at_risk * (before[-1] - before) / after
    is_first = np.arange(len(exits)) < FIRST_PART * len(exits)
    if bool((is_first & (expected > EXPECTED_AT_THE_START) & (before < HARDLY_ANY * expected)).any()):
        tally.missing(EARLY_START, "source.toml", "complete_from")


def _months(source: Canonical) -> pl.DataFrame:
    """month (its first day), people (hired before and not gone), exits: the months of the period."""
    month = pl.date_range(source.start.replace(day=1), source.until, "1mo", eager=True).alias("month")
    hired = source.spells["hire_date"].sort().to_numpy()
    gone = source.spells["gone"].drop_nulls().sort().to_numpy()
    days = month.to_numpy()
    ends = np.append(days[1:], np.datetime64(source.until + timedelta(days=1)))
    people = np.searchsorted(hired, days) - np.searchsorted(gone, days)
    exits = np.searchsorted(gone, ends) - np.searchsorted(gone, days)
    return pl.DataFrame({"month": month, "people": people, "exits": exits})


def _count_quiet_end(source: Canonical, tally: Tally) -> None:
    """Whether the last hire or change of any table lies far before the end of the period."""
    days = _event_days(source)
    if len(days) < 2 or days[-1] >= source.until:
        return
    recent = days.filter(days > days[-1] - timedelta(days=USUAL_YEARS * 366))
    longest = int(recent.diff().dt.total_days().max() or 0)  # type: ignore[arg-type]
    gap = (source.until - days[-1]).days
    if gap > max(SHORTEST_GAP, LONGER * longest) and gap * len(recent) / (USUAL_YEARS * 366) > EXPECTED:
        tally.missing(NO_FACTS_AT_THE_END, "source.toml", "complete_until")


def _event_days(source: Canonical) -> pl.Series:
    """The days up to the end of the period on which anything but an exit happened, ascending."""
    parts = [
        source.scan(table).select(day=pl.col(OWN_DATE[table]).cast(pl.Date)).unique()
        for table in source.tables
        if table != "exits"
    ]
    every = pl.concat(parts).filter(pl.col("day") <= source.until).unique().sort("day")
    return every.collect()["day"]
