"""What readers have already seen of a snapshot date, before it is published again."""

from datetime import date

import polars as pl
from sqlalchemy import Connection, select

from pipeline.store.group_figures import DIMENSIONS, shown_members
from pipeline.store.schema import GROUP_FIGURE, PUBLICATION, SCORE


def shown_before(connection: Connection, source: str, snapshot_date: date) -> list[pl.DataFrame]:
    """`group_figures.shown_members` of each earlier publication of the date, oldest first."""
    numbers = connection.execute(
        select(PUBLICATION.c.id)
        .where(PUBLICATION.c.source == source, PUBLICATION.c.snapshot_date == snapshot_date)
        .order_by(PUBLICATION.c.id)
    ).scalars()
    return [_members(connection, number) for number in numbers.all()]


def _members(connection: Connection, number: int) -> pl.DataFrame:
    columns = [SCORE.c[name] for name in ("employee_id", "department", "location", "level", "manager_id")]
    rows = connection.execute(select(*columns).where(SCORE.c.publication_id == number)).all()
    schema = {column.name: pl.Int64 if column.name == "level" else pl.String for column in columns}
    figures = select(GROUP_FIGURE.c.dimension, GROUP_FIGURE.c.value).where(
        GROUP_FIGURE.c.publication_id == number, GROUP_FIGURE.c.people.is_not(None)
    )
    shown: dict[str, set[str | None]] = {name: set() for name in DIMENSIONS}
    for dimension, value in connection.execute(figures):
        shown[dimension].add(value)
    return shown_members(pl.DataFrame(rows, schema=schema, orient="row"), shown)
