"""Who leads whom: a manager written as an id, as `Name (ID)`, by e-mail, or by name."""

from typing import Final

import polars as pl

from features.drafting.context import Drafting
from features.drafting.exports.rows import source_of
from features.drafting.recognition.keys import ENOUGH
from features.drafting.recognition.names import matches
from features.drafting.views import Line, View
from features.sql import literal, quoted

_IN_TEXT: Final = (r"\(([^()]+)\)\s*$", r"^\s*([^\s,;|-]+)\s*[-–|:]\s", r"\s[-–|:]\s*([^\s,;|-]+)\s*$")
"""An id behind a name, or before it."""
NAMES: Final = "people_by_name"
NOBODY: Final = (
    "no_manager none nobody no_supervisor kein* ohne_vorgesetzt* aucun* sans_* sin_jefe ninguno nessun* brak geen "
    "не_назначен"
)
"""How systems write that somebody has no manager."""


def manager_line(drafting: Drafting, view: View) -> tuple[Line, str] | None:
    """`manager_id` from a view's column, and the join that it needs; None where it matches nobody of the list."""
    values = view.frame["manager"].drop_nulls()
    text = quoted("manager")
    line = view.line("manager")
    if values.is_empty():
        return None
    if nobody := [value for value in values.unique().sort().to_list() if matches(NOBODY, value)]:
        text = f"case when {text} in ({', '.join(map(literal, nobody))}) then null else {text} end"
        values = values.filter(~values.is_in(nobody))
    if spelling := drafting.keys.spelling_of(values):
        return drafting.take(view, "manager", "manager_id", spelling.sql(text), "the ids are in the list of people"), ""
    for pattern in _IN_TEXT:
        inside = values.str.extract(pattern).drop_nulls()
        if len(inside) > ENOUGH * len(values) and (spelling := drafting.keys.spelling_of(inside)):
            sql = f"nullif(regexp_extract({text}, {literal(pattern)}, 1), '')"
            return drafting.take(view, "manager", "manager_id", spelling.sql(sql), "the id stands beside the name"), ""
    for name, sql in ways_to_write(drafting).items():
        called = drafting.bench.rows(f"select {sql} as called from {source_of(drafting.keys.people.table)}")["called"]
        share = values.is_in(called.drop_nulls().to_list()).sum() / len(values)
        if share >= ENOUGH:
            _prepare_names(drafting, sql)
            why = f"matched by {name}: {share:.0%} are in the list of people; a name that two people share is nobody"
            made = drafting.take(view, "manager", "manager_id", "m.employee_id", why)
            return made, f"left join {NAMES} as m on m.called = {text}"
    drafting.notes.append(f"{line.source}: matches nobody in the list of people; not used")
    return None


def ways_to_write(drafting: Drafting) -> dict[str, str]:
    """SQL for the ways in which the list of people can write a name, and its e-mail addresses."""
    people = drafting.keys.people
    ways: dict[str, str] = {}
    for column, shape in people.shapes.items():
        if shape.is_email:
            ways["e-mail"] = quoted(column)
    first, last, name = people.one("first_name"), people.one("last_name"), people.one("name")
    if first and last:
        ways["first and last name"] = f"{first.text} || ' ' || {last.text}"
        ways["last and first name"] = f"{last.text} || ' ' || {first.text}"
        ways["last name, first name"] = f"{last.text} || ', ' || {first.text}"
    if name:
        ways["name"] = name.text
        texts = people.table.frame.select(pl.coalesce(name.names)).to_series().drop_nulls()
        if texts.str.contains(", ").mean() > ENOUGH:  # type: ignore[operator]
            ways["name, turned round"] = f"split_part({name.text}, ', ', 2) || ' ' || split_part({name.text}, ', ', 1)"
        ways["name without what stands in brackets"] = rf"regexp_replace({name.text}, '\s*\([^()]*\)', '', 'g')"
    return ways


def _prepare_names(drafting: Drafting, sql: str) -> None:
    own = drafting.keys.own
    drafting.bench.prepare(
        NAMES,
        f"select called, any_value(employee_id) as employee_id from (\n"
        f"  select {sql} as called, {own.spelling.sql(own.column.text)} as employee_id\n"
        f"  from {source_of(drafting.keys.people.table)}\n"
        ") as named group by called having count(distinct employee_id) = 1",
    )
