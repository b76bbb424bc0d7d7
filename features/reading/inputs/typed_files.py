"""Parquet and JSON, whose values have types, as text like that of CSV and Excel."""

from pathlib import Path
from typing import Final

import duckdb

from features.errors import BadInput, Finding
from features.reading.file_checks import check_compression, check_magic, is_gzip, readable_columns
from features.reading.files import parquet_to_parquet
from features.sql import connect, copy_to_parquet, one_file, parquet, quoted, select_from

JSON_FORMS: Final = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
_WHOLE: Final = "1e15"
"""Whole numbers up to here are written without a decimal point, as Excel shows them."""
_LARGEST_JSON: Final = 1 << 30


def parquet_as_text(file: Path, out: Path) -> list[str]:
    """Writes every column as text: whole numbers plain, dates ISO. Returns the refused columns, which are not read."""
    typed = out.with_suffix(".typed")
    refused = parquet_to_parquet(file, typed)
    with connect(out.parent) as connection:
        described = connection.execute(f"describe {select_from('*', parquet(typed))}").fetchall()
        texts = ", ".join(f"{_text(name, kind)} as {quoted(name)}" for name, kind in (row[:2] for row in described))
        copy_to_parquet(connection, select_from(texts, parquet(typed)), out)
    typed.unlink()
    return refused


def json_as_text(file: Path, out: Path) -> list[str]:
    """Writes the fields of a list of objects, or of an object on each line, as text. Returns the refused fields."""
    check_magic(file, _first_bytes(file))
    check_compression(file)
    source = f"read_json({one_file(file)}, records = true, maximum_object_size = {1 << 24}, sample_size = -1"
    damaged = Finding("cannot be read as JSON", file.name, "", 0, "Export it as one object on each line, or as CSV")
    if file.stat().st_size > _LARGEST_JSON:
        raise BadInput(Finding("too large to be read as JSON", file.name, "", 0, "Export it as CSV or Parquet"))
    try:
        with connect(out.parent) as connection:
            names = [row[0] for row in connection.execute(f"describe {select_from('*', source + ')')}").fetchall()]
            wanted, refused = readable_columns(names, file.name)
            texts = ", ".join(f"{quoted(name)}: 'VARCHAR'" for _, name in wanted)
            columns = ", ".join(quoted(name) for _, name in wanted)
            copy_to_parquet(connection, select_from(columns, f"{source}, columns = {{{texts}}})"), out)
    except duckdb.Error:
        raise BadInput(damaged) from None
    return refused


def _first_bytes(file: Path) -> bytes:
    """How a JSON file may begin: with a bracket, perhaps after blanks."""
    if is_gzip(file):
        return b"\x1f\x8b"
    with file.open("rb") as opened:
        start = opened.read(16)
    return start if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else b"{"


def _text(name: str, kind: str) -> str:
    column = quoted(name)
    if kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        is_whole = f"{column} = floor({column}) and abs({column}) < {_WHOLE}"
        number = f"case when {is_whole} then {column}::bigint::varchar else {column}::varchar end"
        return number if kind.startswith("DECIMAL") else f"case when not isnan({column}) then {number} end"
    if kind.startswith("TIMESTAMP") and "ZONE" not in kind:
        return f"case when {column} = {column}::date then {column}::date::varchar else {column}::varchar end"
    return f"{column}::varchar"
