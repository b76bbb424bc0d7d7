"""Dates and numbers as people write them -> ISO dates and plain numbers, as declared and never guessed.

The one reader of dates and numbers in text: in CSV, Excel and Parquet, in results of queries and in cross-sections.
Works on raw Parquet. The contract defines which columns hold dates and numbers; attributes of people and the columns of
a cross-section hold numbers if every value does. Other columns, and columns that are not text, are not touched. A value
that is not written as declared is left unchanged, and validation reports it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from features.contract.tables import column_order, column_type, date_columns, largest_value
from features.contract.vocabulary import snake_case
from features.errors import Finding
from features.reading.definition.source_toml import TextFormat
from features.reading.text.columns import TextColumns
from features.reading.text.dates import read_dates
from features.reading.text.numbers import has_only_numbers, read_numbers
from features.sql import connect, quoted

MARK_RULE: Final = "a mark for no value, such as NA, n/a or -; taken as unknown"
MARK_REMEDY: Final = "Nothing to do if the value is not known; leave it empty to say so."


@dataclass(frozen=True)
class Cells:
    """What a workbook says beyond its text.

    numbers: the columns in which all filled cells are numbers to Excel, so that nothing can be read in two ways.
    is_mixed: whether a column holds numbers beside text. day_zero: the date of day number 0, where dates without a
    format of their own are day numbers; else None.
    """

    numbers: frozenset[str] = frozenset()
    is_mixed: Callable[[str], bool] = lambda _: False
    day_zero: date | None = None


@dataclass
class Normalised:
    """The findings about the text of a table."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def normalise(
    table: str, path: Path, form: TextFormat, attributes: Sequence[str] = (), cells: Cells = Cells()
) -> Normalised:
    """Rewrites a table's file with ISO dates and plain numbers; marks for no value become null.

    `attributes` are columns beyond the contract's that are numbers if all their values are. Errors: dates that can be
    read day first and month first with different results, where no `date_format` is declared; numbers that can be read
    in two ways, where no `decimal` or `thousands` is declared; numbers that are not written as declared.
    """
    names = {name: snake_case(name) for name in _text_names(path)}
    dates = [name for name, meaning in names.items() if meaning in date_columns(table)]
    numbers = [name for name, meaning in names.items() if meaning in _number_columns(table)]
    wanted = {snake_case(name) for name in attributes}
    further = [name for name, meaning in names.items() if meaning in wanted and name not in (*dates, *numbers)]
    if not (dates or numbers or further or form.date_format):
        return Normalised()
    small = {name for name in numbers if (largest_value(table, names[name]) or 1_000) < 1_000}
    with connect(path.parent) as connection:
        texts = TextColumns(connection, path, table)
        if form.date_format:
            dates += _dates_in_digits(texts)
        numbers += has_only_numbers(texts, further)
        return _rewrite(texts, dates, numbers, form, cells, small)


def normalise_cross_section(
    table: str, path: Path, form: TextFormat, left_out: Sequence[str]
) -> tuple[Normalised, list[str]]:
    """Rewrites the file of a cross-section: a text column becomes numbers if all its values are numbers.

    The columns `left_out` stay as they are. Also returns the columns of dates, which stay text.
    """
    names = [name for name in _text_names(path) if name not in left_out]
    with connect(path.parent) as connection:
        texts = TextColumns(connection, path, table)
        numbers = has_only_numbers(texts, names)
        days = texts.all_match(names, lambda text: rf"regexp_matches({text}, '{_DAY}')")
        yes_or_no = texts.all_match(names, lambda text: f"lower({text}) in ('yes', 'no', 'true', 'false')")
        done = _rewrite(texts, [], numbers, form, Cells(), small=set())
        if not done.errors:
            kinds = dict.fromkeys(numbers, "double") | dict.fromkeys(yes_or_no, "boolean")
            texts.rewrite({name: f"try_cast(trim({quoted(name)}) as {kind})" for name, kind in kinds.items()})
    return done, days


_DAY: Final = r"^(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2}))([ T]\d{1,2}:\d{2}.*)?$"


def _rewrite(
    texts: TextColumns, dates: Sequence[str], numbers: Sequence[str], form: TextFormat, cells: Cells, small: set[str]
) -> Normalised:
    done = Normalised()
    marks = texts.counts({name: texts.is_unknown(name) for name in (*dates, *numbers)})
    done.warnings = [Finding(MARK_RULE, texts.table, name, rows, MARK_REMEDY) for name, rows in marks.items()]
    changed, errors, done.notes = read_dates(texts, dates, form, cells.day_zero)
    typed = [name for name in numbers if name not in cells.numbers]
    mixed = [name for name in typed if (form.decimal or form.thousands) and cells.is_mixed(name)]
    changed_numbers, number_errors = read_numbers(texts, typed, form, small, plain_too=mixed)
    done.errors = [*errors, *number_errors]
    changed |= changed_numbers
    for name in marks:
        changed[name] = f"case when not {texts.is_unknown(name)} then {changed.get(name, quoted(name))} end"
    texts.rewrite(changed)
    return done


def _dates_in_digits(texts: TextColumns) -> list[str]:
    """Columns of dates that hold whole numbers, such as 20240131; they become text, to be read as declared."""
    names = [each.name for each in pq.read_schema(texts.path) if pa.types.is_integer(each.type)]
    dates = [name for name in names if snake_case(name) in date_columns(texts.table)]
    texts.rewrite({name: f"{quoted(name)}::varchar" for name in dates})
    return dates


def _text_names(path: Path) -> list[str]:
    return [each.name for each in pq.read_schema(path) if pa.types.is_string(each.type)]


def _number_columns(table: str) -> list[str]:
    return [name for name in column_order(table) if column_type(table, name).is_numeric()]
