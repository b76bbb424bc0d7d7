"""The dates from which laws require something of those who provide and use the product: data in `duties.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

State = Literal["in_force", "later", "to_be_checked"]


@dataclass(frozen=True)
class Text:
    """A duty in one language: the law with its article, what it requires, and what must be checked, if anything."""

    source: str
    must: str
    check: str = ""


@dataclass(frozen=True)
class Duty:
    """What a law requires from a day on. `to_be_checked`: the day may have been moved since this was written."""

    key: str
    applies_in: Literal["EU", "DE", "RU"]
    of: Literal["provider", "deployer", "both"]
    since: date
    to_be_checked: bool
    texts: Mapping[str, Text]

    def state(self, today: date) -> State:
        """Whether it holds on a day, as far as this file knows."""
        if self.to_be_checked:
            return "to_be_checked"
        return "in_force" if self.since <= today else "later"


@cache
def duties() -> tuple[Duty, ...]:
    """All duties, by the day from which they apply."""
    text = (files("pipeline.documents") / "duties.toml").read_text(encoding="utf-8")
    read = [
        Duty(
            key=key,
            applies_in=entry["applies_in"],
            of=entry["of"],
            since=entry["since"],
            to_be_checked=entry.get("to_be_checked", False),
            texts={code: Text(**entry[code]) for code in ("en", "de", "ru")},
        )
        for key, entry in tomllib.loads(text).items()
    ]
    return tuple(sorted(read, key=lambda duty: duty.since))
