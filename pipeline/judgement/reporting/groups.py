"""Protected groups as data, and their names in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from babel.numbers import get_decimal_symbol

from pipeline.language.translator import ENGLISH, Language, marked

OTHER: Final = "other"
"""The group of all values that have no group of their own."""
TIMES: Final = " × "
"""Joins the names of two crossed attributes, and of two crossed groups."""
NAMES: Final = (
    *(marked("gender"), marked("age"), marked("nationality"), marked("ethnicity"), marked("marital_status")),
    *(marked("disability"), marked("man"), marked("woman"), marked("other")),
)
"""Attributes and groups that are translated; all others are shown as the source names them."""


@dataclass(frozen=True)
class Group:
    """A protected group: the value as the source names it, or the band start ≤ value < end of a number.

    The lowest band has no start, the highest no end.
    """

    name: str | None = None
    start: float | None = None
    end: float | None = None

    @property
    def reading_order(self) -> tuple[bool, bool, str]:
        """A sort key: the lowest band first, `other` last."""
        is_lowest = self.name is None and self.start is None
        return self.name == OTHER, not is_lowest, group_text(self)


def group_text(group: Group, language: Language = ENGLISH) -> str:
    """The name of a group: `30 to under 40`, `woman`."""
    if group.name is not None:
        return language.text(group.name)
    start, end = written(group.start or 0.0, language), written(group.end or 0.0, language)
    if group.start is None:
        return language.text("under {end}", end=end)
    if group.end is None:
        return language.text("{start} and over", start=start)
    return language.text("{start} to under {end}", start=start, end=end)


def crossed_text(groups: Sequence[Group], language: Language = ENGLISH) -> str:
    """The name of a group, or of a pair of groups."""
    return TIMES.join(group_text(group, language) for group in groups)


def attribute_text(attributes: Sequence[str], language: Language = ENGLISH) -> str:
    """The name of a protected attribute, or of a pair."""
    return TIMES.join(language.text(attribute) for attribute in attributes)


def written(number: float, language: Language, form: str = "g") -> str:
    """A number in a fixed format, with the decimal sign of the language."""
    return f"{number:{form}}".replace(".", get_decimal_symbol(language.code))
