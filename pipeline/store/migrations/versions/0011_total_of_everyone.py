"""The total of everyone is a stored figure of a publication, like those of groups.

Until now it was added up from the scores each time it was shown, so that it changed by the risk of
a person who was erased.
"""

from math import ceil, floor, sqrt

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

EVERYONE = "everyone"
LEAST_PEOPLE = 5
NORMAL_95 = 1.959964

SCORE = sa.table("score", sa.column("publication_id"), sa.column("risk"))
GROUP_FIGURE = sa.table(
    "group_figure",
    *(sa.column(name) for name in ("publication_id", "dimension", "people", "expected_exits", "low", "high")),
)


def upgrade() -> None:
    """Add a row for everyone to each publication; what drivers add to everyone is not known of earlier ones."""
    connection = op.get_bind()
    risk = SCORE.c.risk
    sums = sa.select(SCORE.c.publication_id, sa.func.count(), sa.func.sum(risk), sa.func.sum(risk * (1 - risk)))
    rows = [
        {
            "publication_id": publication,
            "dimension": EVERYONE,
            "people": people,
            "expected_exits": round(expected, 1),
            "low": floor(10 * max(expected - NORMAL_95 * sqrt(variance), 0.0)) / 10,
            "high": ceil(10 * min(expected + NORMAL_95 * sqrt(variance), people)) / 10,
        }
        for publication, people, expected, variance in connection.execute(sums.group_by(SCORE.c.publication_id))
        if people >= LEAST_PEOPLE
    ]
    if rows:
        connection.execute(GROUP_FIGURE.insert(), rows)
