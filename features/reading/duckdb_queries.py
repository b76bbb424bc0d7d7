"""Queries of `source.toml` over the files of its folder, by DuckDB -> raw Parquet.

DuckDB's messages may quote the data, so a finding holds only the kind of the error, its line in `source.toml` and the
names of tables, columns, functions and files.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from features.errors import Finding
from features.reading.source_definition import FILE_NAME, SourceDefinition
from features.reading.sql_statement import (
    Queried,
    Query,
    Statement,
    names_any,
    refused_among,
    select,
    shared_queries,
)
from features.sql import connect, literal, parquet, quoted, select_from

_PLAIN_TYPES: Final = re.compile(
    r"BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*|DATE|TIMESTAMP(_S|_MS|_NS)?|VARCHAR"
)
_NAMING_ERRORS: Final = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.IOException)
"""Their messages hold names from the query, and no data."""

_KEYWORDS: Final = 'Fix the query; a column named like an SQL keyword needs double quotes, such as "left" or "order"'


def query_files(
    definition: SourceDefinition, queries: Sequence[Query], inputs: Mapping[str, Mapping[str, Path]], out_dir: Path
) -> Iterator[Queried]:
    """Writes each query to `out_dir/TABLE.parquet`; relative file names resolve to the source's folder.

    `inputs` maps a name under [inputs] to the Parquet of its files, by file name. Their views are created first, then
    those of [prepare], in order. A view that is wrong is reported once, and the queries that read it are left out.
    """
    with connect(out_dir, definition.folder) as connection:
        broken = [name for name in definition.settings.inputs if name not in inputs]
        for name, parts in inputs.items():
            connection.execute(f"create view {quoted(name)} as {_together(parts)}")
        for view in shared_queries(definition):
            if names_any(view, broken):
                broken.append(view.key)
                continue
            if finding := _create_view(connection, definition, view):
                broken.append(view.key)
                yield Queried(view.table, errors=[finding])
        for query in queries:
            if names_any(query, broken):
                yield Queried(query.table)
            else:
                yield _query_table(connection, definition, query, out_dir / f"{query.table}.parquet")


def copy_to_parquet(connection: duckdb.DuckDBPyConnection, query: str, out: Path) -> None:
    """Streams the result of a query to a file."""
    connection.execute(f"copy ({query}{_to_parquet(out)}")


def _to_parquet(out: Path) -> str:
    return f"\n) to {literal(str(out))} (format parquet, compression zstd)"


def readable(columns: Sequence[tuple[str, str]]) -> str:
    """A select list for columns given as (name, DuckDB type): plain types unchanged, all others as text."""
    return ", ".join(
        quoted(name) if _PLAIN_TYPES.fullmatch(kind) else f"cast({quoted(name)} as varchar) as {quoted(name)}"
        for name, kind in columns
    )


def _together(parts: Mapping[str, Path]) -> str:
    """The union of files, each row with its `filename`; a column that a file lacks is null for its rows."""
    return " union all by name ".join(
        select_from(f"*, {literal(file)} as filename", parquet(part)) for file, part in parts.items()
    )


def _create_view(connection: duckdb.DuckDBPyConnection, definition: SourceDefinition, view: Query) -> Finding | None:
    opening = f"create view {quoted(view.key)} as "
    statement = Statement(definition, opening + view.sql, ((len(opening), view),))
    try:
        connection.execute(statement.text)
    except duckdb.Error as error:
        return duckdb_finding(error, statement)
    return None


def _query_table(
    connection: duckdb.DuckDBPyConnection, definition: SourceDefinition, query: Query, out: Path
) -> Queried:
    statement = select(definition, "describe", "*", query)
    try:
        described = [(row[0], row[1]) for row in connection.execute(statement.text).fetchall()]
        refused = refused_among([name for name, _ in described])
        columns = readable([(name, kind) for name, kind in described if name not in refused])
        statement = select(definition, "copy (", columns or "null", query)
        connection.execute(f"{statement.text}{_to_parquet(out)}")
    except duckdb.Error as error:
        out.unlink(missing_ok=True)
        return Queried(query.table, errors=[duckdb_finding(error, statement)])
    return Queried(query.table, out, refused)


def duckdb_finding(error: duckdb.Error, statement: Statement) -> Finding:
    """The error and its line, without the values that DuckDB's message may quote."""
    details = _details(error)
    message = str(details.get("exception_message", ""))
    position = int(details["position"]) if "position" in details else None
    if isinstance(error, _NAMING_ERRORS):
        text = " ".join(message.split()).replace(f"{statement.definition.folder}/", "")
        remedy = _KEYWORDS if isinstance(error, duckdb.ParserException) else "Fix the query"
        return statement.finding(text, remedy, position)
    if "file is not utf-8 encoded" in message.lower():
        remedy = (
            f'Name it under [inputs.NAME] in {FILE_NAME} with its encoding, such as "windows-1252" (Western), '
            '"windows-1251" (Cyrillic) or "utf-16", and read NAME'
        )
        return statement.finding("it reads a CSV file that is not in UTF-8", remedy)
    if csv_line := re.search(r"CSV Error on Line: (\d+)", message):
        remedy = "Fix the file, or read it with other options of read_csv"
        return statement.finding(f"it reads a CSV file with an error in line {csv_line[1]}", remedy)
    if re.search("parquet|magic bytes", message, re.IGNORECASE):
        return statement.finding("it reads a file that is truncated or not Parquet", "Export the file again")
    if statement.definition.settings.prepare:
        position = None  # it may refer to the SQL of a view
    kind = str(details.get("exception_type", type(error).__name__.removesuffix("Exception"))).lower()
    remedy = "If a value cannot be read, try_cast or try_strptime makes it null; if memory runs out, read less at once"
    return statement.finding(f"an error of type '{kind}' while its rows were read", remedy, position)


def _details(error: duckdb.Error) -> dict[str, Any]:
    """The parts of an error, which `errors_as_json` appends to its type."""
    message = str(error).partition("Error: ")[2]
    details: dict[str, Any] = json.loads(message) if message.startswith("{") else {"exception_message": message}
    return details
