"""DuckDB's errors about the SQL of `source.toml`, told without data.

DuckDB's messages may quote the data, so a finding holds only the kind of the error, its line in `source.toml` and the
names of tables, columns, functions and files.
"""

import json
import re
from difflib import get_close_matches
from typing import Any, Final

import duckdb

from features.contract.vocabulary import snake_case
from features.errors import Finding
from features.reading.column_names import CONTRACT_NAMES, looks_like_a_name
from features.reading.definition.source_definition import FILE_NAME, SourceDefinition
from features.reading.queries.sql_statement import Statement

_NAMING_ERRORS: Final = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.IOException)
"""Their messages hold names from the query and of columns, which are data where a file has no header."""

_SIGNATURE: Final = re.compile(r"[^\s()]+\([A-Z0-9_, ()\[\]]*\)")
"""A function with the types of its arguments."""

_LIKE: Final = 0.6
"""How alike a column's name and a word of `source.toml` are (`difflib`) where one is a slip of the other."""

_TEXT: Final = (
    "Fix the query; the columns of a CSV file are text: convert them, as in pay::double or strptime(day, '%d.%m.%Y')"
)
_KEYWORDS: Final = 'Fix the query; a column named like an SQL keyword needs double quotes, such as "left" or "order"'


def duckdb_finding(error: duckdb.Error, statement: Statement) -> Finding:
    """The error and its line, without the values that DuckDB's message may quote."""
    details = _details(error)
    message = str(details.get("exception_message", ""))
    position = int(details["position"]) if "position" in details else None
    if isinstance(error, _NAMING_ERRORS):
        text = _with_known_names(" ".join(message.split()), statement.definition)
        remedy = _KEYWORDS if isinstance(error, duckdb.ParserException) else "Fix the query"
        remedy = _TEXT if isinstance(error, duckdb.BinderException) and "VARCHAR" in text else remedy
        return statement.finding(text, remedy, position)
    if details.get("exception_type") == "Missing Extension":
        remedy = "Read a file of this machine: nothing is fetched from elsewhere, and no extension of DuckDB is loaded"
        return statement.finding("it needs an extension of DuckDB", remedy)
    if "file is not utf-8 encoded" in message.lower():
        remedy = (
            f'Name it under [inputs.NAME] in {FILE_NAME} with its encoding, such as "windows-1252" (Western), '
            '"windows-1251" (Cyrillic) or "utf-16", and read NAME'
        )
        return statement.finding("it reads a CSV file that is not in UTF-8", remedy)
    if csv_line := re.search(r"CSV Error on Line: (\d+)", message):
        remedy = "Fix the file, or read it with other options of read_csv"
        return statement.finding(f"it reads a CSV file with an error in line {csv_line[1]}", remedy)
    if re.search("parquet|magic bytes", message, re.IGNORECASE):
        return statement.finding("it reads a file that is truncated or not Parquet", "Export the file again")
    if statement.definition.settings.prepare:
        position = None  # it may refer to the SQL of a view
    kind = str(details.get("exception_type", type(error).__name__.removesuffix("Exception"))).lower()
    remedy = "If a value cannot be read, try_cast or try_strptime makes it null; if memory runs out, read less at once"
    return statement.finding(f"an error of type '{kind}' while its rows were read", remedy, position)


def _with_known_names(text: str, definition: SourceDefinition) -> str:
    """A message in which the names of columns are those that `source.toml` says, or says almost; others are dots."""
    words = set(re.findall(r"\w+", definition.text.lower()))

    def known(quoted: re.Match[str]) -> str:
        name = quoted[2]
        is_said = name.lower() in definition.text.lower() or snake_case(name) in CONTRACT_NAMES
        is_a_slip = looks_like_a_name(name) and bool(get_close_matches(name.lower(), words, n=1, cutoff=_LIKE))
        return quoted[0] if is_said or is_a_slip or _SIGNATURE.fullmatch(name) else "…"

    return re.sub(r"""(["'])(.*?)\1""", known, text.replace(f"{definition.folder}/", ""))


def _details(error: duckdb.Error) -> dict[str, Any]:
    """The parts of an error, which `errors_as_json` appends to its type."""
    text = str(error)
    message = text if text.startswith("{") else text.partition("Error: ")[2]
    details: dict[str, Any] = json.loads(message) if message.startswith("{") else {"exception_message": message}
    return details
