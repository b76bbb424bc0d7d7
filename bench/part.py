"""A part of the bench: sides that do the same work on the same data, their figures, and ratios of these.

A new part is one module that ends in a `PART`, and its name in `PARTS` of `__main__.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

SEED: Final = 1
TOGETHER: Final = "together"
"""The column of a chain that sums its stages."""


@dataclass(frozen=True)
class Size:
    """How much to measure; each part reads the fields that concern it.

    People (or rows), months of history, internal services requested per person and month, requests while a server's
    memory is measured, the seconds that a model search may take (for the rivals, each of them for all its fits), and
    the minutes that a server is watched.
    """

    people: int
    months: int = 36
    events: int = 30
    requests: int = 100_000
    budget: int = 600
    minutes: float = 10


@dataclass(frozen=True)
class Side:
    """One way to do the work.

    `work` is `module:function`, called in a separate process as function(data, out) with the folder that holds the
    data and the folder to write to; the module's imports are not part of the time. It may return figures by name, in
    addition to those measured of every process (`bench.measure`). `does` describes the work to a reader of the table.
    """

    name: str
    work: str
    does: str
    is_rival: bool = False
    """True if it runs in the environment of the rivals, whose packages ask for other versions than the product's."""


class Rows(NamedTuple):
    """One table: its header, and cells as text."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Figure:
    """A row of the table: the sides' figures of this name. `aim` is the goal for the first side, in words."""

    name: str
    title: str
    unit: str
    aim: str = ""
    grows: bool = False
    """True if the table shows its growth from one size to the next."""


TIME: Final = Figure("seconds", "time", "s", grows=True)
CPU: Final = Figure("cpu_seconds", "CPU", "s", grows=True)
PEAK: Final = Figure("peak_gb", "peak memory", "GB", grows=True)


@dataclass(frozen=True)
class Ratio:
    """One figure divided by another, run by run; each is given as the name of a side and of its figure."""

    title: str
    over: tuple[str, str]
    under: tuple[str, str]
    aim: str = ""


@dataclass(frozen=True)
class Part:
    """One comparison. The first side is ours.

    `prepare(size, folder)` creates the folder and writes the data that all sides read. `sized` describes the size, with
    the fields of `Size` in braces. `check(outs)` takes the folder that each side wrote in the last run, by the side's
    name; it returns in words what was equal, or raises Differs. `tables(outs)` gives tables of the same outputs, if a
    part has more to show than a figure per side. A chain's sides are stages: they run in order, share one output
    folder, and are summed.
    """

    name: str
    title: str
    prepare: Callable[[Size, Path], None]
    sides: tuple[Side, ...]
    figures: tuple[Figure, ...] = (TIME, CPU, PEAK)
    ratios: tuple[Ratio, ...] = ()
    check: Callable[[Mapping[str, Path]], str] | None = None
    tables: Callable[[Mapping[str, Path]], Sequence[Rows]] | None = None
    sized: str = "{people:,} people"
    people: tuple[int, ...] = (10_000,)
    months: int = 36
    runs: int = 3
    budget: int = 600
    is_chain: bool = False


class Differs(Exception):
    """Two sides gave different results; the message names no person and no value."""
