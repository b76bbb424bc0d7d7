"""Tables for spreadsheets: CSV and XLSX in which no cell is a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

Cell = str | int | float | bool | None

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML, and so XLSX, cannot hold."""

_LONGEST_TEXT: Final = 32_767
"""Characters that a cell of XLSX can hold."""


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A header and the rows. Text that a spreadsheet would run as a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_quoted(cell) for cell in row] for row in rows)
    return text.getvalue()


def xlsx_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]], title: str) -> bytes:
    """A workbook of one sheet: a header that stays in sight, and the rows. Text is text, whatever it begins with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append(list(columns))
    for row in rows:
        sheet.append([_as_text(sheet, cell) if isinstance(cell, str) else cell for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _as_text(sheet: object, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, _UNWRITABLE.sub("�", text)[:_LONGEST_TEXT])
    cell.data_type = "s"
    return cell


def _quoted(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
