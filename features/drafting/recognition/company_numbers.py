"""Numbers that each company of a group gives for itself: the same number is two people, and the company tells which."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from features.drafting.exports.export import ExportTable
from features.drafting.exports.rows import rows_of
from features.drafting.recognition.names import roles_of
from features.drafting.recognition.shapes import shape_of
from features.sql import quoted

NUMBER: Final = "employee_id number"
LEAST_SHARED: Final = 0.02
"""From this share of numbers on that several companies give, the number alone is no id."""
_NAMES: Final = ("last_name", "name", "first_name")


def with_numbers_of_the_group(tables: Sequence[ExportTable]) -> list[ExportTable]:
    """The tables with the company before each number, where companies give the same numbers to different people."""
    roles = [_roles(table) for table in tables]
    if not any(_is_shared(table, each) for table, each in zip(tables, roles, strict=True)):
        return list(tables)
    return [_with_company(table, each) for table, each in zip(tables, roles, strict=True)]


def _roles(table: ExportTable) -> dict[str, str]:
    """The first column of each role, by the names."""
    found: dict[str, str] = {}
    for name in table.columns:
        for role, _ in roles_of(name, shape_of(name, table.frame[name]), table.name)[:1]:
            found.setdefault(role, name)
    return found


def _is_shared(table: ExportTable, roles: dict[str, str]) -> bool:
    """Whether numbers in a list of people stand for people of different names in different companies."""
    named = next((roles[role] for role in _NAMES if role in roles), None)
    if named is None or not {"person_id", "company", "hire_date"} <= set(roles):
        return False
    people = table.frame.select(id=roles["person_id"], company=roles["company"], name=named)
    each = people.drop_nulls("id").group_by("id").agg(pl.col("company").n_unique(), pl.col("name").n_unique())
    shared = each.filter((pl.col("company") > 1) & (pl.col("name") > 1))
    return shared.height > LEAST_SHARED * each.height


def _with_company(table: ExportTable, roles: dict[str, str]) -> ExportTable:
    if not {"person_id", "company"} <= set(roles) or table.reshaped:
        return table
    company, number = roles["company"], roles["person_id"]
    made = f"{quoted(company)} || '-' || {quoted(number)}"
    frame = table.frame.with_columns((pl.col(company) + "-" + pl.col(number)).alias(NUMBER))
    sql = f"select *, {made} as {quoted(NUMBER)} from {rows_of(table)}"
    return replace(table, frame=frame, reshaped=sql, unshaped=table.frame)
