"""The product's words: drivers, kinds, and the names that are refused or protected. No I/O."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

from features.contract.sensitive_words import INNOCENT, PROTECTED_SUBJECTS, REFUSED_NAMES, REFUSED_SUBJECTS, Subject

Driver = Literal["pay", "conditions", "relationships", "growth", "context"]

DRIVERS: Final[tuple[Driver, ...]] = ("pay", "conditions", "relationships", "growth")
"""The four sides of working life that an employer can act on; everything else is context."""
CONTEXT: Final[Driver] = "context"

EngineName = Literal["polars", "spark"]
"""The engines that run the definitions of the features."""

EXIT_KINDS: Final = ("voluntary", "involuntary", "other")
SERVICE_KINDS: Final = ("information", "reporting", "data", "working_time", "resources", "other")
ASSIGNMENT_REASONS: Final = (
    "hire",
    "promotion",
    "transfer",
    "manager_change",
    "reorganisation",
    "other",
)

_LETTERS: Final = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})
"""Letters that do not come apart into a letter and an accent."""


def snake_case(name: str) -> str:
    """`MaritalStatus`, `marital status` and `MARITAL-STATUS` all become `marital_status`.

    Letters, vowel signs and digits of every script are kept, in composed form. A name made of symbols only, such as an
    emoji, becomes its Unicode name. The result is empty only where the name is.
    """
    composed = unicodedata.normalize("NFKC", name)
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", composed).lower()
    if not any(map(str.isalnum, spaced)):
        spaced = " ".join(unicodedata.name(sign, f"{ord(sign):x}").lower() for sign in spaced if not sign.isspace())
    letters = (sign if unicodedata.category(sign)[0] in "LMN" else "_" for sign in spaced)
    return re.sub("_+", "_", "".join(letters)).strip("_")


@lru_cache(maxsize=4096)  # called for every factor of everyone on a list
def folded(name: str) -> str:
    """The words of a name as `sensitive_words` writes them: `GenderID`, `Gender-ID` and `gender id` are `gender_id`.

    Words end at capitals, digits and signs of every script; accents are dropped.
    """
    composed = unicodedata.normalize("NFKC", name)
    signs = zip(f" {composed}", composed, f"{composed[1:]} ", strict=False)
    spaced = "".join(f" {sign}" if _starts_word(before, sign, after) else sign for before, sign, after in signs)
    apart = unicodedata.normalize("NFKD", spaced.lower().translate(_LETTERS))
    bare = "".join(sign for sign in apart if unicodedata.category(sign)[0] != "M")
    return "_".join(re.findall(r"[^\W_]+", bare))


def _starts_word(before: str, sign: str, after: str) -> bool:
    if sign.isdigit() or before.isdigit():
        return sign.isdigit() != before.isdigit()
    return sign.isupper() and (before.islower() or (before.isupper() and after.islower()))


def is_refused(name: str) -> bool:
    """True for content of communications, health, belief, family, biometric, credit and criminal data."""
    return folded(name) in REFUSED_NAMES or bool(_REFUSED.search(_searched(name)))


def is_protected(name: str) -> bool:
    """True for the attributes that only the fairness review may read."""
    return folded(name) in _PROTECTED_NAMES


@lru_cache(maxsize=4096)
def resembles(name: str) -> Subject | None:
    """The protected or refused subject that a name seems to be about; None if it has no such word."""
    return next((subject for subject, pattern in _LIKELY if pattern.search(_searched(name))), None)


def _searched(name: str) -> str:
    """The folded name between `_`, without the compounds that mean something else."""
    return _INNOCENT.sub("~", f"_{folded(name)}_")


def word_pattern(words: str) -> re.Pattern[str]:
    """A pattern for any of these words in a folded name."""
    each = "|".join(re.escape(word).replace(r"\*", "[^_~]*") for word in words.split())
    return re.compile(f"(?<=[_~])(?:{each})(?=[_~])")


_INNOCENT: Final = word_pattern(INNOCENT)
_PROTECTED_NAMES: Final = frozenset(" ".join(subject.certain for subject in PROTECTED_SUBJECTS).split())
_REFUSED: Final = word_pattern(" ".join(subject.certain for subject in REFUSED_SUBJECTS))
_LIKELY: Final = tuple(
    (subject, word_pattern(f"{subject.certain} {subject.likely}"))
    for subject in (*PROTECTED_SUBJECTS, *REFUSED_SUBJECTS)
)
