"""Halting and resuming the system as the commands do."""

from pipeline.store.operations.halts import Event, by_command, change_by_command
from pipeline.store.store import Store

REASON = "The works council has asked for a review."


def halt(store: Store, reason: str = REASON) -> None:
    assert changed(store, "halted", reason)


def resume(store: Store) -> None:
    assert changed(store, "resumed", None)


def changed(store: Store, event: Event, reason: str | None) -> bool:
    given = by_command(event, "ops", reason)
    with store.announcing(given), store.changing() as connection:
        return change_by_command(connection, given, f"retention {'halt' if event == 'halted' else 'resume'}")
