"""People whom their manager answered about: those who have left or will leave are taken off the lists."""

from datetime import datetime

from sqlalchemy import Connection, and_, select

from features.calendar import month_end
from pipeline.identity.scopes import Scope
from pipeline.store.reading.heads import Published
from pipeline.store.reading.within import rows_of
from pipeline.store.schema import LIST_ANSWER, SCORE


def answered_as_left(
    connection: Connection, published: Published, scope: Scope | None, until: datetime | None = None
) -> set[str]:
    """Employee ids of the people who, by the last answer about them, have left or will leave.

    An answer holds for its month and the horizon after it, since anyone still there then has stayed, and only while
    the person reports to the same manager: a person with a new manager has stayed too. A later answer replaces it.
    With `until`, only earlier answers count.
    """
    first = f"{month_end(published.snapshot_date, -published.horizon_months):%Y-%m}"
    same_manager = and_(
        rows_of(published, scope),
        SCORE.c.employee_id == LIST_ANSWER.c.employee_id,
        SCORE.c.manager_id == LIST_ANSWER.c.manager_id,
    )
    answers = (
        select(LIST_ANSWER.c.employee_id, LIST_ANSWER.c.outcome)
        .join(SCORE, same_manager)
        .where(
            LIST_ANSWER.c.source == published.source,
            LIST_ANSWER.c.month >= first,
            LIST_ANSWER.c.month <= published.month,
        )
        .order_by(LIST_ANSWER.c.id)
    )
    if until is not None:
        answers = answers.where(LIST_ANSWER.c.at < until)
    last = {row.employee_id: row.outcome for row in connection.execute(answers)}
    return {employee_id for employee_id, outcome in last.items() if outcome == "left"}
