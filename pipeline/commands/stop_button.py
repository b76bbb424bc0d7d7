"""The jobs of `retention halt` and `retention resume`."""

from contextlib import closing
from typing import Final

from pipeline.registry.account import account, checked_reason
from pipeline.settings import Settings
from pipeline.store.operations.halts import Event, by_command, change_by_command
from pipeline.store.store import Store

COMMANDS: Final[dict[Event, str]] = {"halted": "retention halt", "resumed": "retention resume"}


def halted(settings: Settings, reason: str) -> str:
    """Halt the system; returns what to print. Raises BadInput for an empty or long reason."""
    checked = checked_reason(reason, "halt", "--reason", "the system is to stop")
    if _is_new(settings, "halted", checked):
        return "Halted: nobody is scored, shown or mailed until `retention resume`."
    return "It was halted before, and stays halted with the first reason."


def resumed(settings: Settings, reason: str | None) -> str:
    """End a halt; returns what to print. Raises BadInput for an empty or long reason."""
    checked = checked_reason(reason, "resume", "--reason", "the system may go on")
    return "Resumed." if _is_new(settings, "resumed", checked) else "It was not halted, so nothing changed."


def _is_new(settings: Settings, event: Event, reason: str | None) -> bool:
    given = by_command(event, account(), reason)
    with closing(Store.of(settings)) as store, store.announcing(given), store.changing() as connection:
        return change_by_command(connection, given, COMMANDS[event])
