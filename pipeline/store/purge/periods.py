"""Retention periods: `retention purge` deletes what is older than its period, but never the current month."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from features.calendar import month_end, month_index
from features.collaboration.sum_store import NEEDED_MONTHS, forget_before, months_before
from features.validated import stored_tables
from pipeline.dataset.workspace import clear_killed, sums_folders, tables_folders
from pipeline.settings import Settings
from pipeline.store.audit import audit
from pipeline.store.groups.turnover_tables import OUTLOOK, TURNOVER, TURNOVER_LINE
from pipeline.store.list_folders import delete_lists, forget_gone, list_folders
from pipeline.store.operations.tables import BRIEFING_MAIL, REMINDER, WEBHOOK_CALL
from pipeline.store.schema import (
    CONTEST,
    DELIVERY,
    DIRECTORY,
    EMPLOYMENT,
    GROUP_FIGURE,
    LIST_ANSWER,
    MONTH_STEP,
    PUBLICATION,
    SCORE,
    SERVICE_FIGURE,
)
from pipeline.store.seals import purged
from pipeline.store.store import Store
from pipeline.store.trials.tables import FIRST_OFFER, HELD_OUT, NOMINATED, NOMINATION

COMMAND: Final = "retention purge"


@dataclass(frozen=True)
class Purged:
    """What was or would be deleted: rows of each table, folders of lists, and months of sums of internal services.

    `lists_out_of_reach` is the number of folders, of any month, that were written elsewhere and that this process may
    not delete. `in_use` is the number of places that running jobs were using, where nothing was deleted.
    """

    scores_until: date
    answers_until: date
    sums_until: date
    rows: dict[str, int]
    list_folders: int
    lists_out_of_reach: int
    months_of_sums: int
    in_use: int


def purge(store: Store, settings: Settings, today: date, is_rehearsal: bool = False) -> Purged:
    """Delete months, answers and contests that are older than their retention period, and sums older than any window.

    With the sums go the ids of people whom no later sums are about, the validated tables that runs store for the next,
    and what killed runs left behind.

    The newest publication of each source stays at any age, because it is served. The names and addresses of a source go
    once its newest month is older than the scores' period, unless it is the source published last, whose lists name
    people still. An objection stays as long as a score
    of its person is stored: without it the person would be listed again. The audit has a period of its own
    (`audit_pruning`), and gets a row about the deletion.
    """
    scores_until = month_end(today, -settings.keep_scores_months)
    answers_until = month_end(today, -settings.keep_answers_months)
    sums_until = month_end(today, -NEEDED_MONTHS - 1)
    lists = list_folders(settings.var)
    old_lists = [folder for folder in lists.within_reach if _is_old(folder, scores_until)]
    old_sums = sum(len(months_before(sums, month_index(sums_until) + 1)) for sums in sums_folders(settings.var))
    in_use = 0
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
        in_use = _purge_files(settings.var, scores_until, sums_until)
        store.forget_deleted()
    return Purged(scores_until, answers_until, sums_until, rows, len(old_lists), lists.out_of_reach, old_sums, in_use)


def _purge_files(var: Path, scores_until: date, sums_until: date) -> int:
    """Delete old lists and sums, and what killed runs left behind; returns the number of places in use."""
    clear_killed(var)
    lists = delete_lists(var, lambda folder: _is_old(folder, scores_until))
    forget_gone(var)
    first = month_index(sums_until) + 1
    in_use = [not forget_before(folder, first) for folder in sums_folders(var)]
    in_use += [not stored_tables.forget(folder) for folder in tables_folders(var)]
    return lists.in_use + sum(in_use)


def _is_old(lists: Path, scores_until: date) -> bool:
    return lists.name <= f"{scores_until:%Y-%m}"


def _expired(
    connection: Connection, scores_until: date, answers_until: date
) -> list[tuple[Table, ColumnElement[bool]]]:
    """Each table with the condition of its expired rows; rows that reference a publication before the publication."""
    newest = select(func.max(PUBLICATION.c.snapshot_date)).where(PUBLICATION.c.source == _OTHER.c.source)
    is_old = (_OTHER.c.snapshot_date <= scores_until) & (_OTHER.c.snapshot_date < newest.scalar_subquery())
    old = list(connection.execute(select(_OTHER.c.id).where(is_old)).scalars())
    end_of_day = datetime.combine(answers_until, time.max, UTC)
    still_scored = select(SCORE.c.employee_id).where(SCORE.c.publication_id.not_in(old))
    in_use = _sources_in_use(connection, scores_until)
    is_needed = (CONTEST.c.ground == "objection") & CONTEST.c.employee_id.in_(still_scored)
    return [
        *((table, table.c.source.not_in(in_use)) for table in (DIRECTORY, EMPLOYMENT)),
        *((table, table.c.publication_id.in_(old)) for table in (SCORE, GROUP_FIGURE, SERVICE_FIGURE)),
        (PUBLICATION, PUBLICATION.c.id.in_(old)),
        *((table, table.c.at <= end_of_day) for table in _RECORDED),
        (CONTEST, (CONTEST.c.at <= end_of_day) & ~is_needed),
        *((table, table.c.month <= f"{scores_until:%Y-%m}") for table in _BY_MONTH),
        *((table, _is_old_beside(newest, table, scores_until)) for table, newest in _SERVED_AT_ANY_AGE),
    ]


_RECORDED: Final = (LIST_ANSWER, FIRST_OFFER, HELD_OUT, NOMINATED, NOMINATION)
"""What lists and trials recorded; it goes at the end of the answers' period."""


def _is_old_beside(served: Table, table: Table, scores_until: date) -> ColumnElement[bool]:
    """The newest month of a source in `served` stays at any age, because it is served."""
    other = served.alias("other_month")
    newest = select(func.max(other.c.month)).where(other.c.source == table.c.source).scalar_subquery()
    return (table.c.month <= f"{scores_until:%Y-%m}") & (table.c.month < newest)


def _sources_in_use(connection: Connection, scores_until: date) -> list[str]:
    """The source published last, and those with a month that is not older than the period."""
    last = select(PUBLICATION.c.source).order_by(PUBLICATION.c.id.desc()).limit(1)
    recent = select(PUBLICATION.c.source).where(PUBLICATION.c.snapshot_date > scores_until)
    return sorted({*connection.execute(last).scalars(), *connection.execute(recent).scalars()})


_BY_MONTH: Final = (BRIEFING_MAIL, DELIVERY, REMINDER, WEBHOOK_CALL, MONTH_STEP)
_SERVED_AT_ANY_AGE: Final = ((TURNOVER_LINE, TURNOVER), (TURNOVER, TURNOVER), (OUTLOOK, OUTLOOK))
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
