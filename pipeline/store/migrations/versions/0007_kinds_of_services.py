"""The kinds of services that departments ask of each other, and an index for sums of risks."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column and an index; earlier months have no kinds until they are scored again."""
    op.add_column("service_figure", sa.Column("kinds", sa.JSON))
    op.create_index("ix_score_risk", "score", ["publication_id", "risk"])
