"""Withdrawn people: taken off the lists by their own objection, or by an answer that they have left or will leave."""

from datetime import date

from sqlalchemy import Connection, select

from features.calendar import month_end
from pipeline.store.schema import CONTEST, LIST_ANSWER


def withdrawn(connection: Connection, source: str, snapshot_date: date, horizon_months: int) -> set[str]:
    """Employee ids of the people who are on no list of the snapshot date.

    An objection holds as long as a score of the person is stored (`retention purge` leaves it until then). An answer
    that a person has left holds for its month and the horizon after it, since anyone still there then has stayed. A
    later answer replaces it.
    """
    objected = connection.execute(select(CONTEST.c.employee_id).where(CONTEST.c.ground == "objection")).scalars()
    first = f"{month_end(snapshot_date, -horizon_months):%Y-%m}"
    answers = connection.execute(
        select(LIST_ANSWER.c.employee_id, LIST_ANSWER.c.outcome)
        .where(
            LIST_ANSWER.c.source == source,
            LIST_ANSWER.c.month >= first,
            LIST_ANSWER.c.month <= f"{snapshot_date:%Y-%m}",
        )
        .order_by(LIST_ANSWER.c.id)
    )
    last = {row.employee_id: row.outcome for row in answers}
    return {*objected, *(employee_id for employee_id, outcome in last.items() if outcome == "left")}
