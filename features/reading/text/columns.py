"""The text columns of a raw table, counted and rewritten by DuckDB."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
import pyarrow.parquet as pq

from features.sql import copy_to_parquet, literal, parquet, quoted, select_from

UNKNOWN: Final = (
    *("na", "n/a", "n.a.", "#n/a", "#na", "nan", "null", "(null)", "none", "nil", "unknown", "missing", "(blank)"),
    *("-", "--", "---", "–", "—", ".", "..", "...", "?", "not available", "k.a.", "k. a.", "н/д", "нет данных"),
    *("#ref!", "#value!", "#div/0!", "#num!", "#name?", "#null!"),
)
"""What people and programs write into a column of dates or numbers where there is no value; in lower case."""


class TextColumns:
    """The raw text of one table. A condition or an expression is SQL over a column's trimmed text."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, table: str) -> None:
        self.connection, self.path, self.table = connection, path, table

    def is_unknown(self, name: str) -> str:
        """SQL that is true for the marks that stand for no value."""
        return f"coalesce(lower(trim({quoted(name)})) in ({', '.join(map(literal, UNKNOWN))}), false)"

    def counts(self, conditions: Mapping[str, str]) -> dict[str, int]:
        """The number of rows that meet each name's condition, without names that have none. One pass."""
        if not conditions:
            return {}
        counted = ", ".join(f"count(*) filter (where {condition})" for condition in conditions.values())
        row = self.connection.execute(select_from(counted, parquet(self.path))).fetchone()
        return {name: rows for name, rows in zip(conditions, row or (), strict=True) if rows}

    def all_match(self, names: Sequence[str], condition: Callable[[str], str]) -> list[str]:
        """The columns that have values, of which every one meets the condition; marks for no value do not matter."""
        is_value = {name: f"trim({quoted(name)}) <> '' and not {self.is_unknown(name)}" for name in names}
        values = self.counts(is_value)
        meets = {name: f"{is_value[name]} and {condition(f'trim({quoted(name)})')}" for name in values}
        return [name for name, rows in self.counts(meets).items() if rows == values[name]]

    def rewrite(self, expressions: Mapping[str, str]) -> None:
        """Replaces the file by one in which these columns are computed."""
        if not expressions:
            return
        names = pq.read_schema(self.path).names
        columns = ", ".join(f"{expressions.get(name, quoted(name))} as {quoted(name)}" for name in names)
        rewritten = self.path.with_suffix(".normal")
        copy_to_parquet(self.connection, select_from(columns, parquet(self.path)), rewritten)
        rewritten.replace(self.path)
