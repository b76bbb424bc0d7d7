"""The rule of ids: which text can identify a person. Validation, publication and the API apply the same rule, so that
everyone who is scored can be named by the API, for a receipt and for erasure.
"""

from typing import Final

import polars as pl

MOST_CHARACTERS: Final = 200
CHARACTERS: Final = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"
"""No tab, no line break, no other control character. Understood alike by the engines of Polars, Pydantic and Python."""

NOT_A_PATH: Final = (".", "..")
"""Clients and proxies remove these from an address before it reaches the server."""

SENTENCE: Final = (
    f"an id that the API cannot name: over {MOST_CHARACTERS} characters, with a tab, line break or control character, "
    "or only dots"
)
REMEDY: Final = "Give the person another id, the same in every table: one line of printable text."


def is_nameable(ids: pl.Expr) -> pl.Expr:
    """Whether an id keeps the rule; null where there is none."""
    return ids.str.contains(CHARACTERS) & (ids.str.len_chars() <= MOST_CHARACTERS) & ~ids.is_in(NOT_A_PATH)
