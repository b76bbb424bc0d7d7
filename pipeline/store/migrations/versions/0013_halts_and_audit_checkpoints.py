"""The ledger of halts, checkpoints behind which old rows of the audit may be deleted, webhook calls and reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create four tables; to two of them rows are only added. The audit's rows can go up to the last checkpoint."""
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
    op.create_table(
        "audit_checkpoint",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("last_id", sa.Integer, nullable=False),
        sa.Column("last_hash", sa.String, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("first_sealed", sa.Integer),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("signature", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    _make_append_only("audit_checkpoint", "checkpoints of the audit are append-only")
    _allow_deletion_up_to_a_checkpoint()
    for table, third in (("webhook_call", "event"), ("reminder", "manager_id")):
        op.create_table(
            table,
            sa.Column("source", sa.String, primary_key=True),
            sa.Column("month", sa.String, primary_key=True),
            sa.Column(third, sa.String, primary_key=True),
            sa.Column("state", sa.String, nullable=False),
            sa.Column("at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("reason", sa.String),
        )


def _allow_deletion_up_to_a_checkpoint() -> None:
    """A checkpoint that nobody signed does not pass the verification of the chain.

    PostgreSQL: the table is named with its schema, because a temporary table would be found first.
    """
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_refuses_delete")
        op.execute(
            "CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit "
            "WHEN OLD.id > (SELECT coalesce(max(last_id), 0) FROM audit_checkpoint) "
            "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
        )
        return
    op.execute("DROP TRIGGER audit_refuses_change ON audit")
    op.execute(
        "CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()"
    )
    op.execute(
        "CREATE FUNCTION refuse_deletion_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "DECLARE last integer; BEGIN "
        "EXECUTE format('SELECT coalesce(max(last_id), 0) FROM %I.audit_checkpoint', TG_TABLE_SCHEMA) INTO last; "
        "IF OLD.id > last THEN RAISE EXCEPTION 'the audit is append-only'; END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION refuse_deletion_of_audit()"
    )
    for name in ("change", "delete"):
        op.execute(f"ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_refuses_{name}")


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
