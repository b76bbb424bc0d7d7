"""A table of a lakehouse at one version: its columns, and its rows in Arrow batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from features.contract.table_version import TableVersion
from features.errors import Finding
from features.reading.definition.source_definition import FILE_NAME


@dataclass(frozen=True)
class OpenedTable:
    """An opened table. batches: the rows of the given columns. check: raises BadInput if it has changed since."""

    version: TableVersion
    columns: Sequence[str]
    batches: Callable[[Sequence[str]], Any]
    notes: list[str] = field(default_factory=list)
    check: Callable[[], None] = lambda: None


def not_installed(extra: str, library: str, place: str) -> Finding:
    """The finding for a library that an extra brings."""
    remedy = f"Install it with: pip install 'retention[{extra}]'"
    return Finding(f"{library}, which reads it, is not installed", FILE_NAME, place, 0, remedy)
