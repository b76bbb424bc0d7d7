"""The settings of `source.toml` that validation needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from features.contract.sensitive_words import Subject
from features.contract.vocabulary import is_protected, is_refused, resembles, snake_case


@dataclass(frozen=True)
class Expectations:
    """The period in which exits are complete, and what may become a feature. Names are not case-sensitive."""

    complete_from: date | None = None
    complete_until: date | None = None
    employee_features: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    ignore: frozenset[str] = frozenset()
    allow: tuple[str, ...] = ()

    def ignores(self, table: str, name: str) -> bool:
        """True where `ignore` lists the name, alone or as `table.name`."""
        return _lists(self.ignore, table, name)

    def allows(self, table: str, name: str) -> bool:
        """True where `allow` says that the name, alone or as `table.name`, is not what it looks like."""
        return _lists(self.allow, table, name)

    def about_facts(self, table: str) -> str:
        """What the first pass over a table of facts depends on, as text: the same text gives the same findings."""
        of_table = [_about_table(entries, table) for entries in (self.ignore, self.allow)]
        return repr([*of_table, sorted(self.protected)])

    def asks_about(self, table: str, name: str) -> Subject | None:
        """The protected or refused subject that an undeclared name seems to be about."""
        is_declared = self.allows(table, name) or self.ignores(table, name) or self.forbids(name)
        return None if is_declared else resembles(name)

    def protects(self, name: str) -> bool:
        """True for the attributes that only the fairness review may read."""
        return is_protected(name) or name in map(snake_case, self.protected)

    def forbids(self, name: str) -> bool:
        """True for what may never become a feature: refused names, and attributes for the fairness review only."""
        return is_refused(name) or self.protects(name)

    def offers(self, name: str) -> bool:
        """True for an attribute of employees that may become a context feature."""
        return name in map(snake_case, self.employee_features)


def _about_table(entries: Iterable[str], table: str) -> list[str]:
    """The entries without those that are about columns of other tables."""
    return sorted(entry for entry in entries if "." not in entry or snake_case(entry.split(".")[0]) == table)


def _lists(entries: Iterable[str], table: str, name: str) -> bool:
    listed = {".".join(map(snake_case, entry.split("."))) for entry in entries}
    return not listed.isdisjoint({name, f"{table}.{name}"})
