"""The parts of a model card: sections of blocks, rendered as a page and as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

from pipeline.judgement.statistics.figures import Bounded

NOT_KNOWN = "–"


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str
    kind: ClassVar = "text"


@dataclass(frozen=True)
class Items:
    """A list."""

    items: Sequence[str]
    kind: ClassVar = "items"


@dataclass(frozen=True)
class Facts:
    """Pairs of a name and a value."""

    facts: Sequence[tuple[str, str]]
    kind: ClassVar = "facts"


@dataclass(frozen=True)
class Table:
    """Rows under columns; the first column names the row.

    On the page, an `is_detail` table is collapsed, and the cells of an `is_words` table are left-aligned.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    is_detail: bool = False
    is_words: bool = False
    kind: ClassVar = "table"


@dataclass(frozen=True)
class Picture:
    """A plot of the run: embedded as a data URI in the page, linked as a file in Markdown."""

    title: str
    file: str
    data_uri: str
    kind: ClassVar = "picture"


Block = Text | Items | Facts | Table | Picture


@dataclass(frozen=True)
class Section:
    """A part of the card; `key` is its anchor."""

    key: str
    title: str
    blocks: Sequence[Block]


def number(value: float | None, form: str = ".3f") -> str:
    """A figure; – if it is not defined."""
    return NOT_KNOWN if value is None or not isfinite(value) else f"{value:{form}}".replace("-", "−")


def bounds(figure: Bounded | None, form: str = ".3f") -> str:
    """A figure, with its interval if it has one."""
    if figure is None:
        return NOT_KNOWN
    value, low, high = (number(each, form) for each in (figure.value, figure.low, figure.high))
    return value if NOT_KNOWN in (low, high) else f"{value} ({low}\u00a0to\u00a0{high})"


def share(figure: Bounded | None) -> str:
    """A share in per cent, with its interval if it has one."""
    return bounds(figure, ".1%")
