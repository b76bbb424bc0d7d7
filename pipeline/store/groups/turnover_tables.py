"""The tables of the store about turnover: what happened and what is coming, after disclosure control. Nobody is named
but managers."""

from typing import Final

from sqlalchemy import JSON, Column, Integer, String, Table

from pipeline.store.schema import METADATA, Moment

TURNOVER: Final = Table(
    "turnover",
    METADATA,
    Column("source", String, primary_key=True),
    Column("month", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("large_groups", JSON, nullable=False),
)
"""What happened in a source up to a month (YYYY-MM), as `pipeline.turnover.turnover_json` writes it, without lines.

large_groups: the same for readers who see no group of fewer than ten people.
"""

TURNOVER_LINE: Final = Table(
    "turnover_line",
    METADATA,
    Column("source", String, primary_key=True),
    Column("month", String, primary_key=True),
    Column("manager_id", String, primary_key=True),
    Column("figures", JSON, nullable=False),
)
"""The figures of everyone below one manager: `{"group": row, "months": [row …]}`. Hidden lines have none."""

OUTLOOK: Final = Table(
    "outlook",
    METADATA,
    Column("source", String, primary_key=True),
    Column("month", String, primary_key=True),
    Column("publication_id", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("figures", JSON, nullable=False),
)
"""What is coming in a source after a scored month (YYYY-MM), as `pipeline.outlook.outlook_json` writes it, without the
hires, which are beside it. `publication_id`: the scores that it was computed from, which may have been deleted since.
"""
