"""Who is scored, and with which features: those at risk on a snapshot date, or in a cross-section those still there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import singledispatch
from pathlib import Path
from typing import Final, Self

import polars as pl

from features.build import hire_dates, organisation
from features.calendar import month_end
from features.errors import BadInput, Finding
from features.known.snapshots import snapshot_dates
from features.source import CrossSection, Source
from pipeline.dataset.features_of import features_of
from pipeline.informed import WHERE_AND_SINCE
from pipeline.settings import Settings

POST: Final = ("department", "level", "job", "location", "manager_id")


@dataclass(frozen=True)
class Population:
    """`people` (employee_id and `POST`) and their features `X`, aligned, on a day.

    employment: `informed.WHERE_AND_SINCE` of the same people.
    have_left: the number of people of a cross-section who have left, and so are not among them.
    """

    day: date
    people: pl.DataFrame
    X: pl.DataFrame
    employment: pl.DataFrame
    have_left: int = 0

    def without(self, left_out: pl.DataFrame) -> Self:
        """The population without the people in `left_out`, whose employment stays: it is that of everyone at risk."""
        is_in = ~self.people["employee_id"].is_in(left_out["employee_id"].implode())
        return replace(self, people=self.people.filter(is_in), X=self.X.filter(is_in))


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
    posts = organisation(loaded, day)
    people = table.select("employee_id").join(posts, on="employee_id", how="left", maintain_order="left")
    absent = [pl.lit(None).alias(column) for column in POST if column not in people.columns]
    with_post = people.with_columns(absent).select("employee_id", *POST)
    return Population(day, with_post, table.drop("employee_id", "snapshot_date"), _with_hires(posts, loaded, day))


@population_of.register
def _(loaded: CrossSection, requested: date | None, today: date, *_: object) -> Population:
    """A cross-section has no posts: where a person works is known only as features."""
    if loaded.left.all():
        remedy = "Add the people who are still there to the query, or correct `left`."
        raise BadInput(Finding("everyone has left, so there is nobody to score", "cross_section", "left", 0, remedy))
    people = pl.DataFrame({"employee_id": loaded.employee_id.filter(~loaded.left)})
    people = people.with_columns(pl.lit(None).alias(name) for name in POST)
    have_left = int(loaded.left.sum())
    day, X = month_end(requested or today), loaded.frame.filter(~loaded.left)
    return Population(day, people, X, employment_of(loaded, day), have_left)


@singledispatch
def employment_of(loaded: Source | CrossSection, day: date) -> pl.DataFrame:
    """`informed.WHERE_AND_SINCE` of everyone at risk on a day; only the ids are known in a cross-section."""
    raise TypeError(type(loaded))


@employment_of.register
def _(loaded: Source, day: date) -> pl.DataFrame:
    return _with_hires(organisation(loaded, day), loaded, day)


@employment_of.register
def _(loaded: CrossSection, day: date) -> pl.DataFrame:
    unknown = {name: pl.lit(None) for name in WHERE_AND_SINCE if name != "employee_id"}
    return _typed(pl.DataFrame({"employee_id": loaded.employee_id.filter(~loaded.left)}).with_columns(**unknown))


def _with_hires(posts: pl.DataFrame, loaded: Source, day: date) -> pl.DataFrame:
    return _typed(posts.join(hire_dates(loaded, day), on="employee_id", how="left"))


def _typed(people: pl.DataFrame) -> pl.DataFrame:
    return people.select(pl.col(name).cast(kind) for name, kind in WHERE_AND_SINCE.items())


def _scoring_date(source: Source, requested: date | None) -> date:
    known = snapshot_dates(source)
    day = requested or known[-1]
    if day not in known:
        remedy = f"Choose a month-end of {known[0]:%Y-%m} to {known[-1]:%Y-%m}."
        raise BadInput(Finding(f"{day} is not a snapshot date of this source", "source", "snapshot_date", 0, remedy))
    return day
