"""Writing a publication into the store, on the connection of one transaction."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import polars as pl
from sqlalchemy import Connection, Table, delete, func, insert, select

from pipeline.data_counts import DataCheck
from pipeline.informed import WHERE_AND_SINCE
from pipeline.store import seals
from pipeline.store.audit import audit
from pipeline.store.audit.audit import AuditEntry
from pipeline.store.operations.halts import require_running
from pipeline.store.publication import Publication, rows_in_batches
from pipeline.store.reading.directory import searched
from pipeline.store.schema import DIRECTORY, EMPLOYMENT, GROUP_FIGURE, PUBLICATION, SCORE, SERVICE_FIGURE

COMMAND: Final = "retention score"


def write(
    connection: Connection,
    publication: Publication,
    scores: pl.DataFrame,
    groups: Sequence[dict[str, Any]],
    services: Sequence[dict[str, Any]],
    fingerprint: str,
) -> int:
    """Write the `ranked` scores, their factors and the figures of groups and services; returns the publication's id.

    Scores that are already served for that date are not written again; their id is returned. The audit gets the seal in
    the same transaction, and a row about scores that are published despite refusals. Directory and employments are
    replaced. Raises Halted as soon as somebody halts the system.
    """
    _replace_directory(connection, publication)
    _replace_employment(connection, publication)
    if _served(connection, publication) == (publication.model_version, fingerprint):
        return _last_id(connection, publication)
    number = _insert_head(connection, publication, scores["risk"].mean(), fingerprint)
    for batch in rows_in_batches(publication, scores):
        require_running(connection)
        _insert(connection, SCORE, number, batch.to_dicts())
    _insert(connection, GROUP_FIGURE, number, groups)
    _insert(connection, SERVICE_FIGURE, number, services)
    if publication.data_check and publication.data_check.despite:
        audit.add(connection, [_override(publication.data_check)])
    seals.seal(connection, number, COMMAND)
    return number


def _replace_directory(connection: Connection, publication: Publication) -> None:
    connection.execute(delete(DIRECTORY).where(DIRECTORY.c.source == publication.source))
    if publication.directory is None or publication.directory.is_empty():
        return
    rows = [
        entry | {"source": publication.source, "searched": searched(entry["name"], entry["employee_id"])}
        for entry in publication.directory.iter_rows(named=True)
    ]
    connection.execute(insert(DIRECTORY), rows)


def _replace_employment(connection: Connection, publication: Publication) -> None:
    """Replace it, unless a later month is published: an earlier one holds nobody hired since."""
    dates = select(func.max(PUBLICATION.c.snapshot_date)).where(PUBLICATION.c.source == publication.source)
    newest = connection.execute(dates).scalar()
    if newest is not None and publication.snapshot_date < newest:
        return
    connection.execute(delete(EMPLOYMENT).where(EMPLOYMENT.c.source == publication.source))
    if publication.employment is None or publication.employment.is_empty():
        return
    people = publication.employment.select(*WHERE_AND_SINCE)
    rows = [person | {"source": publication.source} for person in people.iter_rows(named=True)]
    connection.execute(insert(EMPLOYMENT), rows)


def _override(check: DataCheck) -> AuditEntry:
    """The audit row of a publication despite refusals; its purpose is the reason that was given."""
    return AuditEntry(
        at=datetime.now(UTC),
        request_id=uuid4().hex,
        who=check.who or "",
        role="operator",
        what=f"{COMMAND} --despite",
        whom=None,
        purpose=check.despite,
        result="published",
    )


def _served(connection: Connection, publication: Publication) -> tuple[str, str] | None:
    """Model version and hash of what is served for the date; None if another source is served."""
    source = connection.execute(select(PUBLICATION.c.source).order_by(PUBLICATION.c.id.desc()).limit(1)).scalar()
    if source != publication.source:
        return None
    row = connection.execute(
        select(PUBLICATION.c.model_version, PUBLICATION.c.content_hash).where(
            PUBLICATION.c.id == _last_id(connection, publication)
        )
    ).first()
    return (row[0], row[1]) if row else None


def _last_id(connection: Connection, publication: Publication) -> int:
    newest = connection.execute(
        select(PUBLICATION.c.id)
        .where(PUBLICATION.c.source == publication.source, PUBLICATION.c.snapshot_date == publication.snapshot_date)
        .order_by(PUBLICATION.c.id.desc())
        .limit(1)
    ).scalar()
    return int(newest or 0)


def _insert(connection: Connection, table: Table, number: int, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), [row | {"publication_id": number} for row in rows])


def _insert_head(connection: Connection, publication: Publication, mean_risk: Any, fingerprint: str) -> int:
    number = connection.execute(
        insert(PUBLICATION)
        .values(
            source=publication.source,
            snapshot_date=publication.snapshot_date,
            model_version=publication.model_version,
            horizon_months=publication.horizon_months,
            people=publication.scores.height,
            mean_risk=mean_risk,
            features=publication.features(),
            manifest={key: value for key, value in publication.manifest.items() if key != "features"},
            content_hash=fingerprint,
            data_check=publication.data_check and publication.data_check.as_dict(),
        )
        .returning(PUBLICATION.c.id)
    ).scalar_one()
    return int(number)
