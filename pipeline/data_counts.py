"""What validation counted in a source: kept with every model and every publication, and compared from run to run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from features.contract.table_version import TableVersion
from features.errors import Finding, Refused


class Validated(Protocol):
    """What is read of a validation report."""

    @property
    def tables(self) -> Mapping[str, int]: ...
    @property
    def used(self) -> Mapping[str, int]: ...
    @property
    def warnings(self) -> Sequence[Finding]: ...
    @property
    def notes_of_reading(self) -> Sequence[str]: ...
    @property
    def versions(self) -> Mapping[str, TableVersion]: ...


@dataclass(frozen=True)
class DataCounts:
    """Rows read and rows used of each table, and the warnings with their numbers of rows. No person's data.

    `used` is empty if validation did not count the rows it kept, as for a cross-section. notes: what was assumed and
    left out in reading; those of validation name protected columns, and stay with the check. versions: of the tables
    of a lakehouse, by the name of the input: with these the run can be repeated on the same rows. Notes and versions do
    not make two counts unequal.
    """

    tables: Mapping[str, int] = field(default_factory=dict)
    used: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)
    versions: Mapping[str, TableVersion] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, report: Validated) -> Self:
        return cls(
            dict(report.tables),
            dict(report.used),
            tuple(report.warnings),
            tuple(report.notes_of_reading),
            dict(report.versions),
        )

    def kept(self, table: str) -> float | None:
        """The share of a table's rows that were used; None if it had none, or they were not counted."""
        read = self.tables.get(table, 0)
        return self.used[table] / read if table in self.used and read else None

    def warned(self, table: str, column: str) -> float:
        """The largest share of a table's rows that break one rule at a column."""
        read = self.tables.get(table, 0)
        rows = [each.rows for each in self.warnings if (each.table, each.column) == (table, column)]
        return min(max(rows, default=0) / read, 1.0) if read else 0.0

    def rows_of(self, warning: Finding) -> int:
        """The number of rows that break the same rule at the same place."""
        here = (warning.table, warning.column, warning.rule)
        return sum(each.rows for each in self.warnings if (each.table, each.column, each.rule) == here)

    def as_dict(self) -> dict[str, Any]:
        return {
            "tables": dict(self.tables),
            "used": dict(self.used),
            "warnings": [warning.as_dict() for warning in self.warnings],
            "notes": list(self.notes),
            "versions": {name: version.as_dict() for name, version in self.versions.items()},
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The opposite of `as_dict`, and of what it wrote before notes and versions were kept."""
        warnings = tuple(map(Finding.from_dict, document["warnings"]))
        versions = {name: TableVersion.from_dict(each) for name, each in document.get("versions", {}).items()}
        return cls(document["tables"], document["used"], warnings, tuple(document.get("notes", ())), versions)


class RefusedOnData(Refused):
    """A run was refused; with what validation counted, and in the run before: of `before_month`, else in training."""

    def __init__(
        self,
        findings: Sequence[Finding],
        counts: DataCounts,
        before: DataCounts | None = None,
        before_month: str | None = None,
    ) -> None:
        self.counts, self.before, self.before_month = counts, before, before_month
        super().__init__(findings)


@dataclass(frozen=True)
class DataCheck:
    """The state of the data behind a publication.

    refusals: what was refused, if the scores were published despite it; then `despite` is the reason, given by `who`.
    unchecked: what could not be compared with the training data, each as a sentence.
    """

    counts: DataCounts
    refusals: tuple[Finding, ...] = ()
    despite: str | None = None
    who: str | None = None
    unchecked: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            **self.counts.as_dict(),
            "refusals": [refusal.as_dict() for refusal in self.refusals],
            "despite": self.despite,
            "who": self.who,
            "unchecked": list(self.unchecked),
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The opposite of `as_dict`."""
        refusals = tuple(map(Finding.from_dict, document["refusals"]))
        unchecked = tuple(document["unchecked"])
        return cls(DataCounts.from_dict(document), refusals, document["despite"], document["who"], unchecked)
