"""The rule for the SQL of `source.toml` over files: one SELECT, which reads and does nothing else.

Checked on each query alone, before it is made part of a larger statement, so that no query can end that statement.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import duckdb

from features.errors import Finding
from features.reading.queries.duckdb_errors import duckdb_finding
from features.reading.queries.sql_statement import Statement

READING: Final = frozenset(
    "read_csv read_csv_auto read_parquet parquet_scan read_json read_json_auto read_json_objects read_ndjson "
    "read_ndjson_auto read_ndjson_objects read_text read_blob sniff_csv glob parquet_schema parquet_metadata "
    "parquet_file_metadata parquet_kv_metadata json_each json_tree unnest range generate_series repeat repeat_row "
    "summary histogram histogram_values pg_timezone_names".split()
)
"""The functions that may follow FROM. Others of DuckDB change its settings, write logs, or run SQL given as text."""

_ACTING: Final = frozenset("nextval setval write_log sleep_ms".split())
"""The functions of values that write or wait."""

_CHANGING: Final = re.compile(r"\b(copy|insert|update|delete|merge)\b", re.IGNORECASE)
_CALL: Final = re.compile(r"""(\w+)"?(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*\(""", re.DOTALL)

_ONE: Final = "Write exactly one SELECT; source.toml reads and changes nothing"
_LEAVE_OUT: Final = f"Leave it out; functions after FROM that are known here: {', '.join(sorted(READING))}"
_PIVOT: Final = "Name the values of the PIVOT, as in: pivot t on kind in ('a', 'b') using sum(n)"
_DEEP: Final = "Write it with fewer levels, with a query under [prepare] for each"


def refusal(connection: duckdb.DuckDBPyConnection, statement: Statement) -> Finding | None:
    """Why a statement of `source.toml` is not run; None for one SELECT that only reads."""
    try:
        kinds = [parsed.type for parsed in connection.extract_statements(statement.text)]
    except duckdb.Error as error:
        return duckdb_finding(error, statement)
    if len(kinds) != 1:
        return statement.finding(f"{len(kinds)} statements instead of one SELECT", _ONE)
    if kinds[0] == duckdb.StatementType.MULTI:
        return _refusal_of_pivot(connection, statement)
    if kinds[0] != duckdb.StatementType.SELECT:
        return statement.finding("not a SELECT", _ONE)
    try:
        nodes = list(syntax_nodes(connection, statement.text))
    except RecursionError:
        return statement.finding("nested too deeply", _DEEP)
    if any(str(node.get("type")).endswith("_QUERY_NODE") for node in nodes):  # COPY or INSERT after WITH
        return statement.finding("it changes data or writes files", _ONE)
    after_from = [node["function"] for node in nodes if node.get("type") == "TABLE_FUNCTION"]
    names = {_name(node) for node in after_from} - READING | {_name(node) for node in nodes} & _ACTING
    return statement.finding(f"the function {min(names)} may do more than read", _LEAVE_OUT) if names else None


def syntax_nodes(connection: duckdb.DuckDBPyConnection, sql: str) -> Iterator[dict[str, Any]]:
    """Every node of a SELECT's syntax tree; none if it is not one. Raises RecursionError for a very deep one."""
    [[text]] = connection.execute("select json_serialize_sql(?)", [sql]).fetchall()
    waiting = [json.loads(text).get("statements", [])]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _refusal_of_pivot(connection: duckdb.DuckDBPyConnection, statement: Statement) -> Finding | None:
    """The same for a PIVOT that looks its values up. DuckDB gives no syntax tree of it, so that words decide."""
    known = connection.execute("select function_name from duckdb_functions() where function_type like 'table%'")
    doubtful = {row[0] for row in known.fetchall()} - READING | _ACTING
    words = {name.lower() for name in _CALL.findall(statement.text)} & doubtful
    words |= {word.lower() for word in _CHANGING.findall(statement.text)}
    if not re.search(r"\bpivot", statement.text, re.IGNORECASE):
        return statement.finding("not a SELECT", _ONE)
    return statement.finding(f"a PIVOT with '{min(words)}' may do more than read", _PIVOT) if words else None


def _name(node: dict[str, Any]) -> str:
    return str(node.get("function_name", "")).lower()
