"""Dates and numbers as people write them -> ISO dates and plain numbers, as declared and never guessed.

Works on the raw Parquet of a table whose columns are all text. The contract defines which columns hold dates and
numbers; others are not touched. A value that is not written as declared is left unchanged, and validation reports it.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow.parquet as pq

from features.contract.tables import column_order, column_type, date_columns
from features.contract.vocabulary import snake_case
from features.errors import Finding
from features.reading.duckdb_queries import copy_to_parquet
from features.reading.source_definition import FILE_NAME
from features.reading.source_toml import TextFormat
from features.sql import connect, literal, parquet, quoted, select_from

_PLAIN_NUMBER: Final = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_SPACES: Final = " \u00a0\u202f"
"""The characters that `thousands = " "` covers: the space and the two no-break spaces."""


def normalise(table: str, path: Path, form: TextFormat, *, has_number_cells: bool) -> tuple[list[Finding], list[str]]:
    """Rewrites the table's file with ISO dates and plain numbers. Returns errors and notes.

    Errors: dates that can be read day first and month first with different results, where no `date_format` is
    declared; numbers with commas or grouped digits, where no `decimal` or `thousands` is declared; numbers that are
    not written as declared. With `has_number_cells` (Excel), a column may hold plain numbers as well.
    """
    names = {name: snake_case(name) for name in pq.read_schema(path).names}
    dates = [name for name, meaning in names.items() if meaning in date_columns(table)]
    numbers = [name for name, meaning in names.items() if meaning in _number_columns(table)]
    with connect(path.parent) as connection:
        texts = _Texts(connection, path, table)
        changed, errors, notes = _dates(texts, dates, form)
        changed_numbers, number_errors = _numbers(texts, numbers, form, plain_too=has_number_cells)
        texts.rewrite(names, changed | changed_numbers)
    return [*errors, *number_errors], notes


def _number_columns(table: str) -> list[str]:
    return [name for name in column_order(table) if column_type(table, name).is_numeric()]


class _Texts:
    """The raw text of one table."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, table: str) -> None:
        self.connection, self.path, self.table = connection, path, table

    def counts(self, conditions: Mapping[str, str]) -> dict[str, int]:
        """The number of rows that meet each name's condition, without names that have none. One pass."""
        if not conditions:
            return {}
        counted = ", ".join(f"count(*) filter (where {condition})" for condition in conditions.values())
        row = self.connection.execute(select_from(counted, parquet(self.path))).fetchone()
        return {name: rows for name, rows in zip(conditions, row or (), strict=True) if rows}

    def rewrite(self, names: Mapping[str, str], expressions: Mapping[str, str]) -> None:
        if not expressions:
            return
        columns = ", ".join(f"{expressions.get(name, quoted(name))} as {quoted(name)}" for name in names)
        rewritten = self.path.with_suffix(".normal")
        copy_to_parquet(self.connection, select_from(columns, parquet(self.path)), rewritten)
        rewritten.replace(self.path)


def _dates(texts: _Texts, names: Sequence[str], form: TextFormat) -> tuple[dict[str, str], list[Finding], list[str]]:
    if form.date_format:
        return {name: _declared_date(name, form.date_format) for name in names}, [], []
    not_iso = texts.counts({name: f"substr(ltrim({quoted(name)}), 5, 1) <> '-'" for name in names})
    expressions, errors, notes = {}, [], []
    for column in map(_YearLast, not_iso):
        written, day_first, month_first, unequal = column.count(texts)
        if day_first == month_first == written and unequal:
            errors.append(_ambiguous(texts.table, column.name, unequal))
        elif written and written in (day_first, month_first):
            is_day_first = day_first == written
            expressions[column.name] = column.iso(is_day_first)
            word = "day" if is_day_first else "month"
            notes.append(f"{texts.table}.{column.name}: dates read with the {word} first: no other order fits.")
    return expressions, errors, notes


class _YearLast:
    """SQL for dates of one column with the year last: 31/01/2024, 31.1.2024 or 31-01-2024, with or without a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = f"trim({quoted(name)})"
        self.day = f"translate(split_part({self.text}, ' ', 1), '.-', '//')"
        self.is_written = rf"regexp_full_match({self.day}, '\d{{1,2}}/\d{{1,2}}/\d{{4}}')"

    def count(self, texts: _Texts) -> tuple[int, int, int, int]:
        """Rows with the year last; readable day first; readable month first; readable both ways with two results."""
        days = select_from(f"{self.day} as day, count(*) as n", parquet(texts.path))
        day_first, month_first = "try_strptime(day, '%d/%m/%Y')", "try_strptime(day, '%m/%d/%Y')"
        conditions = ["true", f"{day_first} is not null", f"{month_first} is not null", f"{day_first} <> {month_first}"]
        summed = ", ".join(f"coalesce(sum(n) filter (where {condition}), 0)" for condition in conditions)
        query = select_from(summed, f"({days} where {self.is_written} group by day)")
        written, *readings = texts.connection.execute(query).fetchone() or (0, 0, 0, 0)
        return int(written), int(readings[0]), int(readings[1]), int(readings[2])

    def iso(self, day_first: bool) -> str:
        order = (3, 2, 1) if day_first else (3, 1, 2)
        year, month, day = (f"split_part({self.day}, '/', {position})" for position in order)
        iso = f"{year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0')"
        time = f"substr({self.text}, length({self.day}) + 1)"
        return f"case when {self.is_written} then {iso} || {time} else {quoted(self.name)} end"


def _declared_date(name: str, form: str) -> str:
    iso = "%Y-%m-%d %H:%M:%S" if re.search("%[HIT]", form) else "%Y-%m-%d"
    parsed = f"try_strptime(trim({quoted(name)}), {literal(form)})"
    return f"coalesce(strftime({parsed}, {literal(iso)}), {quoted(name)})"


def _ambiguous(table: str, name: str, rows: int) -> Finding:
    remedy = (
        f'Write date_format = "%d/%m/%Y" or "%m/%d/%Y" under [files.{table}] '
        f"in {FILE_NAME}, with the separators of the file"
    )
    return Finding("dates that can be read with the day first or the month first", table, name, rows, remedy)


def _numbers(
    texts: _Texts, names: Sequence[str], form: TextFormat, *, plain_too: bool
) -> tuple[dict[str, str], list[Finding]]:
    if not form.decimal and not form.thousands:
        no_number = {name: f"try_cast({quoted(name)} as double) is null" for name in names}
        suspects = texts.counts({name: f"{quoted(name)} is not null and {no_number[name]}" for name in names})
        grouped = texts.counts({name: f"{_has_marks(name)} and {no_number[name]}" for name in suspects})
        return {}, [_undeclared(texts.table, name, rows) for name, rows in grouped.items()]
    declared = {name: _matches(name, _pattern(form)) for name in names}
    plain = {name: _matches(name, _PLAIN_NUMBER) if plain_too else "false" for name in names}
    wrong = texts.counts({name: f"{_has_marks(name)} and not {declared[name]} and not {plain[name]}" for name in names})
    converted = {
        name: f"case when {declared[name]} and not {plain[name]} then {_plain(name, form)} else {quoted(name)} end"
        for name in names
    }
    return converted, [_not_as_declared(texts.table, name, rows) for name, rows in wrong.items()]


def _matches(name: str, pattern: str) -> str:
    return f"regexp_full_match(trim({quoted(name)}), {literal(pattern)})"


def _has_marks(name: str) -> str:
    return _matches(name, rf"[+-]?\d[\d.,'{_SPACES}]*")


def _pattern(form: TextFormat) -> str:
    decimal = re.escape(form.decimal or ".")
    marks = _SPACES if form.thousands == " " else form.thousands or ""
    groups = rf"\d{{1,3}}([{marks}]\d{{3}})+|" if marks else ""
    return rf"[+-]?({groups}\d+)({decimal}\d*)?"


def _plain(name: str, form: TextFormat) -> str:
    marks = _SPACES if form.thousands == " " else form.thousands or ""
    text = f"trim({quoted(name)})"
    for mark in marks:
        text = f"replace({text}, {literal(mark)}, '')"
    return f"replace({text}, {literal(form.decimal or '.')}, '.')"


def _undeclared(table: str, name: str, rows: int) -> Finding:
    remedy = f"""Write decimal = "," or thousands = "," (or ".", " ", "'") under [files.{table}] in {FILE_NAME}"""
    return Finding("numbers with a comma or grouped digits, which can mean two things", table, name, rows, remedy)


def _not_as_declared(table: str, name: str, rows: int) -> Finding:
    remedy = f"Fix them, or decimal and thousands under [files.{table}] in {FILE_NAME}"
    return Finding("numbers that are not written as declared", table, name, rows, remedy)
