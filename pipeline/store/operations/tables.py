"""The tables of the store about how the product is run: halts, settings, checkpoints of the audit, calls, reminders."""

from typing import Final

from sqlalchemy import JSON, Boolean, Column, Date, Index, Integer, String, Table, Text

from pipeline.store.schema import METADATA, Moment

HALT_LEDGER: Final = Table(
    "halt_ledger",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("event", String, nullable=False),
    Column("who", String, nullable=False),
    Column("role", String, nullable=False),
    Column("reason", Text),
    sqlite_autoincrement=True,
)
"""When the system was halted and resumed, by whom and why (`halts`); the newest row is the state.

Triggers refuse UPDATE, DELETE, TRUNCATE and REPLACE.
"""

SETTINGS_LEDGER: Final = Table(
    "settings_ledger",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("program", String, nullable=False),
    Column("command", String, nullable=False),
    Column("setting", String, nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("mark", String),
    Column("is_first", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
"""Which setting changed, when, from what to what (`pipeline.store.settings_ledger`), without secrets and addresses.

`mark`: a salted hash of a value that is not shown, by which a change is noticed. `is_first`: the value was recorded for
the first time, so that `before` is unknown. Triggers refuse UPDATE, DELETE, TRUNCATE and REPLACE.
"""

AUDIT_CHECKPOINT: Final = Table(
    "audit_checkpoint",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("until", Date, nullable=False),
    Column("last_id", Integer, nullable=False),
    Column("last_hash", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("first_sealed", Integer),
    Column("counts", JSON, nullable=False),
    Column("previous", String, nullable=False),
    Column("signature", String, nullable=False),
    sqlite_autoincrement=True,
)
"""Behind which rows of the audit were deleted at the end of their period (`pipeline.store.checkpoints`).

Triggers refuse UPDATE, DELETE, TRUNCATE and REPLACE.
"""


def _sent_once_a_month(name: str, to: str) -> Table:
    """The state of what is sent at most once a month (`lists.once_only`), for each value of the column `to`."""
    return Table(
        name,
        METADATA,
        *(Column(key, String, primary_key=True) for key in ("source", "month", to)),
        Column("state", String, nullable=False),
        Column("at", Moment, nullable=False),
        Column("reason", String),
    )


WEBHOOK_CALL: Final = _sent_once_a_month("webhook_call", "event")
"""The state of a month's call to the webhook (`lists.once_only`), without its address."""

REMINDER: Final = _sent_once_a_month("reminder", "manager_id")
"""The state of the reminder to a manager whose list had no answer (`lists.once_only`)."""

BRIEFING_CONFIRMATION: Final = Table(
    "briefing_confirmation",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("manager_id", String, nullable=False),
    Index("ix_briefing_manager", "manager_id"),
    sqlite_autoincrement=True,
)
"""When a manager confirmed the briefing (`briefings`). Rows are added; only erasure deletes them."""

BRIEFING_MAIL: Final = _sent_once_a_month("briefing_mail", "manager_id")
"""The state of a month's mail that asks a manager to read the briefing (`pipeline.lists.delivery.once_only`)."""

SAVED_PLAN: Final = Table(
    "saved_plan",
    METADATA,
    Column("source", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("asked", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)
"""A plan as it was asked for (`plans`), without its figures: they are computed when it is read."""

REVISION: Final = Table(
    "revision",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("mark", String, nullable=False),
    sqlite_autoincrement=True,
)
"""One row, whose random `mark` is replaced by every transaction that changes more than the audit (`revision`)."""
