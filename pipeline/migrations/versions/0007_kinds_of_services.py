"""What kinds of services departments ask of each other."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; months before this have no kinds until they are scored again."""
    op.add_column("service_figure", sa.Column("kinds", sa.JSON))
