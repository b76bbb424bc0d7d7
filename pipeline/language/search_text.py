"""Text as searches compare it: without case, accents, apostrophes and punctuation, in every script."""

import unicodedata
from typing import Final

_LETTERS: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that do not come apart into a letter and an accent."""

_WITHIN_WORDS: Final = frozenset("'’‘ʼ`´\u200c\u200d")
"""Marks that people leave out when they type a name."""


def search_text(text: str) -> str:
    """`D'Arcy-Wiśniewska` becomes `darcy wisniewska`, `Фёдор` becomes `федор`; an emoji stays as it is."""
    apart = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return " ".join("".join(filter(None, map(_as_searched, apart))).split())


def search_words(query: str) -> list[str]:
    """The words that must all be found; none for a query of punctuation only."""
    return search_text(query).split()


def _as_searched(sign: str) -> str:
    if sign in _WITHIN_WORDS or unicodedata.category(sign)[0] == "M":
        return ""
    return " " if unicodedata.category(sign)[0] in "PZC" else sign
