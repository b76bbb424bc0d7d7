"""What a part of the bench is: sides that do the same work on the same data, the figures they give, and their ratios.

A new part is one module that ends in a `PART`, and its name in `PARTS` of `__main__.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SEED: Final = 1
TOGETHER: Final = "together"
"""The column of a chain that adds its stages up."""


@dataclass(frozen=True)
class Size:
    """How much is asked for; each part reads what concerns it.

    People (or rows), months of history, internal services asked a person and month, requests while a server's memory
    is watched, and the seconds that a search for a model may take.
    """

    people: int
    months: int = 36
    events: int = 30
    requests: int = 100_000
    budget: int = 600


@dataclass(frozen=True)
class Side:
    """One way to do the work.

    `work` is `module:function`, called in a process of its own as function(data, out) with the folder that holds the
    data and the folder to write to; what the module imports is not part of the time. It may return figures, by name,
    beside those that are taken of every process (`bench.measure`). `does` is what a reader of the table must know.
    """

    name: str
    work: str
    does: str


@dataclass(frozen=True)
class Figure:
    """A row of the table: what the sides give by this name. The aim is that of the first side, in words."""

    name: str
    title: str
    unit: str
    aim: str = ""
    grows: bool = False
    """True where its growth from one size to the next is told."""


TIME: Final = Figure("seconds", "time", "s", grows=True)
CPU: Final = Figure("cpu_seconds", "CPU", "s", grows=True)
PEAK: Final = Figure("peak_gb", "peak memory", "GB", grows=True)


@dataclass(frozen=True)
class Ratio:
    """One figure divided by another, run by run; each is the name of a side and of a figure that it gives."""

    title: str
    over: tuple[str, str]
    under: tuple[str, str]
    aim: str = ""


@dataclass(frozen=True)
class Part:
    """One comparison. The first side is ours.

    `prepare(size, folder)` makes the folder and writes the data that all sides read; `sized` says the size in words,
    with the fields of `Size` in braces. `check(outs)` takes the folder that each side wrote in the last run, by the
    side's name, says in words what it found equal, and raises Differs. A chain's sides are stages: they run in
    order, share one folder to write to, and are added up.
    """

    name: str
    title: str
    prepare: Callable[[Size, Path], None]
    sides: tuple[Side, ...]
    figures: tuple[Figure, ...] = (TIME, CPU, PEAK)
    ratios: tuple[Ratio, ...] = ()
    check: Callable[[Mapping[str, Path]], str] | None = None
    sized: str = "{people:,} people"
    people: tuple[int, ...] = (10_000,)
    months: int = 36
    runs: int = 3
    is_chain: bool = False


class Differs(Exception):
    """Two sides did not give the same; the message names no person and no value."""
