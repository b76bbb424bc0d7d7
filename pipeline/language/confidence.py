"""Answers given in confidence: what may be seen of the survey answers behind a person's score.

The model reads single answers, and the parts that they add to a score follow them closely. So people who may see a
person by name see one sum for each driver: how the answers together push the score, without an item, a figure or that
of peers. The sums keep the factors adding up to the score. A driver with a single item shows what this item adds.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from features.contract.vocabulary import DRIVERS, Driver
from pipeline.language.wording import IN_CONFIDENCE
from pipeline.score_record import Factor

About = Mapping[str, Mapping[str, Any]]


def is_in_confidence(about: Mapping[str, Any]) -> bool:
    """Whether a feature, by its description, is an answer given in confidence."""
    return bool(about.get("is_confidential"))


def answers_of(driver: Driver) -> str:
    """The name under which the answers that speak of a driver are added up."""
    return f"survey_answers_{driver}"


def with_sums(about: About) -> dict[str, Mapping[str, Any]]:
    """The descriptions of features, with those of the sums of `without_answers`."""
    sums = {
        answers_of(driver): {
            "feature": answers_of(driver),
            "driver": driver,
            "label": label,
            "kind": "number",
            "actionable": driver in DRIVERS,
            "is_sum_of_answers": True,
        }
        for driver, label in IN_CONFIDENCE.items()
    }
    return {**about, **sums}


def without_answers(factors: Iterable[Factor], about: About) -> list[Factor]:
    """The factors, those of answers added up for each driver, without figures; described by `with_sums`."""
    shown, sums = [], defaultdict[Driver, float](float)
    for factor in factors:
        if is_in_confidence(about[factor.feature]):
            sums[factor.driver] += factor.contribution
        else:
            shown.append(factor)
    return shown + [Factor(answers_of(driver), driver, None, None, total) for driver, total in sums.items()]
