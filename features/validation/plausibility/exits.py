"""Exits whose kind, date or day of record is hardly what the source means."""

from datetime import timedelta

import polars as pl

from features.contract.exit_words import kinds_in_words
from features.contract.tables import OWN_DATE
from features.validation.plausibility.canonical import Canonical
from features.validation.plausibility.rules import (
    FAR_PLANNED,
    FIRST_OF_MONTH,
    NOTICE_AS_EXIT,
    ONE_KIND,
    REASON_OF_EMPLOYEE,
    REASON_OF_EMPLOYER,
    REASON_OF_OTHER,
    RECORDED_LATER,
    RECORDED_TOGETHER,
    WITHOUT_NOTICE,
)
from features.validation.rules import Tally

ENOUGH_EXITS = 20
"""Of fewer, a share says nothing."""
NEARLY_ALL = 0.95
A_MONTH = 31
FIRST_DAYS = 0.25
"""By chance, one exit in thirty falls on the first of a month."""
LAST_DAYS = 0.05
TOGETHER = 0.3
DIFFERENT_REASONS = 4
FAR = timedelta(days=183)
"""Notice of half a year is the longest that is usual."""
FEWEST_PLANNED = 5


def count_exits(source: Canonical, tally: Tally) -> None:
    """Counts exits of a doubtful kind or date."""
    exits = source.scan("exits").collect()
    if "reason" in exits.columns:
        _count_reasons(exits, tally)
    if exits.height >= ENOUGH_EXITS:
        _count_days(exits, tally)
        _count_records(exits, tally)
    _count_mass_records(source, tally)
    planned = exits.filter(pl.col("exit_date") > source.until + FAR).height
    if planned >= FEWEST_PLANNED:
        tally.add(FAR_PLANNED, "exits", "exit_date", planned)


def _count_reasons(exits: pl.DataFrame, tally: Tally) -> None:
    reasons = exits["reason"].drop_nulls().unique()
    in_words = {reason: kinds_in_words(reason) for reason in reasons}
    rules = (
        (REASON_OF_OTHER, [reason for reason, kinds in in_words.items() if "other" in kinds], True),
        (REASON_OF_EMPLOYER, [reason for reason, kinds in in_words.items() if kinds == ("involuntary",)], True),
        (REASON_OF_EMPLOYEE, [reason for reason, kinds in in_words.items() if kinds == ("voluntary",)], False),
    )
    for rule, of_kind, is_voluntary in rules:
        counted = exits.filter(pl.col("reason").is_in(of_kind), (pl.col("kind") == "voluntary") == is_voluntary)
        tally.add(rule, "exits", "kind", counted.height)
    if exits["kind"].n_unique() == 1 and exits.height >= ENOUGH_EXITS and len(reasons) >= DIFFERENT_REASONS:
        tally.add(ONE_KIND, "exits", "kind", exits.height)


def _count_days(exits: pl.DataFrame, tally: Tally) -> None:
    day = exits["exit_date"]
    first = int((day.dt.day() == 1).sum())
    if first > FIRST_DAYS * len(day) and int((day == day.dt.month_end()).sum()) < LAST_DAYS * len(day):
        tally.add(FIRST_OF_MONTH, "exits", "exit_date", first)


def _count_records(exits: pl.DataFrame, tally: Tally) -> None:
    voluntary = exits.filter(pl.col("kind") == "voluntary")
    without = voluntary["recorded_at"].null_count()
    if without <= (1 - NEARLY_ALL) * voluntary.height:
        tally.add(WITHOUT_NOTICE, "exits", "recorded_at", without)
    known = exits.drop_nulls("recorded_at")
    if known.height < ENOUGH_EXITS:
        return
    waited = known.select(waited=(pl.col("recorded_at") - pl.col("exit_date")).dt.total_days())["waited"]
    if (same := int((waited == 0).sum())) >= NEARLY_ALL * known.height:
        tally.add(NOTICE_AS_EXIT, "exits", "recorded_at", same)


def _count_mass_records(source: Canonical, tally: Tally) -> None:
    """Counts rows of every table that became known late, and on one day."""
    for table in source.tables:
        if not source.has(table, "recorded_at"):
            continue
        waited = (pl.col("recorded_at") - pl.col(OWN_DATE[table]).cast(pl.Date)).dt.total_days()
        days = source.scan(table).group_by("recorded_at").agg(late=(waited > A_MONTH).sum(), rows=pl.len()).collect()
        known = days.drop_nulls("recorded_at")
        late, most = int(known["late"].sum()), int(known["late"].max() or 0)  # type: ignore[arg-type]
        if late >= ENOUGH_EXITS and late > days["rows"].sum() / 2:
            tally.add(RECORDED_LATER, table, "recorded_at", late)
        if most >= ENOUGH_EXITS and most > TOGETHER * int(known["rows"].sum()):
            tally.add(RECORDED_TOGETHER, table, "recorded_at", most)
