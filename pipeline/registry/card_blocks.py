"""What a model card is made of: sections of blocks, which a page and Markdown show alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

from pipeline.judgement.figures import Bounded

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
    """Names with what they are."""

    facts: Sequence[tuple[str, str]]
    kind: ClassVar = "facts"


@dataclass(frozen=True)
class Table:
    """Rows under columns; the first column names the row.

    On the page, a table `is_detail` is folded away, and one that `is_words` has its cells on the left.
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
    """A plot of the run: its address in the page is a data URI, in Markdown the file beside it."""

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
    """A figure; – where it is not defined."""
    return NOT_KNOWN if value is None or not isfinite(value) else f"{value:{form}}".replace("-", "−")


def bounds(figure: Bounded | None, form: str = ".3f") -> str:
    """A figure with its interval, where it has one."""
    if figure is None:
        return NOT_KNOWN
    value, low, high = (number(each, form) for each in (figure.value, figure.low, figure.high))
    return value if NOT_KNOWN in (low, high) else f"{value} ({low}\u00a0to\u00a0{high})"


def share(figure: Bounded | None) -> str:
    """A share in per cent with its interval."""
    return bounds(figure, ".1%")
