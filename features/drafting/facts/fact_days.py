"""The day of a fact: from a column, a wave such as `2023-Q1`, the name of the file or the sheet; else it is asked."""

import re
from datetime import date, timedelta

from features.drafting.context import Drafting, counts_of
from features.drafting.exports.file_dates import day_in_name
from features.drafting.questions import Question
from features.drafting.views import Line, View
from features.sql import literal

_YEAR = r"((?:19|20)\d\d)"
_PARTS = (
    (rf"(?:Q|KW?|кв\w*)\s*([1-4])\D{{0,3}}{_YEAR}|{_YEAR}\D{{0,3}}(?:Q|кв\w*)\s*([1-4])", 3),
    (rf"(?:H|HY|S|HJ)\s*([12])\D{{0,3}}{_YEAR}|{_YEAR}\D{{0,3}}(?:H|HY|S|HJ)\s*([12])", 6),
    (rf"(?:M|)(0[1-9]|1[0-2])[-./ ]{_YEAR}|{_YEAR}[-./ ]?(?:M|)(0[1-9]|1[0-2])(?!\d)", 1),
    (rf"()(?<!\d){_YEAR}(?!\d)|(?!)()()", 12),
)
_ISO = re.compile(rf"{_YEAR}-(\d\d)-(\d\d)")


def day_of_fact(drafting: Drafting, view: View, what: str) -> Line:
    """The line of the day of a row of a view with a column `day` or `wave`; asked where nothing says it."""
    if view.has("day"):
        return drafting.take(view, "day", "day", 'f."day"')
    if view.has("wave") and (line := _of_waves(drafting, view)):
        return line
    if view.has("file_date"):
        return drafting.take(view, "file_date", "day", 'f."file_date"')
    if day := day_in_name(view.table.table.files):
        return Line("day", f"date '{day}'", "", 0.9, "the day in the name of the file")
    text = f"On which day did {what} in {view.name} take place, or end? Nothing says it."
    question = Question(f"day_{view.name}", text, "date", why="no column and no name of a file holds a day")
    answer = drafting.interview.ask(question)
    return Line("day", f"date '{answer}'" if answer else "null::date", "", 0.9, f"as answered in day_{view.name}")


def end_of_period(text: str) -> date | None:
    """The last day of the quarter, half-year, month or year in a text; None where it has none."""
    if found := _ISO.search(text):
        try:
            return date.fromisoformat(found.group())
        except ValueError:
            return None
    for pattern, months in _PARTS:
        if found := re.search(pattern, text, re.IGNORECASE):
            first, year, other_year, second = found.groups()
            part = first or second
            return _last(int(year or other_year), int(part) * months if part else 12)
    return None


def _last(year: int, month: int) -> date | None:
    if not 1 <= month <= 12:
        return None
    return (date(year, month, 1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _of_waves(drafting: Drafting, view: View) -> Line | None:
    """The last day of each wave: nobody knows the answers before."""
    ends = {value: day for value in counts_of(view.frame["wave"]) if (day := end_of_period(value))}
    if not ends:
        return None
    whens = "".join(f"\n    when {literal(value)} then date '{day}'" for value, day in ends.items())
    unclear = view.frame["wave"].n_unique() - len(ends)
    if unclear:
        drafting.notes.append(f"{view.line('wave').source}: {unclear} values name no period; these rows are left out")
    sql = f'case f."wave"{whens}\n  end'
    return drafting.take(view, "wave", "day", sql, "the last day of the period that it names")
