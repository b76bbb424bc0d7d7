"""Which tables an engine of several machines checks, and what the report says about it."""

from pathlib import Path
from typing import Final

import polars as pl

from features.contract.tables import OWN_DATE, REQUIRED_TABLES
from features.engine.protocol import ClusterEngine
from features.reading.raw_tables import Raw
from features.validation.batches import column_names
from features.validation.columns import sort_columns
from features.validation.expectations import Expectations
from features.validation.parts.in_parts import InParts, RawFrame

FACTS: Final = tuple(table for table in OWN_DATE if table not in REQUIRED_TABLES)
"""The other tables are small, and decide what is used of these."""


def take_facts(
    raw: Raw, engine: ClusterEngine, expectations: Expectations, *, is_stored: bool = False
) -> InParts | None:
    """Takes the facts that the engine can check out of `raw`, and notes there which tables are checked where.

    None where the tables are stored for the next run, which then reads only what is new, in this process.
    """
    if is_stored:
        raw.notes.append("Checked in this process: every table, because RETENTION_STORED_TABLES stores them.")
        return None
    name = engine.name.capitalize()
    found = {table: RawFrame(rows, rows.collect_schema().names()) for table, rows in raw.frames.items()}
    for table in FACTS:
        if table in raw.tables and engine.can_scan(raw.tables[table]):
            file = raw.tables.pop(table)
            rows = engine.scan(_with_columns_that_are_read(table, file, expectations))
            found[table] = RawFrame(rows, column_names(file))
    in_parts = InParts(engine, {table: found[table] for table in FACTS if table in found})
    raw.notes.append(f"Checked by {name}: {', '.join(in_parts.tables) or 'no table'}.")
    if here := [table for table in FACTS if table in raw.tables]:
        why = f"{name} does not show values of their types as they are"
        raw.notes.append(f"Checked in this process: {', '.join(here)}, because {why}.")
    return in_parts


def _with_columns_that_are_read(table: str, file: Path, expectations: Expectations) -> Path:
    """The file, or a copy without the columns that validation leaves out: they do not leave this machine."""
    names = column_names(file)
    columns = sort_columns(table, names, expectations)
    read = {*columns.read.values(), *columns.unused.values()}
    if not read or read == set(names):
        return file
    copy = file.with_suffix(".read.parquet")
    pl.scan_parquet(file).select(name for name in names if name in read).sink_parquet(copy)
    return copy
