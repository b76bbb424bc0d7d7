"""Tables for spreadsheets: CSV and XLSX in which no cell is a formula."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from pipeline.formulas import without_formula

Cell = str | int | float | bool | None

_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML, and so XLSX, cannot hold."""

_LONGEST_TEXT: Final = 32_767
"""Characters that a cell of XLSX can hold."""

_TIMES: Final = re.compile(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>")
"""Optional timestamps in the properties of a workbook."""

_FORBIDDEN_IN_TITLES: Final = re.compile(r"[\[\]:*?/\\]")
_LONGEST_TITLE: Final = 31
_NARROWEST, _WIDEST, _MEASURED = 9, 48, 200
"""Column widths in characters, and the number of rows that are measured for them."""

_AT_TOP: Final = Alignment(vertical="top")
_WRAPPED: Final = Alignment(vertical="top", wrap_text=True)


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A header and the rows in UTF-8, with the byte order mark without which Excel misreads all but plain letters.

    All text is in quotes, and none of it can become a formula, whatever separator it is opened with. Numbers and empty
    cells are not in quotes.
    """
    lines = (",".join(map(_field, row)) + "\r\n" for row in (columns, *rows))
    return "".join(lines).encode("utf-8-sig", errors="replace")


def xlsx_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> bytes:
    """A workbook of one sheet: a fixed header with filters, and columns as wide as their content.

    Text stays text, even if it looks like a formula.
    """
    rows = list(rows)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_FORBIDDEN_IN_TITLES.sub(" ", title)[:_LONGEST_TITLE])
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(len(columns), 1))}{len(rows) + 1}"
    for number, width in enumerate(_widths(columns, rows), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_header(sheet, column) for column in columns])
    for row in rows:
        is_tall = any(isinstance(cell, str) and len(cell) > _WIDEST for cell in row)
        sheet.append([_shown(sheet, cell, is_tall) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return _without_times(file.getvalue())


def _without_times(workbook: bytes) -> bytes:
    """The same workbook without its timestamps, so that the same rows give the same file."""
    timeless = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as original,
        zipfile.ZipFile(timeless, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in original.namelist():
            copy.writestr(zipfile.ZipInfo(name), _TIMES.sub(b"", original.read(name)), zipfile.ZIP_DEFLATED)
    return timeless.getvalue()


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Column widths in characters, from the header and the first rows; long texts wrap."""
    shown = [columns, *rows[:_MEASURED]]
    longest = (
        max(len(str(row[column])) if row[column] is not None else 0 for row in shown) for column in range(len(columns))
    )
    return [min(max(length + 3, _NARROWEST), _WIDEST) for length in longest]


def _header(sheet: object, text: str) -> WriteOnlyCell:
    cell = _as_text(sheet, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E4ECE8")
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _shown(sheet: object, value: Cell, is_tall: bool) -> Any:
    """A cell of the body; in a row of several lines, every cell is aligned to the top."""
    if not is_tall or value is None:
        return _as_text(sheet, value) if isinstance(value, str) else value
    cell = _as_text(sheet, value) if isinstance(value, str) else WriteOnlyCell(sheet, value)
    cell.alignment = _WRAPPED if isinstance(value, str) and len(value) > _WIDEST else _AT_TOP
    return cell


def _as_text(sheet: object, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, _UNWRITABLE.sub("�", text)[:_LONGEST_TEXT])
    cell.data_type = "s"
    return cell


def _field(cell: Cell) -> str:
    """A cell as CSV (RFC 4180)."""
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    return '"' + without_formula(cell).replace('"', '""') + '"'
