"""The ledger of settings: which setting changed, when, from what to what."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_REASON = "the ledger of settings is append-only"


def upgrade() -> None:
    """Create the table, to which rows are only added."""
    op.create_table(
        "settings_ledger",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("program", sa.String, nullable=False),
        sa.Column("command", sa.String, nullable=False),
        sa.Column("setting", sa.String, nullable=False),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
        sa.Column("mark", sa.String),
        sa.Column("is_first", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        _guard_on_sqlite()
    else:
        _guard_on_postgresql()


def _guard_on_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REASON}'); END"
    for event in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER settings_ledger_refuses_{event.lower()} BEFORE {event} ON settings_ledger {refuse}")
    last = "(SELECT max(id) FROM settings_ledger)"
    op.execute(
        "CREATE TRIGGER settings_ledger_refuses_replace BEFORE INSERT ON settings_ledger "
        f"WHEN NEW.id <> -1 AND NEW.id <= {last} {refuse}"
    )
    op.execute(
        f"CREATE TRIGGER settings_ledger_refuses_low_id AFTER INSERT ON settings_ledger WHEN NEW.id < 1 {refuse}"
    )


def _guard_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change_of_settings_ledger() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REASON}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER settings_ledger_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON settings_ledger "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_settings_ledger()"
    )
    op.execute("ALTER TABLE settings_ledger ENABLE ALWAYS TRIGGER settings_ledger_refuses_change")
