"""One file of a table (CSV, Parquet, Excel) -> raw Parquet without the refused columns."""

import codecs
import csv
import gzip
import io
import re
import shutil
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

import duckdb
import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq

from features.contract.vocabulary import is_refused
from features.errors import BadInput, Finding
from features.reading.duckdb_queries import copy_to_parquet, readable
from features.reading.source_toml import TextFormat
from features.sql import connect, literal, one_file, parquet, quoted, select_from

FORMS: Final = (".csv", ".csv.gz", ".parquet", ".xlsx")
WORKBOOK: Final = "tables"
"""`tables.xlsx` holds one sheet per table."""

_MAGIC: Final = {
    b"PAR1": "Parquet",
    b"PK\x03\x04": "Excel (.xlsx) or zip",
    b"\x1f\x8b": "gzip",
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "old Excel (.xls)",
    b"\x89PNG": "a picture",
    b"<!DOCTYPE": "a web page",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<?xml": "XML",
    b"[{": "JSON",
    b"{": "JSON",
}
_BLOCK: Final = 1 << 20


def csv_to_parquet(file: Path, form: TextFormat, out: Path) -> list[str]:
    """Writes every column as text, empty fields as null. Returns the refused columns, which are not read.

    Raises BadInput for a file that is empty, truncated, not text, not in the declared encoding (by default UTF-8; the
    finding suggests a likely one), or has rows that are shorter or longer than the header.
    """
    _check_magic(file, b"\x1f\x8b" if file.name.lower().endswith(".gz") else b"")
    plain = out.with_suffix(".csv") if form.encoding else file
    if form.encoding:
        _to_utf8(file, form.encoding, plain)
    delimiter = form.delimiter or ","
    header = _csv_header(file, form.encoding, delimiter)
    wanted, refused = _columns(header, file.name)
    names = ", ".join(f"c{position}: 'VARCHAR'" for position in range(len(header)))
    source = (
        f"read_csv({one_file(plain)}, columns={{{names}}}, auto_detect=false, header=true, "
        f"delim={literal(delimiter)}, quote='\"', escape='\"')"
    )
    columns = ", ".join(f"c{position} as {quoted(name)}" for position, name in wanted)
    try:
        with connect(out.parent) as connection:
            copy_to_parquet(connection, select_from(columns, source), out)
    except duckdb.Error as error:
        raise BadInput(_csv_finding(file, form, str(error))) from None
    finally:
        if plain != file:
            plain.unlink(missing_ok=True)
    return refused


def parquet_to_parquet(file: Path, out: Path) -> list[str]:
    """Writes the readable columns with their types. Returns the refused ones. Raises BadInput for a truncated file."""
    _check_magic(file, b"PAR1")
    try:
        wanted, refused = _columns(pq.read_schema(file).names, file.name)
        with connect(out.parent) as connection:
            source = parquet(file)
            described = connection.execute(f"describe {select_from('*', source)}").fetchall()
            columns = readable([described[position][:2] for position, _ in wanted])
            copy_to_parquet(connection, select_from(columns, source), out)
    except (pa.ArrowException, OSError, duckdb.Error):
        remedy = "It is truncated or damaged: export it again"
        raise BadInput(Finding("cannot be read as Parquet", file.name, "", 0, remedy)) from None
    return refused


def xlsx_to_parquet(file: Path, table: str, out: Path) -> list[str]:
    """Writes the sheet of the table as text: the one named after it, or the only one. Returns the refused columns.

    Numbers become plain numbers and dates ISO, however Excel displays them. Cells are read as last saved; formulas are
    not recomputed.
    """
    with _excel(file) as workbook:
        sheet = _sheet_of(workbook, file, table)
        top = workbook.load_sheet(sheet, header_row=None, n_rows=1, dtypes="string").to_arrow()
        wanted, refused = _columns([str(column[0].as_py() or "") for column in top.columns], file.name)
        positions = [position for position, _ in wanted]
        body = workbook.load_sheet(sheet, header_row=None, skip_rows=1, dtypes="string", use_columns=positions)
        columns = body.to_arrow().columns
    texts = [column.cast(pa.string()) for column in columns] or [pa.array([], pa.string()) for _ in wanted]
    pq.write_table(pa.table(texts, names=[name for _, name in wanted]), out, compression="zstd")
    return refused


def ends_within_a_line(file: Path) -> bool:
    """True where the last line has no line break: some programs write none, or the file was truncated."""
    with file.open("rb") as opened:
        opened.seek(-min(file.stat().st_size, 2), io.SEEK_END)
        return not {ord("\n"), ord("\r")} & set(opened.read())


def workbook_sheets(file: Path) -> list[str]:
    """The names of a workbook's sheets, in lower case like the names of the tables."""
    with _excel(file) as workbook:
        return [name.strip().lower() for name in workbook.sheet_names]


@contextmanager
def _excel(file: Path) -> Iterator[Any]:
    _check_magic(file, b"PK\x03\x04")
    try:
        yield fastexcel.read_excel(file)
    except fastexcel.FastExcelError:
        remedy = "It is truncated or not an Excel workbook: save it again as .xlsx"
        raise BadInput(Finding("cannot be read as Excel", file.name, "", 0, remedy)) from None


def _sheet_of(workbook: Any, file: Path, table: str) -> str:
    sheets = {name.strip().lower(): str(name) for name in workbook.sheet_names}
    if table not in sheets and len(sheets) > 1:
        remedy = f"Rename the sheet that holds the table to '{table}', or keep only that sheet"
        raise BadInput(Finding("more than one sheet", file.name, "", 0, remedy))
    return sheets.get(table) or next(iter(sheets.values()))


def _columns(header: Sequence[str], file_name: str) -> tuple[list[tuple[int, str]], list[str]]:
    """Position and name of the columns to read, and the refused names. A column without a name is left out."""
    names = [(position, name.strip()) for position, name in enumerate(header) if name.strip()]
    seen = Counter(name.lower() for _, name in names)
    twice = [name for name, times in seen.items() if times > 1]
    remedy = "Keep one; the names of columns are not case-sensitive"
    if twice:
        raise BadInput([Finding("a column twice", file_name, name, 0, remedy) for name in twice])
    wanted = [(position, name) for position, name in names if not is_refused(name)]
    if not wanted:
        raise BadInput(Finding("no column", file_name, "", 0, "Write the names of the columns in the first row"))
    return wanted, [name for _, name in names if is_refused(name)]


def _check_magic(file: Path, expected: bytes) -> None:
    """Checks that the file's first bytes fit its format; `expected` is empty for plain text. Raises BadInput."""
    try:
        with file.open("rb") as opened:
            start = opened.read(16)
    except OSError:
        raise BadInput(Finding("cannot be opened", file.name, "", 0, "Give read permission for it")) from None
    if not start:
        raise BadInput(Finding("an empty file", file.name, "", 0, "It holds no bytes: export it again")) from None
    actual = next((name for magic, name in _MAGIC.items() if start.startswith(magic)), "")
    if start.startswith(expected) and (expected or not actual):
        return
    remedy = f"It holds {actual or 'something else'}: export it again in the format of its name, or rename it"
    raise BadInput(Finding("not in the format of its name", file.name, "", 0, remedy))


def _open_bytes(file: Path) -> IO[bytes]:
    return gzip.open(file) if file.name.lower().endswith(".gz") else file.open("rb")  # type: ignore[return-value]


def _csv_header(file: Path, encoding: str | None, delimiter: str) -> list[str]:
    try:
        with _open_bytes(file) as opened, codecs.getreader(encoding or "utf-8-sig")(opened) as text:
            header = next(csv.reader(text, delimiter=delimiter), [])
    except UnicodeError:
        raise BadInput(_encoding_finding(file, encoding)) from None
    except (EOFError, OSError, zlib.error):
        raise BadInput(_cut(file)) from None
    except csv.Error:
        raise BadInput(Finding("not text", file.name, "", 0, "Export it again as CSV")) from None
    if any("\0" in name for name in header):
        raise BadInput(_encoding_finding(file, encoding))
    other = next((mark for mark in ";\t|," if len(header) == 1 and mark in header[0]), None)
    if other:
        shown = "\\t" if other == "\t" else other
        remedy = f'If it separates the columns, write delimiter = "{shown}" under [files] in source.toml'
        raise BadInput(Finding(f"one column, with '{shown}' in its name", file.name, "", 0, remedy))
    return [name.lstrip("\ufeff") for name in header]


def _to_utf8(file: Path, encoding: str, out: Path) -> None:
    """Rewrites a file in another declared encoding as UTF-8, block by block: DuckDB reads UTF-8."""
    try:
        with (
            _open_bytes(file) as opened,
            codecs.getreader(encoding)(opened) as text,
            out.open("w", newline="") as plain,
        ):
            shutil.copyfileobj(text, plain, _BLOCK)
    except UnicodeError:
        out.unlink(missing_ok=True)
        raise BadInput(_encoding_finding(file, encoding)) from None
    except (EOFError, OSError, zlib.error):
        out.unlink(missing_ok=True)
        raise BadInput(_cut(file)) from None


def _csv_finding(file: Path, form: TextFormat, message: str) -> Finding:
    """The finding for DuckDB's message, which quotes the offending line: only its number and the counts are used."""
    if "unicode" in message:
        return _encoding_finding(file, form.encoding)
    if "GZIP" in message:
        return _cut(file)
    line = re.search(r"Line: (\d+)", message)
    where = f"line {line[1]}" if line else "a line"
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    if counts:
        rule = f"{where} has {counts[2]} fields where the header has {counts[1]}"
    elif "quote" in message:
        rule = f"{where} opens a quote and does not close it"
    else:
        rule = f"{where} cannot be read as CSV"
    remedy = "Fix that line; if it is the last one, the file was truncated: export it again"
    return Finding(rule, file.name, "", 0, remedy)


def _cut(file: Path) -> Finding:
    return Finding("truncated", file.name, "", 0, "The gzip stream ends early or is damaged: export it again")


def _encoding_finding(file: Path, declared: str | None) -> Finding:
    rule = f"not in {declared}, which source.toml declares" if declared else "not in UTF-8"
    guess = _likely_encoding(file)
    if not guess:
        return Finding("not text", file.name, "", 0, "It holds bytes that text never has: export it again as CSV")
    remedy = (
        f'It looks like {guess}: if so, write encoding = "{guess}" under [files] in source.toml, or save it as UTF-8'
    )
    return Finding(rule, file.name, "", 0, remedy)


def _likely_encoding(file: Path) -> str:
    """A guess for the message only: Cyrillic words are runs of high bytes, while in Western text these are isolated.

    Empty where it is not text at all: only UTF-16 has zero bytes.
    """
    with _open_bytes(file) as opened:
        start = opened.read(_BLOCK)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.count(0) > len(start) // 4:
        return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    if 0 in start:
        return ""
    high = len(re.findall(rb"[\x80-\xff]", start))
    in_runs = sum(map(len, re.findall(rb"[\xc0-\xff\xa8\xb8]{2,}", start)))
    return "windows-1251" if in_runs > high / 2 else "windows-1252"
