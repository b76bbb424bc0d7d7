"""The SQL of `source.toml`, built so that the position of an error can be traced to its line in the file."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from features.contract.vocabulary import is_refused
from features.errors import Finding
from features.reading.definition.source_definition import FILE_NAME, SourceDefinition
from features.sql import quoted


@dataclass(frozen=True)
class Query:
    """One query of `source.toml`: the table it produces, and where it is written."""

    table: str
    section: str
    key: str
    sql: str


@dataclass
class Queried:
    """The result of one query: a file without the refused columns, or the errors."""

    table: str
    path: Path | None = None
    refused: list[str] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Statement:
    """SQL built from queries; finds the query and the line that a character of it comes from."""

    definition: SourceDefinition
    text: str
    starts: tuple[tuple[int, Query], ...]

    def finding(self, message: str, remedy: str, position: int | None = None) -> Finding:
        """An error at a position of `text`, counted from 0; at the last query where the position is unknown."""
        query, offset = self.starts[-1][1], 0
        for start, part in self.starts:
            if position is not None and start <= position <= start + len(part.sql):
                query, offset = part, position - start
        line = self.definition.line_of(query.section, query.key, offset)
        where = f"SQL error at line {line}" if line else "SQL error"
        return Finding(f"{where}: {message}", FILE_NAME, f"{query.section}.{query.key}", 0, remedy)


def table_queries(definition: SourceDefinition) -> list[Query]:
    """The queries of [tables]."""
    return [Query(table, "tables", table, _bare(sql)) for table, sql in definition.queries.items()]


def spark_queries(definition: SourceDefinition) -> list[Query]:
    """The queries of [spark.tables]."""
    return [Query(table, "spark.tables", table, _bare(sql)) for table, sql in definition.spark_queries.items()]


def shared_queries(definition: SourceDefinition) -> list[Query]:
    """The queries of [prepare], in order."""
    return [Query(name, "prepare", name, _bare(sql)) for name, sql in definition.settings.prepare.items()]


def select(
    definition: SourceDefinition,
    opening: str,
    columns: str,
    query: Query,
    shared: Sequence[Query] = (),
    name_of: Callable[[str], str] = quoted,
) -> Statement:
    """`opening`, then the shared queries as with-clauses, then `select columns from (query)`."""
    text, starts = opening, list[tuple[int, Query]]()
    for part in shared:
        text += (", " if starts else "with ") + f"{name_of(part.key)} as (\n"
        starts.append((len(text), part))
        text += f"{part.sql}\n)"
    text += f" select {columns} from (\n"  # noqa: S608 (the SQL is the user's own)
    starts.append((len(text), query))
    return Statement(definition, f"{text}{query.sql}\n) t", tuple(starts))


def names_any(query: Query, names: Sequence[str]) -> bool:
    """Whether the query reads one of these views."""
    return any(re.search(rf"\b{re.escape(name)}\b", query.sql, re.IGNORECASE) for name in names)


def refused_among(columns: Sequence[str]) -> list[str]:
    """The columns that are never read."""
    return [name for name in columns if is_refused(name)]


def _bare(sql: str) -> str:
    return sql.rstrip().removesuffix(";")
