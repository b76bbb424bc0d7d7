"""The tables of a database as an export to draft from: the same text that the drafted source will read."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from features.drafting.exports.export import Export, ExportTable, Part, name_for_sql
from features.errors import BadInput, Finding
from features.reading.databases.connectors import opened
from features.reading.databases.tables import copy_table
from features.reading.definition.source_definition import SourceDefinition, valid_settings
from features.reading.definition.source_toml import Database, InputFile
from features.reading.input_part import FILE_COLUMN

MOST_TABLES: Final = 60
"""An HR system has hundreds of tables; nobody could read a draft of all of them."""


def read_database(url_env: str, schema: str | None, wanted: Sequence[str], work: Path) -> Export:
    """Reads the tables of a schema in one snapshot, or the wanted ones.

    What cannot be read, and what is empty, is named in `left_out`. Raises BadInput where the database does not answer,
    and where there is nothing to read, or too much.
    """
    declared = {"url_env": url_env} | ({"schema": schema} if schema else {})
    definition = SourceDefinition(work, valid_settings({"database": declared}))
    database, export, names = Database.model_validate(declared), Export(), Counter[str]()
    with opened(database) as (connector, snapshot):
        for number, table in enumerate(_chosen(snapshot.tables(schema or ""), wanted)):
            copied = copy_table(snapshot, connector, definition, table, table, work / f"table-{number}.parquet")
            if copied.path is None:
                export.left_out += [f"{table}: {finding.rule}" for finding in copied.errors]
                continue
            rows = pl.read_parquet(copied.path)
            if rows.is_empty():
                export.left_out.append(f"{table}: no rows")
                continue
            name = name_for_sql(table, names)
            part = Part(f"{name}_table", InputFile(file=[table]), (table,), tuple(rows.columns), database=database)
            frame = rows.with_columns(pl.lit(table).alias(FILE_COLUMN))
            export.tables.append(ExportTable(name, (part,), frame, (table,), (), tuple(copied.refused)))
    if not export.tables:
        raise _nothing("nothing to read", "; ".join(export.left_out) or "Name another schema with --schema")
    return export


def _chosen(present: Sequence[str], wanted: Sequence[str]) -> Sequence[str]:
    if missing := [table for table in wanted if table not in present]:
        raise _nothing(f"no table {missing[0]}", "Write the names as the database does; --schema names the schema")
    if not wanted and len(present) > MOST_TABLES:
        raise _nothing(f"more than {MOST_TABLES} tables", "Name those about people with --table, once for each")
    return wanted or present


def _nothing(rule: str, remedy: str) -> BadInput:
    return BadInput(Finding(rule, "database", remedy=remedy))
