"""A column of an export with its role, and a table with its columns by role."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from features.contract.sensitive_words import Subject
from features.drafting.exports.export import ExportTable
from features.drafting.recognition.shapes import Shape
from features.sql import quoted

PROTECTED_NAMES: Final = {
    "gender": "gender",
    "age": "birth_date",
    "ethnicity": "ethnicity",
    "nationality": "nationality",
    "marital status": "marital_status",
    "disability": "disability",
    "veteran status": "veteran_status",
}
"""The contract's names of protected attributes, by what a column is about."""


@dataclass(frozen=True)
class Column:
    """One column of a table of the export. names: the columns that hold it, several where a file renames it."""

    table: str
    names: tuple[str, ...]
    role: str
    confidence: float
    why: str
    shape: Shape

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def text(self) -> str:
        """SQL for the text as it is."""
        if len(self.names) == 1:
            return quoted(self.name)
        return f"coalesce({', '.join(map(quoted, self.names))})"

    @property
    def place(self) -> str:
        return f"{self.table}.{shown(self.name)}"


@dataclass(frozen=True)
class Sensitive:
    """A column that is about something protected or refused."""

    table: str
    name: str
    subject: Subject


@dataclass(frozen=True)
class Recognised:
    """The columns of a table by role, those that are protected or refused, and those without a role."""

    table: ExportTable
    columns: tuple[Column, ...]
    sensitive: tuple[Sensitive, ...]
    shapes: Mapping[str, Shape]

    def all(self, role: str) -> list[Column]:
        """The candidates for a role, the likeliest first."""
        found = [column for column in self.columns if column.role == role]
        return sorted(found, key=lambda column: -column.confidence)

    def one(self, role: str) -> Column | None:
        return next(iter(self.all(role)), None)

    def has(self, *roles: str) -> bool:
        return all(self.one(role) for role in roles)


def shown(name: str) -> str:
    """A name of a column on one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
