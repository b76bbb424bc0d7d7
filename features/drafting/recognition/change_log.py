"""A log with a row a changed field (who, when, which field, old value, new value) as rows with a column a field."""

from dataclasses import replace
from typing import Final

import duckdb
import polars as pl

from features.drafting.exports.export import ExportTable
from features.drafting.exports.rows import rows_of
from features.drafting.recognition.names import LEAST, VALUES, roles_by_name, roles_of
from features.drafting.recognition.shapes import shape_of
from features.reading.input_part import FILE_COLUMN
from features.sql import literal, quoted

FEWEST_FIELDS, MOST_FIELDS = 2, 80
MOST_REPEATED: Final = 0.005
"""A log in which a field of a person changes twice on more than this share of its days is left as it is."""
_KEPT: Final = ("entered_at", "notice_date")
_FIELDS: Final = VALUES | {"status", "interval", "market_pay", "worker_type"}


def with_a_column_a_field(table: ExportTable) -> ExportTable:
    """The table with a column for each field, if it is such a log: a row a person and day. Else the table itself."""
    roles = _roles(table)
    field, value, person = roles.get("changed_field"), roles.get("new_value"), roles.get("person_id")
    day = roles.get("valid_from") or roles.get("period")
    if field is None or value is None or person is None or day is None:
        return table
    fields = _fields(table.frame[field])
    keys = [person, day, field]
    repeated = 1 - table.frame.select(keys).n_unique() / max(table.frame.height, 1)
    if not fields or repeated > MOST_REPEATED:
        return table
    lines = [f"select {quoted(person)}, {quoted(day)}"]
    lines += [f"max({quoted(roles[role])}) as {quoted(roles[role])}" for role in _KEPT if role in roles]
    new = f"max(case when {quoted(field)} = {{}} then {quoted(value)} end) as {{}}"
    lines += [new.format(literal(name), quoted(name)) for name in fields]
    lines.append(f"min({FILE_COLUMN}) as {FILE_COLUMN}")
    head, last = ",\n  ".join(lines), f"group by {quoted(person)}, {quoted(day)}"
    with duckdb.connect() as connection:
        connection.register("log", table.frame.to_arrow())
        wide = pl.DataFrame(connection.sql(f"{head} from log {last}").to_arrow_table()).sort(person, day)
    return replace(table, frame=wide, reshaped=f"{head}\nfrom {rows_of(table)}\n{last}", unshaped=table.frame)


def _roles(table: ExportTable) -> dict[str, str]:
    """The column of each role, the likeliest one."""
    found: dict[str, tuple[float, str]] = {}
    for name in table.columns:
        for role, score in roles_of(name, shape_of(name, table.frame[name]), table.name)[:1]:
            found[role] = max(found.get(role, (0.0, "")), (score, name))
    return {role: name for role, (_, name) in found.items()}


def _fields(names: pl.Series) -> list[str]:
    """The names of the fields, if some of them are what a post or pay has; else none."""
    fields = sorted(names.drop_nulls().unique().to_list())
    telling = [name for name in fields if _names_a_field(name)]
    return fields if len(telling) >= FEWEST_FIELDS and len(fields) <= MOST_FIELDS else []


def _names_a_field(name: str) -> bool:
    return any(score >= LEAST for role, score in roles_by_name(name, "").items() if role in _FIELDS)
