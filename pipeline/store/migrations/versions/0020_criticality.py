"""How hard each scored person is to replace."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nothing is known of months published before."""
    op.add_column("score", sa.Column("criticality", sa.Double))
