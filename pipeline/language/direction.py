"""The direction of text: a name that is written from right to left must not turn the line around it."""

import unicodedata
from typing import Final

_RIGHT_TO_LEFT: Final = ("R", "AL")
_FIRST_STRONG, _END = "\u2068", "\u2069"


def isolated(name: str) -> str:
    """The name for plain text, where no element can isolate it: between marks, if it has letters from right to left."""
    is_turning = any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in name)
    return f"{_FIRST_STRONG}{name}{_END}" if is_turning else name
