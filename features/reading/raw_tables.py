"""The formats of a source -> raw Parquet, one file per table, with refused columns never read.

A folder holds `TABLE.csv`, `TABLE.csv.gz`, `TABLE.parquet` or `TABLE.xlsx`, or one workbook `tables.xlsx` with a sheet
per table; any other file is ignored. With SQL in `source.toml`, the queries read what they name: files relative to the
folder, by DuckDB (a path outside the folder is the user's own responsibility), or a database.

Columns keep the source's names and, where the format has types, its types. CSV and Excel give text, with dates
converted to ISO and numbers to plain ones as `[files]` declares. `validation` casts them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from features.calendar import Frame
from features.contract.table_version import TableVersion
from features.contract.tables import CRITICALITY, DIRECTORY, MARKET_RATES, REQUIRED_TABLES, column_order
from features.engine.polars import POLARS
from features.engine.protocol import Engine
from features.errors import BadInput, Finding
from features.reading.definition.source_definition import SourceDefinition
from features.reading.definition.source_toml import TextFormat
from features.reading.files import (
    FORMS,
    csv_to_parquet,
    ends_within_a_line,
    parquet_to_parquet,
)
from features.reading.input_part import InputPart
from features.reading.inputs.read_inputs import Inputs, read_inputs
from features.reading.known_files import KnownFile, known_file, write_addition
from features.reading.queries.duckdb_queries import query_files
from features.reading.queries.sql_statement import Queried, Query, spark_queries, table_queries
from features.reading.spark_tables import query_spark, write_rows
from features.reading.table_files import stem_and_suffix, table_files
from features.reading.text.conversion import Cells, Normalised, normalise, normalise_cross_section
from features.reading.workbooks.workbook import Sheet, xlsx_to_parquet

READ_BY_EVERY_RUN: Final = (*REQUIRED_TABLES, DIRECTORY)
"""Tables whose rows are few, and about people: who is in the source decides what is used of all others."""
READ_HERE: Final = (*READ_BY_EVERY_RUN, CRITICALITY, MARKET_RATES)
"""Tables that are checked in this process, whatever reads them: their rows are few, or no facts about people."""


@dataclass
class Raw:
    """What was read: a Parquet file per table, and the findings and notes of reading."""

    tables: dict[str, Path] = field(default_factory=dict)
    frames: dict[str, Frame] = field(default_factory=dict)
    """Tables of facts that an engine of several machines reads."""
    refused: list[str] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    versions: dict[str, TableVersion] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    """Tables that the source has but that could not be read."""
    files: dict[str, KnownFile] = field(default_factory=dict)
    """The files of tables that the next run may know."""
    known: set[str] = field(default_factory=set)
    """Tables of which an earlier run has read all rows, or all but those in `tables`."""

    @contextmanager
    def collecting(self, *tables: str) -> Iterator[None]:
        """Collects the findings of tables that cannot be read, so that the others are still read."""
        try:
            yield
        except BadInput as bad:
            self.failed.update(tables)
            self.errors += [finding for finding in bad.findings if finding not in self.errors]

    def take(self, inputs: Inputs) -> None:
        """What [inputs] gave beside its rows."""
        self.errors += [finding for finding in inputs.errors if finding not in self.errors]
        self.notes += inputs.notes
        for name, read in inputs.read.items():
            self.refused += [f"{name}.{column}" for column in read.refused]
            self.notes += read.notes
            self.warnings += read.warnings
            if read.version:
                self.versions[name] = read.version

    def collect(self, done: Normalised) -> None:
        """The findings about the text of a table."""
        self.errors += done.errors
        self.warnings += done.warnings
        self.notes += done.notes

    def add(self, table: str, path: Path, refused: list[str]) -> None:
        self.tables[table] = path
        self.refused += [f"{table}.{column}" for column in refused]

    def take_known(self, table: str, file: KnownFile) -> None:
        """The file of a table that an earlier run has read, with what it found."""
        self.known.add(table)
        self.files[table] = file
        self.refused += file.refused
        self.notes += file.notes
        self.warnings += file.warnings

    def replace(self, table: str, other: "Raw") -> None:
        """The table as another reading found it, and what that found, in place of what is known about it here."""
        self.tables.pop(table, None)
        self.failed.discard(table)
        self.refused = [place for place in self.refused if not place.startswith(f"{table}.")]
        self.errors = [finding for finding in self.errors if finding.table != table]
        self.warnings = [finding for finding in self.warnings if finding.table != table]
        self.take_all(other)

    def take_all(self, other: "Raw") -> None:
        """The tables of another reading, and what it found."""
        self.tables |= other.tables
        self.failed |= other.failed
        for name in ("refused", "errors", "warnings", "notes"):
            getattr(self, name).extend(getattr(other, name))


def read_tables(
    definition: SourceDefinition,
    out_dir: Path,
    before: Mapping[str, KnownFile] | None = None,
    engine: Engine = POLARS,
) -> Raw:
    """Reads every table of the source to `out_dir/TABLE.parquet`, streaming; facts that Spark reads stay frames of it.

    `before` has the files of facts as an earlier run read them; None where no run stores that. Of an unchanged one
    nothing is read, and of one with further rows only these, if they can be told apart (`Raw.known`).
    Never raises for a mistake in the source: every mistake is in `errors` (rule, place, remedy, no values), and a
    table that cannot be read is missing from `tables`.
    """
    if definition.queries:
        raw = read_queries(definition, table_queries(definition), out_dir)
        for table in raw.tables:
            _normalise(definition, table, raw, Cells())
    else:
        raw = Raw()
        with raw.collecting():
            _read_folder(definition, out_dir, raw, before)
    if definition.spark_queries:
        _read_on_spark(definition, engine, out_dir, raw)
    return raw


def _read_on_spark(definition: SourceDefinition, engine: Engine, out_dir: Path, raw: Raw) -> None:
    queries = spark_queries(definition)
    with raw.collecting(*(query.table for query in queries)):
        for found in query_spark(definition, engine, queries):
            raw.refused += [f"{found.table}.{column}" for column in found.refused]
            raw.errors += found.errors
            if found.rows is None:
                raw.failed.add(found.table)
            elif found.table in READ_HERE:
                raw.tables[found.table] = out_dir / f"{found.table}.parquet"
                write_rows(engine, found.rows, raw.tables[found.table])
                _normalise(definition, found.table, raw, Cells())
            else:
                raw.frames[found.table] = found.rows
        raw.notes.append(f"Read by Spark: {', '.join(query.table for query in queries)}.")


def read_table_file(table: str, file: Path, setting: str, out_dir: Path) -> Raw:
    """Reads one file of a table that is not in the source's folder, to `out_dir/TABLE.parquet`; text in UTF-8.

    `setting` names it in remedies. Like `read_tables`, it never raises for a mistake in the file.
    """
    raw = Raw()
    with raw.collecting(table):
        if not file.is_file():
            raise BadInput(Finding("the file does not exist", file.name, "", 0, f"Correct or unset {setting}"))
        if stem_and_suffix(file)[1] not in FORMS:
            raise BadInput(
                Finding("not a format that is read", file.name, "", 0, f"Save it as one of: {', '.join(FORMS)}")
            )
        cells = _read_file(table, file, TextFormat(), out_dir, raw)
        raw.collect(normalise(table, raw.tables[table], TextFormat(), (), cells))
    return raw


def read_queries(definition: SourceDefinition, queries: Sequence[Query], out_dir: Path) -> Raw:
    """Runs each query over the source's files or in its database, and writes it to `out_dir/TABLE.parquet`."""
    raw = Raw()
    with raw.collecting(*(query.table for query in queries)):
        for queried in _run(definition, queries, out_dir, raw):
            raw.errors += [finding for finding in queried.errors if finding not in raw.errors]
            raw.notes += queried.notes
            if queried.path:
                raw.add(queried.table, queried.path, queried.refused)
            elif queried.table:
                raw.failed.add(queried.table)
    return raw


def read_cross_section_text(definition: SourceDefinition, table: str, raw: Raw, apart: Sequence[str]) -> list[str]:
    """Numbers in the text of a cross-section, but for the columns `apart`. Returns the columns of dates."""
    done, dates = normalise_cross_section(table, raw.tables[table], definition.settings.files or TextFormat(), apart)
    raw.collect(done)
    return dates


def _run(definition: SourceDefinition, queries: Sequence[Query], out_dir: Path, raw: Raw) -> Iterator[Queried]:
    database = definition.settings.database
    if database and not database.read:
        from features.reading.databases.queries import query_database  # its drivers take a second to import

        return query_database(definition, database, queries, out_dir)
    parts: dict[str, Sequence[InputPart]] = {}
    if database:
        from features.reading.databases.tables import copy_tables

        copied = copy_tables(definition, database, out_dir / "database")
        parts |= copied.parts
        raw.refused += copied.refused
        raw.errors += copied.errors
        raw.notes += copied.notes
    inputs = read_inputs(definition, queries, out_dir)
    raw.take(inputs)
    parts |= {name: read.parts for name, read in inputs.read.items()}
    return query_files(definition, queries, parts, out_dir)


def _read_folder(definition: SourceDefinition, out_dir: Path, raw: Raw, before: Mapping[str, KnownFile] | None) -> None:
    found = table_files(definition.folder, definition.spark_queries.keys())
    raw.warnings += found.near_misses
    raw.errors += found.twice
    raw.failed.update(each.table for each in found.twice)
    for table, file in found.files.items():
        with raw.collecting(table):
            if before is None or table in READ_BY_EVERY_RUN:
                _read_table(definition, table, file, out_dir, raw)
            else:
                _read_what_is_new(definition, table, file, before.get(table), out_dir, raw)


def _read_table(definition: SourceDefinition, table: str, file: Path, out_dir: Path, raw: Raw) -> None:
    cells = _read_file(table, file, definition.text_format(table), out_dir, raw)
    _normalise(definition, table, raw, cells)


def _read_what_is_new(
    definition: SourceDefinition, table: str, file: Path, before: KnownFile | None, out_dir: Path, raw: Raw
) -> None:
    """Reads the rows that are not known; all of them where the known ones cannot be told from the others."""
    now = known_file(file, definition.text_format(table))
    if before and before.is_same_as(now):
        found: KnownFile | None = before
    else:
        found = _read_addition(definition, table, file, before, now, out_dir, raw) if before else None
    if found:
        raw.take_known(table, found)
        return
    own = Raw()
    try:
        _read_table(definition, table, file, out_dir, own)
    finally:
        raw.take_all(own)
    raw.files[table] = _found(now, table, own)


def _read_addition(
    definition: SourceDefinition,
    table: str,
    file: Path,
    before: KnownFile,
    now: KnownFile,
    out_dir: Path,
    raw: Raw,
) -> KnownFile | None:
    """Reads the rows at the end of a file that has grown; None where only the whole file shows what they are."""
    form = definition.text_format(table)
    addition, own = out_dir / f"{table}.added.csv", Raw()
    if not before.goes_on_in(file, now) or not write_addition(before, file, form, addition):
        return None
    try:
        _read_table(definition, table, addition, out_dir, own)
    except BadInput:  # the whole file has the same mistake, and the number of its line
        return None
    finally:
        addition.unlink()
    both = None if own.errors else before.with_rows_of(_found(now, table, own))
    if both:
        raw.tables[table] = own.tables[table]
    return both


def _found(file: KnownFile, table: str, own: Raw) -> KnownFile:
    rows = pq.read_metadata(own.tables[table]).num_rows
    return replace(file, rows=rows, refused=tuple(own.refused), notes=tuple(own.notes), warnings=tuple(own.warnings))


def _read_file(table: str, file: Path, form: TextFormat, out_dir: Path, raw: Raw) -> Cells:
    out, cells = out_dir / f"{table}.parquet", Cells()
    suffix = file.suffix.lower()
    if suffix == ".xlsx":
        sheet = xlsx_to_parquet(file, Sheet(table, frozenset(column_order(table)), f"files.{table}"), form, out)
        raw.notes += sheet.notes
        raw.warnings += sheet.warnings
        refused, cells = sheet.refused, sheet.cells
    else:
        refused = parquet_to_parquet(file, out) if suffix == ".parquet" else csv_to_parquet(file, form, out)
    raw.add(table, out, refused)
    if suffix == ".csv" and ends_within_a_line(file):
        raw.notes.append(f"{file.name}: no line break at the end. If the file was truncated, export it again.")
    return cells


def _normalise(definition: SourceDefinition, table: str, raw: Raw, cells: Cells) -> None:
    """Dates and numbers in a table's text, whatever it was read from."""
    settings = definition.settings
    attributes = (*settings.employee_features, *settings.protected) if table == "employees" else ()
    done = normalise(table, raw.tables[table], definition.text_format(table), attributes, cells)
    raw.collect(done)
