"""How a text file of an export is written: encoding, delimiter, the rows of the header, totals and remarks."""

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Final

from features.reading.definition.source_toml import InputFile
from features.reading.files import likely_encoding
from features.reading.shaping import Shaping
from features.reading.workbooks.layout import (
    HEAD_ROWS,
    TAIL_ROWS,
    find_header,
    is_total,
    rows_below_the_data,
    total_pattern,
)

_DELIMITERS: Final = ",;\t|"
_LARGEST: Final = 64 << 20
"""Bytes of a file whose rows are all looked at for totals and remarks."""

Rows = list[list[str | None]]


def text_input(files: Sequence[Path], shown: str) -> InputFile | None:
    """How the text files of one table are to be read; None for one without rows."""
    rows, encoding, delimiter = head_of(files[0])
    if not rows:
        return None
    header = find_header(rows, frozenset())
    declared = InputFile(
        file=[shown],
        encoding=encoding,
        delimiter=None if delimiter == "," else delimiter,
        header_row=None if header == (1,) else [header[0]],
        header_rows=len(header) if len(header) > 1 else None,
    )
    return declared.model_copy(update=_left_out([_body(file, encoding, delimiter, header[-1]) for file in files]))


def titles_of(file: Path, declared: InputFile) -> tuple[str, ...]:
    """The lines above the names of the columns."""
    above = (declared.header_row or [1])[0] - 1
    return tuple(" ".join(cell for cell in row if cell) for row in head_of(file)[0][:above])


def patterns_of_totals(rows: Sequence[Sequence[str | None]]) -> list[str]:
    """Patterns of `skip_rows` for the rows of totals; none where they would also match a row of data."""
    totals = [is_total(row) for row in rows]
    patterns = {total_pattern(row) for row, total in zip(rows, totals, strict=True) if total}
    short = sorted(each for each in patterns if each.endswith("*") or f"{each}*" not in patterns)
    shaping = Shaping.of(InputFile(skip_rows=short))
    return [] if any(shaping.skips(row) and not total for row, total in zip(rows, totals, strict=True)) else short


def _left_out(bodies: Sequence[Rows]) -> dict[str, object]:
    """`skip_rows` and `skip_last` for the rows below the header, if the same hold for every file."""
    patterns = sorted({pattern for body in bodies for pattern in patterns_of_totals(body)})
    shaping = Shaping.of(InputFile(skip_rows=patterns))
    remarks = {_remarks([row for row in body if not shaping.skips(row)]) for body in bodies}
    last = remarks.pop() if len(remarks) == 1 else 0
    return {"skip_rows": patterns, "skip_last": last or None}


def _remarks(body: Rows) -> int:
    """The number of rows at the end that are no data: shorter than the others, or nearly blank after a blank row."""
    filled = [row for row in body if any(row)]
    width = max(map(len, filled), default=0)
    short = len(list(takewhile(lambda row: len(row) < width, reversed(filled))))
    padded = [[*row, *([None] * (width - len(row)))] for row in body[-TAIL_ROWS:]]
    below = rows_below_the_data(padded, is_id_always_filled=all(row[0] for row in filled[:-TAIL_ROWS])) if width else 0
    sparse = sum(any(row) for row in body[len(body) - below :]) if below else 0
    number = max(short, sparse)
    return number if number < len(filled) else 0


def _body(file: Path, encoding: str | None, delimiter: str, header: int) -> Rows:
    """The rows below the header; none of a file that is too large to look at each."""
    if file.stat().st_size > _LARGEST:
        return []
    rows = _parsed(_text(file, encoding)[0], delimiter)[header:]
    return [[cell.strip() or None for cell in row] for row in rows]


def head_of(file: Path) -> tuple[Rows, str | None, str]:
    """The first rows of a text file, its encoding if that is not UTF-8, and its delimiter."""
    text, encoding = _text(file, None)
    if "\0" in text:
        return [], None, ","
    lines = "\n".join(text.splitlines()[:HEAD_ROWS])
    counts = {mark: _columns(lines, mark) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: counts[mark])
    rows = [[cell.strip() or None for cell in row] for row in _parsed(lines, delimiter)]
    return rows, encoding, delimiter


def _text(file: Path, encoding: str | None) -> tuple[str, str | None]:
    """The text, empty for a damaged file, and the encoding if it is not UTF-8."""
    try:
        data = file.read_bytes()
        data = gzip.decompress(data) if file.name.lower().endswith(".gz") else data
    except (OSError, EOFError, zlib.error):
        return "", None
    try:
        return data.decode(encoding or "utf-8-sig"), encoding
    except UnicodeDecodeError:
        encoding = _encoding(file)
        return data.decode(encoding, errors="replace"), encoding


def _encoding(file: Path) -> str:
    """The likely encoding; one of Central Europe if a file beside it has that: a short file shows too little of it."""
    own = likely_encoding(file) or "windows-1252"
    if own != "windows-1252":
        return own
    folder = file.parent
    return "windows-1250" if _is_central_european(folder, folder.stat().st_mtime_ns) else own


@lru_cache(maxsize=16)
def _is_central_european(folder: Path, changed: int) -> bool:
    """Whether a text of a folder is in the encoding of Central Europe; `changed` is when the folder last changed."""
    texts = [each for each in folder.iterdir() if each.suffix.lower() in (".csv", ".txt", ".tsv")]
    return any(likely_encoding(each) == "windows-1250" for each in texts if not _is_utf8(each))


def _is_utf8(file: Path) -> bool:
    try:
        file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    return True


def _parsed(lines: str, mark: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(lines, newline=""), delimiter=mark))
    except csv.Error:
        return []


def _columns(lines: str, mark: str) -> tuple[int, int]:
    """How many rows have the most common number of columns (at least two), and that number."""
    counts = Counter(len(row) for row in _parsed(lines, mark) if len(row) > 1)
    columns, rows = counts.most_common(1)[0] if counts else (0, 0)
    return rows, columns
