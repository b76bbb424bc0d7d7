"""Scopes: what part of the company a holder of role hr can see.

A scope is written in words such as `department=Sales`, `location=Riga` or `line=ID` (everyone below a manager), or as
`all`. Several words of one kind widen it; different kinds narrow it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Self

from features.contract.ids import CHARACTERS
from features.errors import BadInput, Finding

ALL: Final = "all"
"""The word for the whole company."""

MOST_BYTES: Final = 2_000
"""The longest scope; a browser stores it in a cookie, which must stay below 4,096 bytes."""

_SURROGATES: Final = re.compile("[\ud800-\udfff]")
"""Halves of characters, which JSON can hold and no database stores."""


@dataclass(frozen=True)
class Scope:
    """People in one of the departments, in one of the locations, and below one of the managers in `line`.

    An empty field does not limit. At least one is not empty.
    """

    department: tuple[str, ...] = ()
    location: tuple[str, ...] = ()
    line: tuple[str, ...] = ()

    @classmethod
    def of(cls, words: Iterable[str]) -> Self | None:
        """The scope in words; None for the whole company. Raises BadInput, without a value, for anything else."""
        given = list(words)
        if given == [ALL]:
            return None
        pairs = [word.partition("=") if isinstance(word, str) else ("", "", "") for word in given]
        known = [each.name for each in fields(cls)]
        if not pairs or any(kind not in known or not _is_text(value) for kind, _, value in pairs):
            remedy = f"Write {ALL} alone, or any of {', '.join(f'{name}=…' for name in known)}."
            raise BadInput(Finding("not a scope", "token", "scope", remedy=remedy))
        if sum(len(word.encode()) for word in given) > MOST_BYTES:
            remedy = "Name a line or a location instead."
            raise BadInput(Finding("the scope is too long", "token", "scope", remedy=remedy))
        return cls(**{name: _distinct(value for kind, _, value in pairs if kind == name) for name in known})

    @classmethod
    def of_claim(cls, claim: Any) -> Self | None:
        """The scope in a claim of a token: a word, a list of words, or lists of values by kind. Raises BadInput."""
        if isinstance(claim, Mapping):
            pairs = [(kind, value) for kind, values in claim.items() for value in _listed(values)]
            claim = [f"{kind}={value}" if isinstance(value, str) else value for kind, value in pairs]
        return cls.of(_listed(claim))

    @property
    def words(self) -> list[str]:
        """The scope in words, as `of` reads them."""
        return [f"{each.name}={value}" for each in fields(self) for value in getattr(self, each.name)]


def _is_text(value: str) -> bool:
    return bool(value.strip()) and bool(re.fullmatch(CHARACTERS, value)) and not _SURROGATES.search(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in values))
