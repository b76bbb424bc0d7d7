"""Whom first offers were held out from, because the manager waited in the roll-out."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create a table; nothing is known of months before."""
    op.create_table(
        "held_out",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("employee_id", sa.String, primary_key=True),
        sa.Column("manager_id", sa.String, nullable=False),
        sa.Column("month", sa.String, nullable=False),
        sa.Column("driver", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_held_out_manager", "held_out", ["manager_id"])
