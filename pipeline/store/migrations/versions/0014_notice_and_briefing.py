"""Hire date and establishment of those at risk, confirmations of the briefing, and the mails that ask for one."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create three tables. `employment` is empty until the next publication."""
    op.create_table(
        "employment",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("employee_id", sa.String, primary_key=True),
        sa.Column("hire_date", sa.Date),
        sa.Column("department", sa.String),
        sa.Column("location", sa.String),
    )
    op.create_table(
        "briefing_confirmation",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("manager_id", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_briefing_manager", "briefing_confirmation", ["manager_id"])
    op.create_table(
        "briefing_mail",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("month", sa.String, primary_key=True),
        sa.Column("manager_id", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String),
    )
