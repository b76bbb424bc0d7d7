"""Who a fact is about: a person of the list, named by the id, another number, an e-mail address or a name."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from features.drafting.context import Drafting
from features.drafting.employment.managers import ways_to_write
from features.drafting.exports.rows import source_of
from features.drafting.facts.fact_columns import FactColumn, Role, Values, as_text, by_name, free_name
from features.drafting.questions import Question
from features.drafting.recognition.columns import Recognised
from features.drafting.recognition.keys import ENOUGH
from features.drafting.recognition.names import matches
from features.drafting.views import Line, View
from features.drafting.vocabulary.fact_words import ANONYMOUS, EMAIL, WHO
from features.drafting.vocabulary.person_words import FIRST_NAMES, FULL_NAMES, LAST_NAMES, PERSON_ID
from features.sql import quoted

PEOPLE: Final = f"{PERSON_ID} {FULL_NAMES} {EMAIL} {WHO}"
FEWEST_ROWS: Final = 5
_VAGUE: Final = "id identifier code number no nr user user_id userid"
SAME, OTHER = "the number of the person", "another number"


@dataclass(frozen=True)
class Person:
    """The id of a person as a column of a query over a view `f`, and the join that it needs."""

    line: Line
    join: str


def person_column(table: Recognised, keep: tuple[str, ...] = ()) -> FactColumn | None:
    """The column that names the person of a row: of a number, an address and a name the first; None if none does."""
    ways = (PERSON_ID, EMAIL, f"{FULL_NAMES} {WHO}")
    for words in ways:
        found = by_name(table, {"who": Role(words, as_text)}).get("who")
        if found and found.name not in keep and not matches(ANONYMOUS, found.name):
            return found
    return None


def joined_name(table: Recognised) -> FactColumn | None:
    """A first and a last name in two columns, as one text."""
    found = by_name(table, {"first": Role(FIRST_NAMES, as_text), "last": Role(LAST_NAMES, as_text)})
    if len(found) < 2:
        return None
    first, last = found["first"], found["last"]
    joined = table.table.frame.select(pl.concat_str(first.name, last.name, separator=" ")).to_series().drop_nulls()
    sql = f"{quoted(first.name)} || ' ' || {quoted(last.name)}"
    return FactColumn(first.table, first.name, sql, 0.85, "first and last name", Values(first.values.shape, joined))


def person_of(drafting: Drafting, view: View, role: str, name: str = "employee_id") -> Person | None:
    """The person in a column of a view; None where the values are nobody of the list."""
    values = view.frame[role].drop_nulls()
    made = view.line(role)
    drafting.used.add(made.source)
    if values.is_empty() or not _is_meant(drafting, view, role, values):
        return None
    if spelling := drafting.keys.spelling_of(values):
        sql = spelling.sql(f"f.{quoted(role)}")
        return Person(Line(name, sql, made.source, made.confidence, f"{made.why}; ids of the list of people"), "")
    for way, sql in _ways(drafting).items():
        called = drafting.bench.rows(f"select lower({sql}) as called from {source_of(drafting.keys.people.table)}")
        share = _share(values.str.to_lowercase(), called["called"].drop_nulls())
        if share >= ENOUGH:
            people, alias = _prepared(drafting, way, sql), f"p_{role}"
            why = f"{made.why}; matched by {way}: {share:.0%}; rows of others are left out, and of a name of two people"
            join = f"\njoin {quoted(people)} as {alias} on {alias}.called = lower(f.{quoted(role)})"
            return Person(Line(name, f"{alias}.the_id", made.source, 0.85, why), join)
    return None


def _is_meant(drafting: Drafting, view: View, role: str, values: pl.Series) -> bool:
    """Asks where a vague name such as `ID` may count answers or tickets instead of people."""
    column = view.line(role).source.partition(".")[2]
    own = drafting.keys.own.column.name
    if column == own or not matches(_VAGUE, column) or matches(_VAGUE, column) < len(column.replace(" ", "")) - 1:
        return True
    if not values.str.contains(r"^\d+$").all():
        return True
    question = Question(
        f"who_{view.name}",
        f"Is {view.line(role).source} the same number as {drafting.keys.own.column.place}, or does it number something "
        "else, such as the answers?",
        "one",
        (SAME, OTHER),
        suggested=OTHER,
        why="plain numbers match by chance",
    )
    return bool(drafting.interview.ask(question) == SAME)


def _ways(drafting: Drafting) -> dict[str, str]:
    """SQL for the other numbers, the addresses and the names in the list of people."""
    people = drafting.keys.people
    own = drafting.keys.own.column
    numbers = {f"{each.name}": each.text for each in people.all("person_id") if each is not own}
    return numbers | ways_to_write(drafting)


def _prepared(drafting: Drafting, way: str, sql: str) -> str:
    """A view of the people by one of these ways, without those whom it does not tell apart."""
    if way not in drafting.people_by:
        own = drafting.keys.own
        name = free_name(drafting, f"people_by_{len(drafting.people_by) + 1}")
        drafting.bench.prepare(
            name,
            f"select lower({sql}) as called, any_value({own.spelling.sql(own.column.text)}) as the_id\n"
            f"from {source_of(drafting.keys.people.table)}\nwhere {sql} is not null\n"
            f"group by 1 having count(distinct {own.spelling.sql(own.column.text)}) = 1",
        )
        drafting.people_by[way] = name
    return drafting.people_by[way]


def _share(values: pl.Series, called: pl.Series) -> float:
    some, every = set(values.unique().to_list()), set(called.to_list())
    smaller = min(len(some), len(every))
    return len(some & every) / smaller if smaller else 0.0
