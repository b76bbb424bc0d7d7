"""Who runs a command, and the reason that is given for an exception from a rule."""

import os
from getpass import getuser
from typing import Final

from features.errors import BadInput, Finding

LONGEST_REASON: Final = 1000


def account() -> str:
    """The account that runs the command; its number if it has no name, as in containers."""
    try:
        return getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def checked_reason(reason: str | None, command: str, option: str, what: str) -> str | None:
    """The reason without spaces around it. Raises BadInput if it is empty or too long; `what` completes the remedy."""
    if reason is None:
        return None
    text = reason.strip()
    if not text or len(text) > LONGEST_REASON:
        remedy = f"State in up to {LONGEST_REASON:,} characters why {what}, and name nobody."
        raise BadInput(Finding("the reason is empty or too long", command, option, 0, remedy))
    return text
