"""Seals of publications, tokens of the embedded issuer, and append-only tables that REPLACE cannot change."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three columns, a table and triggers. Months published earlier have no seal until they are scored again."""
    op.add_column("publication", sa.Column("rows_sum", sa.Text))
    op.add_column("audit", sa.Column("publication_id", sa.Integer))
    op.add_column("audit", sa.Column("rows_hash", sa.String))
    is_seal = sa.text("publication_id IS NOT NULL")
    op.create_index("ix_audit_publication", "audit", ["publication_id"], sqlite_where=is_seal, postgresql_where=is_seal)
    op.create_table(
        "embedded_token",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("role", sa.String),
        sa.Column("subject_mark", sa.String),
        sa.Column("issued_at", sa.DateTime(timezone=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )
    _refuse_replacing("audit", "the audit is append-only")
    _refuse_replacing("model_ledger", "the ledger of models is append-only")


def _refuse_replacing(table: str, reason: str) -> None:
    """SQLite: REPLACE deletes a row without its trigger, so a row must come after all others.

    A BEFORE trigger sees -1 for an id that SQLite will choose; the AFTER trigger sees the id itself. PostgreSQL: the
    triggers also fire for a session that calls itself a replica.
    """
    if op.get_bind().dialect.name == "sqlite":
        last = f"(SELECT max(id) FROM {table})"  # noqa: S608 - two names of our own
        op.execute(
            f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table} WHEN NEW.id <> -1 AND NEW.id <= {last} "
            f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_refuses_low_id AFTER INSERT ON {table} WHEN NEW.id < 1 "
            f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
        )
    else:
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refuses_change")
