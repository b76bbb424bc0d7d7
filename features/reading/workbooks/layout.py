"""Where the table is on a sheet as people keep it: titles above it, two rows of headings, totals and remarks below.

Works on the text of the first rows and of the last ones. Rows and columns are counted from 1, as Excel shows them.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from features.contract.vocabulary import snake_case

HEAD_ROWS: Final = 50
"""The header is looked for in the first rows, which titles and remarks never fill."""
TAIL_ROWS: Final = 30

_NUMBER_OR_DATE: Final = re.compile(r"[+-]?[\d.,' ]+%?|\d{4}-\d{2}-\d{2}.*|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}.*")
_SUM: Final = re.compile(r"\s*[+-]?[\d.,' ]+\s*")
_TOTAL: Final = re.compile(
    r"(grand |sub-?)?totals?|sum|summe|gesamt(summe)?|insgesamt|итого|всего|total général|totale|suma|razem|totaal",
    re.IGNORECASE,
)
_SHARE: Final = 0.6
"""A row that fills less of the sheet's width than this is a title, a remark or a heading over several columns."""

Cells = Sequence[str | None]


@dataclass(frozen=True)
class Header:
    """The rows that name the columns, and the name of each column that has one, by its position from 1."""

    rows: tuple[int, ...]
    names: Mapping[int, str]

    @property
    def first_data_row(self) -> int:
        return self.rows[-1] + 1


def find_header(head: Sequence[Cells], known: Set[str]) -> tuple[int, ...]:
    """The rows with the names of the columns: those with the names that are `known`, else the first that is full."""
    scores = [len({snake_case(cell) for cell in row if cell} & known) for row in head]
    best = max(scores, default=0)
    top = scores.index(best) if best else _first_full(head)
    return tuple(place + 1 for place in sorted({top, *(_second(head, top, known) if head else ())}))


def name_columns(head: Sequence[Cells], rows: Sequence[int], known: Set[str]) -> Header:
    """The name of each column: of two headings the known one, else the lower; both where the lower alone is not one."""
    headings = [head[row - 1] if row <= len(head) else [] for row in rows]
    columns = range(max(map(len, headings), default=0))
    stacks = {column: [row[column] for row in headings if column < len(row)] for column in columns}
    names = {column + 1: _name([cell.strip() for cell in stack if cell], known) for column, stack in stacks.items()}
    names = {column: name for column, name in names.items() if name}
    times = Counter(map(str.lower, names.values()))
    if len(rows) > 1:
        above = _spread(headings[0])
        names = {
            column: f"{above[column - 1] or ''} {name}".strip() if times[name.lower()] > 1 else name
            for column, name in names.items()
        }
    return Header(tuple(rows), names)


def rows_below_the_data(tail: Sequence[Cells], is_id_always_filled: bool) -> int:
    """How many rows at the end are totals and remarks, not data. Blank rows are null throughout.

    `tail` holds the last rows from the first column of the table on. A row belongs to them if it begins with a word for
    a total; if it fills at most half of the columns after a blank row; or if it fills them with numbers alone and lacks
    the first column, which all rows of data have.
    """
    kept = len(tail)
    after_gap = [place for place in range(1, len(tail)) if not _filled(tail[place - 1])]
    while kept > 0:
        row = tail[kept - 1]
        is_sparse = _filled(row) * 2 <= len(row)
        lacks_id = is_id_always_filled and not row[0] and all(_SUM.fullmatch(cell) for cell in row if cell)
        is_apart = any(
            place < kept and all(_filled(each) * 2 <= len(each) for each in tail[place:]) for place in after_gap
        )
        if _filled(row) and not (is_total(row) or (is_sparse and (lacks_id or is_apart))):
            break
        kept -= 1
    return len(tail) - kept


def _first_full(head: Sequence[Cells]) -> int:
    width = max(map(_filled, head), default=0)
    full = [place for place, row in enumerate(head) if _filled(row) and _filled(row) >= _SHARE * width]
    return next((place for place in full if _is_text(head[place])), full[0] if full else 0)


def _second(head: Sequence[Cells], top: int, known: Set[str]) -> set[int]:
    """A row above or below that names columns which this one leaves without a name, or twice with the same one."""
    named = {column for column, cell in enumerate(head[top]) if cell}
    unnamed = {column for row in head[top + 1 : top + 4] for column, cell in enumerate(row) if cell} - named
    names = known if any(snake_case(cell) in known for cell in head[top] if cell) else frozenset()
    if names:
        unnamed = {column for column, cell in enumerate(head[top]) if snake_case(cell or "") not in names}
    above = head[top - 1] if top else []
    below = head[top + 1] if top + 1 < len(head) else []
    if _names_some(above, unnamed, names) or _groups(above, head[top]):
        return {top - 1}
    if named and _names_some(below, unnamed, names) and not below[min(named)]:
        return {top + 1}
    return set()


def _names_some(row: Cells, columns: Set[int], known: Set[str]) -> bool:
    cells = [row[column] or "" for column in columns if column < len(row) and row[column]]
    return bool(cells) and _is_text(row) and (not known or any(snake_case(cell) in known for cell in cells))


def _groups(above: Cells, header: Cells) -> bool:
    times = Counter(cell.lower() for cell in header if cell)
    return _filled(above) > 1 and max(times.values(), default=0) > 1 and None in above


def _name(stack: Sequence[str], known: Set[str]) -> str:
    return next((cell for cell in stack if snake_case(cell) in known), stack[-1] if stack else "")


def _spread(row: Cells) -> list[str | None]:
    """A heading over several columns is in the first of them."""
    spread: list[str | None] = []
    for cell in row:
        spread.append(cell or (spread[-1] if spread else None))
    return spread


def _filled(row: Cells) -> int:
    return sum(cell is not None for cell in row)


def _is_text(row: Cells) -> bool:
    return not any(_NUMBER_OR_DATE.fullmatch(cell.strip()) for cell in row if cell)


def is_total(row: Cells) -> bool:
    """True where the row begins with a word for a total, alone or, in a row with blank cells, before other words."""
    first = next((cell.strip().rstrip(":").strip() for cell in row if cell), "")
    word = _TOTAL.match(first)
    if word is None or first[word.end() :][:1].isalnum():
        return False
    return word.end() == len(first) or _filled(row) < len(row)


def total_pattern(row: Cells) -> str:
    """A pattern for the first cell of such a row: the word alone, or whatever follows it."""
    first = next((cell.strip() for cell in row if cell), "")
    word = _TOTAL.match(first)
    rest = first[word.end() :].strip(" :") if word else ""
    return f"{word.group()}*".lower() if word and rest else first.lower()
