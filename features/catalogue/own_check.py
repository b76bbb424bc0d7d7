"""Checks at run time that a company's own features do not see the future, and give one row a person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from features.catalogue.feature import Family
from features.catalogue.own import SERVICES
from features.contract.tables import OWN_DATE
from features.engine.polars import POLARS
from features.errors import BadInput, Finding, Refused
from features.files import write_whole
from features.known.facts import Known, known_on, prepare
from features.known.snapshots import present

if TYPE_CHECKING:
    from features.source import Source

_PLACE: Final = "own features"


def check_own_features(source: "Source", families: Sequence[Family], dates: Sequence[date], work: Path) -> None:
    """Computes own features on the first and the middle date twice: as they are, and without all later rows.

    `source` has people as codes. Raises Refused naming every feature that differs for anyone present, and BadInput for
    a function that fails or gives more than one row a person.
    """
    days = sorted(dates)
    findings = []
    for day in dict.fromkeys((days[0], days[len(days) // 2])) if families else ():
        whole, past = (known_on(each, day, prepare(each)) for each in (source, _until(source, day, work)))
        people = present(past).select("employee_id").collect("polars").to_polars()
        for family in families:
            then, now = (_computed(family, known, people) for known in (past, whole))
            findings += _changed(family, then, now, day)
    if findings:
        raise Refused(findings)


def _until(source: "Source", day: date, work: Path) -> "Source":
    """The source as it would be if nothing after the day had been recorded."""
    tables = {}
    for table in sorted({*source.tables} - {SERVICES}):
        rows, own = pl.scan_parquet(source.tables[table]), pl.col(OWN_DATE[table])
        recorded = pl.col("recorded_at")
        is_known = (recorded.is_null() | (recorded <= day)) & (own <= day)
        if table == "exits":
            is_known = pl.when(recorded.is_null()).then(own <= day).otherwise(recorded <= day)
        rows = rows.filter(is_known)
        tables[table] = work / f"until-{day}-{table}.parquet"
        write_whole(tables[table], rows.collect().write_parquet)
    return replace(source, tables=tables)


def _computed(family: Family, known: Known, people: pl.DataFrame) -> pl.DataFrame:
    names = [feature.name for feature in family.features]
    try:
        rows = POLARS.to_polars(family.define(known).select("employee_id", *names)).collect()
    except Exception as error:
        rule = f"the function ended with {type(error).__name__}"
        remedy = "Call it in Python with `features.known.facts.known_on(source, day)` to see why."
        raise BadInput(Finding(rule, _PLACE, ", ".join(names), remedy=remedy)) from error
    if doubled := int(rows["employee_id"].is_duplicated().sum()):
        remedy = "Group by employee_id, so that each person has one row."
        raise BadInput(Finding("more than one row a person", _PLACE, ", ".join(names), doubled, remedy))
    return people.join(rows, on="employee_id", how="left", maintain_order="left")


def _changed(family: Family, then: pl.DataFrame, now: pl.DataFrame, day: date) -> list[Finding]:
    """A finding for each feature that later rows change."""
    found = []
    for feature in family.features:
        before, after = then[feature.name], now[feature.name]
        if feature.kind == "number":
            before, after = before.cast(pl.Float64), after.cast(pl.Float64)
            differs = before.is_null() != after.is_null()
            differs |= ((before - after).abs() > 1e-9 * (1 + before.abs())).fill_null(value=False)
        else:
            differs = before.cast(pl.String).ne_missing(after.cast(pl.String))
        if rows := int(differs.sum()):
            rule = f"on {day}, it changes when later rows are removed: it sees the future"
            remedy = "Read tables by `known.facts(table)` only."
            found.append(Finding(rule, _PLACE, feature.name, rows, remedy))
    return found
