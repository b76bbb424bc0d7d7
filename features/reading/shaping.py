"""What an input declares beyond the place of its table: names of columns, rows of the header, rows to leave out."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from typing import Final

from features.errors import Finding
from features.reading.definition.source_toml import InputFile
from features.reading.merged_cells import column_number

_RULES: Final = {
    "skip_rows": "rows that begin as skip_rows says; left out",
    "skip_last": "rows at the end, as skip_last says; left out",
    "last_row": "rows after last_row; left out",
}
_REMEDY: Final = "Nothing to do if they are totals and remarks; else correct the key in source.toml"

Cells = Sequence[str | None]


@dataclass(frozen=True)
class Shaping:
    """header_rows: the number of rows whose headings are joined; 0 to name columns by one row. names: by position.

    skip: what the first filled cell of a row that is left out looks like. skip_last: rows at the end to leave out.
    """

    header_rows: int = 0
    names: Mapping[int, str] = field(default_factory=dict)
    skip: re.Pattern[str] | None = None
    skip_last: int = 0

    @classmethod
    def of(cls, declared: InputFile) -> "Shaping":
        """What an input declares."""
        patterns = "|".join(translate(pattern.strip().lower()) for pattern in declared.skip_rows)
        return cls(
            declared.header_rows or 0,
            {position(place): name for place, name in declared.names.items()},
            re.compile(patterns) if patterns else None,
            declared.skip_last or 0,
        )

    def skips(self, row: Cells) -> bool:
        """Whether the row begins as one that is left out."""
        first = next((cell.strip().lower() for cell in row if cell and cell.strip()), "")
        return bool(self.skip and self.skip.fullmatch(first))

    def rows_of_header(self, found: Sequence[int], *, is_declared: bool) -> list[int]:
        """The rows of the header: from a declared first row on, else up to the last row that was found."""
        if not self.header_rows:
            return list(found)
        first = found[0] if is_declared else max(found[-1] - self.header_rows + 1, 1)
        return list(range(first, first + self.header_rows))

    def named(self, names: Mapping[int, str]) -> dict[int, str]:
        """The names of columns by position, with the declared ones where the file has none."""
        return dict(sorted({**self.names, **names}.items()))


AS_IT_IS: Final = Shaping()
"""Nothing is declared."""


def position(place: str) -> int:
    """The number of a column from its letters or its number."""
    return int(place) if place.isdigit() else column_number(place)


def joined_names(headings: Sequence[Cells], *, spreads: bool) -> dict[int, str]:
    """The headings of several rows as one name for each column, by position from 1; a repeated heading once.

    spreads: a heading above others also stands over the columns to its right that have none of their own.
    """
    *above, lowest = headings
    rows = [*(_spread(row) if spreads else row for row in above), lowest]
    names = {}
    for column in range(max(map(len, rows), default=0)):
        stack = [(row[column] or "").strip() for row in rows if column < len(row)]
        has_own = not spreads or any(row[column] for row in headings if column < len(row))
        if name := " ".join(dict.fromkeys(filter(None, stack))) if has_own else "":
            names[column + 1] = name
    return names


def left_out(place: str, rows: Counter[str]) -> list[Finding]:
    """A finding for each key by which rows were left out, with their number."""
    return [
        Finding(_RULES[key], place, key, number, _REMEDY, leaves_out=True)
        for key, number in sorted(rows.items())
        if number
    ]


def _spread(row: Cells) -> list[str | None]:
    spread: list[str | None] = []
    for cell in row:
        spread.append(cell or (spread[-1] if spread else None))
    return spread
