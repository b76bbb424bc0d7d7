"""Tables of a database, copied as text: for `[database.read]`, whose queries run in DuckDB, and for drafts.

The values look the same whatever the server: days in ISO, numbers with a point, true and false.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from features.errors import Finding
from features.reading.databases.connector import Connector, Snapshot
from features.reading.databases.connectors import opened
from features.reading.databases.queries import notes_of, query_table
from features.reading.definition.source_definition import SourceDefinition
from features.reading.definition.source_toml import Database
from features.reading.input_part import FILE_COLUMN, InputPart
from features.reading.queries.sql_statement import Query
from features.sql import connect, copy_to_parquet, parquet, quoted, select_from

_MOST_WHOLE: Final = "1e15"
"""Below this size a double holds every whole number."""


@dataclass
class CopiedTables:
    """The Parquet of each table by view; and the findings about those that are missing."""

    parts: dict[str, Sequence[InputPart]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class CopiedTable:
    """One table: its Parquet, without the refused columns, or the errors."""

    path: Path | None
    refused: list[str]
    errors: list[Finding]


def copy_tables(definition: SourceDefinition, database: Database, out_dir: Path) -> CopiedTables:
    """The tables under [database.read], all in one snapshot. Raises BadInput where the database is down or lost."""
    copied = CopiedTables()
    out_dir.mkdir()
    with opened(database) as (connector, snapshot):
        copied.notes = notes_of(snapshot)
        for number, (view, table) in enumerate(database.read.items()):
            done = copy_table(snapshot, connector, definition, view, table, out_dir / f"{number}.parquet")
            copied.errors += done.errors
            copied.refused += [f"{view}.{column}" for column in done.refused]
            if done.path:
                copied.parts[view] = (InputPart(done.path, {FILE_COLUMN: table}),)
    return copied


def copy_table(
    snapshot: Snapshot, connector: Connector, definition: SourceDefinition, view: str, table: str, out: Path
) -> CopiedTable:
    """A table as text. `view` is where an error of it is reported, under [database.read]."""
    database = definition.settings.database
    place = connector.dialect.table((database.schema_name if database else None) or "", table)
    typed = out.with_suffix(".typed.parquet")
    query = Query(view, "database.read", view, select_from("*", place))
    queried = query_table(snapshot, connector, definition, query, (), typed)
    if queried.path is None:
        return CopiedTable(None, queried.refused, queried.errors)
    with connect(out.parent) as connection:
        _write_text(connection, typed, out)
    typed.unlink()
    return CopiedTable(out, queried.refused, [])


def _write_text(connection: duckdb.DuckDBPyConnection, typed: Path, out: Path) -> None:
    described = connection.execute(f"describe {select_from('*', parquet(typed))}").fetchall()
    columns = ", ".join(f"{_text(quoted(name), kind)} as {quoted(name)}" for name, kind, *_ in described)
    copy_to_parquet(connection, select_from(columns, parquet(typed)), out)


def _text(column: str, kind: str) -> str:
    """SQL for a value as text. Three decimals are written as four, so that no reader takes the point for thousands."""
    if kind == "VARCHAR":
        return f"nullif(trim({column}), '')"
    if kind not in ("DOUBLE", "FLOAT"):
        return f"cast({column} as varchar)"
    decimals = rf"regexp_replace(cast({column} as varchar), '(\.\d\d\d)$', '\10')"
    is_whole = f"{column} = trunc({column}) and abs({column}) < {_MOST_WHOLE}"
    return f"case when {is_whole} then cast(cast({column} as bigint) as varchar) else {decimals} end"
