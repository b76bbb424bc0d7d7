"""Converts what version 0.1 stored about a feature to today's format.

Models and publications of 0.1 hold a feature's name, driver, label, unit and a few other facts. Version 0.1 derived the
limits and the item from names and labels whenever it needed them. Only this module still does so, and only for data
stored by that version.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from features.catalogue.feature import Feature
from features.catalogue.item_labels import AGAINST_DEPARTMENT, AGAINST_TEAM, LABEL_FORMS, TREND

_DIFFERENCES: Final = (TREND, AGAINST_TEAM, AGAINST_DEPARTMENT)
_FORMS: Final = tuple(
    (form, re.compile(re.escape(form).replace(r"\{item\}", "(?P<item>.+)").replace(r"\{months\}", r"(?P<months>\d+)")))
    for form in LABEL_FORMS
)
_OF_ITEMS: Final = ("survey", "measure", "competency")


def is_published_by_0_1(entries: Iterable[Mapping[str, Any]]) -> bool:
    """Whether version 0.1 wrote the entries of a publication's features."""
    return any("is_confidential" not in entry for entry in entries)


def published_entry(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """A feature's entry in a publication; an entry in today's format is returned unchanged."""
    if not is_published_by_0_1([entry]):
        return entry
    return {**entry, "is_confidential": _is_confidential(entry["feature"]), **_item(entry["feature"], entry["label"])}


def model_entry(entry: Mapping[str, Any], fixed: Mapping[str, Feature]) -> dict[str, Any]:
    """The fields of a feature that a model of 0.1 stored.

    A feature of the catalogue gets its fields from today's catalogue. It is recognised by name and unit, since a column
    of a cross-section, which has no unit, may have the same name. Any other feature is about an item or an attribute.
    """
    name, known = entry["name"], fixed.get(entry["name"])
    if known and known.unit == entry["unit"]:
        limits = {"lower": known.lower, "upper": known.upper, "no_limit": known.no_limit}
        return {**entry, **limits, "is_difference": known.is_difference, "monotone": known.monotone}
    of_item = _item(name, entry["label"])
    is_difference = of_item.get("label_form") in _DIFFERENCES
    return {**entry, "is_confidential": _is_confidential(name), "is_difference": is_difference, **of_item}


def _is_confidential(name: str) -> bool:
    return "survey" in name.split("_")


def _item(name: str, label: str) -> dict[str, Any]:
    """The item and the form of a label; empty for a feature that is not about an item."""
    if not any(word in name.split("_") for word in _OF_ITEMS):
        return {}
    for form, pattern in _FORMS:
        if match := pattern.fullmatch(label):
            months = match.groupdict().get("months")
            return {"item": match["item"], "label_form": form, "label_months": None if months is None else int(months)}
    return {}
