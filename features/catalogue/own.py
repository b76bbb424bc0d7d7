"""A company's own features: the module that `[features]` of source.toml names. Reading them runs its code."""

import importlib.util
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final, get_args

from features.calendar import Frame
from features.catalogue.feature import Family, Feature
from features.contract.vocabulary import Driver, is_protected, is_refused
from features.errors import BadInput, Finding
from features.known.source_columns import holds

if TYPE_CHECKING:
    from features.known.facts import Definition, Known
    from features.source import Source

_DRIVERS: Final = get_args(Driver)
_PLACE: Final = "own features"
SERVICES: Final = "collaboration"
"""A table that own features cannot read: it is summed by month, for people as they stand in the source."""


def own_families(source: "Source", taken: Collection[str]) -> list[Family]:
    """The families that the source's own module declares, in its order; empty where it names none.

    `taken` are the names of the product's columns. Raises BadInput if the module may not be run, and with everything
    that is wrong with it: it cannot be imported or declares nothing, a name is taken, refused or protected, or the
    source lacks a table.
    """
    if source.own_features is None:
        return []
    if not source.runs_own_features:
        remedy = "If you trust its authors, set RETENTION_OWN_FEATURES=true; otherwise remove [features]."
        raise BadInput(Finding("modules of a source are not run", "source.toml", "features.module", remedy=remedy))
    declared = _declared(source.own_features, source.own_features.stat().st_mtime_ns)
    findings = list(_wrong_names(declared, taken))
    for each in declared:
        if any(need.startswith(SERVICES) for need in each.needs):
            findings.append(_finding(f"an own feature cannot be computed from {SERVICES}", _names(each)))
        lacking = [need for need in each.needs if not holds(source, need)]
        findings += [_finding(f"needs {need}, which the source lacks", _names(each)) for need in lacking]
    if findings:
        raise BadInput(findings)
    return [
        Family(tuple(replace(one, is_own=True) for one in each.features), _apart(each.define), each.needs)
        for each in declared
    ]


@lru_cache(maxsize=8)
def _declared(file: Path, _changed: int) -> tuple[Family, ...]:
    """The families of a module; read once for each state of its file."""
    found = tuple(value for value in vars(_imported(file)).values() if isinstance(value, Family))
    own = tuple(dict.fromkeys(found))
    if not own:
        remedy = "Write functions under @family(Feature(…), needs=(…)): docs/own-models.md has an example."
        raise BadInput(Finding("the module declares no feature", file.name, remedy=remedy))
    return own


def _imported(file: Path) -> ModuleType:
    try:
        spec = importlib.util.spec_from_file_location("own_features", file)
        if spec is None or spec.loader is None:
            raise ImportError(file.name)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except Exception as error:
        rule = f"the module of own features cannot be imported: {type(error).__name__}"
        raise BadInput(Finding(rule, file.name, remedy="Run it with Python to see why.")) from error
    return module


def _wrong_names(families: Collection[Family], taken: Collection[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for feature in (feature for each in families for feature in each.features):
        if why := _wrong(feature, {*taken, *seen}):
            yield _finding(why, feature.name)
        seen.add(feature.name)


def _wrong(feature: Feature, taken: Collection[str]) -> str:
    """Why a feature may not be declared so; empty if it may."""
    if not feature.name.isidentifier():
        return "not a name for a column: letters, digits and underscores only"
    if feature.name in taken:
        return "the name belongs to another column"
    if is_refused(feature.name) or is_protected(feature.name):
        return "a refused or protected attribute is never a feature"
    return "" if feature.driver in _DRIVERS else f"not a driver; there are {', '.join(_DRIVERS)}"


def _apart(define: "Definition") -> "Definition":
    """The definition over a source without protected attributes, names and internal services."""

    def own(known: "Known") -> Frame:
        tables = {name: file for name, file in known.source.tables.items() if name != SERVICES}
        plain = replace(known.source, tables=tables, protected=None, protected_names=(), directory=None)
        return define(replace(known, source=plain))

    return own


def _names(of: Family) -> str:
    return ", ".join(feature.name for feature in of.features)


def _finding(rule: str, feature: str) -> Finding:
    return Finding(rule, _PLACE, feature, remedy="Change its declaration in the module that source.toml names.")
