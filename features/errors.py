"""All errors that are raised on purpose. The edge maps each to an exit code (command line) or a status (API).

An error states the rule, the place and the remedy. It never holds a person's name, id or value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, order=True)
class Finding:
    """One broken rule: where it was broken, on how many rows, and how to fix it.

    `table` may also be the name of a file or of a section of `source.toml`. `column` is empty where the rule concerns
    a whole table, and `rows` is 0 where it is not about rows. Every finding has a `remedy`, best passed by keyword.
    leaves_out: those rows are not used; other warnings keep the rows that they count.
    """

    rule: str
    table: str
    column: str = ""
    rows: int = 0
    remedy: str = ""
    leaves_out: bool = False

    @property
    def place(self) -> str:
        return f"{self.table}.{self.column}" if self.column else self.table

    def as_dict(self) -> dict[str, str | int | bool]:
        return asdict(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """The opposite of `as_dict`."""
        return cls(**document)

    def __str__(self) -> str:
        rows = f" ({counted(self.rows, 'row')})" if self.rows else ""
        return f"{self.place}: {self.rule}{rows}. {self.remedy}"


def counted(number: int, noun: str) -> str:
    """A number with its noun, for messages: `1 row`, `2,000 rows`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


class RetentionError(Exception):
    """Base of every error that we raise on purpose."""

    exit_code = 1


class BadInput(RetentionError):
    """The input cannot be used; nothing was written. Holds every finding, not only the first."""

    exit_code = 2

    def __init__(self, findings: Finding | Sequence[Finding]) -> None:
        self.findings = [findings] if isinstance(findings, Finding) else list(findings)
        super().__init__("\n".join(map(str, self.findings)))


class Refused(RetentionError):
    """A guard or the promotion gate refused. Holds every finding, each with its figure."""

    exit_code = 3

    def __init__(self, findings: Finding | Sequence[Finding]) -> None:
        self.findings = [findings] if isinstance(findings, Finding) else list(findings)
        super().__init__("\n".join(map(str, self.findings)))


class Unavailable(RetentionError):
    """Something that the run depends on, such as a database or the disk, failed. Holds what failed, and where."""

    def __init__(self, finding: Finding) -> None:
        self.findings = [finding]
        super().__init__(str(finding))
