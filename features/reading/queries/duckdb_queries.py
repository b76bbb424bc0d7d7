"""Queries of `source.toml` over the files of its folder, by DuckDB -> raw Parquet.

Each query is checked by `read_only.py` before it is run.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from features.errors import Finding
from features.reading.definition.source_definition import FILE_NAME, SourceDefinition
from features.reading.definition.source_toml import TextFormat
from features.reading.input_part import InputPart
from features.reading.limits import MOST_COLUMNS
from features.reading.queries.csv_by_name import NamedFile, named_files, notes_of, readings_of
from features.reading.queries.duckdb_errors import duckdb_finding
from features.reading.queries.read_only import refusal
from features.reading.queries.sql_statement import (
    Queried,
    Query,
    Statement,
    names_any,
    refused_among,
    select,
    shared_queries,
)
from features.sql import connect, literal, parquet, quoted, select_from, to_parquet

_PLAIN_TYPES: Final = re.compile(
    r"BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*|DATE|TIMESTAMP(_S|_MS|_NS)?|VARCHAR"
)
_READ_CSV: Final = re.compile(r"\bread_csv(?:_auto)?\s*\(((?:[^()]|\([^()]*\))*)\)", re.IGNORECASE)
_DECIDES: Final = re.compile(
    r"\b(all_varchar|types|dtypes|column_types|columns|dateformat|date_format)\b", re.IGNORECASE
)


@dataclass
class _Session:
    """A connection with the views of a source, and the findings about those that are wrong."""

    connection: duckdb.DuckDBPyConnection
    broken: dict[str, Finding | None]


def query_files(
    definition: SourceDefinition, queries: Sequence[Query], inputs: Mapping[str, Sequence[InputPart]], out_dir: Path
) -> Iterator[Queried]:
    """Writes each query to `out_dir/TABLE.parquet`; relative file names resolve to the source's folder.

    `inputs` maps a name under [inputs] or [database.read] to the Parquet of its files, sheets or table. Their views
    are created first, then those of [prepare], in order. A view that is wrong is reported once, and the queries that
    read it are left out. CSV that a query names directly is read as `csv_by_name.py` says: each query with the first
    readings that it fits.
    """
    views, form = shared_queries(definition), definition.settings.files or TextFormat()
    with connect(out_dir, definition.folder) as connection:
        files = named_files(connection, [query.sql for query in (*views, *queries)], definition.folder, form)
    with ExitStack() as opened:
        sessions = [_open(opened, definition, views, inputs, files, kinds, out_dir) for kinds in readings_of(files)]
        wrong = [name for name in sessions[-1].broken if all(name in session.broken for session in sessions)]
        for name in wrong:
            if finding := sessions[-1].broken[name]:
                yield Queried(name, errors=[finding])
        yield Queried("", notes=[*notes_of(files), *_guessed(*views, *queries)])
        for query in queries:
            yield _first_that_fits(sessions, definition, query, out_dir / f"{query.table}.parquet")


def _open(
    opened: ExitStack,
    definition: SourceDefinition,
    views: Sequence[Query],
    inputs: Mapping[str, Sequence[InputPart]],
    files: Sequence[NamedFile],
    kinds: frozenset[str],
    work: Path,
) -> _Session:
    connection = opened.enter_context(connect(work, definition.folder))
    session = _Session(connection, {name: None for name in definition.input_names if name not in inputs})
    for name, parts in inputs.items():
        connection.execute(f"create view {quoted(name)} as {_together(parts)}")
    for file in files:
        connection.execute(file.view(kinds))
    for view in views:
        if names_any(view, list(session.broken)):
            session.broken[view.key] = None
        elif finding := _create_view(connection, definition, view):
            session.broken[view.key] = finding
    return session


def _first_that_fits(sessions: Sequence[_Session], definition: SourceDefinition, query: Query, out: Path) -> Queried:
    """The result of a query with the first readings that it fits; else the error with text alone."""
    queried = Queried(query.table)
    for session in sessions:
        if names_any(query, list(session.broken)):
            queried = Queried(query.table)
            continue
        queried = _query_table(session.connection, definition, query, out)
        if queried.path:
            break
    return queried


def _guessed(*queries: Query) -> list[str]:
    """Notes on the queries that let DuckDB guess the types of a CSV file."""
    return [
        f"{query.section}.{query.key}: read_csv guesses types, and whether day or month comes first in a date; "
        "all_varchar = true, types or dateformat decide it."
        for query in queries
        if any(not _DECIDES.search(options) for options in _READ_CSV.findall(query.sql))
    ]


def readable(columns: Sequence[tuple[str, str]]) -> str:
    """A select list for columns given as (name, DuckDB type): plain types unchanged, all others as text."""
    return ", ".join(
        quoted(name) if _PLAIN_TYPES.fullmatch(kind) else f"cast({quoted(name)} as varchar) as {quoted(name)}"
        for name, kind in columns
    )


def _together(parts: Sequence[InputPart]) -> str:
    """The union of files and sheets, each row with where it is from; what a part lacks is null for its rows."""
    return " union all by name ".join(
        select_from(
            ", ".join(["*", *(f"{literal(value)} as {quoted(name)}" for name, value in part.constants.items())]),
            parquet(part.path),
        )
        for part in parts
    )


def _create_view(connection: duckdb.DuckDBPyConnection, definition: SourceDefinition, view: Query) -> Finding | None:
    opening = f"create view {quoted(view.key)} as "
    statement = Statement(definition, opening + view.sql, ((len(opening), view),))
    if finding := _refusal(connection, definition, view):
        return finding
    try:
        connection.execute(statement.text)
    except duckdb.Error as error:
        return duckdb_finding(error, statement)
    return None


def _query_table(
    connection: duckdb.DuckDBPyConnection, definition: SourceDefinition, query: Query, out: Path
) -> Queried:
    if finding := _refusal(connection, definition, query):
        return Queried(query.table, errors=[finding])
    statement = select(definition, "describe", "*", query)
    try:
        described = [(row[0], row[1]) for row in connection.execute(statement.text).fetchall()]
        if len(described) > MOST_COLUMNS:
            rule, remedy = f"more than {MOST_COLUMNS:,} columns", "Select the columns that are needed"
            return Queried(query.table, errors=[Finding(rule, FILE_NAME, f"{query.section}.{query.key}", 0, remedy)])
        refused = refused_among([name for name, _ in described])
        columns = readable([(name, kind) for name, kind in described if name not in refused])
        statement = select(definition, "copy (", columns or "null", query)
        connection.execute(f"{statement.text}{to_parquet(out)}")
    except duckdb.Error as error:
        out.unlink(missing_ok=True)
        return Queried(query.table, errors=[duckdb_finding(error, statement)])
    return Queried(query.table, out, refused)


def _refusal(connection: duckdb.DuckDBPyConnection, definition: SourceDefinition, query: Query) -> Finding | None:
    return refusal(connection, Statement(definition, query.sql, ((0, query),)))
