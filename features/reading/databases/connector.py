"""What the connector of every kind of database offers: a snapshot that is only read, in Arrow batches."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

import pyarrow as pa

from features.errors import Finding
from features.reading.databases.address import Address
from features.reading.databases.dialect import Dialect
from features.reading.queries.sql_statement import Statement
from features.sql import literal

FIX: Final = "Fix the query"
A_VALUE: Final = "A value cannot be converted or computed: select the column as text, or clean it in the query"


class Snapshot(Protocol):
    """An open connection in which every query sees the same data, as far as the server can."""

    @property
    def notes(self) -> Sequence[str]:
        """What this server cannot promise, for the report of the check."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What the methods may raise."""

    def refusal(self, statement: Statement) -> Finding | None:
        """Why a query is not run; None where the server itself refuses all but reading, or where it only reads."""

    def stream(self, sql: str) -> AbstractContextManager[pa.RecordBatchReader]:
        """The rows of a query, in batches, as long as the context is open."""

    def expression(self, column: pa.Field) -> str:
        """SQL for a column of a query: as it is, or in a type that Arrow holds."""

    def tables(self, schema: str) -> list[str]:
        """The names of the tables and views of a schema, sorted; of the connection's own schema if it is empty."""

    def is_gone(self, error: Exception) -> bool:
        """Whether the database failed or was stopped, rather than rejected the query."""

    def finding(self, error: Exception, statement: Statement) -> Finding:
        """A rejected query as a finding without data."""


class NotConnectedError(Exception):
    """A connection that was not opened. is_refused: the server answered, and does not let this user in."""

    def __init__(self, is_refused: bool, advice: str = "") -> None:
        super().__init__()
        self.is_refused, self.advice = is_refused, advice


@dataclass(frozen=True)
class Connector:
    """A kind of database. package: what must be installed, by the extra of that name. example: a URL.

    `connect` raises NotConnectedError where it fails.
    """

    schemes: tuple[str, ...]
    package: str
    extra: str
    example: str
    dialect: Dialect
    connect: Callable[[Address], AbstractContextManager[Snapshot]]


def tables_of(schema: str, current: str) -> str:
    """SQL for the tables and views of a schema, where the server has an information schema; `current` is its own."""
    wanted = literal(schema) if schema else current
    return f"select table_name from information_schema.tables where table_schema = {wanted}"  # noqa: S608
