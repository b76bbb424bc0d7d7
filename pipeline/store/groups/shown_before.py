"""What readers have already seen of a snapshot date, before it is published again, and what they may see now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from features.collaboration.department_services import KEY
from pipeline.disclosure import Pair, ServicesBefore, incomparable_pairs, pairs_that_carry
from pipeline.store.groups.group_figures import DIMENSIONS, EVERYONE, shown_members
from pipeline.store.publication import Publication, service_rows
from pipeline.store.schema import GROUP_FIGURE, PUBLICATION, SCORE, SERVICE_FIGURE


@dataclass(frozen=True)
class ShownBefore:
    """An earlier publication of a date. members: `group_figures.shown_members`. is_carrying: a pair of departments
    carried a risk."""

    members: pl.DataFrame
    services: ServicesBefore
    is_carrying: bool


def shown_before(connection: Connection, source: str, snapshot_date: date) -> list[ShownBefore]:
    """Each earlier publication of the date, oldest first."""
    numbers = connection.execute(
        select(PUBLICATION.c.id)
        .where(PUBLICATION.c.source == source, PUBLICATION.c.snapshot_date == snapshot_date)
        .order_by(PUBLICATION.c.id)
    ).scalars()
    return [_shown(connection, number) for number in numbers.all()]


def services_to_show(
    publication: Publication, scores: pl.DataFrame, groups: pl.DataFrame, before: Sequence[ShownBefore]
) -> list[dict[str, Any]]:
    """The rows of services between departments that may be shown, beside the figures of groups and of `before`.

    Where the date was published before, no pair carries its clients' risk: how often each asked then is not stored.
    """
    if publication.services is None:
        return []
    departments = _departments(scores)
    numbers = {
        (client, provider): number for client, provider, number in publication.services.select(*KEY, "services").rows()
    }
    hidden = incomparable_pairs(numbers, departments, [each.services for each in before])
    if before:
        return service_rows(publication, hidden, carrying=())
    shown = [_pair(row) for row in service_rows(publication, hidden) if row["services"] is not None]
    return service_rows(publication, hidden, _carrying(publication, shown, scores, groups))


def _carrying(
    publication: Publication, shown: Collection[Pair], scores: pl.DataFrame, groups: pl.DataFrame
) -> set[Pair] | None:
    if publication.askers is None:
        return None
    pairs = pl.DataFrame(list(shown), schema=dict.fromkeys(KEY, pl.String), orient="row")
    askers = publication.askers.join(pairs, on=KEY, how="semi")
    members = _members(scores, groups).rename({"department": "shown department"})
    return pairs_that_carry(askers, members.join(scores.select("department", person="employee_id"), on="person"))


def _pair(row: Mapping[str, Any]) -> Pair:
    client, provider = (row[name] for name in KEY)
    return client, provider


def _members(scores: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """The shown groups of each person in this publication."""
    shown = groups.filter(pl.col("people").is_not_null())
    return shown_members(
        scores, {name: shown.filter(dimension=name)["value"].to_list() for name in (EVERYONE, *DIMENSIONS)}
    )


def _departments(scores: pl.DataFrame) -> Mapping[str, frozenset[str]]:
    parts = scores.drop_nulls("department").group_by("department").agg("employee_id")
    return {name: frozenset(people) for name, people in parts.rows()}


def _shown(connection: Connection, number: int) -> ShownBefore:
    columns = [SCORE.c[name] for name in ("employee_id", "department", "location", "level", "manager_id")]
    rows = connection.execute(select(*columns).where(SCORE.c.publication_id == number)).all()
    schema = {column.name: pl.Int64 if column.name == "level" else pl.String for column in columns}
    figures = select(GROUP_FIGURE.c.dimension, GROUP_FIGURE.c.value).where(
        GROUP_FIGURE.c.publication_id == number, GROUP_FIGURE.c.people.is_not(None)
    )
    shown: dict[str, set[str | None]] = {name: set() for name in (EVERYONE, *DIMENSIONS)}
    for dimension, value in connection.execute(figures):
        shown[dimension].add(value)
    scores = pl.DataFrame(rows, schema=schema, orient="row")
    names = (*KEY, "services", "risk")
    pairs = select(*(SERVICE_FIGURE.c[name] for name in names)).where(
        SERVICE_FIGURE.c.publication_id == number, SERVICE_FIGURE.c.services.is_not(None)
    )
    found = connection.execute(pairs).all()
    services = {(client, provider): services for client, provider, services, _ in found}
    is_carrying = any(risk is not None for *_, risk in found)
    return ShownBefore(shown_members(scores, shown), ServicesBefore(_departments(scores), services), is_carrying)
