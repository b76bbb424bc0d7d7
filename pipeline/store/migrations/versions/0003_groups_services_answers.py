"""Figures of groups and of services between departments; answers to the lists; contests."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create four tables. A month published earlier has no figures of groups until it is scored again."""
    _create_group_figure()
    _create_service_figure()
    _create_list_answer()
    _create_contest()
    op.create_index("ix_score_person", "score", ["employee_id"])


def _create_group_figure() -> None:
    op.create_table(
        "group_figure",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("publication_id", sa.Integer, sa.ForeignKey("publication.id"), nullable=False),
        sa.Column("dimension", sa.String, nullable=False),
        sa.Column("value", sa.String),
        sa.Column("people", sa.Integer),
        sa.Column("expected_exits", sa.Double),
        sa.Column("low", sa.Double),
        sa.Column("high", sa.Double),
        sa.Column("pay_log_odds", sa.Double),
        sa.Column("conditions_log_odds", sa.Double),
        sa.Column("relationships_log_odds", sa.Double),
        sa.Column("growth_log_odds", sa.Double),
        sa.Column("context_log_odds", sa.Double),
    )
    op.create_index("ix_group_figure", "group_figure", ["publication_id", "dimension"])


def _create_service_figure() -> None:
    op.create_table(
        "service_figure",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("publication_id", sa.Integer, sa.ForeignKey("publication.id"), nullable=False),
        sa.Column("client_department", sa.String, nullable=False),
        sa.Column("provider_department", sa.String, nullable=False),
        sa.Column("services", sa.Integer),
        sa.Column("rating", sa.Double),
        sa.Column("hours", sa.Double),
        sa.Column("balance", sa.Double),
        sa.Column("trend", sa.Double),
        sa.Column("risk", sa.Double),
        sa.Column("relationships_log_odds", sa.Double),
    )
    op.create_index("ix_service_figure", "service_figure", ["publication_id"])


def _create_list_answer() -> None:
    op.create_table(
        "list_answer",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("month", sa.String, nullable=False),
        sa.Column("employee_id", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("drivers", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_list_answer_person", "list_answer", ["employee_id"])
    op.create_index("ix_list_answer_month", "list_answer", ["source", "month"])


def _create_contest() -> None:
    op.create_table(
        "contest",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("employee_id", sa.String, nullable=False),
        sa.Column("ground", sa.String, nullable=False),
        sa.Column("feature", sa.String),
        sa.Column("statement", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contest_person", "contest", ["employee_id"])
