"""What validation counted behind a publication, and why it was published despite a refusal."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; of earlier publications it is not known."""
    op.add_column("publication", sa.Column("data_check", sa.JSON))
