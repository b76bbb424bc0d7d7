"""The ledger of halts."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the ledger of halts, to which rows are only added."""
    op.create_table(
        "halt_ledger",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("reason", sa.Text),
        sqlite_autoincrement=True,
    )
    _make_append_only("halt_ledger", "the ledger of halts is append-only")


def _make_append_only(table: str, reason: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
            )
        last = f"(SELECT max(id) FROM {table})"  # noqa: S608 - names of our own
        op.execute(
            f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table} WHEN NEW.id <> -1 AND NEW.id <= {last} "
            f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuses_low_id AFTER INSERT ON {table} WHEN NEW.id < 1 "
            f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
        )
    else:
        op.execute(
            f"CREATE FUNCTION refuse_change_of_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{reason}'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_{table}()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refuses_change")
