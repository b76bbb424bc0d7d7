"""The report of a source's validation: as JSON for programs, as tables on the terminal. It holds no personal data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Self

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from features.contract.table_version import TableVersion
from features.errors import Finding, counted

LONGEST_PLACE: Final = 24
"""Characters of a place on one line: this leaves room for a rule and its remedy in 80 columns."""


_DAYS: Final = ("complete_from", "complete_until")


@dataclass(frozen=True)
class Report:
    """The findings about a source, and what it holds.

    tables and people: the number of rows of each table and of people in employees, including those left out. used: the
    number of rows of each table that were kept. left_out: by table and rule, the rows that are not among them; a row
    that breaks two rules may count in both. Both are empty where there are errors, since nothing is used then.
    voluntary_exits: those that can be learned from, kept and up to complete_until. complete_from and complete_until are
    None only where errors make them unknown. refused: `table.column`, never read. notes_of_reading: those
    of the notes that name no column of the contract, which a run keeps. versions: of the tables of a lakehouse that
    were read, by the name of the input.
    """

    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    refused: tuple[str, ...] = ()
    tables: Mapping[str, int] = field(default_factory=dict)
    used: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    people: int = 0
    voluntary_exits: int = 0
    complete_from: date | None = None
    complete_until: date | None = None
    notes: tuple[str, ...] = ()
    notes_of_reading: tuple[str, ...] = ()
    versions: Mapping[str, TableVersion] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of `retention check`."""
        return {
            "errors": [finding.as_dict() for finding in self.errors],
            "warnings": [finding.as_dict() for finding in self.warnings],
            "refused": list(self.refused),
            "tables": dict(self.tables),
            "used": dict(self.used),
            "left_out": {table: dict(rows) for table, rows in self.left_out.items()},
            "people": self.people,
            "voluntary_exits": self.voluntary_exits,
            "complete_from": self.complete_from and self.complete_from.isoformat(),
            "complete_until": self.complete_until and self.complete_until.isoformat(),
            "notes": list(self.notes),
            "versions": {name: version.as_dict() for name, version in self.versions.items()},
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The opposite of `as_dict`, with the `notes_of_reading` where they were added."""
        days = {name: document[name] and date.fromisoformat(document[name]) for name in _DAYS}
        return cls(
            errors=tuple(map(Finding.from_dict, document["errors"])),
            warnings=tuple(map(Finding.from_dict, document["warnings"])),
            refused=tuple(document["refused"]),
            tables=document["tables"],
            used=document["used"],
            left_out=document["left_out"],
            people=document["people"],
            voluntary_exits=document["voluntary_exits"],
            notes=tuple(document["notes"]),
            notes_of_reading=tuple(document.get("notes_of_reading", ())),
            versions={name: TableVersion.from_dict(version) for name, version in document["versions"].items()},
            **days,
        )


def render(report: Report) -> RenderableType:
    """The report for the terminal: errors, warnings, refused columns, notes, rows read, and the verdict."""
    return Group(
        *_findings("Errors: nothing can be used until they are fixed", "red", report.errors),
        *_findings(
            "Warnings: rows were left out or changed as described, or look implausible", "yellow", report.warnings
        ),
        *_listed("Refused, never read", report.refused),
        *_listed("Notes", report.notes),
        *_contents(report),
        _verdict(report),
    )


def _findings(title: str, colour: str, findings: Sequence[Finding]) -> Iterable[RenderableType]:
    if not findings:
        return
    table = Table(title=f"[{colour}]{title}[/]", title_justify="left", show_lines=True)
    table.add_column("where", overflow="fold", no_wrap=True)
    table.add_column("rule")
    table.add_column("rows", justify="right")
    table.add_column("what to do")
    for finding in findings:
        rows = f"{finding.rows:,}" if finding.rows else ""
        table.add_row(_whole(finding), escape(finding.rule), rows, escape(finding.remedy))
    yield table


def _whole(finding: Finding) -> str:
    """The place; a long one has its column on a second line, so that no name is broken in a terminal of 80 columns."""
    is_long = finding.column and len(finding.place) > LONGEST_PLACE
    return escape(f"{finding.table}\n.{finding.column}" if is_long else finding.place)


def _listed(title: str, lines: Sequence[str]) -> Iterable[RenderableType]:
    if lines:
        yield f"[bold]{title}[/]"
        yield from (Padding(escape(line), (0, 0, 0, 2), expand=False) for line in lines)


def _contents(report: Report) -> Iterable[RenderableType]:
    if not report.tables:
        return
    table = Table("table", title="Rows read", title_justify="left")
    for title in ("rows", "used", "left out") if report.used else ("rows",):
        table.add_column(title, justify="right")
    if report.left_out:
        table.add_column("left out, by rule")
    for name, rows in report.tables.items():
        table.add_row(name, f"{rows:,}", *_use(report, name, rows))
    yield table


def _use(report: Report, table: str, rows: int) -> Iterable[str]:
    """The rows of a table that are used and left out, and by which rules."""
    if table not in report.used:
        return
    yield f"{report.used[table]:,}"
    yield f"{rows - report.used[table]:,}"
    reasons = report.left_out.get(table, {})
    yield from (["\n".join(f"{number:,}: {escape(rule)}" for rule, number in reasons.items())] if reasons else [])


def _verdict(report: Report) -> str:
    if report.errors:
        return f"[red]{counted(len(report.errors), 'error')} and {counted(len(report.warnings), 'warning')}.[/]"
    until = f" up to {report.complete_until}" if report.complete_until else ""
    return (
        f"[green]No errors[/], {counted(len(report.warnings), 'warning')}: {report.people:,} people and "
        f"{counted(report.voluntary_exits, 'voluntary exit')}{until} to learn from."
    )
