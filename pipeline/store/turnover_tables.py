"""The tables of the store about turnover: what happened, after disclosure control. Nobody is named but managers."""

from typing import Final

from sqlalchemy import JSON, Column, String, Table

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
