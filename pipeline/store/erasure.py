"""Erasure: the one definition of what a person leaves behind in the store, and what becomes of each trace.

The audit is the ledger of erasures: its row of an erasure says who is gone and since when. A job that read the source
or the store before that row compares the two before it writes (`erased_since`), so it cannot bring the person back.
`erasure_of_files` has the traces outside the store.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Column, ColumnElement, Connection, delete, exists, func, select, update

from pipeline.store.groups.turnover_tables import TURNOVER_LINE
from pipeline.store.operations.tables import BRIEFING_CONFIRMATION, BRIEFING_MAIL, HALT_LEDGER, REMINDER
from pipeline.store.schema import (
    AUDIT,
    CONTEST,
    DELIVERY,
    DIRECTORY,
    EMPLOYMENT,
    GROUP_FIGURE,
    LIST_ANSWER,
    MODEL_LEDGER,
    PUBLICATION,
    ROLLOUT,
    SCORE,
)
from pipeline.store.seals import lawful_erasure
from pipeline.store.trials.tables import FIRST_OFFER, HELD_OUT, NOMINATED, NOMINATION

ERASED: Final = "erased"
"""The result in the audit's row of an erasure."""

NOBODY: Final = ""
"""Replaces the name of an erased person in a column that cannot be null."""


@dataclass(frozen=True)
class Trace:
    """A column that can hold the id of a person. `name` is its key in the proof.

    treatment: "delete" deletes the row; "clear" removes the name and leaves the row; "keep" leaves both, and the proof
    counts them. condition: the rows in which the column holds ids.
    """

    name: str
    column: Column[Any]
    treatment: Literal["delete", "clear", "keep"]
    condition: ColumnElement[bool] | None = None

    def of(self, employee_id: str) -> ColumnElement[bool]:
        """The rows that name the person."""
        is_named = self.column == employee_id
        return is_named if self.condition is None else is_named & self.condition


TRACES: Final = (
    Trace("score", SCORE.c.employee_id, "delete"),
    Trace("directory", DIRECTORY.c.employee_id, "delete"),
    Trace("employment", EMPLOYMENT.c.employee_id, "delete"),
    Trace("list_answer", LIST_ANSWER.c.employee_id, "delete"),
    Trace("contest", CONTEST.c.employee_id, "delete"),
    Trace("delivery", DELIVERY.c.manager_id, "delete"),
    Trace("reminder", REMINDER.c.manager_id, "delete"),
    Trace("briefing", BRIEFING_CONFIRMATION.c.manager_id, "delete"),
    Trace("briefing_mail", BRIEFING_MAIL.c.manager_id, "delete"),
    Trace("rollout", ROLLOUT.c.manager_id, "delete"),
    Trace("first_offer", FIRST_OFFER.c.employee_id, "delete"),
    Trace("held_out", HELD_OUT.c.employee_id, "delete"),
    Trace("nominated", NOMINATED.c.employee_id, "delete"),
    Trace("nomination", NOMINATION.c.manager_id, "delete"),
    Trace("nominated_by", NOMINATED.c.manager_id, "delete"),
    Trace("manager_figure", GROUP_FIGURE.c.value, "delete", GROUP_FIGURE.c.dimension == "manager"),
    Trace("turnover_line", TURNOVER_LINE.c.manager_id, "delete"),
    Trace("manager_of", SCORE.c.manager_id, "clear", SCORE.c.publication_id.in_(select(PUBLICATION.c.id))),  # by index
    Trace("manager_of_answer", LIST_ANSWER.c.manager_id, "clear"),
    Trace("manager_of_offer", FIRST_OFFER.c.manager_id, "clear"),
    Trace("manager_of_held_out", HELD_OUT.c.manager_id, "clear"),
    Trace("answered_by", LIST_ANSWER.c.who, "clear"),
    Trace("contested_by", CONTEST.c.who, "clear"),
    Trace("audit_about", AUDIT.c.whom, "keep"),
    Trace("audit_by", AUDIT.c.who, "keep"),
    Trace("model_ledger_by", MODEL_LEDGER.c.who, "keep"),
    Trace("halt_ledger_by", HALT_LEDGER.c.who, "keep"),
)
"""Every column of the store that can hold the id of a person. A test compares them with the schema, so that no new
column is forgotten. Rows are deleted before names are cleared."""


def leaves_traces(connection: Connection, employee_id: str) -> bool:
    """Whether the store holds anything about a person that erasure removes."""
    return any(
        connection.execute(select(exists().where(trace.of(employee_id)))).scalar_one()
        for trace in TRACES
        if trace.treatment != "keep"
    )


def was_erased(connection: Connection, employee_id: str) -> bool:
    """Whether a person was erased before."""
    row = exists().where(AUDIT.c.whom == employee_id, AUDIT.c.result == ERASED)
    return bool(connection.execute(select(row)).scalar_one())


def erase(connection: Connection, employee_id: str) -> dict[str, int]:
    """Remove a person from the store, on the connection of `Store.erasing`; returns the number of rows by trace.

    Scores of others stay without the name of their manager. Figures of groups of five or more people stay, because
    they reveal no one. What `kept` counts stays too. The publications are sealed again.
    """
    with lawful_erasure(connection, employee_id):
        return _erase(connection, employee_id)


def _erase(connection: Connection, employee_id: str) -> dict[str, int]:
    removed = {}
    for trace in TRACES:
        if trace.treatment == "delete":
            change: Any = delete(trace.column.table)
        elif trace.treatment == "clear":
            change = update(trace.column.table).values({trace.column: None if trace.column.nullable else NOBODY})
        else:
            continue
        removed[trace.name] = connection.execute(change.where(trace.of(employee_id))).rowcount
    return removed


def kept(connection: Connection, employee_id: str) -> dict[str, int]:
    """The number of rows by trace that still name a person: the audit and the ledgers, which cannot change."""
    return {
        trace.name: connection.execute(
            select(func.count()).select_from(trace.column.table).where(trace.of(employee_id))
        ).scalar_one()
        for trace in TRACES
        if trace.treatment == "keep"
    }


def last_audit_row(connection: Connection) -> int:
    """The number of the latest audit row: erasures after this moment have higher ones."""
    return int(connection.execute(select(func.max(AUDIT.c.id))).scalar() or 0)


def erased_since(connection: Connection, audit_row: int) -> set[str]:
    """The people who were erased after the moment at which `last_audit_row` was `audit_row`."""
    after = select(AUDIT.c.whom).where(AUDIT.c.id > audit_row, AUDIT.c.result == ERASED, AUDIT.c.whom.is_not(None))
    return set(connection.execute(after).scalars())
