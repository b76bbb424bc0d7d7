"""`measures`: other dated numbers about people, where an answer asks for them; none is taken by itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from features.drafting.context import Drafting
from features.drafting.employment.posts import dated_rows, dated_views, day_of
from features.drafting.facts.surveys import declare, item_names
from features.drafting.questions import Interview, Question
from features.drafting.recognition.columns import Column, Recognised, shown
from features.drafting.recognition.shapes import Shape, is_written_date
from features.drafting.views import Line, Select, View
from features.sql import literal, quoted

ROLE: Final = "measure"
FEWEST_VALUES: Final = 3


def with_measures(tables: Sequence[Recognised], interview: Interview) -> list[Recognised]:
    """The tables with the columns that the answer names as measures."""
    offered = {
        f"{table.table.name}.{shown(name)}": (table, name, shape)
        for table in tables
        if table.has("person_id") and (table.has("period") or table.has("valid_from"))
        for name, shape in table.shapes.items()
        if _may_be_measure(table, name, shape)
    }
    if not offered:
        return [*tables]
    text = "Which of these numbers may become features? Only what was known on the day of its row."
    question = Question(
        "measures", text, "several", tuple(offered), suggested=[], why="dated numbers without another use"
    )
    chosen = interview.offer(question)
    found = {place: offered[place] for place in chosen if place in offered}
    return [_with_columns(table, [each[1:] for each in found.values() if each[0] is table]) for table in tables]


def draft_measures(drafting: Drafting) -> None:
    """One row a measure, person and day."""
    for view in dated_views(drafting):
        roles = [role for role in view.roles if role == ROLE or role.startswith(f"{ROLE}_")]
        names = item_names({view.line(role).source.partition(".")[2]: role for role in roles})
        for role, name in zip(roles, names.values(), strict=True):
            _add(drafting, view, role, name)
        if roles:
            declare(drafting, "measures", view.name, names)


def _add(drafting: Drafting, view: View, role: str, name: str) -> None:
    number = view.column(role).shape.as_number
    if number is None:
        return
    lines = (
        Line("employee_id", "f.employee_id", view.line("employee_id").source, 0.95),
        Line("measured_at", day_of(drafting, view), view.name, 0.9, "the day of the row"),
        Line("name", literal(name)),
        drafting.take(view, role, "value", number.sql(f"f.{quoted(role)}"), "as answered in measures"),
    )
    rest = f"{dated_rows(drafting, view).format(join='')} and f.{quoted(role)} is not null"
    drafting.add("measures", Select(lines, rest))


def _may_be_measure(table: Recognised, name: str, shape: Shape) -> bool:
    taken = {other for column in table.columns for other in column.names} | {each.name for each in table.sensitive}
    is_number = shape.as_number is not None and not is_written_date(shape) and shape.distinct >= FEWEST_VALUES
    return is_number and name not in taken


def _with_columns(table: Recognised, found: Sequence[tuple[str, Shape]]) -> Recognised:
    added = tuple(
        Column(table.table.name, (name,), ROLE, 0.9, "as answered in measures", shape) for name, shape in found
    )
    return replace(table, columns=(*table.columns, *added)) if added else table
