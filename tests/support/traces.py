"""Which files hold a text: every file of a folder, with compressed and columnar files decoded."""

import gzip
import io
import sqlite3
import zipfile
from pathlib import Path

import polars as pl


def files_holding(folder: Path, text: str) -> list[str]:
    """The paths, relative to the folder, of files whose name or content holds the text; databases are left out."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not _is_database(path)]
    return [str(path.relative_to(folder)) for path in files if text in path.name or text.encode() in _content(path)]


def rows_holding(database: Path, text: str) -> dict[str, int]:
    """The number of rows of each table of an SQLite file that hold the text anywhere."""
    with sqlite3.connect(database) as connection:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        held = {
            name: sum(text in repr(row) for row in connection.execute(f'select * from "{name}"')) for name in tables
        }
    connection.close()
    return {name: rows for name, rows in held.items() if rows}


def copies_in(database: Path, text: str) -> int:
    """How often the bytes of an SQLite file and of its write-ahead log hold the text, deleted data included."""
    return sum(path.read_bytes().count(text.encode()) for path in database.parent.glob(f"{database.name}*"))


def _is_database(path: Path) -> bool:
    return ".db" in path.name


def _content(path: Path) -> bytes:
    raw = path.read_bytes()
    if raw.startswith(b"PAR1"):
        return raw + pl.read_parquet(path).write_json().encode()
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return raw + b"".join(archive.read(name) for name in archive.namelist())
    return raw + (gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else b"")
