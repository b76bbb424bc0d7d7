"""Which of a raw table's columns are read, and why the others are not."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from features.contract.tables import column_order, required_columns
from features.contract.vocabulary import is_refused, snake_case
from features.errors import counted
from features.reading.column_names import shown_names
from features.validation.expectations import Expectations

NAMED_AT_MOST: Final = 10


@dataclass
class Columns:
    """The columns of one raw table, sorted by use. Each mapping is from our name to the source's."""

    contract: dict[str, str] = field(default_factory=dict)
    features: dict[str, str] = field(default_factory=dict)
    protected: dict[str, str] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()

    @property
    def read(self) -> dict[str, str]:
        return self.contract | self.features | self.protected

    def notes(self, table: str, expectations: Expectations) -> list[str]:
        """Notes on the columns for the report."""
        notes = []
        if self.protected:
            notes.append(f"{table}: {_listed(self.protected)}: protected, read for the fairness review only.")
        if self.ignored:
            notes.append(f"{table}: {_listed(self.ignored)}: dropped, as `ignore` in source.toml asks.")
        if self.unused:
            remedy = " A personal attribute must be listed under employee_features." if table == "employees" else ""
            notes.append(f"{table}: {self._unused_names(table)}: not in the contract, not used.{remedy}")
            notes += _unreviewed(self.unused, expectations) if table == "employees" and not self.missing else []
        if table == "employees":
            wanted = [snake_case(name) for name in expectations.employee_features]
            if lost := [name for name in wanted if name not in self.features]:
                notes.append(f"employees: {_listed(lost)}: listed under employee_features, but missing or not allowed.")
        return notes

    def _unused_names(self, table: str) -> str:
        """The names, or their number: without any column that the table must have, its first row may be data."""
        has_names = any(name in self.contract for name in required_columns(table))
        return (
            _listed(shown_names({name: given.strip() or name for name, given in self.unused.items()}))
            if has_names
            else counted(len(self.unused), "other column")
        )


def sort_columns(table: str, names: Sequence[str], expectations: Expectations) -> Columns:
    """Sort a raw table's column names. Upper case, spaces and hyphens in them do not matter."""
    columns = Columns()
    by_name: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_name[snake_case(name) or "(no name)"].append(name)
    for name, given in by_name.items():
        _place(columns, table, name, expectations)[name] = given[0]
    required = required_columns(table)
    columns.contract = {name: columns.contract[name] for name in column_order(table) if name in columns.contract}
    columns.missing = tuple(name for name in required if name not in columns.contract)
    columns.twice = tuple(name for name, given in by_name.items() if len(given) > 1 and name in columns.read)
    return columns


def _place(columns: Columns, table: str, name: str, expectations: Expectations) -> dict[str, str]:
    if name in required_columns(table):
        return columns.contract
    if is_refused(name):
        return columns.refused
    if expectations.ignores(table, name):
        return columns.ignored
    if expectations.protects(name):
        return columns.protected if table == "employees" else columns.refused
    if name in column_order(table):
        return columns.contract
    if table == "employees" and expectations.offers(name):
        return columns.features
    return columns.unused


def _unreviewed(unused: Iterable[str], expectations: Expectations) -> list[str]:
    """The unused attributes that look protected: declared, they would be reviewed for fairness."""
    subjects = {name: expectations.asks_about("employees", name) for name in unused}
    names = [name for name, subject in subjects.items() if subject and not subject.is_refused]
    return [f"employees: {_listed(names)}: list it as `protected` to have it in the fairness review."] if names else []


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
    return ", ".join(names[:NAMED_AT_MOST]) + more
