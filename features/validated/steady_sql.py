"""Whether SQL gives the same rows for as long as the views that it names do."""

from collections.abc import Collection, Iterable
from typing import Any, Final

import duckdb

from features.reading.queries.read_only import READING, syntax_nodes

_OF_FILES: Final = frozenset(
    name for name in READING if name.startswith(("read_", "sniff_", "parquet_")) or name.endswith("_scan")
) | {"glob"}
_CLOCK_OR_CHANCE: Final = frozenset(
    "now today current_date current_time current_timestamp current_localtime current_localtimestamp localtime "
    "localtimestamp get_current_time get_current_timestamp transaction_timestamp age random setseed uuid uuidv4 uuidv7 "
    "gen_random_uuid getenv getvariable current_setting version current_user user session_user current_catalog "
    "current_database current_schema current_schemas current_query txid_current".split()
)


_WORDS_OF_THE_CLOCK: Final = ("current_", "localtime")
"""How a name begins that stands without brackets, like a column, and is the clock or the session."""


def is_steady(queries: Iterable[str], views: Collection[str]) -> bool:
    """Whether queries read these views only: no file by its name, not the clock, and nothing at random.

    False where DuckDB gives no syntax tree, as of a PIVOT that looks its values up.
    """
    known = {view.lower() for view in views}
    with duckdb.connect() as connection:
        return all(_is_steady(connection, sql, known) for sql in queries)


def _is_steady(connection: duckdb.DuckDBPyConnection, sql: str, views: set[str]) -> bool:
    try:
        nodes = list(syntax_nodes(connection, sql))
    except (duckdb.Error, RecursionError):
        return False
    within = {_lower(entry.get("key")) for node in nodes for entry in _shared(node)}
    tables = {_lower(node.get("table_name")) for node in nodes if node.get("type") == "BASE_TABLE"}
    calls = {_lower(node.get("function_name")) for node in nodes}
    columns = {_lower(name) for node in nodes for name in node.get("column_names") or []}
    reads_the_clock = any(name.startswith(_WORDS_OF_THE_CLOCK) for name in columns)
    is_sample = any(node.get("sample") for node in nodes)
    depends_on_more = is_sample or reads_the_clock or bool(calls & (_OF_FILES | _CLOCK_OR_CHANCE))
    return bool(nodes) and tables <= views | within and not depends_on_more


def _shared(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The queries of WITH."""
    shared = node.get("cte_map")
    return list(shared.get("map", [])) if isinstance(shared, dict) else []


def _lower(name: Any) -> str:
    return str(name or "").lower()
