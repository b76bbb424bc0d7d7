"""The ledger of models: when each version served, who promoted it and why."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the ledger, and the triggers that make it append-only."""
    op.create_table(
        "model_ledger",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("replaces", sa.String),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("run_id", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("gate", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_model_ledger_version", "model_ledger", ["version"])
    _make_append_only()


def _make_append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER model_ledger_refuses_{event.lower()} BEFORE {event} ON model_ledger "
                "BEGIN SELECT RAISE(ABORT, 'the ledger of models is append-only'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION refuse_change_of_model_ledger() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the ledger of models is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER model_ledger_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON model_ledger "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_model_ledger()"
        )
