"""Scores and their factors: one person's, everyone's, and their course over the months."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection, String, bindparam, cast, func, null, select

from features.contract.vocabulary import CONTEXT, DRIVERS, Driver
from pipeline.identity.scopes import Scope
from pipeline.score_record import Factor, Score
from pipeline.store.groups.group_figures import EVERYONE
from pipeline.store.reading.heads import Published, newest_of_each_date
from pipeline.store.reading.within import includes, rows_of
from pipeline.store.schema import GROUP_FIGURE, PUBLICATION, SCORE

BATCH_PEOPLE: Final = 500
"""People per query of factors: databases limit the number of parameters."""


_ADDED: Final = pl.Struct({"index": pl.List(pl.Int64), "contribution": pl.List(pl.Float64)})
"""What is read of stored factors to sum them."""


@dataclass(frozen=True)
class Total:
    """All people scored on a snapshot date: their number and their expected exits, with a range of 95 %."""

    snapshot_date: date
    people: int
    expected_exits: float
    low: float
    high: float


SCORE_COLUMNS: Final = [SCORE.c[name] for name in Score.__dataclass_fields__]
_SCORE_OF: Final = select(*SCORE_COLUMNS, SCORE.c.factors).where(
    SCORE.c.publication_id == bindparam("publication"), SCORE.c.employee_id == bindparam("employee")
)
"""Built once, because building a statement takes longer than running it."""


def score_of(connection: Connection, published: Published, scope: Scope | None, employee_id: str) -> Score | None:
    """A person's score, or None if the person was not scored."""
    row = _score_row(connection, published, scope, employee_id)
    return Score(*row[:-1]) if row else None


def score_and_factors_of(
    connection: Connection, published: Published, scope: Scope | None, employee_id: str
) -> tuple[Score, list[Factor]] | None:
    """A person's score with its factors by feature name, or None if the person was not scored."""
    row = _score_row(connection, published, scope, employee_id)
    return (Score(*row[:-1]), _factors(row[-1], published.feature_drivers)) if row else None


def factors_of(
    connection: Connection, published: Published, scope: Scope | None, employee_ids: Sequence[str]
) -> Iterator[tuple[str, list[Factor]]]:
    """Each person's factors, by feature name."""
    for employee_id, text in _factor_texts(connection, published, scope, employee_ids):
        yield employee_id, _factors(text, published.feature_drivers)


def driver_sums(
    connection: Connection, published: Published, scope: Scope | None, employee_ids: Sequence[str]
) -> pl.DataFrame:
    """employee_id, and a column for each driver with the log-odds that it adds (`pipeline.score_record.driver_sums`):
    a row for each of these people who was scored, by id.
    """
    texts = pl.DataFrame(
        _factor_texts(connection, published, scope, employee_ids),
        schema={"employee_id": pl.String, "factors": pl.String},
        orient="row",
    ).sort("employee_id")
    drivers = pl.DataFrame(
        {"index": range(len(published.feature_drivers)), "driver": [driver for _, driver in published.feature_drivers]},
        schema={"index": pl.Int64, "driver": pl.String},
    )
    added = texts.select("employee_id", pl.col("factors").str.json_decode(_ADDED)).unnest("factors")
    by_feature = added.explode("index", "contribution").join(drivers, on="index", how="left", maintain_order="left")
    sums = (pl.col("contribution").filter(driver=name).sum().alias(name) for name in (*DRIVERS, CONTEXT))
    return by_feature.group_by("employee_id", maintain_order=True).agg(*sums)


def risks(connection: Connection, published: Published, scope: Scope | None) -> pl.DataFrame:
    """Everyone's employee_id and risk, in no order."""
    rows = connection.execute(select(SCORE.c.employee_id, SCORE.c.risk).where(rows_of(published, scope)))
    return pl.DataFrame(rows.all(), schema={"employee_id": pl.String, "risk": pl.Float64}, orient="row")


def risk_sums(
    connection: Connection, published: Published, scope: Scope | None, column: str | None
) -> list[tuple[str | None, int, float]]:
    """By a column of the post, or of all people (None): the group, the people scored, and the sum of their risks."""
    group = cast(SCORE.c[column], String) if column else cast(null(), String)
    sums = select(group, func.count(), func.sum(SCORE.c.risk)).where(rows_of(published, scope))
    rows = connection.execute(sums.group_by(SCORE.c[column]) if column else sums)
    return [(row[0], row[1], row[2] or 0.0) for row in rows]


def posts_and_risks(connection: Connection, published: Published, scope: Scope | None) -> pl.DataFrame:
    """employee_id, department, location, level, job, manager_id, risk, risk_3m, risk_6m and risk_12m."""
    post = [SCORE.c.department, SCORE.c.location, cast(SCORE.c.level, String).label("level"), SCORE.c.job]
    figures = [SCORE.c[name] for name in ("risk", "risk_3m", "risk_6m", "risk_12m")]
    columns = [SCORE.c.employee_id, *post, SCORE.c.manager_id, *figures]
    rows = connection.execute(select(*columns).where(rows_of(published, scope)).order_by(SCORE.c.employee_id))
    names = {each.name for each in figures}
    schema = {each.name: pl.Float64 if each.name in names else pl.String for each in columns}
    return pl.DataFrame(rows.all(), schema=schema, orient="row")


def course(
    connection: Connection, published: Published, scope: Scope | None, employee_id: str
) -> list[tuple[date, Score]]:
    """A person's score on each snapshot date of the publication's source, oldest first."""
    query = (
        select(PUBLICATION.c.snapshot_date, *SCORE_COLUMNS)
        .join(PUBLICATION, PUBLICATION.c.id == SCORE.c.publication_id)
        .where(SCORE.c.employee_id == employee_id, PUBLICATION.c.id.in_(newest_of_each_date(published.source)))
        .order_by(PUBLICATION.c.snapshot_date)
    )
    rows = connection.execute(query if scope is None else query.where(includes(scope, published.source, employee_id)))
    return [(row[0], Score(*row[1:])) for row in rows]


def totals(connection: Connection, source: str) -> list[Total]:
    """The published total of each snapshot date of a source, oldest first; suppressed ones are left out."""
    figures = [GROUP_FIGURE.c[name] for name in ("people", "expected_exits", "low", "high")]
    rows = connection.execute(
        select(PUBLICATION.c.snapshot_date, *figures)
        .join(PUBLICATION, PUBLICATION.c.id == GROUP_FIGURE.c.publication_id)
        .where(
            GROUP_FIGURE.c.dimension == EVERYONE,
            GROUP_FIGURE.c.people.is_not(None),
            PUBLICATION.c.id.in_(newest_of_each_date(source)),
        )
        .order_by(PUBLICATION.c.snapshot_date)
    )
    return [Total(*row) for row in rows]


def _score_row(
    connection: Connection, published: Published, scope: Scope | None, employee_id: str
) -> tuple[Any, ...] | None:
    """The columns of a score, followed by its factors as stored."""
    query = _SCORE_OF if scope is None else _SCORE_OF.where(includes(scope, published.source, employee_id))
    row = connection.execute(query, {"publication": published.id, "employee": employee_id}).first()
    return None if row is None else tuple(row)


def _factor_texts(
    connection: Connection, published: Published, scope: Scope | None, employee_ids: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Each person's factors as stored."""
    for start in range(0, len(employee_ids), BATCH_PEOPLE):
        people = employee_ids[start : start + BATCH_PEOPLE]
        query = select(SCORE.c.employee_id, SCORE.c.factors).where(
            rows_of(published, scope), SCORE.c.employee_id.in_(people)
        )
        yield from connection.execute(query)


def _factors(text: str, names: Sequence[tuple[str, Driver]]) -> list[Factor]:
    columns: dict[str, list[Any]] = json.loads(text)
    if not columns:
        return []
    rows = zip(columns["index"], columns["value"], columns["peer_value"], columns["contribution"], strict=True)
    return [Factor(*names[index], *figures) for index, *figures in rows]
