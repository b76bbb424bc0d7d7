"""Families of features for a source's own items: survey items, measures, competencies."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import narwhals as nw
import polars as pl

from features.calendar import Frame, months_since
from features.catalogue.feature import Family, Feature
from features.catalogue.item_labels import (
    AGAINST_DEPARTMENT,
    AGAINST_TEAM,
    COUNT,
    COUNT_IN_ONE,
    LAST,
    MANAGER,
    MEAN,
    MONTHS_SINCE,
    RANK,
    REPORTS,
    ROUNDS_MISSED,
    TEAM,
    TREND,
)
from features.contract.vocabulary import Driver, snake_case
from features.drivers.item_figures import KINDS, Kind, Named, answering_days, last_and_means, rounds_missed, wide
from features.drivers.peers import mean_of_others, rank_in
from features.drivers.relationships import LEADS_NOBODY, of_reports
from features.known.facts import Known
from features.known.posts import staff
from features.known.source_columns import holds

if TYPE_CHECKING:
    from features.source import Source

FEWEST_OTHERS: Final = 3
"""The fewest others in a mean of the team or the department: with fewer, one could infer individual answers."""
WHAT: Final = {"surveys": "Survey answers", "measures": "Measurements", "competencies": "Assessments"}
ALL_ITEMS: Final = "All survey items"
FEW_OTHERS: Final = f"fewer than {FEWEST_OTHERS} others have a figure"
NO_ANSWER: Final = "not given in the window"
MARK_LENGTH: Final = 6
"""Hexadecimal digits: two items that share a name share a mark once in 16 million."""


def item_families(source: "Source") -> list[Family]:
    """The families for the source's own items, in the order of tables and of item names."""
    families: list[Family] = []
    for kind in KINDS:
        if not holds(source, kind.table):
            continue
        items = _items(source, kind)
        families.append(_own_family(kind, items))
        if kind.table == "measures":
            families.append(_rank_family(kind, items))
        if kind.table in ("surveys", "competencies"):
            families.append(_team_family(kind, items))
        families.append(_against_team_family(kind, items))
        if kind.table == "surveys":
            families += [_department_family(kind), _reports_family(kind)]
        if kind.table == "competencies":
            families.append(_manager_family(kind, items))
        families += [_participation_family(kind), _missed_family(kind)]
    return families


def _items(source: "Source", kind: Kind) -> list[Named]:
    """The items that occur in the data, with their driver and label."""
    names = pl.scan_parquet(source.tables[kind.table]).select(pl.col(kind.item).drop_nulls().unique().sort()).collect()
    declared = source.items.get(kind.table, {})
    prefixes = _prefixes(kind, names.to_series().to_list())
    named: list[Named] = []
    for item, prefix in prefixes.items():
        about = declared.get(item)
        label = about.label if about else item.replace("_", " ").capitalize()
        named.append(Named(item, prefix, about.driver if about else kind.driver, label))
    return named


def _prefixes(kind: Kind, items: Sequence[str]) -> dict[str, str]:
    """The prefix of each item's feature names: the item's own name in the letters of its script.

    Items whose names differ only in case or punctuation each get a mark, a hash of their spelling. It depends on no
    other item, so a model never confuses an item it was trained on with another.
    """
    plain = {item: f"{kind.prefix}_{snake_case(item)}" for item in items}
    shared = Counter(plain.values())
    return {item: f"{name}_{_mark(item)}" if shared[name] > 1 else name for item, name in plain.items()}


def _mark(item: str) -> str:
    return hashlib.sha256(item.encode()).hexdigest()[:MARK_LENGTH]


def _own_family(kind: Kind, items: Sequence[Named]) -> Family:
    """The person's own figures. Assessments are too rare for a mean of 3 months: the last one is used instead."""
    lately = "last" if kind.table == "competencies" else "mean_3m"
    mean, window = f"mean_{kind.months}m", f"({kind.months}, 0]"
    figures: dict[str, tuple[str, int | None, str]] = {
        "last": (LAST, None, window),
        lately: (LAST, None, window) if lately == "last" else (MEAN, 3, "(3, 0]"),
        mean: (MEAN, kind.months, window),
        "trend": (TREND, kind.months, window),
    }

    def define(known: Known) -> Frame:
        columns = []
        for prefix in (named.prefix for named in items):
            columns += [nw.col(name) for name in dict.fromkeys([f"{prefix}_last", f"{prefix}_{lately}"])]
            columns.append(nw.col(f"{prefix}_mean").alias(f"{prefix}_{mean}"))
            columns.append((nw.col(f"{prefix}_{lately}") - nw.col(f"{prefix}_mean")).alias(f"{prefix}_trend"))
        return wide(known, kind, items).select("employee_id", *columns)

    features = tuple(
        _feature(kind, f"{named.prefix}_{suffix}", named.driver, named.label, form, over, NO_ANSWER, label_months,
                 is_difference=form == TREND, shows_another=kind.is_by_others,
                 trend_of=f"{named.prefix}_{mean}" if form == TREND and lately != "last" else "")
        for named in items
        for suffix, (form, label_months, over) in figures.items()
    )  # fmt: skip
    return Family(features, define, (kind.table,))


def _of_team(known: Known, kind: Kind, items: Sequence[Named]) -> Frame:
    """Each person's columns of `wide`, and the means of the others under the same manager: `{prefix}_team`."""

    def work_out(known: Known) -> Frame:
        own = wide(known, kind, items)
        rows = staff(known).select("employee_id", "manager_id").join(own, on="employee_id", how="left")
        means = {named.prefix: mean_of_others(f"{named.prefix}_mean", "manager_id", FEWEST_OTHERS) for named in items}
        return rows.with_columns(*(mean.alias(f"{prefix}_team") for prefix, mean in means.items()))

    return known.once(f"teams of {kind.table}", work_out)


def _team_family(kind: Kind, items: Sequence[Named]) -> Family:
    """The means of the others under the same manager."""

    def define(known: Known) -> Frame:
        return _of_team(known, kind, items).select("employee_id", *(f"{named.prefix}_team" for named in items))

    features = tuple(
        _feature(kind, f"{named.prefix}_team", "relationships", named.label, TEAM, f"({kind.months}, 0]", FEW_OTHERS,
                 peers="others under the same manager")
        for named in items
    )  # fmt: skip
    return Family(features, define, (kind.table, "assignments.manager_id"))


def _against_team_family(kind: Kind, items: Sequence[Named]) -> Family:
    """The person's own mean minus that of the others under the same manager."""

    def define(known: Known) -> Frame:
        gaps = {
            f"{named.prefix}_against_team": nw.col(f"{named.prefix}_mean") - nw.col(f"{named.prefix}_team")
            for named in items
        }
        return _of_team(known, kind, items).select("employee_id", **gaps)

    features = tuple(
        _feature(kind, f"{named.prefix}_against_team", named.driver, named.label, AGAINST_TEAM, f"({kind.months}, 0]",
                 f"{FEW_OTHERS}, or {NO_ANSWER}", peers="others under the same manager", is_difference=True,
                 shows_another=kind.is_by_others)
        for named in items
    )  # fmt: skip
    return Family(features, define, (kind.table, "assignments.manager_id"))


def _department_family(kind: Kind) -> Family:
    """The person's mean over all items minus that of the others in the department.

    The department's mean itself is not a feature: it varies more over time than between departments, and a model would
    mistake that for a difference between people.
    """
    name = f"{kind.prefix}_all_against_department"

    def define(known: Known) -> Frame:
        own = last_and_means(known, kind).group_by("employee_id").agg(nw.col("mean").mean().alias("own"))
        rows = staff(known).select("employee_id", "department").join(own, on="employee_id", how="left")
        rows = rows.with_columns(others=mean_of_others("own", "department", FEWEST_OTHERS))
        return rows.select("employee_id", (nw.col("own") - nw.col("others")).alias(name))

    feature = _feature(
        kind, name, "conditions", ALL_ITEMS, AGAINST_DEPARTMENT, f"({kind.months}, 0]",
        f"{FEW_OTHERS}, or {NO_ANSWER}", peers="others in the department", is_difference=True,
    )  # fmt: skip
    return Family((feature,), define, (kind.table, "assignments.department"))


def _reports_family(kind: Kind) -> Family:
    """The mean over all items of the people who report to a person."""
    name = f"reports_{kind.prefix}_all"

    def define(known: Known) -> Frame:
        own = last_and_means(known, kind).group_by("employee_id").agg(nw.col("mean").mean().alias("own"))
        rows = staff(known).select("employee_id", "manager_id").join(own, on="employee_id")
        reports = rows.group_by("manager_id").agg(mean=nw.col("own").mean(), answering=nw.len())
        reports = reports.filter(nw.col("answering") >= FEWEST_OTHERS)
        return of_reports(known, reports.select("manager_id", nw.col("mean").alias(name)))

    null_means = f"{LEADS_NOBODY}, or fewer than {FEWEST_OTHERS} of them have a figure"
    feature = _feature(kind, name, "relationships", ALL_ITEMS, REPORTS, f"({kind.months}, 0]", null_means)
    return Family((feature,), define, (kind.table, "assignments.manager_id"))


def _manager_family(kind: Kind, items: Sequence[Named]) -> Family:
    """The manager's own figures: how well the person's manager serves colleagues."""

    def define(known: Known) -> Frame:
        means = {f"{named.prefix}_mean": f"{named.prefix}_of_manager" for named in items}
        theirs = wide(known, kind, items).rename({"employee_id": "manager_id", **means})
        rows = staff(known).select("employee_id", "manager_id").join(theirs, on="manager_id", how="left")
        return rows.select("employee_id", *means.values())

    features = tuple(
        _feature(kind, f"{named.prefix}_of_manager", "relationships", named.label, MANAGER, f"({kind.months}, 0]",
                 "no manager recorded, or the manager was not assessed", shows_another=True)
        for named in items
    )  # fmt: skip
    return Family(features, define, (kind.table, "assignments.manager_id"))


def _rank_family(kind: Kind, items: Sequence[Named]) -> Family:
    """Share of the others in the company whose 3-month mean is lower: a scale that is the same in all sources."""

    def define(known: Known) -> Frame:
        own = wide(known, kind, items)
        rows = staff(known).select("employee_id", everyone=nw.lit("1")).join(own, on="employee_id", how="left")
        ranks = (rank_in(f"{named.prefix}_mean_3m", "everyone").alias(f"{named.prefix}_rank") for named in items)
        return rows.select("employee_id", *ranks)

    features = tuple(
        _feature(kind, f"{named.prefix}_rank", named.driver, named.label, RANK, "(3, 0]", NO_ANSWER,
                 unit="share of people with less", worse=None, peers="the company")
        for named in items
    )  # fmt: skip
    return Family(features, define, (kind.table,))


def _participation_family(kind: Kind) -> Family:
    """The number of recent figures of a person, and the months since the last: silence is informative too.

    Assessments are too rare to be counted.
    """
    windows = () if kind.table == "competencies" else (1, 3, 12)
    what, driver = WHAT[kind.table], _driver_of_silence(kind)

    def define(known: Known) -> Frame:
        first = known.first_day(kind.table)
        last = known.versions(kind.table).group_by("employee_id").agg(nw.col(kind.when).max().alias("last_day"))
        counts_of = (
            answering_days(known, kind)
            .group_by("employee_id")
            .agg(
                *(
                    nw.when(nw.col(kind.when) > known.ago(months)).then("answers").sum().alias(f"count_{months}m")
                    for months in windows
                )
            )
        )
        rows = staff(known).select("employee_id").join(last, on="employee_id", how="left")
        rows = rows.join(counts_of, on="employee_id", how="left")
        counts = (
            (
                nw.col(f"count_{months}m").fill_null(0)
                if first is not None and first <= known.ago(months - 1)
                else nw.lit(None, nw.Float64)
            ).alias(f"{kind.prefix}_count_{months}m")
            for months in windows
        )
        silent = months_since("last_day", known.snapshot_date).alias(f"months_since_{kind.prefix}")
        return rows.select("employee_id", *counts, silent)

    features = (
        *(
            _feature(kind, f"{kind.prefix}_count_{months}m", driver, what, COUNT if months > 1 else COUNT_IN_ONE,
                     f"({months}, 0]", "the table does not reach back so far", months, unit="count", worse="lower")
            for months in windows
        ),
        _feature(kind, f"months_since_{kind.prefix}", driver, what, MONTHS_SINCE, "(start, now]", "none yet",
                 unit="months", worse="higher"),
    )  # fmt: skip
    return Family(features, define, (kind.table,))


def _missed_family(kind: Kind) -> Family:
    """Rounds that the person did not take part in."""
    name = f"{kind.prefix}_missed_{kind.months}m"

    def define(known: Known) -> Frame:
        first = known.first_day(kind.table)
        reaches = first is not None and first <= known.ago(kind.months - 1)
        missed = nw.col("missed") if reaches else nw.lit(None, nw.Float64)
        return rounds_missed(known, kind).select("employee_id", missed.alias(name))

    driver = _driver_of_silence(kind)
    null_means = "no round since the hire, or the table does not reach back so far"
    feature = _feature(
        kind, name, driver, WHAT[kind.table], ROUNDS_MISSED, f"({kind.months}, 0]", null_means,
        unit="share of rounds", worse="higher",
    )  # fmt: skip
    return Family((feature,), define, (kind.table,))


def _feature(
    kind: Kind,
    name: str,
    driver: Driver,
    item: str,
    label_form: str,
    window: str,
    null_means: str,
    label_months: int | None = None,
    **more: Any,
) -> Feature:
    """A feature about an item, with the unit and the expected direction of its kind unless `more` overrides them."""
    of_kind = {"unit": kind.unit, "worse": kind.worse, "is_confidential": kind.is_confidential}
    return Feature(
        name=name,
        driver=driver,
        label=label_form.format(item=item, months=label_months),
        window=window,
        null_means=null_means,
        actionable=driver != "context",
        item=item,
        label_form=label_form,
        label_months=label_months,
        **(of_kind | more),
    )


def _driver_of_silence(kind: Kind) -> Driver:
    return "context" if kind.table == "measures" else "relationships"
