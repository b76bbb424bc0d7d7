"""DuckDB in this process: a connection to it, and names, texts and files as its SQL writes them."""

import glob
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

MEMORY_LIMIT: Final = "1GB"
"""Beyond it DuckDB works on disk, in the staging folder."""


@contextmanager
def connect(work: Path, folder: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory that spills to `work`, sees no Python variables, and finds files in `folder`."""
    with tempfile.TemporaryDirectory(dir=work, prefix="duckdb-") as scratch, duckdb.connect() as connection:
        settings = {
            "errors_as_json": "true",
            "python_enable_replacements": "false",
            "timezone": "'UTC'",
            "memory_limit": literal(MEMORY_LIMIT),
            "temp_directory": literal(f"{scratch}/spill"),
        }
        if folder:
            settings["file_search_path"] = literal(_searchable(folder, Path(scratch)))
        for name, value in settings.items():
            connection.execute(f"set {name} = {value}")
        yield connection


def select_from(columns: str, source: str) -> str:
    """A select over what a table function reads."""
    return f"select {columns} from {source}"  # noqa: S608 (names are quoted, texts are literals)


def parquet(path: Path) -> str:
    """The table function that reads a file."""
    return f"read_parquet({one_file(path)})"


def one_file(path: Path) -> str:
    """A file's path as DuckDB's functions take it: no character of it stands for others."""
    return literal(glob.escape(str(path)))


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _searchable(folder: Path, scratch: Path) -> str:
    """`file_search_path` is a list of patterns divided by commas; such a folder's name needs another one."""
    if not set(",*?[]{}") & set(str(folder)):
        return str(folder)
    link = scratch / "folder"
    link.symlink_to(folder, target_is_directory=True)
    return str(link)
