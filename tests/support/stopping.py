"""Halting and resuming the system as the commands do."""

from pipeline.store.halts import change_by_command
from pipeline.store.store import Store

REASON = "The works council has asked for a review."


def halt(store: Store, reason: str = REASON) -> None:
    with store.changing() as connection:
        assert change_by_command(connection, "halted", "ops", reason, "retention halt")


def resume(store: Store) -> None:
    with store.changing() as connection:
        assert change_by_command(connection, "resumed", "ops", None, "retention resume")
