"""Retention periods: `retention purge` deletes what is older than its period, but never the current month."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from features.calendar import month_end
from pipeline.settings import Settings
from pipeline.store import audit
from pipeline.store.list_folders import delete_folder, forget_gone, list_folders
from pipeline.store.schema import (
    CONTEST,
    DELIVERY,
    GROUP_FIGURE,
    LIST_ANSWER,
    MONTH_STEP,
    PUBLICATION,
    SCORE,
    SERVICE_FIGURE,
)
from pipeline.store.seals import purged
from pipeline.store.store import Store

COMMAND: Final = "retention purge"


@dataclass(frozen=True)
class Purged:
    """What was or would be deleted: rows of each table, and folders of lists.

    `lists_out_of_reach` is the number of folders, of any month, that were written elsewhere and that this process may
    not delete.
    """

    scores_until: date
    answers_until: date
    rows: dict[str, int]
    list_folders: int
    lists_out_of_reach: int


def purge(store: Store, settings: Settings, today: date, is_rehearsal: bool = False) -> Purged:
    """Delete months, answers and contests that are older than their retention period.

    The newest publication of each source stays at any age, because it is served. An objection stays as long as a score
    of its person is stored: without it the person would be listed again. The audit stays as the proof of who saw what,
    and gets a row about the deletion.
    """
    scores_until = month_end(today, -settings.keep_scores_months)
    answers_until = month_end(today, -settings.keep_answers_months)
    lists = list_folders(settings.var)
    old_lists = [folder for folder in lists.within_reach if folder.name <= f"{scores_until:%Y-%m}"]
    with store.changing() as connection:
        expired = _expired(connection, scores_until, answers_until)
        rows = {table.name: _count(connection, table, condition) for table, condition in expired}
        if not is_rehearsal:
            old = connection.execute(select(PUBLICATION.c.id).where(dict(expired)[PUBLICATION])).scalars().all()
            seals = purged(connection, old, COMMAND)
            for table, condition in expired:
                connection.execute(delete(table).where(condition))
            audit.append(connection, [_audit_row(), *seals])
    if not is_rehearsal:
        for folder in old_lists:
            delete_folder(settings.var, folder)
        forget_gone(settings.var)
        store.forget_deleted()
    return Purged(scores_until, answers_until, rows, len(old_lists), lists.out_of_reach)


def _expired(
    connection: Connection, scores_until: date, answers_until: date
) -> list[tuple[Table, ColumnElement[bool]]]:
    """Each table with the condition of its expired rows; rows that reference a publication before the publication."""
    newest = select(func.max(PUBLICATION.c.snapshot_date)).where(PUBLICATION.c.source == _OTHER.c.source)
    is_old = (_OTHER.c.snapshot_date <= scores_until) & (_OTHER.c.snapshot_date < newest.scalar_subquery())
    old = list(connection.execute(select(_OTHER.c.id).where(is_old)).scalars())
    end_of_day = datetime.combine(answers_until, time.max, UTC)
    still_scored = select(SCORE.c.employee_id).where(SCORE.c.publication_id.not_in(old))
    is_needed = (CONTEST.c.ground == "objection") & CONTEST.c.employee_id.in_(still_scored)
    return [
        *((table, table.c.publication_id.in_(old)) for table in (SCORE, GROUP_FIGURE, SERVICE_FIGURE)),
        (PUBLICATION, PUBLICATION.c.id.in_(old)),
        (LIST_ANSWER, LIST_ANSWER.c.at <= end_of_day),
        (CONTEST, (CONTEST.c.at <= end_of_day) & ~is_needed),
        *((table, table.c.month <= f"{scores_until:%Y-%m}") for table in (DELIVERY, MONTH_STEP)),
    ]


_OTHER: Final = PUBLICATION.alias("other")


def _count(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(condition)).scalar_one())


def _audit_row() -> audit.AuditEntry:
    return audit.AuditEntry(
        at=datetime.now(UTC),
        request_id=uuid4().hex,
        who=COMMAND,
        role="operator",
        what=COMMAND,
        whom=None,
        purpose=None,
        result="purged",
    )
