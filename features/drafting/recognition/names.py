"""The roles that the name of a column can mean, in nine languages, and whether its values allow them."""

import re
import unicodedata
from functools import cache
from typing import Final

from features.contract.vocabulary import folded, word_pattern
from features.drafting.recognition.shapes import Shape, is_written_date
from features.drafting.vocabulary.person_words import FIRST_NAMES, FORMER, FULL_NAMES, GENERIC, LAST_NAMES, PERSON_ID
from features.drafting.vocabulary.row_words import ROWS
from features.drafting.vocabulary.words import DATES, NUMBERS, TEXTS

LEAST: Final = 0.45
"""A name must say at least this share of a role's words."""
MOST_KINDS, LEAST_PAY = 3, 100
"""Up to three different small numbers number kinds of rows, and are no pay."""
MOST_RANKS: Final = 100
"""Smaller numbers are ranks, and no codes of jobs."""

VALUES: Final = frozenset("department job level manager location fte weekly_hours pay contract currency".split())
"""Roles of what holds since a day; a column with the value of before has none of them."""
COMPOSED: Final = 0.9
REASONS: Final = "reason* raison cause ursache causa causal* ragione razao przyczyn* oorzaak code"
TYPES: Final = "type typ kind category art kategorie categorie tipo categoria rodzaj soort вид тип voluntary*"


def roles_of(name: str, shape: Shape, table: str) -> list[tuple[str, float]]:
    """The roles that a name can mean and the values allow, the likeliest first, with the share of the name they say."""
    scored = [
        (role, score) for role, score in roles_by_name(name, table).items() if score >= LEAST and fits(role, shape)
    ]
    return sorted(scored, key=lambda each: -each[1])


@cache
def roles_by_name(name: str, table: str) -> dict[str, float]:
    """The roles that a name can mean, with the share of its letters that says so."""
    every = {**DATES, **NUMBERS, **TEXTS, **ROWS}
    every |= {"person_id": PERSON_ID, "name": FULL_NAMES, "first_name": FIRST_NAMES, "last_name": LAST_NAMES}
    scores = {role: name_score(words, name, table) for role, words in every.items()} | _of_exits(name)
    if matches(FORMER, name):
        scores = {role: score for role, score in scores.items() if role not in VALUES}
    return {role: score for role, score in scores.items() if score}


def _of_exits(name: str) -> dict[str, float]:
    """The reason or the kind of an exit in other words: one word for a reason and one for leaving."""
    if (
        matches(TEXTS["exit_reason"], name)
        or matches(TEXTS["exit_type"], name)
        or not matches(DATES["exit_date"], name)
    ):
        return {}
    if matches(TEXTS["action_reason"], name) or matches(REASONS, name):
        return {"exit_reason": COMPOSED}
    return {"exit_type": COMPOSED} if matches(TYPES, name) else {}


def name_score(words: str, name: str, table: str) -> float:
    """The share of a name's letters that a role explains; words that say nothing, or name the table, do not count."""
    silent = GENERIC | set(folded(table).split("_"))
    own = name.rpartition(": ")[2] or name  # without the name of the form, as in `Compensation: Date`
    plain = re.sub("(?<=[a-z])_as_of_.*", "", folded(own))
    found = list(_compiled(words).finditer(f"_{plain}_"))
    if not found:
        return 0.0
    longest = max(found, key=lambda match: len(match.group()))
    rest = f"_{plain}_".replace(longest.group(), "", 1).split("_")
    other = sum(len(word) for word in rest if word not in silent)
    letters = len(longest.group().replace("_", ""))
    return letters / (letters + other) + letters / 1000


def fits(role: str, shape: Shape) -> bool:
    """Whether the values of a column can have a role."""
    if role in DATES:
        return shape.as_date is not None
    if role in NUMBERS:
        return _fits_number(role, shape)
    if role == "person_id":
        return shape.as_number is None or shape.as_number.is_whole
    if role in ("name", "first_name", "last_name"):
        return not is_written_date(shape) and shape.as_number is None
    if role == "left":
        return shape.is_yes_no
    if role == "new_value":
        return True
    if role in ("level", "manager"):
        return not is_written_date(shape)
    if role == "job" and shape.as_number and shape.as_number.high < MOST_RANKS:
        return False
    if role in ("department", "job", "location", "division"):
        return not is_written_date(shape) and shape.distinct < max(20, 0.8 * shape.filled)
    return shape.is_code_list and not is_written_date(shape)


def _fits_number(role: str, shape: Shape) -> bool:
    number = shape.as_number
    if number is None or is_written_date(shape):
        return False
    if role == "pay":
        return shape.distinct > MOST_KINDS or number.high >= LEAST_PAY
    if role == "fte":
        return number.low >= 0 and number.high <= 200
    if role == "weekly_hours":
        return number.low >= 0 and 8 <= number.high <= 60
    return True


def matches(words: str, text: str) -> int:
    """The letters of the longest of these words in a text; 0 where it has none."""
    return max((len(found.group()) for found in _compiled(words).finditer(f"_{folded(text)}_")), default=0)


@cache
def _compiled(words: str) -> re.Pattern[str]:
    apart = unicodedata.normalize("NFKD", words)
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return word_pattern(" ".join(sorted(bare.split(), key=len, reverse=True)))  # of two that begin alike, the longer
