"""What happened by month: figures of groups, and of the lines of managers, as published."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create two tables."""
    op.create_table(
        "turnover",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("month", sa.String, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("large_groups", sa.JSON, nullable=False),
    )
    op.create_table(
        "turnover_line",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("month", sa.String, primary_key=True),
        sa.Column("manager_id", sa.String, primary_key=True),
        sa.Column("figures", sa.JSON, nullable=False),
    )
