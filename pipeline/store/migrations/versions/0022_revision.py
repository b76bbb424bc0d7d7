"""The revision of what the store shows, by which a server knows that an answer it holds is still current."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table with its one row."""
    table = op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("mark", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.bulk_insert(table, [{"id": 1, "mark": uuid4().hex}])
