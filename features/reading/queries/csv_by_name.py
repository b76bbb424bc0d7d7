"""CSV that a query names directly, `from 'staff.csv'`: text, which the query may use as what it plainly is.

DuckDB guesses types, and may take the second of January for the first of February. So a file named in SQL becomes a
view of text. Where every value of a column has one reading only, and a number or a date written out again is the very
same text, the query may calculate with it: such a column has a type in the first readings of `READINGS`, and a query
that does not fit them is run over text. A query that wants DuckDB's guesses says so with `read_csv`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from features.reading.column_names import ROWS_BELOW, check_header
from features.reading.definition.source_toml import TextFormat
from features.reading.file_checks import check_compression, check_number_of_columns
from features.reading.queries.read_only import syntax_nodes
from features.reading.text.dates import YearLast
from features.reading.text.numbers import ambiguous_point
from features.reading.union import missing_columns
from features.sql import literal, quoted, select_from

READINGS: Final = (frozenset({"number", "date"}), frozenset({"number"}), frozenset[str]())
"""The kinds of columns that have a type of their own, tried in this order."""

_CSV: Final = re.compile(r"\.(csv|tsv)(\.gz|\.zst)?$", re.IGNORECASE)
_JSON: Final = re.compile(r"\.(json|jsonl|ndjson)(\.gz|\.zst)?$", re.IGNORECASE)
_ISO_ONLY: Final = "dateformat = '%Y-%m-%d', timestampformat = '%Y-%m-%d %H:%M:%S'"
_LARGEST: Final = 15
"""Digits that every type of number holds exactly."""


@dataclass(frozen=True)
class TypedColumn:
    """A column with one reading: its kind in READINGS, SQL for its value, and the order of day and month found."""

    kind: str
    value: str
    order: str = ""


@dataclass(frozen=True)
class NamedFile:
    """A file or pattern that queries name, and the types that its columns can have."""

    name: str
    relation: str
    columns: dict[str, TypedColumn | None]
    notes: tuple[str, ...] = ()

    def view(self, kinds: frozenset[str]) -> str:
        """SQL that creates the view under the file's own name."""
        values = [
            f"{column.value if column and column.kind in kinds else quoted(name)} as {quoted(name)}"
            for name, column in self.columns.items()
        ]
        return f"create view {quoted(self.name)} as {select_from(', '.join(values), self.relation)}"

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(column.kind for column in self.columns.values() if column)


def named_files(
    connection: duckdb.DuckDBPyConnection, queries: Sequence[str], folder: Path, form: TextFormat
) -> list[NamedFile]:
    """The text files that the queries name directly. A file that cannot be read is left to the query's own error.

    Raises BadInput for one that is too large for its size, has too many columns, or has no header.
    """
    found = []
    wants_name = any(re.search(r"\bfilename\b", query, re.IGNORECASE) for query in queries)
    for name in sorted({name for query in queries for name in _named(connection, query)}):
        try:
            found.append(_file(connection, name, folder, form, wants_name=wants_name))
        except duckdb.Error:
            continue
    return found


def readings_of(files: Sequence[NamedFile]) -> list[frozenset[str]]:
    """The readings of READINGS that differ for these files, the text alone last."""
    available = frozenset[str]().union(*(file.kinds for file in files))
    return list(dict.fromkeys(reading & available for reading in READINGS))


def notes_of(files: Sequence[NamedFile]) -> list[str]:
    """Notes on columns that some files of a pattern lack, and on the order of day and month in dates."""
    orders = [
        f"'{file.name}'.{name}: dates written with the {column.order} first: no other order fits."
        for file in files
        for name, column in file.columns.items()
        if column and column.order
    ]
    return [note for file in files for note in file.notes] + orders


def _named(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    try:
        nodes = list(syntax_nodes(connection, query))
    except RecursionError:  # `read_only.py` refuses such a query
        return set()
    tables = {str(node["table_name"]) for node in nodes if _is_one_name(node)}
    names = tables if nodes else set(re.findall(r"""['"]([^'"]+)['"]""", query))
    return {name for name in names if _CSV.search(name) or _JSON.search(name)}


def _is_one_name(node: Mapping[str, Any]) -> bool:
    return node.get("type") == "BASE_TABLE" and not node.get("schema_name")


def _matching(name: str, folder: Path) -> list[Path]:
    """The files of a name, which may be a pattern."""
    pattern = Path(name)
    base = Path(pattern.anchor) if pattern.is_absolute() else folder
    return sorted(base.glob(str(pattern.relative_to(pattern.anchor)))) if re.search(r"[*?\[]", name) else [base / name]


def _file(
    connection: duckdb.DuckDBPyConnection, name: str, folder: Path, form: TextFormat, *, wants_name: bool
) -> NamedFile:
    filename = f", filename = {str(wants_name).lower()}"
    for file in _matching(name, folder):
        if file.is_file():
            check_compression(file)
    if _JSON.search(name):
        relation = f"read_json({literal(name)}, {_ISO_ONLY}, union_by_name = true{filename})"
        return NamedFile(name, relation, dict.fromkeys(_columns(connection, relation)))
    relation = f"read_csv({literal(name)}, all_varchar = true, union_by_name = true{filename})"
    names = _columns(connection, relation)
    given = [each for each in names if each != "filename"]
    check_number_of_columns(given, name)
    below = connection.execute(f"{select_from(', '.join(map(quoted, given)), relation)} limit {ROWS_BELOW}").fetchall()
    check_header(given, below, name)
    columns = dict.fromkeys(names) | _typed(connection, relation, given, form)
    return NamedFile(name, relation, columns, tuple(_missing(connection, name, folder)))


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    return [row[0] for row in connection.execute(f"describe {select_from('*', relation)}").fetchall()]


def _missing(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> list[str]:
    """Notes on the columns that some of the files of a pattern lack."""
    files = _matching(name, folder)
    if len(files) < 2:
        return []
    columns = {file.name: _columns(connection, f"read_csv({literal(str(file))}, all_varchar = true)") for file in files}
    return missing_columns(f"'{name}'", columns)


def _typed(
    connection: duckdb.DuckDBPyConnection, relation: str, names: Sequence[str], form: TextFormat
) -> dict[str, TypedColumn | None]:
    """The columns, each with its type if all its values have one reading. What the first rows rule out is not tried."""
    tests = {name: _tests(name, form) for name in names}
    first_rows = _counts(connection, f"(from {relation} limit {_FIRST_ROWS})", tests)
    for name, counts in first_rows.items():
        tests[name] = {
            key: test for key, test in tests[name].items() if key in _EVIDENCE or counts[key] == counts["all"]
        }
    return {name: _type_of(name, counts) for name, counts in _counts(connection, relation, tests).items()}


_FIRST_ROWS: Final = 1_000
_EVIDENCE: Final = ("all", "three_digits", "decimal_point", "unequal", "least_scale", "largest_scale")


def _tests(name: str, form: TextFormat) -> dict[str, str]:
    """For a column, what is counted: all values, those that one type holds exactly, and signs of a second reading."""
    text, day = quoted(name), YearLast(name)
    is_whole = f"coalesce({text} = try_cast({text} as bigint)::varchar, false)"
    is_double = f"isfinite(try_cast({text} as double)) and {text} = try_cast({text} as double)::varchar"
    numbers = {
        "decimal": rf"regexp_full_match({text}, '-?(0|[1-9]\d{{0,11}})\.\d{{1,6}}')",
        "double": f"length({text}) <= {_LARGEST} and ({is_whole} or {is_double})",
    }
    has_day_only = f"{day.is_written} and length({day.day}) = length({text})"
    orders = {
        "day_first": f"{has_day_only} and try_strptime({day.day}, '%d/%m/%Y') is not null",
        "month_first": f"{has_day_only} and try_strptime({day.day}, '%m/%d/%Y') is not null",
    }
    three_digits, decimal_point = ambiguous_point(name)
    scale = f"length(split_part({text}, '.', 2))"
    return {
        "all": f"count({text})",
        "three_digits": _rows(three_digits),
        "decimal_point": _rows(decimal_point),
        "unequal": _rows(f"try_strptime({day.day}, '%d/%m/%Y') <> try_strptime({day.day}, '%m/%d/%Y')"),
        "least_scale": f"min({scale})",
        "largest_scale": f"max({scale})",
        "whole": _rows(is_whole),
        **({} if form.decimal or form.thousands else {key: _rows(test) for key, test in numbers.items()}),
        "boolean": _rows(f"lower({text}) in ('true', 'false')"),
        "date": _rows(f"{text} = try_cast({text} as date)::varchar and substr({text}, 5, 1) = '-'"),
        "timestamp": _rows(f"{text} = try_cast({text} as timestamp)::varchar and substr({text}, 5, 1) = '-'"),
        **({} if form.date_format else {key: _rows(test) for key, test in orders.items()}),
    }


def _rows(condition: str) -> str:
    return f"count(*) filter (where {condition})"


def _counts(
    connection: duckdb.DuckDBPyConnection, relation: str, tests: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, int]]:
    counted = [expression for each in tests.values() for expression in each.values()]
    row = iter(connection.execute(select_from(", ".join(counted) or "1", relation)).fetchone() or ())
    return {name: {key: next(row) or 0 for key in each} for name, each in tests.items()}


def _type_of(name: str, counts: Mapping[str, int]) -> TypedColumn | None:
    """The type that holds every value exactly, if there is one and no value can be read in a second way."""
    text, values = quoted(name), counts["all"]
    fits = {key for key, rows in counts.items() if key not in _EVIDENCE and rows == values > 0}
    if counts["three_digits"] and not counts["decimal_point"]:
        fits -= {"decimal", "double"}
    if counts["least_scale"] != counts["largest_scale"]:
        fits -= {"decimal"}
    types = {"whole": "bigint", "decimal": f"decimal(18, {counts['largest_scale']})", "double": "double"}
    for key, kind in {**types, "boolean": "boolean"}.items():
        if key in fits:
            return TypedColumn("number", f"{text}::{kind}")
    for key in fits & {"date", "timestamp"}:
        return TypedColumn("date", f"{text}::{key}")
    orders = fits & {"day_first", "month_first"}
    if not orders or (len(orders) == 2 and counts["unequal"]):
        return None
    order = min(orders)
    form = "%d/%m/%Y" if order == "day_first" else "%m/%d/%Y"
    return TypedColumn("date", f"strptime({YearLast(name).day}, '{form}')::date", order.removesuffix("_first"))
