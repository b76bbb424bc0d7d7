"""What is coming in a source after a month: exits ahead and head count, after disclosure control."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "outlook",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("month", sa.String, primary_key=True),
        sa.Column("publication_id", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
    )
