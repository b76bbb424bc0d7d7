"""Names, addresses and languages of the people of a source, kept apart from all else that is about them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table. It is empty until the next publication."""
    op.create_table(
        "directory",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("employee_id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("email", sa.String),
        sa.Column("language", sa.String),
        sa.Column("searched", sa.Text, nullable=False),
    )
