"""Managers who have confirmed the briefing, so that their lists are shown."""

from datetime import UTC, datetime

from pipeline.store.operations.briefings import confirm
from pipeline.store.store import Store


def brief(store: Store, *managers: str) -> None:
    """Confirm the briefing now for these managers; by default, for everyone to whom somebody reports."""
    with store.reading() as scores:
        published = scores.current()
        named = managers or (sorted(scores.managers(published)) if published else ())
    with store.changing() as connection:
        for manager in named:
            confirm(connection, manager, datetime.now(UTC))
