"""One file of a table (CSV, Parquet) -> raw Parquet without the refused columns."""

import codecs
import csv
import gzip
import io
import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Final

import duckdb
import pyarrow.parquet as pq

from features.errors import BadInput, Finding
from features.reading.column_names import ROWS_BELOW, check_header
from features.reading.definition.source_toml import TextFormat
from features.reading.file_checks import (
    check_compression,
    check_magic,
    cut_gzip,
    damage_is,
    is_gzip,
    readable_columns,
)
from features.reading.limits import (
    LONGEST_HEADER,
    ROWS_ALWAYS_READ,
    ROWS_PER_BYTE,
)
from features.reading.queries.duckdb_queries import readable
from features.sql import connect, copy_to_parquet, literal, one_file, parquet, quoted, select_from

FORMS: Final = (".csv", ".csv.gz", ".parquet", ".xlsx")
WORKBOOK: Final = "tables"
"""`tables.xlsx` holds one sheet per table."""

_BLOCK: Final = 1 << 20


def csv_to_parquet(file: Path, form: TextFormat, out: Path) -> list[str]:
    """Writes every column as text, empty fields as null. Returns the refused columns, which are not read.

    Raises BadInput for a file that is empty, truncated, not text, not in the declared encoding (by default UTF-8; the
    finding suggests a likely one), or has rows that are shorter or longer than the header.
    """
    check_magic(file, b"\x1f\x8b" if is_gzip(file) else b"")
    check_compression(file)
    plain = out.with_suffix(".csv") if form.encoding else file
    if form.encoding:
        _to_utf8(file, form.encoding, plain)
    delimiter = form.delimiter or ","
    above = max(form.header_row or [1]) - 1
    header, below = _csv_start(file, form.encoding, delimiter, above)
    check_header(header, below, file.name, above + 1)
    wanted, refused = readable_columns(header, file.name)
    names = ", ".join(f"c{position}: 'VARCHAR'" for position in range(len(header)))
    options = (
        f"columns={{{names}}}, auto_detect=false, header=true, skip={above}, delim={literal(delimiter)}, quote='\"', "
        f"escape='\"'"
    )
    columns = ", ".join(f"c{position} as {quoted(name)}" for position, name in wanted)
    try:
        _copy_csv(plain, options, columns, out)
    except duckdb.Error as error:
        raise BadInput(_csv_finding(file, form, str(error))) from None
    except UnicodeError:
        raise BadInput(encoding_finding(file, form.encoding)) from None
    finally:
        if plain != file:
            plain.unlink(missing_ok=True)
    return refused


def _copy_csv(plain: Path, options: str, columns: str, out: Path) -> None:
    """Rewrites the columns as Parquet. DuckDB refuses a file that breaks lines in two ways, as appended exports do."""
    one_break = out.with_suffix(".lines.csv")
    try:
        with connect(out.parent) as connection:
            try:
                copy_to_parquet(connection, select_from(columns, f"read_csv({one_file(plain)}, {options})"), out)
            except duckdb.InvalidInputException:
                if not _breaks_lines_in_two_ways(plain):
                    raise
                with decoded(plain, None, newline=None) as text, one_break.open("w", newline="\n") as written:
                    shutil.copyfileobj(text, written, _BLOCK)
                copy_to_parquet(connection, select_from(columns, f"read_csv({one_file(one_break)}, {options})"), out)
    finally:
        one_break.unlink(missing_ok=True)


def _breaks_lines_in_two_ways(file: Path) -> bool:
    """Whether some lines end with CR and LF, and others with LF alone."""
    ends: set[bool] = set()
    with _open_bytes(file) as opened:
        while len(ends) < 2 and (line := opened.readline(_BLOCK)):
            if line.endswith(b"\n"):
                ends.add(line.endswith(b"\r\n"))
    return len(ends) == 2


def nameless_columns(file: Path, form: TextFormat) -> set[int]:
    """The columns of a CSV file without a name that hold something in the first rows, counted from 1."""
    header, below = _csv_start(file, form.encoding, form.delimiter or ",", max(form.header_row or [1]) - 1)
    nameless = {at for at, name in enumerate(header) if not name.strip()}
    return {at + 1 for at in nameless if any(len(row) > at and row[at].strip() for row in below)}


def parquet_to_parquet(file: Path, out: Path) -> list[str]:
    """Writes the readable columns with their types. Returns the refused ones. Raises BadInput for a truncated file."""
    check_magic(file, b"PAR1")
    remedy = "It is truncated or damaged: export it again"
    with damage_is(Finding("cannot be read as Parquet", file.name, "", 0, remedy)):
        wanted, refused = readable_columns(pq.read_schema(file).names, file.name)
        rows = pq.read_metadata(file).num_rows
        if rows > max(ROWS_ALWAYS_READ, ROWS_PER_BYTE * file.stat().st_size):
            rule = "too large to be read: it holds far more rows than its size allows"
            raise BadInput(Finding(rule, file.name, "", 0, "Export it again, with the rows that are needed"))
        with connect(out.parent) as connection:
            source = parquet(file)
            described = connection.execute(f"describe {select_from('*', source)}").fetchall()
            texts = ", ".join(f"cast({quoted(described[position][0])} as varchar)" for position, _ in wanted)
            below = connection.execute(f"{select_from(texts, source)} limit {ROWS_BELOW}").fetchall()
            check_header([name for _, name in wanted], below, file.name)
            columns = readable([described[position][:2] for position, _ in wanted])
            copy_to_parquet(connection, select_from(columns, source), out)
    return refused


def ends_within_a_line(file: Path) -> bool:
    """True where the last line has no line break: some programs write none, or the file was truncated."""
    with file.open("rb") as opened:
        opened.seek(-min(file.stat().st_size, 2), io.SEEK_END)
        return not {ord("\n"), ord("\r")} & set(opened.read())


@contextmanager
def decoded(file: Path, encoding: str | None, newline: str | None = "") -> Iterator[IO[str]]:
    """The text of a file, which may be compressed; UTF-8 unless another encoding is declared. Line breaks stay as they
    are, or become one character each with `newline` None.
    """
    with _open_bytes(file) as opened, io.TextIOWrapper(opened, encoding or "utf-8-sig", newline=newline) as text:
        yield text


def _open_bytes(file: Path) -> IO[bytes]:
    return gzip.open(file) if is_gzip(file) else file.open("rb")  # type: ignore[return-value]


def _csv_start(file: Path, encoding: str | None, delimiter: str, above: int) -> tuple[list[str], list[list[str]]]:
    """The names of the columns, and the first rows below them."""
    try:
        with _open_bytes(file) as opened:
            start = opened.read(LONGEST_HEADER)
        text = codecs.getincrementaldecoder(encoding or "utf-8-sig")().decode(start, final=len(start) < LONGEST_HEADER)
    except UnicodeError:
        raise BadInput(encoding_finding(file, encoding)) from None
    except (EOFError, OSError, zlib.error):
        raise BadInput(cut_gzip(file)) from None
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next(islice(rows, above, None), [])
    except csv.Error:
        rule = f"a cell of row {above + 1} is longer than {csv.field_size_limit():,} characters, or not text"
        raise BadInput(Finding(rule, file.name, "", 0, "Export it again as CSV")) from None
    below: list[list[str]] = []
    with suppress(csv.Error):  # a wrong row below is found by its line when all are read
        below += islice(rows, ROWS_BELOW)
    if not below and len(start) == LONGEST_HEADER:
        rule = f"row {above + 1} is longer than {LONGEST_HEADER >> 20} MB"
        raise BadInput(Finding(rule, file.name, "", 0, "Write each row on a line of its own"))
    _check_names(file, encoding, header)
    return [name.lstrip("\ufeff") for name in header], below


def _check_names(file: Path, encoding: str | None, header: list[str]) -> None:
    if any("\0" in name for name in header):
        raise BadInput(encoding_finding(file, encoding))
    other = next((mark for mark in ";\t|," if len(header) == 1 and mark in header[0]), None)
    if other:
        shown = "\\t" if other == "\t" else other
        remedy = f'If it separates the columns, write delimiter = "{shown}" under [files] in source.toml'
        raise BadInput(Finding(f"one column, with '{shown}' in its name", file.name, "", 0, remedy))


def _to_utf8(file: Path, encoding: str, out: Path) -> None:
    """Rewrites a file in another declared encoding as UTF-8, block by block: DuckDB reads UTF-8."""
    try:
        with decoded(file, encoding) as text, out.open("w", newline="") as plain:
            shutil.copyfileobj(text, plain, _BLOCK)
    except UnicodeError:
        out.unlink(missing_ok=True)
        raise BadInput(encoding_finding(file, encoding)) from None
    except (EOFError, OSError, zlib.error):
        out.unlink(missing_ok=True)
        raise BadInput(cut_gzip(file)) from None


def _csv_finding(file: Path, form: TextFormat, message: str) -> Finding:
    """The finding for DuckDB's message, which quotes the offending line: only its number and the counts are used."""
    if "unicode" in message:
        return encoding_finding(file, form.encoding)
    if "GZIP" in message:
        return cut_gzip(file)
    line = re.search(r"Line: (\d+)", message)
    where = f"line {line[1]}" if line else "a line"
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    if counts:
        rule = f"{where} has {counts[2]} fields where the header has {counts[1]}"
    elif "maximum line size" in message.lower():
        rule = f"{where} is longer than 2 MB"
    elif "quote" in message:
        rule = f"{where} opens a quote and does not close it"
    else:
        rule = f"{where} cannot be read as CSV"
    remedy = "Fix that line; if it is the last one, the file was truncated: export it again"
    if counts and int(counts[2]) > int(counts[1]) and not form.header_row:
        remedy += ". If a title stands above the names of the columns, declare header_row under [files] in source.toml"
    return Finding(rule, file.name, "", 0, remedy)


def encoding_finding(file: Path, declared: str | None) -> Finding:
    """The finding for a file that is not in the declared encoding, or in UTF-8; it suggests a likely one."""
    rule = f"not in {declared}, which source.toml declares" if declared else "not in UTF-8"
    guess = likely_encoding(file)
    if not guess:
        return Finding("not text", file.name, "", 0, "It holds bytes that text never has: export it again as CSV")
    remedy = (
        f'It looks like {guess}: if so, write encoding = "{guess}" under [files] in source.toml, or save it as UTF-8'
    )
    return Finding(rule, file.name, "", 0, remedy)


def likely_encoding(file: Path) -> str:
    """A guess: Cyrillic words are runs of high bytes, while in Western and Polish text these are isolated.

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
    if in_runs > high / 2:
        return "windows-1251"
    polish = re.findall(rb"[A-Za-z][\xb9\xb3\x9c\x9f\xbf]|[\xb9\xb3\x9c\x9f\xbf][a-z]", start)  # ¹ ³ œ Ÿ ¿ in a word
    return "windows-1250" if len(polish) > high / 4 else "windows-1252"
