"""The SQL of a draft, line by line with the evidence, and its views over the tables of the export.

A view names the person and types every column that has a role, so that the tables of the contract are short queries
over views. What is drafted is run on the export at once: rows, dates and overlaps are counted on the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import duckdb
import polars as pl

from features.drafting.exports.export import ExportTable
from features.drafting.exports.file_dates import YEAR, dates_in_names
from features.drafting.exports.rows import source_of, united
from features.drafting.recognition.columns import Column, Recognised, shown
from features.drafting.recognition.keys import Key, Keys
from features.drafting.recognition.shapes import DateShape
from features.drafting.vocabulary.value_words import TOTALS
from features.drafting.vocabulary.words import DATES, NUMBERS
from features.reading.input_part import FILE_COLUMN
from features.sql import literal, quoted, select_from

NO_LETTERS: Final = r"[\d.,'\s+\-]"
_YEAR: Final = r"(?:19|20)\d\d"


@dataclass(frozen=True)
class Line:
    """One column of a query. source: the columns of the export that it comes from; confidence from 0 to 1."""

    name: str
    sql: str
    source: str = ""
    confidence: float = 1.0
    why: str = ""

    @property
    def comment(self) -> str:
        evidence = "; ".join(filter(None, (self.source, self.why)))
        return f"{evidence} ({self.confidence:.0%} sure)" if evidence and self.confidence < 1 else evidence


@dataclass(frozen=True)
class Select:
    """A query: its lines, and what follows them."""

    lines: tuple[Line, ...]
    rest: str
    distinct: bool = False

    @property
    def sql(self) -> str:
        """The query with its comments."""
        shown_lines = [f"  {line.sql} as {quoted(line.name)}" for line in self.lines]
        last = len(shown_lines) - 1
        commented = [
            f"{text}{',' if place < last else ''}" + (f"  -- {line.comment}" if line.comment else "")
            for place, (text, line) in enumerate(zip(shown_lines, self.lines, strict=True))
        ]
        return "\n".join([f"select{' distinct' if self.distinct else ''}", *commented, self.rest])


@dataclass(eq=False)
class View:
    """A table of the export, typed. `frame` is its result on the export, `select` the SQL."""

    table: Recognised
    key: Key | None
    select: Select
    frame: pl.DataFrame
    month_of_files: DateShape | None = None

    @property
    def name(self) -> str:
        return self.table.table.name

    @property
    def roles(self) -> list[str]:
        return self.frame.columns

    def has(self, *roles: str) -> bool:
        return set(roles) <= set(self.frame.columns)

    def column(self, role: str) -> Column:
        """The column of the export that a role of this view comes from."""
        return next(column for name, column in _named(self.table) if name == role)

    def line(self, role: str) -> Line:
        """How a role of this view is made, with the evidence."""
        return next(line for line in self.select.lines if line.name == role)


@dataclass
class Workbench:
    """Runs the drafted SQL on the export. `prepared` are the views so far, in order."""

    connection: duckdb.DuckDBPyConnection
    prepared: dict[str, str] = field(default_factory=dict)

    def prepare(self, name: str, sql: str) -> pl.DataFrame:
        """Adds a view and returns its rows."""
        self.connection.execute(f"create or replace view {quoted(name)} as {sql}")
        self.prepared[name] = sql
        return self.rows(select_from("*", quoted(name)))

    def rows(self, sql: str) -> pl.DataFrame:
        return pl.DataFrame(self.connection.sql(sql).to_arrow_table())


def typed_views(bench: Workbench, tables: Sequence[Recognised], keys: Keys | None) -> list[View]:
    """A view for every table; the list of people first, as others may need it to find the id."""
    first = [keys.people] if keys else []
    rest = [table for table in tables if not keys or table is not keys.people]
    views = {table.table.name: _typed(bench, table, keys) for table in [*first, *rest]}
    return [views[table.table.name] for table in tables]


def register(bench: Workbench, table: ExportTable) -> None:
    """Makes the rows of a table known under the names that the draft uses."""
    for part in table.parts:
        rows = table.frame if table.unshaped is None else table.unshaped
        if len(table.parts) > 1:
            there = {name: part.renames.get(name, name) for name in part.columns}
            own = [pl.col(name).alias(written) for written, name in there.items()]
            rows = rows.filter(pl.col(FILE_COLUMN).is_in(part.files)).select(*own, FILE_COLUMN)
        bench.connection.register(part.name, rows.to_arrow())
    if len(table.parts) > 1:
        bench.prepare(f"{table.name}_rows", united(table))
    if table.reshaped:
        bench.prepare(f"{table.name}_changes", table.reshaped)


def _typed(bench: Workbench, table: Recognised, keys: Keys | None) -> View:
    register(bench, table.table)
    key = keys.of_tables.get(table.table.name) if keys else None
    lines = [_person(key)] if key else []
    lines += [_line(name, column) for name, column in _named(table) if column.role != "person_id"]
    lines += _currency_beside_pay(table)
    lines += [_sensitive(each.name) for each in table.sensitive if not each.subject.is_refused] if key else []
    if month := month_of_file(table.table):
        lines.append(month)
    if not lines:
        lines = [Line(name, quoted(name)) for name in [*table.table.columns, FILE_COLUMN][:1]]
    rest = _from(table, key, keys)
    chosen = Select(tuple(lines), rest)
    return View(table, key, chosen, bench.prepare(table.table.name, chosen.sql))


def _named(table: Recognised) -> list[tuple[str, Column]]:
    """The columns of a table with the names that they have in its view: their role, numbered where it is not alone."""
    named, seen = [], dict[str, int]()
    for column in sorted(table.columns, key=lambda each: (each.role, -each.confidence)):
        seen[column.role] = times = seen.get(column.role, 0) + 1
        named.append((column.role if times == 1 else f"{column.role}_{times}", column))
    return named


def _person(key: Key) -> Line:
    column = key.column
    if key.via:
        sql, why = "people.the_id", f"{key.why}; the id is found there"
    else:
        sql, why = key.spelling.sql(column.text), key.why
    return Line("employee_id", sql, column.place, column.confidence, why)


def _line(name: str, column: Column) -> Line:
    shape = column.shape
    if column.role in DATES and shape.as_date:
        sql = shape.as_date.sql(column.text)
    elif column.role in NUMBERS and shape.as_number:
        sql = shape.as_number.sql(column.text)
    else:
        sql = column.text
    return Line(name, sql, column.place, column.confidence, column.why)


def _currency_beside_pay(table: Recognised) -> list[Line]:
    """The currency that stands in the cells of the pay, where no column says it."""
    pay = table.one("pay")
    if pay is None or table.one("currency") or not pay.shape.as_number or not pay.shape.as_number.has_affix:
        return []
    sql = f"nullif(regexp_replace({pay.text}, {literal(NO_LETTERS)}, '', 'g'), '')"
    return [Line("currency", sql, pay.place, 0.95, "the currency stands beside the number")]


def _sensitive(name: str) -> Line:
    return Line(f"protected {shown(name)}", quoted(name), why="protected: for the fairness review only")


def month_of_file(table: ExportTable) -> Line | None:
    """The day or month in the name of the file or sheet of each row, where there are several."""
    if table.year_end:
        day = f"(regexp_extract({FILE_COLUMN}, '(?:19|20)\\d\\d') || {literal(f'-{table.year_end}')})::date"
        return Line("file_date", day, FILE_COLUMN, 0.95, "the year in the name of the file; its day as in year_end")
    for place, expression in _places_of_names(table).items():
        names = table.frame.select(expression.alias("name"))["name"].drop_nulls().unique().to_list()
        found = dates_in_names(names) if len(names) > 1 else None
        if not found:
            continue
        pattern, form = found
        is_file = place == FILE_COLUMN
        source, why = (FILE_COLUMN, "file") if is_file else (f"{table.name}.{table.sheet_column}", "sheet")
        if form == YEAR:
            day = f"make_date(regexp_extract({place}, {literal(pattern)})::int, 12, 31)"
            return Line("file_date", day, source, 0.8, f"the year in the name of the {why}")
        day = f"try_strptime(regexp_extract({place}, {literal(pattern)}), {literal(form)})::date"
        sql = day if "%d" in form else f"last_day({day})"
        return Line("file_date", sql, source, 0.95, f"the name of the {why}")
    return None


def _places_of_names(table: ExportTable) -> dict[str, pl.Expr]:
    """Where the name of a file or sheet stands, as SQL, and the names: a month alone takes the year of its file."""
    places, sheet = {}, table.sheet_column
    if sheet:
        year = pl.col(FILE_COLUMN).str.extract(f"({_YEAR})").fill_null("")
        places[quoted(sheet)] = pl.col(sheet)
        of_file = f"regexp_extract({FILE_COLUMN}, {literal(_YEAR)})"
        places[f"({quoted(sheet)} || ' ' || {of_file})"] = pl.concat_str(pl.col(sheet), pl.lit(" "), year)
    return places | {FILE_COLUMN: pl.col(FILE_COLUMN)}


def _from(table: Recognised, key: Key | None, keys: Keys | None) -> str:
    rows = source_of(table.table)
    if key is None or keys is None:
        return f"from {rows}"
    conditions = [f"{key.column.text} is not null", *_no_totals(table)]
    if key.via:
        own = keys.own.spelling.sql(keys.own.column.text)
        number = key.via_spelling.sql(key.via.text)
        people = f"(select distinct {number} as the_number, {own} as the_id from {source_of(keys.people.table)})"
        rows = f"{rows} join {people} as people on people.the_number = {key.spelling.sql(key.column.text)}"
    return f"from {rows}\nwhere {' and '.join(conditions)}"


def _no_totals(table: Recognised) -> list[str]:
    """Conditions that leave out rows of totals, for the columns that hold such a word."""
    frame = table.table.frame
    found = [name for name in table.table.columns if frame[name].str.contains(f"(?i){TOTALS}").any()]
    return [f"not regexp_matches(coalesce({quoted(name)}, ''), {literal(TOTALS)}, 'i')" for name in found]
