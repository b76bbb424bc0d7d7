"""The audit, page by page, and as a table."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement

from pipeline.store.audit.audit import page
from pipeline.store.reading import PublishedScores
from pipeline.store.schema import AUDIT
from serving.http.answers import Table
from serving.schemas.audit import AuditPage, AuditRow


def audit_page(
    scores: PublishedScores,
    equal: dict[str, str | None],
    since: datetime | None,
    until: datetime | None,
    cursor: int | None,
    size: int,
) -> AuditPage:
    """Up to `size` rows older than row `cursor`, newest first, whose columns equal `equal`."""
    rows = page(scores.connection, [*_equal(equal), *_between(since, until)], cursor, size + 1)
    return AuditPage(
        rows=[AuditRow(**vars(row)) for row in rows[:size]],
        next_cursor=rows[size - 1].id if len(rows) > size else None,
    )


def audit_table(shown: AuditPage) -> Table:
    """A page of the audit as a table."""
    return Table("audit", list(AuditRow.model_fields), _cells(shown.rows))


def _equal(wanted: dict[str, str | None]) -> Iterator[ColumnElement[bool]]:
    return (AUDIT.c[name] == value for name, value in wanted.items() if value is not None)


def _between(since: datetime | None, until: datetime | None) -> Iterator[ColumnElement[bool]]:
    if since is not None:
        yield AUDIT.c.at >= since
    if until is not None:
        yield AUDIT.c.at < until


def _cells(rows: list[AuditRow]) -> Iterator[list[Any]]:
    for row in rows:
        cells = vars(row) | {"at": row.at.isoformat()}
        yield [cells[name] for name in AuditRow.model_fields]
