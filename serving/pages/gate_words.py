"""What the gate asked, in the reader's language: a report holds its conditions and limits as English texts."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from pipeline.language.translator import marked

CONDITIONS: Final = (
    marked("calibration slope"),
    marked("average precision against base rate"),
    marked("average precision against tenure"),
    marked("average precision against logistic alone"),
    marked("average precision against boosting alone"),
    marked("average precision against the champion, version {version}"),
    marked("log loss against the champion, version {version}"),
    marked("selection rate by {attribute}, {group} against {other}"),
    marked("recall by {attribute}, {group} against {other}"),
)
LIMITS: Final = (
    marked("{low} to {high}"),
    marked("a difference ≥ 0"),
    marked("a difference ≤ 0"),
    marked("a comparison on the same rows; train again to get one"),
)
GROUPS: Final = (
    *(marked("gender"), marked("age"), marked("nationality"), marked("ethnicity"), marked("marital_status")),
    *(marked("disability"), marked("man"), marked("woman")),
    *(marked("under {end}"), marked("{start} to under {end}"), marked("{start} and over"), marked("other")),
)
"""Attributes, and the groups that the product names itself or that most sources name alike."""

Translate = Callable[[str], str]


def condition(said: str, translate: Translate) -> str:
    """One condition; its groups too, as far as they are known."""
    return _said(said, CONDITIONS, translate, lambda part: group(part, translate))


def limit(said: str, translate: Translate, number: Callable[[str], str]) -> str:
    """What was asked; `number` writes a figure as the language does."""
    if not said.startswith("≥"):
        return _said(said, LIMITS, translate, number)
    return number(said)


def group(said: str, translate: Translate) -> str:
    """A protected attribute, one of its groups, or a pair of either."""
    return " × ".join(_said(part, GROUPS, translate, lambda value: value) for part in said.split(" × "))


def _said(said: str, known: tuple[str, ...], translate: Translate, part: Callable[[str], str]) -> str:
    """The translation of the text that it is an example of; what is no example of any stays as it is."""
    for text, pattern in _PATTERNS[known]:
        if found := pattern.fullmatch(said):
            return translate(text).format(**{name: part(value) for name, value in found.groupdict().items()})
    return said


def _pattern(text: str) -> re.Pattern[str]:
    """`{start} to under {end}` as what it says of two values; an age or a share begins with a digit."""
    value = r"\\d[\\d.]*" if text in (*LIMITS, *GROUPS) else ".+"
    return re.compile(re.sub(r"\\\{(\w+)\\\}", rf"(?P<\1>{value})", re.escape(text)))


_PATTERNS: Final[Mapping[tuple[str, ...], tuple[tuple[str, re.Pattern[str]], ...]]] = {
    known: tuple((text, _pattern(text)) for text in known) for known in (CONDITIONS, LIMITS, GROUPS)
}
