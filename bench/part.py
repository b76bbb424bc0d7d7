"""What a part of the bench is: sides that do the same work on the same files, and a check that they agree.

A new part is one module that ends in a `PART`, and a line in `PARTS` of `__main__.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SEED: Final = 1


@dataclass(frozen=True)
class Size:
    """How much data: people employed at a time, months of history, internal services asked a person and month."""

    people: int
    months: int
    events: int

    @property
    def services(self) -> int:
        return self.people * self.months * self.events


@dataclass(frozen=True)
class Side:
    """One way to do the work.

    `work` is `module:function`, called in a process of its own as function(data, out) with the folder that holds the
    data and the empty folder to write to; what the module imports is not part of the time. `does` is what a
    reader of the table must know of it.
    """

    name: str
    work: str
    does: str


@dataclass(frozen=True)
class Part:
    """One comparison.

    `prepare(size, folder)` writes the data that all sides read. `ours` and `peer` are what the ratio compares;
    `beside` is measured and shown beside them. `check(outs)` takes the folder that each side wrote, by the side's
    name, says in words what it found equal, and raises Differs.
    """

    name: str
    title: str
    prepare: Callable[[Size, Path], None]
    ours: Side
    peer: Side
    check: Callable[[Mapping[str, Path]], str]
    beside: tuple[Side, ...] = ()

    @property
    def sides(self) -> tuple[Side, ...]:
        return (self.ours, self.peer, *self.beside)


class Differs(Exception):
    """Two sides did not give the same; the message names no person and no value."""
