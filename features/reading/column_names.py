"""Whether a row that should name the columns does so, or is a row of data whose values no message may show."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from features.contract.tables import TABLES, column_order
from features.contract.vocabulary import snake_case
from features.errors import BadInput, Finding, counted

CONTRACT_NAMES: Final = frozenset(name for table in TABLES for name in column_order(table))

ROWS_BELOW: Final = 50
"""The number of rows with which the first one is compared."""

_LONGEST_NAME: Final = 64
_DIGITS_OF_AN_ID: Final = 4
_DATE: Final = re.compile(r"(\d{4}[-./]\d{1,2}([-./]\d{1,2})?|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})([T ].*)?")
_NUMBER: Final = re.compile(r"[+-]?[\d.,' \u00a0\u202f]*\d[\d.,' \u00a0\u202f]*(%|[eE][+-]?\d+)?")
_ORDINAL: Final = re.compile(r"\d{1,2}|(19|20)\d\d")
"""Numbers that also name columns: of a day, a month, a question or a year."""
_MOST: Final = 0.8

Cells = Sequence[str | None]


def looks_like_a_name(text: str) -> bool:
    """False for a date, a number, an address, or text that is too long or mostly digits: a value, or no name at all."""
    text = text.strip()
    digits = sum(each.isdigit() for each in text)
    is_value = _kind(text) != "text" or (digits >= _DIGITS_OF_AN_ID and digits * 2 > len(text))
    return text.isprintable() and any(map(str.isalpha, text)) and not is_value and len(text) <= _LONGEST_NAME


def shown_names(names: Mapping[str, str]) -> list[str]:
    """The keys whose values, the names in the source, look like names; then how many others there are."""
    shown = [name for name, given in names.items() if looks_like_a_name(given)]
    others = len(names) - len(shown)
    return [*shown, counted(others, "column") + " named like data"] if others else shown


def check_header(header: Cells, below: Sequence[Cells], file_name: str, row: int = 1) -> None:
    """Checks that a row names the columns of those below it. Raises BadInput, without a value, if it is one of them."""
    cells = [(cell or "").strip() for cell in header]
    if any("_" in name and name in CONTRACT_NAMES for name in map(snake_case, cells)):
        return
    columns = [
        [(cells[place] or "").strip() for cells in below[:ROWS_BELOW] if place < len(cells)]
        for place in range(len(cells))
    ]
    verdicts = [_is_data(cell, [each for each in column if each]) for cell, column in zip(cells, columns, strict=True)]
    if True in verdicts and False not in verdicts:
        remedy = "Write the names of the columns into a row above the first row of data"
        raise BadInput(Finding(f"row {row} looks like data: no header", file_name, "", 0, remedy))


def _is_data(cell: str, below: Sequence[str]) -> bool | None:
    """True where a cell is like those below it and unlike a name, False where it is unlike them; None if unclear."""
    if not cell:
        return None
    kind = _kind(cell)
    if not below:
        return True if kind in ("date", "address") else None
    alike = sum(_kind(each) == kind for each in below) >= _MOST * len(below)
    if kind != "text":
        return (None if _ORDINAL.fullmatch(cell) else True) if alike else False
    if any(map(str.isdigit, cell)):  # a code such as E-0017
        return True if sum(_shape(each) == _shape(cell) for each in below) >= _MOST * len(below) else None
    if cell in below:
        return True
    with_digits = sum(any(map(str.isdigit, each)) for each in below)
    return False if with_digits >= _MOST * len(below) else None


def _kind(text: str) -> str:
    if _DATE.fullmatch(text):
        return "date"
    if _NUMBER.fullmatch(text):
        return "number"
    return "address" if re.fullmatch(r"\S+@\S+\.\S+", text) else "text"


def _shape(text: str) -> str:
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", text))
