"""Which columns the queries of a source use, so that others are not even fetched from where they lie."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import duckdb

from features.reading.queries.read_only import syntax_nodes
from features.reading.queries.sql_statement import Query

_WHOLE_ROWS: Final = frozenset({"STAR", "SHOW_REF", "PIVOT"})
"""Parts of a query that may stand for columns which it does not name."""


def used_columns(connection: duckdb.DuckDBPyConnection, queries: Sequence[Query]) -> Callable[[str], bool]:
    """Whether a column is named in the queries; true for each where a query may use all, as with `*`."""
    for query in queries:
        try:
            nodes = list(syntax_nodes(connection, query.sql))
        except (duckdb.Error, RecursionError):  # the query's own check reports it
            nodes = []
        if not nodes or any(_uses_whole_rows(node) for node in nodes) or _names_a_row(nodes):
            return lambda _: True
    text = "\n".join(query.sql for query in queries).lower()
    return lambda name: name.lower() in text or name.replace('"', '""').lower() in text


def _uses_whole_rows(node: dict[str, Any]) -> bool:
    kinds = {str(node.get(key)) for key in ("class", "type", "ref_type")}
    return bool(kinds & (_WHOLE_ROWS | {"NATURAL"}))


def _names_a_row(nodes: Sequence[dict[str, Any]]) -> bool:
    """Whether a table's own name stands where a column does, as in `to_json(staff)`: that is its whole row."""
    tables = {str(node.get(key) or "").lower() for node in nodes for key in ("table_name", "alias") if _is_table(node)}
    columns = [node.get("column_names") or [] for node in nodes if node.get("class") == "COLUMN_REF"]
    return any(len(names) == 1 and str(names[0]).lower() in tables - {""} for names in columns)


def _is_table(node: dict[str, Any]) -> bool:
    return str(node.get("type")) in ("BASE_TABLE", "SUBQUERY", "TABLE_FUNCTION", "JOIN")
