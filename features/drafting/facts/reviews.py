"""`performance`: ratings of reviews, as numbers of which the higher is the better.

Which end is the best, and what words stand for, is asked. The rating of a list of today has no day and is not used.
"""

from collections.abc import Mapping
from typing import Final

from features.contract.vocabulary import folded
from features.drafting.context import Drafting, case, counts_of
from features.drafting.employment.posts import dated_rows, dated_views, day_of
from features.drafting.exports.file_dates import day_in_name
from features.drafting.facts.fact_columns import (
    FactColumn,
    Role,
    Values,
    as_code,
    as_day,
    as_number,
    as_text,
    by_name,
    fact_view,
)
from features.drafting.facts.fact_days import end_of_period
from features.drafting.facts.persons import Person, joined_name, person_column, person_of
from features.drafting.questions import Question
from features.drafting.recognition.columns import Recognised
from features.drafting.recognition.names import matches
from features.drafting.views import Line, Select, View
from features.drafting.vocabulary.fact_words import RATING, REVIEW, REVIEW_DAY, YEAR
from features.drafting.vocabulary.likert import RATINGS
from features.drafting.vocabulary.words import DATES
from features.sql import literal, quoted

HIGHER, LOWER = "higher is better", "lower is better"
MONTHS_LATER: Final = ("at the end of the period", "a month later", "two months later", "three months later")
_MARKS: Final = "note schulnote gesamtnote notenstufe"
"""In a German name: a mark, of which 1 is the best."""


def _as_rating(text: str, values: Values) -> str | None:
    return as_number(text, values) or as_code(text, values)


def columns(table: Recognised) -> Mapping[str, FactColumn] | None:
    """The columns of reviews: a person, a rating, and a day, a year or the date of the file."""
    found = by_name(
        table,
        {
            "day": Role(f"{DATES['review_date']} {REVIEW_DAY}", as_day),
            "rating": Role(RATING, _as_rating),
            "year": Role(YEAR, as_text),
        },
    )
    who = person_column(table, tuple(column.name for column in found.values())) or joined_name(table)
    names = [table.table.name, found["rating"].name] if "rating" in found else []
    is_dated = {"day", "year"} & set(found) or day_in_name(table.table.files) or len(table.table.files) > 1
    return {"who": who, **found} if who and is_dated and any(matches(REVIEW, name) for name in names) else None


def draft(drafting: Drafting, table: Recognised, columns: Mapping[str, FactColumn]) -> None:
    """One row a review."""
    view = fact_view(drafting, table, [column.line(role) for role, column in columns.items()], "review")
    person = person_of(drafting, view, "who")
    if person is None:
        drafting.notes.append(f"{view.name}: nobody of the list of people is in it; not used")
        return
    day = _day(drafting, view)
    if day is None:
        drafting.notes.append(f"{view.name}: no day and no year of the reviews; not used")
        return
    _add(drafting, view, person, day)


def draft_from_months(drafting: Drafting) -> None:
    """Ratings that stand in dated lists of people; without any, a rating of today is named as not used."""
    if "performance" in drafting.tables:
        return
    view = next((view for view in dated_views(drafting) if view.has("rating")), None)
    if view is None:
        drafting.notes += [
            f"{each.line('rating').source}: known as of today only, and not when it was given; not used"
            for each in drafting.of_kind("person")
            if each.has("rating")
        ]
        return
    made = view.line("employee_id")
    person = Person(Line("employee_id", "f.employee_id", made.source, 0.95, made.why), "")
    day = Line("review_date", day_of(drafting, view), view.name, 0.9, "the day of the row")
    _add(drafting, view, person, day, dated_rows(drafting, view).format(join=""))


def _add(drafting: Drafting, view: View, person: Person, day: Line, rows: str = "") -> None:
    rows = rows or f"from {quoted(view.name)} as f{person.join}\nwhere f.who is not null"
    rating = _rating(drafting, view)
    drafting.add("performance", Select((person.line, day, rating), f"{rows} and f.rating is not null", distinct=True))


def _day(drafting: Drafting, view: View) -> Line | None:
    """The day of a review; of a period the day is asked on which its ratings were known."""
    if view.has("day") and view.frame["day"].null_count() < len(view.frame) / 2:
        return drafting.take(view, "day", "review_date", 'f."day"')
    role = "year" if view.has("year") else "file_date" if view.has("file_date") else ""
    if not role:
        found = day_in_name(view.table.table.files)
        return Line("review_date", f"date '{found}'", "", 0.9, "the day in the name of the file") if found else None
    if role == "file_date":
        return drafting.take(view, role, "review_date", "f.file_date")
    ends = {value: day for value in counts_of(view.frame[role]) if (day := end_of_period(value))}
    if not ends:
        return None
    question = Question(
        f"reviewed_{view.name}",
        f"When are the ratings of a period in {view.line(role).source} known? Before that day nothing may know them.",
        "one",
        MONTHS_LATER,
        suggested=MONTHS_LATER[-1],
        why="a period is named, and no day",
    )
    months = MONTHS_LATER.index(drafting.interview.ask(question))
    whens = "".join(f"\n    when {literal(value)} then date '{day}'" for value, day in ends.items())
    sql = f"last_day((case f.{quoted(role)}{whens}\n  end + interval {months} month)::date)"
    return drafting.take(view, role, "review_date", sql, f"as answered in reviewed_{view.name}")


def _rating(drafting: Drafting, view: View) -> Line:
    """The rating as a number, by the answers."""
    source, values = view.line("rating").source, view.frame["rating"].drop_nulls()
    if values.dtype.is_numeric():
        name = source.partition(".")[2]
        low, high = (float(each) for each in (values.min() or 0, values.max() or 0))  # type: ignore[arg-type]
        question = Question(
            f"rating_{view.name}",
            f"Is a higher {source} better, or a lower one? Its values go from {low:g} to {high:g}.",
            "one",
            (HIGHER, LOWER),
            suggested=LOWER if matches(_MARKS, name) and low >= 1 and high <= 6 else HIGHER,
            why="the values do not say it",
        )
        if drafting.interview.ask(question) == LOWER:
            why = "turned round: lower is better, as answered"
            return drafting.take(view, "rating", "rating", f"{low + high:g} - f.rating", why)
        return drafting.take(view, "rating", "rating", "f.rating", "higher is better, as answered")
    counts = counts_of(values)
    question = Question(
        f"ratings_{view.name}",
        f"Which number does each {source} stand for? A higher one is better; two alike may share one.",
        "values",
        (),
        counts,
        {value: number for value in counts if (number := _number(value, [*counts]))},
        source,
    )
    sql = case("f.rating", drafting.interview.ask(question))
    return drafting.take(view, "rating", "rating", sql, f"as answered in ratings_{view.name}")


def _number(value: str, every: list[str]) -> float | None:
    """A number for a word of rating; letters count down from A, which is the best."""
    word = folded(value)
    for number, words in enumerate(RATINGS, 1):
        if word in map(folded, words.split()):
            return float(number)
    letters = sorted({each.strip()[:1].upper() for each in every})
    if all(len(each.strip()) == 1 and each.strip().isalpha() for each in every) and "A" in letters:
        return float(len(letters) - letters.index(value.strip().upper()))
    return None
