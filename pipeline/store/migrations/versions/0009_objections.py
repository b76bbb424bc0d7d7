"""Objections that outlive erasure; the source of contests and of audit rows; the manager of whose list an answer is."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SOURCE_OF_CONTEST = """
UPDATE contest SET source = COALESCE((
    SELECT publication.source FROM score JOIN publication ON publication.id = score.publication_id
    WHERE score.employee_id = contest.employee_id ORDER BY publication.id DESC LIMIT 1
), '')
"""

_MANAGER_OF_ANSWER = """
UPDATE list_answer SET manager_id = (
    SELECT score.manager_id FROM score JOIN publication ON publication.id = score.publication_id
    WHERE score.employee_id = list_answer.employee_id AND publication.source = list_answer.source
    AND CAST(publication.snapshot_date AS VARCHAR) LIKE list_answer.month || '-%'
    ORDER BY publication.id DESC LIMIT 1
)
"""


def upgrade() -> None:
    """Create a table and add three columns. Of earlier rows they follow from the scores, where these are still stored;
    the audit's rows never change, so of earlier ones the source is unknown."""
    op.create_table(
        "objection",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("person_hash", sa.String, primary_key=True),
        sa.Column("key_mark", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("contest", sa.Column("source", sa.String, nullable=False, server_default=""))
    op.add_column("audit", sa.Column("source", sa.String))
    op.add_column("list_answer", sa.Column("manager_id", sa.String))
    op.execute(_SOURCE_OF_CONTEST)
    op.execute(_MANAGER_OF_ANSWER)
