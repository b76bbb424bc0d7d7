"""Who is scored, and with which features: those at risk on a snapshot date, or in a cross-section those still there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import singledispatch
from pathlib import Path
from typing import Final

import polars as pl

from features.build import organisation
from features.calendar import month_end
from features.errors import BadInput, Finding
from features.known.snapshots import snapshot_dates
from features.source import CrossSection, Source
from pipeline.dataset.features_of import features_of
from pipeline.settings import Settings

POST: Final = ("department", "level", "job", "location", "manager_id")


@dataclass(frozen=True)
class Population:
    """`people` (employee_id and `POST`) and their features `X`, aligned, on a day.

    have_left: the number of people of a cross-section who have left, and so are not among them.
    """

    day: date
    people: pl.DataFrame
    X: pl.DataFrame
    have_left: int = 0


@singledispatch
def population_of(
    loaded: Source | CrossSection,
    requested: date | None,
    today: date,
    folder: Path,
    settings: Settings,
    progress: Callable[[str], None],
) -> Population:
    """The people at risk on the requested snapshot date, by default the latest. A cross-section has no dates; it is
    dated with the end of the requested month, or of today's, and people who have left are not scored. Raises BadInput
    for a date that is not a snapshot date, and where everyone has left."""
    raise TypeError(type(loaded))


@population_of.register
def _(
    loaded: Source,
    requested: date | None,
    _today: date,
    folder: Path,
    settings: Settings,
    progress: Callable[[str], None],
) -> Population:
    day = _scoring_date(loaded, requested)
    table = pl.read_parquet(features_of(loaded, [day], folder, settings, progress)[day])
    people = table.select("employee_id").join(
        organisation(loaded, day), on="employee_id", how="left", maintain_order="left"
    )
    absent = [pl.lit(None).alias(column) for column in POST if column not in people.columns]
    with_post = people.with_columns(absent).select("employee_id", *POST)
    return Population(day, with_post, table.drop("employee_id", "snapshot_date"))


@population_of.register
def _(loaded: CrossSection, requested: date | None, today: date, *_: object) -> Population:
    """A cross-section has no posts: where a person works is known only as features."""
    if loaded.left.all():
        remedy = "Add the people who are still there to the query, or correct `left`."
        raise BadInput(Finding("everyone has left, so there is nobody to score", "cross_section", "left", 0, remedy))
    people = pl.DataFrame({"employee_id": loaded.employee_id.filter(~loaded.left)})
    people = people.with_columns(pl.lit(None).alias(name) for name in POST)
    have_left = int(loaded.left.sum())
    return Population(month_end(requested or today), people, loaded.frame.filter(~loaded.left), have_left)


def _scoring_date(source: Source, requested: date | None) -> date:
    known = snapshot_dates(source)
    day = requested or known[-1]
    if day not in known:
        remedy = f"Choose a month-end of {known[0]:%Y-%m} to {known[-1]:%Y-%m}."
        raise BadInput(Finding(f"{day} is not a snapshot date of this source", "source", "snapshot_date", 0, remedy))
    return day
