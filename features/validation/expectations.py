"""The settings of `source.toml` that validation needs."""

from dataclasses import dataclass
from datetime import date

from features.contract.vocabulary import is_protected, is_refused, snake_case


@dataclass(frozen=True)
class Expectations:
    """The period in which exits are complete, and what may become a feature. Names are not case-sensitive."""

    complete_from: date | None = None
    complete_until: date | None = None
    employee_features: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    ignore: frozenset[str] = frozenset()

    def ignores(self, table: str, name: str) -> bool:
        """True where `ignore` lists the name, alone or as `table.name`."""
        ignored = {".".join(map(snake_case, entry.split("."))) for entry in self.ignore}
        return not ignored.isdisjoint({name, f"{table}.{name}"})

    def protects(self, name: str) -> bool:
        """True for the attributes that only the fairness review may read."""
        return is_protected(name) or name in map(snake_case, self.protected)

    def forbids(self, name: str) -> bool:
        """True for what may never become a feature: refused names, and attributes for the fairness review only."""
        return is_refused(name) or self.protects(name)

    def offers(self, name: str) -> bool:
        """True for an attribute of employees that may become a context feature."""
        return name in map(snake_case, self.employee_features)
