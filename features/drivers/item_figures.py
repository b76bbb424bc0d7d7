"""A source's own items on a date: the last value and means of its survey items, measures and competencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import narwhals as nw

from features.calendar import Frame, month_number
from features.contract.vocabulary import Driver
from features.known.facts import Known
from features.known.snapshots import present

LEAST_SHARE_OF_A_ROUND: Final = 0.1
"""A month in which at least this share of the people who work here have a figure is a round; fewer are late answers."""


@dataclass(frozen=True)
class Kind:
    """How a table of items becomes features."""

    table: str
    item: str
    value: str
    when: str
    prefix: str
    unit: str
    driver: Driver
    worse: Literal["higher", "lower"] | None
    months: int  # the window of the mean
    is_confidential: bool = False
    is_by_others: bool = False  # one other person gave the figure: an assessor


KINDS: Final = (
    Kind(
        "surveys", "item", "score", "survey_date", "survey", "0 to 10", "conditions", "lower", 12, is_confidential=True
    ),
    Kind("measures", "name", "value", "measured_at", "measure", "as recorded", "context", None, 12),
    Kind(
        "competencies",
        "competency",
        "score",
        "assessed_at",
        "competency",
        "0 to 5",
        "relationships",
        "lower",
        24,
        is_by_others=True,
    ),
)


@dataclass(frozen=True)
class Named:
    """One item of a source: its name in the data, the prefix of its features' names, its driver and label."""

    item: str
    prefix: str
    driver: Driver
    label: str


def last_and_means(known: Known, kind: Kind) -> Frame:
    """By person and item, in the window (`kind.months`, 0]: `last`, `mean_3m` (over 3 months) and `mean` (over all)."""

    def work_out(known: Known) -> Frame:
        rows = known.facts(kind.table, months=kind.months)
        if kind.table == "competencies":  # several assessors on one day count as one assessment
            rows = rows.group_by("employee_id", kind.item, kind.when).agg(nw.col(kind.value).mean())
        groups = rows.group_by("employee_id", kind.item).agg(
            nw.col(kind.when).max(),
            nw.when(nw.col(kind.when) > known.ago(3)).then(kind.value).mean().alias("mean_3m"),
            nw.col(kind.value).mean().alias("mean"),
        )
        last = rows.select("employee_id", kind.item, kind.when, last=kind.value)
        return groups.join(last, on=["employee_id", kind.item, kind.when], how="left")

    return known.once(f"items of {kind.table}", work_out, of_many=True)


def wide(known: Known, kind: Kind, items: Sequence[Named]) -> Frame:
    """One row per person, with columns `{prefix}_last`, `{prefix}_mean_3m` and `{prefix}_mean` for each item."""

    def work_out(known: Known) -> Frame:
        return (
            last_and_means(known, kind)
            .group_by("employee_id")
            .agg(
                *(
                    nw.when(nw.col(kind.item) == named.item).then(figure).max().alias(f"{named.prefix}_{figure}")
                    for named in items
                    for figure in ("last", "mean_3m", "mean")
                )
            )
        )

    return known.once(f"columns of {kind.table}", work_out)


def answering_days(known: Known, kind: Kind) -> Frame:
    """By person and day with figures in the window (`kind.months`, 0]: `answers`, their number."""

    def work_out(known: Known) -> Frame:
        return known.facts(kind.table, months=kind.months).group_by("employee_id", kind.when).agg(answers=nw.len())

    return known.once(f"days of {kind.table}", work_out, of_many=True)


def rounds_missed(known: Known, kind: Kind) -> Frame:
    """Share of rounds without a figure of the person, in (`kind.months`, 0] from the person's first whole month here.

    A round is a calendar month in which many people have one. Null where there was no round.
    """
    here = present(known).select("employee_id", first_month=month_number("observed_from"))
    rows = answering_days(known, kind).select("employee_id", month=month_number(kind.when)).unique()
    rows = rows.join(here, on="employee_id").filter(nw.col("month") > nw.col("first_month"))
    held = rows.group_by("month").agg(given=nw.len()).join(here.select(people=nw.len()), how="cross")
    held = held.filter(nw.col("given") >= nw.col("people") * LEAST_SHARE_OF_A_ROUND).select("month")
    given = rows.join(held, on="month").group_by("employee_id").agg(given=nw.len())
    asked = here.join(held, how="cross").filter(nw.col("month") > nw.col("first_month"))
    people = asked.group_by("employee_id").agg(asked=nw.len()).join(given, on="employee_id", how="left")
    share = 1 - nw.col("given").fill_null(0).cast(nw.Float64) / nw.col("asked")
    return people.select("employee_id", missed=share)
