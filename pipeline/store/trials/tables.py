"""The tables of first offers, of people held out from them, and of nominations."""

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from pipeline.store.schema import METADATA, Moment

FIRST_OFFER: Final = Table(
    "first_offer",
    METADATA,
    Column("source", String, primary_key=True),
    Column("employee_id", String, primary_key=True),
    Column("manager_id", String, nullable=False),
    Column("month", String, nullable=False),
    Column("driver", String, nullable=False),
    Column("action", String, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_first_offer_manager", "manager_id"),
)
"""Which action was drawn to be suggested first for a person, before the first list that showed it (`lists.offers`)."""

HELD_OUT: Final = Table(
    "held_out",
    METADATA,
    Column("source", String, primary_key=True),
    Column("employee_id", String, primary_key=True),
    Column("manager_id", String, nullable=False),
    Column("month", String, nullable=False),
    Column("driver", String, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_held_out_manager", "manager_id"),
)
"""Who would have been drawn a first offer, had their manager not waited in the roll-out (`store.trials.held_out`)."""

NOMINATION: Final = Table(
    "nomination",
    METADATA,
    Column("source", String, primary_key=True),
    Column("month", String, primary_key=True),
    Column("manager_id", String, primary_key=True),
    Column("is_skipped", Boolean, nullable=False),
    Column("is_before_list", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
)
"""That a manager answered, or skipped, whom they would talk to in a month (`store.trials.nominations`).

`is_before_list`: nobody of the team had been shown to the manager since the scores of the month were published.
"""

NOMINATED: Final = Table(
    "nominated",
    METADATA,
    Column("source", String, primary_key=True),
    Column("month", String, primary_key=True),
    Column("employee_id", String, primary_key=True),
    Column("manager_id", String, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_nominated_manager", "manager_id"),
)
"""The people whom managers named, each by the one manager to whom they report."""
