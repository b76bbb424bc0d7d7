"""Dates as people write them -> ISO. The order of day and month is declared, or only one order fits the column."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from features.errors import Finding
from features.reading.definition.source_definition import FILE_NAME
from features.reading.definition.source_toml import TextFormat
from features.reading.text.columns import TextColumns
from features.sql import literal, parquet, quoted, select_from

_DAY_NUMBERS: Final = (15_000, 73_050)
"""Day numbers of Excel that are taken for dates: 1941 to the end of 2099."""
_TIME: Final = r"[ T]+(\d{1,2}:\d{2}(:\d{2})?)(\.\d+)?$"


def read_dates(
    texts: TextColumns, names: Sequence[str], form: TextFormat, day_zero: date | None
) -> tuple[dict[str, str], list[Finding], list[str]]:
    """The expressions that rewrite these columns as ISO dates; errors; notes.

    With `day_zero`, the date of day number 0, cells with the day numbers of a workbook are dates too.
    """
    days, day_notes = _day_numbers(texts, names, day_zero) if day_zero else ({}, [])
    written, errors, notes = _written_dates(texts, names, form)
    both = {name: f"coalesce({days[name]}, {written.get(name, quoted(name))})" for name in days}
    return written | both, errors, day_notes + notes


def _written_dates(
    texts: TextColumns, names: Sequence[str], form: TextFormat
) -> tuple[dict[str, str], list[Finding], list[str]]:
    if form.date_format:
        return {name: _declared_date(name, form.date_format) for name in names}, [], []
    not_iso = texts.counts({name: f"substr(ltrim({quoted(name)}), 5, 1) <> '-'" for name in names})
    expressions, errors, notes = {}, [], []
    for column in map(YearLast, not_iso):
        written, day_first, month_first, unequal = column.count(texts)
        if day_first == month_first == written and unequal:
            errors.append(_ambiguous(texts.table, column.name, unequal))
        elif written and written in (day_first, month_first):
            is_day_first = day_first == written
            expressions[column.name] = column.iso(is_day_first)
            word = "day" if is_day_first else "month"
            notes.append(f"{texts.table}.{column.name}: dates read with the {word} first: no other order fits.")
    return expressions, errors, notes


class YearLast:
    """SQL for dates of one column with the year last: 31/01/2024, 31.1.2024 or 31-01-2024, with or without a time."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = f"trim({quoted(name)})"
        self.day = f"translate(split_part({self.text}, ' ', 1), '.-', '//')"
        self.is_written = rf"regexp_full_match({self.day}, '\d{{1,2}}/\d{{1,2}}/\d{{4}}')"

    def count(self, texts: TextColumns) -> tuple[int, int, int, int]:
        """Rows with the year last; readable day first; readable month first; readable both ways with two results."""
        days = select_from(f"{self.day} as day, count(*) as n", parquet(texts.path))
        day_first, month_first = "try_strptime(day, '%d/%m/%Y')", "try_strptime(day, '%m/%d/%Y')"
        conditions = ["true", f"{day_first} is not null", f"{month_first} is not null", f"{day_first} <> {month_first}"]
        summed = ", ".join(f"coalesce(sum(n) filter (where {condition}), 0)" for condition in conditions)
        query = select_from(summed, f"({days} where {self.is_written} group by day)")
        written, *readings = texts.connection.execute(query).fetchone() or (0, 0, 0, 0)
        return int(written), int(readings[0]), int(readings[1]), int(readings[2])

    def iso(self, day_first: bool) -> str:
        """SQL for the ISO date, with the time if there is one; a text of another form is unchanged."""
        order = (3, 2, 1) if day_first else (3, 1, 2)
        year, month, day = (f"split_part({self.day}, '/', {position})" for position in order)
        iso = f"{year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0')"
        time = f"regexp_extract({self.text}, '{_TIME}', 1)"
        rest = f"case when {time} = '' then substr({self.text}, length({self.day}) + 1) else {_padded(time)} end"
        return f"case when {self.is_written} then {iso} || {rest} else {quoted(self.name)} end"


def _padded(time: str) -> str:
    """SQL for a time of day with two digits for the hour, after a space."""
    return f"' ' || lpad({time}, case when length({time}) > 5 then 8 else 5 end, '0')"


def _declared_date(name: str, form: str) -> str:
    """SQL for a date as declared, with the time of day if there is one, whether the format speaks of it or not."""
    text = f"trim({quoted(name)})"
    if re.search("%[HIT]", form):
        day_form = re.split(r"[ T]*%[HIT]", form)[0]
        parsed = f"strftime(try_strptime({text}, {literal(form)}), '%Y-%m-%d %H:%M:%S')"
        day = f"strftime(try_strptime({text}, {literal(day_form)}), '%Y-%m-%d')"
        return f"coalesce({parsed}, {day}, {quoted(name)})"
    time = f"regexp_extract({text}, '{_TIME}', 1)"
    day = f"strftime(try_strptime(regexp_replace({text}, '{_TIME}', ''), {literal(form)}), '%Y-%m-%d')"
    return f"coalesce({day} || case when {time} = '' then '' else {_padded(time)} end, {quoted(name)})"


def _day_numbers(texts: TextColumns, names: Sequence[str], day_zero: date) -> tuple[dict[str, str], list[str]]:
    """For cells that hold Excel's number of a day instead of a date."""
    low, high = _DAY_NUMBERS
    number = {name: f"try_cast(trim({quoted(name)}) as double)" for name in names}
    found = texts.counts({name: f"{number[name]} between {low} and {high}" for name in names})
    day = {
        name: f"case when {number[name]} between {low} and {high} then strftime(date '{day_zero}' + "
        f"floor({number[name]})::int, '%Y-%m-%d') end"
        for name in found
    }
    noun = {name: f"{rows:,} cell{'s' * (rows != 1)}" for name, rows in found.items()}
    notes = [f"{texts.table}.{name}: {noun[name]} with Excel's number of a day: read as dates." for name in found]
    return day, notes


def _ambiguous(table: str, name: str, rows: int) -> Finding:
    remedy = (
        f'Write date_format = "%d/%m/%Y" or "%m/%d/%Y" under [files.{table}] '
        f"in {FILE_NAME}, with the separators of the file"
    )
    return Finding("dates that can be read with the day first or the month first", table, name, rows, remedy)
