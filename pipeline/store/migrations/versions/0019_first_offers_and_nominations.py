"""First offers, the action that an answer records, and whom managers nominate before they read a list."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create three tables and a column; earlier answers record no action."""
    op.create_table(
        "first_offer",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("employee_id", sa.String, primary_key=True),
        sa.Column("manager_id", sa.String, nullable=False),
        sa.Column("month", sa.String, nullable=False),
        sa.Column("driver", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_first_offer_manager", "first_offer", ["manager_id"])
    op.create_table(
        "nomination",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("month", sa.String, primary_key=True),
        sa.Column("manager_id", sa.String, primary_key=True),
        sa.Column("is_skipped", sa.Boolean, nullable=False),
        sa.Column("is_before_list", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "nominated",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("month", sa.String, primary_key=True),
        sa.Column("employee_id", sa.String, primary_key=True),
        sa.Column("manager_id", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_nominated_manager", "nominated", ["manager_id"])
    op.add_column("list_answer", sa.Column("action", sa.String))
