"""Records of features that a client sends: checked against the catalogue and scored like everyone else."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from features.catalogue.feature import Feature
from features.catalogue.units import MOST
from pipeline.model.stored_model import StoredModel
from pipeline.model.trees.boosting import compiled
from pipeline.scoring.job import score_people
from pipeline.scoring.population import POST
from pipeline.store.publication import Publication

LONGEST_CATEGORY: Final = 1_000
"""Characters of a category. No department, job or place has a longer name."""

Value = float | str | None
Record = Mapping[str, Value]
"""Figures by feature name; a null or a missing name means unknown."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with one figure: which record (0 is the first), which feature, and the rule it breaks."""

    record: int
    feature: str
    rule: str


def faults(records: Sequence[Record], features: Mapping[str, Feature]) -> Iterator[Fault]:
    """All faults in the records: names that the model does not know, wrong types, impossible values.

    A category that did not occur in training is not a fault: it is scored as 'other'.
    """
    for number, record in enumerate(records):
        for name, value in record.items():
            rule = _broken_rule(value, features.get(name))
            if rule:
                yield Fault(number, name, rule)


def _broken_rule(value: Value, feature: Feature | None) -> str | None:
    if feature is None:
        return "not a feature of this model"
    if value is None:
        return None
    if feature.kind == "category":
        if not isinstance(value, str) or not _is_text(value):
            return "must be text"
        return None if len(value) <= LONGEST_CATEGORY else f"must be text of up to {LONGEST_CATEGORY:,} characters"
    if isinstance(value, str) or not math.isfinite(value):
        return "must be a number"
    low, high = feature.limits
    return None if low <= value <= high else f"must lie {_between(feature, value)} ({feature.unit})"


def _is_text(value: str) -> bool:
    """False for a null byte and for a lone surrogate: JSON can contain them, but they cannot be stored or encoded."""
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value)


def _between(feature: Feature, value: float) -> str:
    """The feature's own limit, or both limits if the value exceeds what any number may be."""
    low, high = feature.limits
    if feature.upper is None and abs(value) <= MOST:
        return f"at or above {low:g}"
    if feature.lower is None and abs(value) <= MOST:
        return f"at or below {high:g}"
    return f"between {low:g} and {high:g}"


def score_records(model: StoredModel, version: str, records: Sequence[Record], today: date) -> Publication:
    """The records, scored and explained, in their order; `employee_id` is the index of the record, from "0".

    A factor's `peer_value` is computed over the records; null if fewer than five have a value.
    """
    types = {name: pl.String if feature.kind == "category" else pl.Float64 for name, feature in model.features.items()}
    X = pl.DataFrame([[record.get(name) for name in types] for record in records], schema=types, orient="row")
    people = pl.DataFrame({"employee_id": [str(number) for number in range(len(records))]})
    people = people.with_columns(pl.lit(None).alias(name) for name in POST)
    with compiled():
        return score_people(model, version, "records", "", today, people, X)
