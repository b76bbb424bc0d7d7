"""Why a month is not published: its data lack what the model learned from, or its scores are far from all before.

Every rule compares the month with the sums that are kept with the model; the limits are in `pipeline.scoring.limits`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Final

from features.catalogue.feature import Feature
from features.contract.tables import DIRECTORY
from features.errors import Finding, counted
from pipeline.model.learned_from import LearnedFrom, tables_of
from pipeline.scoring.limits import MONTH_ROWS, MONTHS_OF_ROWS, PEOPLE, RATE, WARNED, WARNED_BEFORE
from pipeline.scoring.lost_data import LostFeature, LostTable, lost_features, lost_tables
from pipeline.scoring.month import Month

DESPITE: Final = 'To publish anyway: --despite "REASON", which stays on record.'
_EXPORT: Final = (
    f"Compare the table with last month's export and correct it; if the change is meant to last, train again. {DESPITE}"
)
_ROWS: Final = f"`retention check` shows the rules that the rows break: correct the export or the ids. {DESPITE}"


def refusals(learned: LearnedFrom, features: Mapping[str, Feature], month: Month) -> list[Finding]:
    """Every reason not to publish a month, each with its figure, its limit and what to do."""
    tables = lost_tables(learned, month.counts)
    of_tables = {lost.table for lost in tables}
    features_left = [
        lost
        for lost in lost_features(learned, features, month.X, month.day)
        if not of_tables & {*tables_of(lost.needs)}
    ]
    return [
        *map(_table, tables),
        *_gone(learned, [lost for lost in features_left if lost.is_gone], month.gone),
        *_known_for_few([lost for lost in features_left if not lost.is_gone], month.X.height),
        *_warnings(learned, month, of_tables),
        *_months(learned, month, of_tables),
        *_people(learned, month),
        *_rate(learned, month),
    ]


def unchecked(version: str) -> str:
    """What is not compared for a model that was stored without the sums."""
    return (
        f"Model version {version} was stored before models kept what they learned from, so it was not checked whether "
        "tables, features, months of rows or the expected rate are far from training. Train again to have it checked."
    )


def _table(lost: LostTable) -> Finding:
    before = f"in training {_percent(lost.kept_before)} of its rows were used"
    if not lost.read:
        what = "the model learned from this table, and it is missing or empty"
    elif not lost.kept:
        what = f"the model learned from this table, and none of its {counted(lost.read, 'row')} can be used"
    else:
        what = f"only {_percent(lost.kept)} of its {counted(lost.read, 'row')} can be used"
    rule = f"{what}; {before} (limit {_percent(lost.limit)}); {counted(lost.features, 'feature')} of the model need it"
    remedy = _ROWS if lost.read else f"Export the table again; if it is gone for good, train again. {DESPITE}"
    return Finding(rule, lost.table, "", lost.read, remedy)


def _gone(learned: LearnedFrom, lost: Sequence[LostFeature], gone: frozenset[str]) -> Iterator[Finding]:
    """One finding for each column, item or feature that is gone."""

    def place(each: LostFeature) -> tuple[str, str, str]:
        missing = next((need for need in each.needs if need in gone), "")
        if missing:
            table, _, column = missing.partition(" or ")[0].partition(".")
            return table, column, "the model learned from this column"
        table = next(iter(tables_of(each.needs)), "features")
        return (
            table,
            (each.feature.item and "item") or each.feature.name,
            (
                f"the model learned from the item {each.feature.item!r}"
                if each.feature.item
                else "the model learned from this feature"
            ),
        )

    for (table, column, what), of_place in groupby(sorted(lost, key=place), key=place):
        alike = list(of_place)
        named = _named(alike[0], len(alike) - 1)
        rule = f"{what}, and the source no longer has it (or has it under another name): {named}"
        yield Finding(rule, table, column, 0, f"Give it its former name. {_EXPORT}")


def _known_for_few(lost: Sequence[LostFeature], people: int) -> Iterator[Finding]:
    """One finding for each table or column that explains them: first the one that most of the features need."""
    left = list(lost)
    while left:
        needed = Counter(need for each in left for need in each.needs or (f"features.{each.feature.name}",))
        place = max(needed, key=lambda need: (needed[need], "." in need, need))
        alike = [each for each in left if place in (each.needs or (f"features.{each.feature.name}",))]
        left = [each for each in left if each not in alike]
        worst = min(alike, key=lambda each: each.known / each.limit)
        table, _, column = place.partition(" or ")[0].partition(".")
        rule = (
            f"known for {_percent(worst.known)} of {people:,} people, in training for at least "
            f"{_percent(worst.least_known)} (limit {_percent(worst.limit)}): {_named(worst, len(alike) - 1)}"
        )
        yield Finding(rule, table, column, round((1 - worst.known) * people), _EXPORT)


def _named(first: LostFeature, others: int) -> str:
    more = f" and {counted(others, 'more feature')}" if others else ""
    return f"{first.feature.label} ({first.feature.name}){more}"


def _warnings(learned: LearnedFrom, month: Month, lost: set[str]) -> Iterator[Finding]:
    for warning in month.counts.warnings:
        table, column = warning.table, warning.column
        read = month.counts.tables.get(table, 0)
        if not read or table in lost or table == DIRECTORY:  # no score depends on a name or an address
            continue
        now, before = min(warning.rows / read, 1.0), learned.counts.warned(table, column)
        if now > WARNED.figure and before <= WARNED_BEFORE.figure:
            rule = (
                f"{_percent(now)} of the rows break a rule that {_percent(before)} broke in training "
                f"(limit {_percent(WARNED.figure)}): {warning.rule}"
            )
            yield Finding(rule, table, column, warning.rows, f"{warning.remedy} {DESPITE}")


def _months(learned: LearnedFrom, month: Month, lost: set[str]) -> Iterator[Finding]:
    """One finding for each table with too few rows in a month, or in the months up to the snapshot date."""
    for table, rows in month.months.items():
        if table in lost:
            continue
        of = learned.months[table]
        days = list(rows)[: len(rows) - of.behind]
        for window, least in of.least.items():
            limit = MONTH_ROWS.figure * least
            starts = range(max(0, len(days) - MONTHS_OF_ROWS), len(days)) if window == 1 else [len(days) - window]
            sums = {at: sum(rows[day] for day in days[at : at + window]) for at in starts if at >= 0}
            poor = [at for at, total in sums.items() if total < limit]
            if poor:
                yield _too_few_rows(table, [days[at + window - 1] for at in poor], window, sums[poor[-1]], least)
                break


def _too_few_rows(table: str, days: Sequence[date], window: int, rows: int, least: int) -> Finding:
    when = ", ".join(f"{day:%Y-%m}" for day in days) if window == 1 else f"the {window} months to {days[-1]:%Y-%m}"
    limit = f"limit {MONTH_ROWS.figure * least:,.0f}"
    rule = f"{counted(rows, 'row')} dated in {when}; in training never fewer than {least:,} ({limit})"
    remedy = f"Export the table again, up to the snapshot date and with every month. {DESPITE}"
    return Finding(rule, table, "", rows, remedy)


def _people(learned: LearnedFrom, month: Month) -> Iterator[Finding]:
    limit = PEOPLE.figure * learned.least_people
    if learned.first and month.day >= learned.first and month.X.height < limit:
        rule = (
            f"{month.X.height:,} people are scored, in training there were never fewer than {learned.least_people:,} "
            f"(limit {limit:,.0f})"
        )
        remedy = f"Export everyone who is employed; if most of them have left, train again. {DESPITE}"
        yield Finding(rule, "employees", "", month.X.height, remedy)


def _rate(learned: LearnedFrom, month: Month) -> Iterator[Finding]:
    known = [*learned.rates, learned.base_rate, *month.earlier]
    low, high = min(known) / RATE.figure, max(known) * RATE.figure
    if not low <= month.rate <= high:
        rule = (
            f"the expected exit rate is {_percent(month.rate)}; training and the published months had "
            f"{_percent(min(known))} to {_percent(max(known))} (limits {_percent(low)} to {_percent(high)})"
        )
        remedy = f"`retention check` and `retention monitor` show what changed: correct it, or train again. {DESPITE}"
        yield Finding(rule, "scores", "risk", 0, remedy)


def _percent(share: float) -> str:
    return f"{share:.1%}"
