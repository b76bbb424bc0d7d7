"""The product's words: drivers, kinds, and the names that are refused or protected. No I/O."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

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

PROTECTED: Final = frozenset(
    "gender sex birth_year birth_date date_of_birth year_of_birth age ethnicity race nationality marital_status "
    "disability "
    "geschlecht geburtsdatum geburtsjahr alter nationalität staatsangehörigkeit familienstand behinderung "
    "пол возраст дата_рождения год_рождения национальность гражданство семейное_положение инвалидность".split()
)
"""Read for the fairness review only; never a feature."""

_REFUSED_WORDS: Final = frozenset(
    "subject body text comment comments sentiment message messages transcript "
    "sick sickness illness health medical diagnosis "
    "union religion religious political politics party "
    "family children pregnant pregnancy maternity paternity parental "
    "biometric biometrics fingerprint credit criminal conviction convictions "
    "kommentar kommentare krank krankheit krankheitstage krankentage gesundheit diagnose gewerkschaft konfession "
    "partei familie kinder schwanger schwangerschaft mutterschutz elternzeit vorstrafe vorstrafen "
    "текст комментарий комментарии больничный больничные болезнь здоровье диагноз профсоюз религия вероисповедание "
    "партия семья дети беременность декрет биометрия судимость".split()
)
"""In English, German and Russian. Under any other name, the content of a column cannot be recognised."""
_REFUSED_NAMES: Final = frozenset({"absence_reason", "disability_leave", "reason_for_absence", "leave_reason"})


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


def is_refused(name: str) -> bool:
    """True for content of communications, health, belief, family, biometric, credit and criminal data."""
    name = snake_case(name)
    return name in _REFUSED_NAMES or not _REFUSED_WORDS.isdisjoint(name.split("_"))


@lru_cache(maxsize=4096)  # called for every factor of everyone on a list
def is_protected(name: str) -> bool:
    """True for the attributes that only the fairness review may read."""
    return snake_case(name) in PROTECTED
