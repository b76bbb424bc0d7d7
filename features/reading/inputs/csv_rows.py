"""CSV with titles, headings in several rows, totals and remarks -> plain CSV in UTF-8 with one row of names."""

import csv
import zlib
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

from features.errors import BadInput, Finding, counted
from features.reading.column_names import ROWS_BELOW, check_header
from features.reading.definition.source_toml import InputFile
from features.reading.file_checks import check_compression, check_magic, cut_gzip, is_gzip
from features.reading.files import decoded, encoding_finding
from features.reading.shaping import Shaping, joined_names

Row = list[str]


@dataclass
class PlainCsv:
    """The number of rows left out, by the key that says so, and the columns without a name that hold something."""

    skipped: Counter[str] = field(default_factory=Counter)
    nameless: set[int] = field(default_factory=set)


def write_plain(file: Path, declared: InputFile, out: Path) -> PlainCsv:
    """Writes the rows of data to `out`. Raises BadInput, with the line, for a row unlike the header."""
    check_magic(file, b"\x1f\x8b" if is_gzip(file) else b"")
    check_compression(file)
    try:
        with decoded(file, declared.encoding) as text, out.open("w", newline="", encoding="utf-8") as plain:
            return _rewrite(file, declared, text, plain)
    except UnicodeError:
        raise BadInput(encoding_finding(file, declared.encoding)) from None
    except (EOFError, OSError, zlib.error):
        if is_gzip(file):
            raise BadInput(cut_gzip(file)) from None
        raise


def _rewrite(file: Path, declared: InputFile, text: IO[str], plain: IO[str]) -> PlainCsv:
    done, shaping = PlainCsv(), Shaping.of(declared)
    reader = csv.reader(text, delimiter=declared.delimiter or ",")
    rows = _numbered(file, reader)
    given = shaping.rows_of_header(declared.header_row or [1], is_declared=True)
    head = [row for _, row in islice(rows, given[-1])]
    names = _names(head, given, shaping)
    below = list(islice(rows, ROWS_BELOW))
    header = [names.get(column, "") for column in range(1, _width(head, given, names, below) + 1)]
    check_header(header, [row for _, row in below], file.name, given[-1])
    writer = csv.writer(plain)
    writer.writerow(header)
    for line, row in _data(_chained(below, rows), declared, shaping, done):
        done.nameless |= {
            at + 1 for at, cell in enumerate(row) if cell.strip() and not (header[at : at + 1] or [""])[0]
        }
        writer.writerow(_fitting(file, line, row, len(header)))
    return done


def _chained(below: Sequence[tuple[int, Row]], rows: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
    yield from below
    yield from rows


def _numbered(file: Path, reader: Iterator[Row]) -> Iterator[tuple[int, Row]]:
    """The rows with the number of their last line."""
    try:
        for row in reader:
            yield reader.line_num, row  # type: ignore[attr-defined]
    except csv.Error:
        remedy = "Look for a quote that is opened and not closed, or export it again as CSV"
        raise BadInput(Finding("a row cannot be read as CSV", file.name, "", 0, remedy)) from None


def _names(head: Sequence[Row], given: Sequence[int], shaping: Shaping) -> dict[int, str]:
    headings = [head[row - 1] for row in given if 0 < row <= len(head)]
    lowest = headings if shaping.header_rows else headings[-1:]
    return shaping.named(joined_names(lowest, spreads=len(lowest) > 1) if lowest else {})


def _width(head: Sequence[Row], given: Sequence[int], names: dict[int, str], below: Sequence[tuple[int, Row]]) -> int:
    """The number of columns: of the header; without one, that of the first row of data."""
    headings = [len(head[row - 1]) for row in given if 0 < row <= len(head)]
    first = [len(row) for _, row in below[:1]]
    return max([*(headings or first), *names], default=0)


def _data(
    rows: Iterator[tuple[int, Row]], declared: InputFile, shaping: Shaping, done: PlainCsv
) -> Iterator[tuple[int, Row]]:
    """The rows of data; the others are counted. Blank rows are none."""
    waiting: deque[tuple[int, Row]] = deque()
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if declared.last_row and line > declared.last_row:
            done.skipped["last_row"] += 1
        elif shaping.skips(row):
            done.skipped["skip_rows"] += 1
        else:
            waiting.append((line, row))
            if len(waiting) > shaping.skip_last:
                yield waiting.popleft()
    done.skipped["skip_last"] += len(waiting)


def _fitting(file: Path, line: int, row: Row, width: int) -> Row:
    if len(row) == width:
        return row
    if len(row) > width and not any(cell.strip() for cell in row[width:]):
        return row[:width]
    rule = f"line {line} has {counted(len(row), 'field')} where the header has {width}"
    remedy = "Fix that line; a total or a remark is left out by skip_rows or skip_last under [inputs.NAME]"
    raise BadInput(Finding(rule, file.name, "", 0, remedy))
