"""One sheet of an Excel workbook -> raw Parquet of text, without the refused columns.

The table may lie anywhere on its sheet. Its place is declared (`header_row`, `skip_columns`, `last_row`) or detected
(`sheet_layout.py`); a note says what was detected, unless it is a plain table in A1.
"""

import html
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import fastexcel
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import BadInput, Finding, counted
from features.reading.column_names import check_header
from features.reading.definition.source_toml import SheetLayout
from features.reading.file_checks import check_magic, damage_is, readable_columns
from features.reading.merged_cells import NO_PART, fill_merged
from features.reading.shaping import AS_IT_IS, Shaping, joined_names
from features.reading.text.conversion import Cells
from features.reading.workbooks.layout import (
    HEAD_ROWS,
    TAIL_ROWS,
    Header,
    find_header,
    name_columns,
    rows_below_the_data,
)
from features.reading.workbooks.size import NOT_EXCEL, check_workbook_size

_ERROR_RULE: Final = "cells with an error of Excel, such as #REF!; taken as unknown"
_BLANKS: Final = {"whitespace_as_null": True}
_DAY_ZERO: Final = date(1899, 12, 30)
_DAY_ZERO_OF_1904: Final = date(1904, 1, 1)


@dataclass(frozen=True)
class Sheet:
    """Which sheet is wanted: its name, the names that its columns may have, and where to declare its layout.

    is_one_of_several: the reader of all of them notes once what each would note.
    """

    name: str
    known: Set[str] = frozenset()
    section: str = "files"
    is_one_of_several: bool = False


@dataclass
class ReadSheet:
    """What a sheet held beside its rows. below: the number of rows at its end taken for totals and remarks."""

    refused: list[str]
    cells: Cells
    notes: list[str] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    nameless: set[int] = field(default_factory=set)
    below: int = 0


def xlsx_to_parquet(
    file: Path, wanted: Sheet, layout: SheetLayout, out: Path, shaping: Shaping = AS_IT_IS
) -> ReadSheet:
    """Writes the table of a sheet as text: of the sheet of that name, or of the only one that is not hidden.

    Numbers become plain numbers and dates ISO, however Excel displays them. Cells are read as last saved; formulas are
    not recomputed. Blank rows are left out.
    """
    with _opened(file) as workbook:
        book = _book(file)
        name, notes = _sheet_of(workbook, book, file, wanted)
        loaded = workbook.load_sheet(name, header_row=None, skip_rows=0, n_rows=HEAD_ROWS, dtypes="string", **_BLANKS)
        head = _rows(loaded, layout.skip_columns or 0)
        header = _header(file, name, head, wanted, layout, shaping)
        named = [header.names.get(column, "") for column in range(1, max(header.names, default=0) + 1)]
        check_header(named, head[header.rows[-1] :], file.name, header.rows[-1])
        columns, refused = readable_columns(named, file.name)
        body = _body(workbook, name, header, layout, columns, loaded)
    nameless = _nameless(header, head)
    notes += _header_notes(file.name, wanted, layout, header, nameless)
    ends_where_declared = layout.last_row is not None or shaping.skip_last > 0
    data, footer = _without_blank_rows(body.rows, detects_footer=not ends_where_declared)
    below = _filled_rows(body.rows.tail(footer)) if footer else 0
    notes += _footer_notes(file.name, wanted, header.rows[-1] + body.rows.height - footer, below)
    data, skipped = _without_skipped(data, shaping)
    _write(data, out)
    warnings = [
        Finding(_ERROR_RULE, wanted.name, column, rows, "Correct the formula, and save the workbook again")
        for column, rows in body.errors.items()
    ]
    places = {column: position for position, column in columns}
    cells = Cells(body.numbers, lambda column: _is_mixed(file, name, header.rows[-1], places[column]), book.day_zero)
    return ReadSheet(refused, cells, notes, warnings, skipped, set(nameless), below)


def workbook_sheets(file: Path) -> list[str]:
    """The names of a workbook's sheets, in lower case like the names of the tables."""
    with _opened(file) as workbook:
        return [name.strip().lower() for name in workbook.sheet_names]


@dataclass(frozen=True)
class SheetState:
    """A sheet of a workbook: its name as written, whether it is hidden, and whether it holds nothing."""

    title: str
    is_hidden: bool
    is_blank: bool = False

    @property
    def name(self) -> str:
        """In lower case, like the names of the tables."""
        return self.title.lower()


def sheet_states(file: Path, *, measures: bool = True) -> list[SheetState]:
    """The sheets of a workbook in their order. Only with `measures` is it looked at which are blank."""
    with _opened(file) as workbook:
        hidden, states = _book(file).hidden, []
        for given in workbook.sheet_names:
            is_blank = (
                measures and not workbook.load_sheet(given, header_row=None, n_rows=1, dtypes="string").total_height
            )
            states.append(SheetState(given.strip(), given.strip().lower() in hidden, is_blank))
        return states


def _header(
    file: Path, sheet: str, head: list[list[str | None]], wanted: Sheet, layout: SheetLayout, shaping: Shaping
) -> Header:
    """The rows that name the columns, declared or found, and the names."""
    declared = layout.header_row or []
    found = declared or find_header(head, wanted.known)
    if not shaping.header_rows:
        names = name_columns(head, [row for row in found if row], wanted.known).names
        return Header(tuple(found), shaping.named(names))
    rows = shaping.rows_of_header(found, is_declared=bool(declared))
    filled = [list(row) for row in head]
    is_merged = fill_merged(file, sheet, filled)
    headings = [filled[row - 1] for row in rows if 0 < row <= len(filled)]
    return Header(tuple(rows), shaping.named(joined_names(headings, spreads=not is_merged) if headings else {}))


def _without_skipped(rows: pl.DataFrame, shaping: Shaping) -> tuple[pl.DataFrame, Counter[str]]:
    """The rows without those that are declared to be left out, and the number of these by their key."""
    kept = rows
    if shaping.skip:
        is_skipped = [shaping.skips(row) for row in rows.iter_rows()]
        kept = rows.filter(~pl.Series(is_skipped, dtype=pl.Boolean))
    data = kept.head(max(kept.height - shaping.skip_last, 0))
    return data, Counter({"skip_rows": rows.height - kept.height, "skip_last": kept.height - data.height})


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    check_magic(file, b"PK\x03\x04")
    check_workbook_size(file)
    with damage_is(Finding("cannot be read as Excel", file.name, "", 0, NOT_EXCEL)):
        workbook = fastexcel.read_excel(file)
    remedy = "Save the sheet as CSV; the workbook itself can be opened"
    with damage_is(Finding("a sheet cannot be read", file.name, "", 0, remedy)):
        yield workbook


@dataclass(frozen=True)
class _Book:
    """What the workbook says of its sheets: which are hidden, and from which day it counts."""

    hidden: frozenset[str] = frozenset()
    day_zero: date = _DAY_ZERO


def _book(file: Path) -> _Book:
    try:
        with zipfile.ZipFile(file) as parts:
            text = parts.read("xl/workbook.xml").decode("utf-8", errors="replace")
    except NO_PART:
        return _Book()
    sheets = re.findall(r"<(?:\w+:)?sheet\b[^>]*>", text)
    hidden = [re.search(r'\bname="([^"]*)"', sheet) for sheet in sheets if re.search(r'\bstate="\w*idden"', sheet)]
    counts_from_1904 = re.search(r'\bdate1904="(1|true)"', text)
    return _Book(
        frozenset(html.unescape(found[1]).strip().lower() for found in hidden if found),
        _DAY_ZERO_OF_1904 if counts_from_1904 else _DAY_ZERO,
    )


def _sheet_of(workbook: Any, book: _Book, file: Path, wanted: Sheet) -> tuple[str, list[str]]:
    """The sheet to read, and a note where hidden ones play a part."""
    sheets = {name.strip().lower(): str(name) for name in workbook.sheet_names}
    visible = [sheet for sheet in sheets if sheet not in book.hidden]
    name = wanted.name.strip().lower()
    if name in sheets:
        is_hidden = f"{file.name}: the sheet '{name}' is hidden in Excel; it is read."
        return sheets[name], [is_hidden] if name in book.hidden else []
    if len(visible) > 1 or not sheets:
        remedy = f"Rename the sheet that holds the table to '{wanted.name}', or keep only that sheet"
        raise BadInput(Finding("more than one sheet", file.name, "", 0, remedy))
    only = (visible or list(sheets))[0]
    others = len(sheets) - 1
    return sheets[only], [f"{file.name}: {counted(others, 'hidden sheet')} not read."] if others else []


def _rows(sheet: Any, skipped: int) -> list[list[str | None]]:
    """The cells by row, from column A on; skipped and blank ones are None."""
    positions = [column.absolute_index for column in sheet.available_columns()]
    rows = []
    for given in zip(*(column.to_pylist() for column in sheet.to_arrow().columns), strict=True):
        row: list[str | None] = [None] * (max(positions) + 1)
        for position, cell in zip(positions, given, strict=True):
            row[position] = cell if position >= skipped and cell and cell.strip() else None
        rows.append(row)
    return rows


@dataclass(frozen=True)
class _Body:
    """The rows below the header as text; the columns with numbers alone; the cells with errors, by column."""

    rows: pl.DataFrame
    numbers: frozenset[str] = frozenset()
    errors: Mapping[str, int] = field(default_factory=dict)


def _body(
    workbook: Any, sheet: str, header: Header, layout: SheetLayout, columns: Sequence[tuple[int, str]], loaded: Any
) -> _Body:
    """The columns are given by their position from 0 and their name; `loaded` is the sheet from its first row on."""
    top = header.rows[-1]
    rows = None if layout.last_row is None else layout.last_row - top
    if top >= loaded.total_height or (rows is not None and rows <= 0):
        return _Body(pl.DataFrame(schema=dict.fromkeys((name for _, name in columns), pl.String)))
    names = dict(columns)
    options = {"header_row": None, "skip_rows": top, "n_rows": rows, "use_columns": list(names), **_BLANKS}
    texts, faults = workbook.load_sheet(sheet, dtypes="string", **options).to_arrow_with_errors()
    guessed = workbook.load_sheet(sheet, schema_sample_rows=None, **options).selected_columns
    numbers = frozenset(names[column.absolute_index] for column in guessed if column.dtype in ("int", "float"))
    start = min(column.absolute_index for column in loaded.available_columns())
    places = [fault.position[1] + start for fault in (faults.errors if faults else ())]
    errors = Counter(names[place] for place in places if place in names)
    cells = {
        name: pl.Series(column.cast(pa.string())) for name, column in zip(names.values(), texts.columns, strict=True)
    }
    return _Body(pl.DataFrame(cells), numbers, errors)


def _is_mixed(file: Path, sheet: str, above: int, position: int) -> bool:
    """Whether a column holds cells of several kinds, as numbers beside text."""
    try:
        loaded = fastexcel.read_excel(file).load_sheet(
            sheet,
            header_row=None,
            skip_rows=above,
            use_columns=[position],
            schema_sample_rows=None,
            dtype_coercion="strict",
        )
        loaded.to_arrow()
    except fastexcel.FastExcelError:
        return True
    return False


def _without_blank_rows(rows: pl.DataFrame, *, detects_footer: bool) -> tuple[pl.DataFrame, int]:
    """The rows of data, and how many rows at the end are totals and remarks instead."""
    is_blank = pl.all_horizontal(pl.all().is_null())
    footer = 0
    if detects_footer:
        tail = rows.tail(TAIL_ROWS).rows()
        above = rows.filter(~is_blank).to_series(0).head(-TAIL_ROWS)
        footer = rows_below_the_data(tail, is_id_always_filled=above.null_count() == 0)
    return rows.head(rows.height - footer).filter(~is_blank), footer


def _nameless(header: Header, head: Sequence[Sequence[str | None]]) -> list[int]:
    """The columns without a name that hold something in the first rows, counted from 1."""
    below = head[header.rows[-1] :]
    return sorted({column + 1 for row in below for column, cell in enumerate(row) if cell} - set(header.names))


def _header_notes(file: str, wanted: Sheet, layout: SheetLayout, header: Header, nameless: Sequence[int]) -> list[str]:
    notes = []
    if header.rows != (1,) and not layout.header_row and header.rows[0]:
        rows = " and ".join(map(str, header.rows))
        declared = f"header_row = {header.rows[0] if len(header.rows) == 1 else list(header.rows)}"
        notes.append(
            f"{file}: the names of the columns are in row {rows}, as no row is declared; "
            f"{declared} under [{wanted.section}] in source.toml declares it."
        )
    if nameless:
        listed = ", ".join(map(letters, nameless))
        notes.append(f"{file}: column {listed} has no name in row {header.rows[-1]}; not read.")
    return notes


def _filled_rows(rows: pl.DataFrame) -> int:
    return rows.filter(~pl.all_horizontal(pl.all().is_null())).height


def _footer_notes(file: str, wanted: Sheet, last: int, below: int) -> list[str]:
    if not below or wanted.is_one_of_several:
        return []
    return [
        f"{file}: {counted(below, 'row')} below row {last} not read, as totals or remarks; "
        f"last_row under [{wanted.section}] in source.toml declares where the data end."
    ]


def letters(column: int) -> str:
    """The letters of a column in Excel: A for 1."""
    rest, last = divmod(column - 1, 26)
    return (letters(rest) if rest else "") + chr(ord("A") + last)


def _write(rows: pl.DataFrame, out: Path) -> None:
    texts = pa.table({name: rows[name].to_arrow().cast(pa.string()) for name in rows.columns})
    pq.write_table(texts, out, compression="zstd")
