"""Published scores and the append-only audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the three tables, and the triggers that make the audit append-only."""
    _create_publication()
    _create_score()
    _create_audit()
    _make_audit_append_only()


def _create_publication() -> None:
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("snapshot_date", sa.Date, nullable=False),
        sa.Column("model_version", sa.String, nullable=False),
        sa.Column("horizon_months", sa.Integer, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("mean_risk", sa.Double, nullable=False),
        sa.Column("features", sa.JSON, nullable=False),
        sa.Column("manifest", sa.JSON, nullable=False),
        sa.Column("content_hash", sa.String, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_publication_month", "publication", ["source", "snapshot_date"])


def _create_score() -> None:
    op.create_table(
        "score",
        sa.Column("publication_id", sa.Integer, sa.ForeignKey("publication.id"), primary_key=True),
        sa.Column("employee_id", sa.String, primary_key=True),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("risk", sa.Double, nullable=False),
        sa.Column("risk_3m", sa.Double),
        sa.Column("risk_6m", sa.Double),
        sa.Column("risk_12m", sa.Double),
        sa.Column("risk_low", sa.Double),
        sa.Column("risk_high", sa.Double),
        sa.Column("evidence", sa.String, nullable=False),
        sa.Column("base_log_odds", sa.Double, nullable=False),
        sa.Column("log_odds", sa.Double, nullable=False),
        sa.Column("department", sa.String),
        sa.Column("level", sa.Integer),
        sa.Column("job", sa.String),
        sa.Column("location", sa.String),
        sa.Column("manager_id", sa.String),
        sa.Column("factors", sa.Text, nullable=False),
    )
    op.create_index("ix_score_rank", "score", ["publication_id", "rank"], unique=True)
    op.create_index("ix_score_manager", "score", ["publication_id", "manager_id"])


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("whom", sa.String),
        sa.Column("purpose", sa.String),
        sa.Column("result", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_whom", "audit", ["whom", "id"])


def _make_audit_append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_refuses_{event.lower()} BEFORE {event} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()"
        )
