"""Deliveries, the roll-out, the finished steps of a month, and why an answer disagrees."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create three tables and a column. Lists of earlier months count as never sent."""
    op.create_table(
        "delivery",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("month", sa.String, primary_key=True),
        sa.Column("manager_id", sa.String, primary_key=True),
        sa.Column("list_hash", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String),
    )
    op.create_table(
        "rollout",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("manager_id", sa.String, primary_key=True),
        sa.Column("gets_lists", sa.Boolean, nullable=False),
        sa.Column("stratum", sa.String, nullable=False),
        sa.Column("share", sa.Double, nullable=False),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("from_month", sa.String, nullable=False),
        sa.Column("until_month", sa.String),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "month_step",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("month", sa.String, primary_key=True),
        sa.Column("step", sa.String, primary_key=True),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("list_answer", sa.Column("because", sa.String))
