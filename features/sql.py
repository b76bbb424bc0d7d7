"""DuckDB in this process: a connection, and names, strings and files in its SQL."""

import glob
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Final

import duckdb

MEMORY_LIMIT: Final = "1GB"
"""Above this limit DuckDB works on disk, in the staging folder."""

_SHARED: ContextVar[duckdb.DuckDBPyConnection | None] = ContextVar("shared DuckDB", default=None)


@contextmanager
def sharing(work: Path) -> Iterator[None]:
    """Within it, all that `connect` needs no folder for uses one DuckDB, which spills to `work`.

    Starting one takes as long as reading a small table, and every table is read and hashed.
    """
    with _started(work, None) as connection:
        before = _SHARED.set(connection)
        try:
            yield
        finally:
            _SHARED.reset(before)


@contextmanager
def connect(work: Path, folder: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB that spills to `work`, sees no Python variables, and looks for files in `folder`.

    It neither downloads nor loads extensions, and no query can change its settings. Within `sharing` and without a
    folder it may be that of others, so make no tables or views in it.
    """
    shared = _SHARED.get() if folder is None else None
    if shared is not None and _is_sound(shared):
        with shared.cursor() as cursor:
            yield cursor
        return
    with _started(work, folder) as connection:
        yield connection


def _is_sound(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a DuckDB still answers: an internal fault, such as over a damaged file, ends it for all."""
    with suppress(duckdb.Error), connection.cursor() as cursor:
        return cursor.execute("select 1").fetchone() == (1,)
    return False


@contextmanager
def _started(work: Path, folder: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory(dir=work, prefix="duckdb-") as scratch, duckdb.connect() as connection:
        settings = {
            "errors_as_json": "true",
            "python_enable_replacements": "false",
            "timezone": "'UTC'",
            "memory_limit": literal(MEMORY_LIMIT),
            "temp_directory": literal(f"{scratch}/spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
        }
        if folder:
            settings["file_search_path"] = literal(_searchable(folder, Path(scratch)))
        for name, value in settings.items():
            connection.execute(f"set global {name} = {value}")
        if connection.execute("select current_setting('enable_progress_bar')").fetchone() == (True,):
            # Where Python is interactive it is on, and cursors have none. In a notebook without ipywidgets it is off,
            # and to set it is an error.
            connection.execute("set enable_progress_bar = false")
        connection.execute("set lock_configuration = true")
        yield connection


def select_from(columns: str, source: str) -> str:
    """A select over a table function."""
    return f"select {columns} from {source}"  # noqa: S608 (names are quoted, strings are literals)


def copy_to_parquet(connection: duckdb.DuckDBPyConnection, query: str, out: Path) -> None:
    """Streams the result of a query to a file."""
    connection.execute(f"copy ({query}{to_parquet(out)}")


def to_parquet(out: Path) -> str:
    """The end of a statement that begins with `copy (` and a query."""
    return f"\n) to {literal(str(out))} (format parquet, compression zstd)"


def parquet(path: Path) -> str:
    """The table function that reads a file."""
    return f"read_parquet({one_file(path)})"


def one_file(path: Path) -> str:
    """A file's path for DuckDB's functions, with wildcard characters escaped."""
    return literal(glob.escape(str(path)))


def quoted(name: str) -> str:
    """A name, quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _searchable(folder: Path, scratch: Path) -> str:
    """The folder, or a link to it if its name has a comma or wildcards, which `file_search_path` would interpret."""
    if not set(",*?[]{}") & set(str(folder)):
        return str(folder)
    link = scratch / "folder"
    link.symlink_to(folder, target_is_directory=True)
    return str(link)
