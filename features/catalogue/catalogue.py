"""Every feature that a source gives, with its description. The definitions are in `features/drivers`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from features.catalogue.feature import MAY_SHOW_ANOTHER, Family, Feature
from features.catalogue.own import own_families
from features.drivers import conditions, context, growth, internal_services, pay, relationships, service_network
from features.drivers.items import item_families
from features.known.source_columns import holds

if TYPE_CHECKING:
    from features.source import Source

__all__ = ["Feature", "catalogue", "families", "fixed_features", "stored_shows_another", "table_of_features"]

KEYS = ("employee_id", "snapshot_date", "hire_date")
"""Columns that identify a row of the feature table; no feature may have such a name."""


def catalogue(source: "Source") -> dict[str, Feature]:
    """The features that the source's tables give, in a stable order, without those it ignores."""
    return {feature.name: feature for family in families(source) for feature in family.features}


def table_of_features(source: "Source") -> dict[str, str]:
    """The table that each feature is about: the first that it needs."""
    return {
        feature.name: family.needs[0].split(" ")[0].split(".")[0]
        for family in families(source)
        for feature in family.features
        if family.needs
    }


def families(source: "Source") -> list[Family]:
    """The families that can be computed from the source, without the features that it ignores."""
    possible = []
    given = [*_fixed(), *item_families(source), *_attributes(source)]
    taken = {*KEYS, *(feature.name for family in given for feature in family.features)}
    for family in [*given, *own_families(source, taken)]:
        wanted = tuple(feature for feature in family.features if feature.name not in source.ignore)
        if wanted and all(holds(source, need) for need in family.needs):
            possible.append(Family(wanted, family.define, family.needs))
    return possible


def needs_of(source: "Source") -> dict[str, tuple[str, ...]]:
    """The tables (`table`) and columns (`table.column`) that each feature of the source is computed from."""
    return {feature.name: family.needs for family in families(source) for feature in family.features}


def fixed_features() -> dict[str, Feature]:
    """The features that every source with all tables gives."""
    return {feature.name: feature for family in _fixed() for feature in family.features}


def stored_shows_another(name: str, entry: Mapping[str, Any]) -> bool:
    """`Feature.shows_another` of a feature in a stored model or month.

    One that was stored before features said so gets today's answer if it is of the catalogue, by name and unit; else
    the safe answer for its driver.
    """
    if "shows_another" in entry:
        return bool(entry["shows_another"])
    known = fixed_features().get(name)
    if known and known.unit == entry["unit"]:
        return known.shows_another
    return entry["driver"] in MAY_SHOW_ANOTHER


def _fixed() -> list[Family]:
    drivers = (pay, conditions, relationships, internal_services, service_network, growth, context)
    return [family for driver in drivers for family in driver.FAMILIES]


def _attributes(source: "Source") -> list[Family]:
    """`employee_features`, each under its own name or, if a feature or a key has that name, as `employee_{name}`."""
    taken = {*fixed_features(), *KEYS}
    types = pl.read_parquet_schema(source.tables["employees"])
    return [
        context.attribute_family(name, f"employee_{name}" if name in taken else name, types[name].is_numeric())
        for name in source.employee_features
        if name in types
    ]
