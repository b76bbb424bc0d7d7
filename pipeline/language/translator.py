"""The languages of the product's texts: English in the code, every other one a file `locale/<code>/LC_MESSAGES`.

A catalogue is a gettext `messages.po` that is read as it stands, so a language is added by adding a file. A language is
passed to whatever says something; nothing remembers which one was last used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from gettext import c2py
from importlib.resources import files
from typing import Any, Final

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from features.errors import BadInput, Finding

Key = tuple[str | None, str]
"""Context and text as the code has it."""

_SOURCE: Final = "en"

_PLACES: Final = [Decimal(1).scaleb(-places) for places in range(8)]
_HUGE: Final = 1e15


@dataclass(frozen=True, eq=False)
class Language:
    """Says texts, numbers and dates in one language; a text that its catalogue lacks is said in English.

    There is one of each language, so they are told apart by identity, and what is worked out once for one is kept.
    """

    code: str
    texts: Mapping[Key, tuple[str, ...]] = field(default_factory=dict, repr=False)
    form_of: Callable[[int], int] = field(default=lambda number: int(number != 1), repr=False)

    def text(self, said: str, /, context: str | None = None, **values: Any) -> str:
        """The text with its `{places}` filled; `context` tells equal English words apart."""
        found = self.texts.get((context, said), (said,))[0]
        return found.format(**values) if values else found

    def plural(self, one: str, many: str, number: float, /, **values: Any) -> str:
        """The form that goes with a number; a fraction goes as two does (`1.5 months`, `1,5 месяца`)."""
        whole = int(number) if float(number).is_integer() else 2
        forms = self.texts.get((None, one), (one, many))
        return forms[min(self.form_of(abs(whole)), len(forms) - 1)].format(**values)

    def knows(self, said: str) -> bool:
        return (None, said) in self.texts

    def number(self, number: float) -> str:
        """Whole from a hundred on, else with up to two places: `1,204`, `3.25`."""
        return _number(self.code, _rounded(number, 0 if abs(number) >= 100 else 2))

    def decimal(self, number: float, places: int) -> str:
        """Always with so many places: `0.720`."""
        return str(format_decimal(Decimal(_rounded(number, places)), f"#,##0.{'0' * places}", locale=self.code))

    def percent(self, share: float, places: int = 0, is_signed: bool = False) -> str:
        """`13%`, with so many places."""
        said = _percent(self.code, _rounded(share, places + 2), places)
        return f"+{said}" if is_signed and share >= 0 else said

    def day(self, day: date) -> str:
        """`30 September 2026`."""
        return str(format_date(day, "d MMMM yyyy", locale=self.code))

    def month(self, day: date) -> str:
        """`September 2026`, as it stands by itself."""
        return str(format_date(day, "LLLL yyyy", locale=self.code))


ENGLISH: Final = Language(_SOURCE)


def marked(said: str) -> str:
    """The text itself: marks for the catalogue what is translated only where it is used."""
    return said


def both(one: str, many: str) -> tuple[str, str]:
    """The same for a text whose form goes with a number."""
    return one, many


def languages() -> list[str]:
    """Codes of the languages that can be asked for."""
    found = {folder.name for folder in files("pipeline.language").joinpath("locale").iterdir() if folder.is_dir()}
    return sorted(found | {_SOURCE})


@cache
def language(code: str) -> Language:
    """The language of a code. Raises BadInput where it has no catalogue."""
    if code == _SOURCE:
        return ENGLISH
    if code not in languages():
        remedy = f"Choose one of: {', '.join(languages())}."
        raise BadInput(
            Finding("there are no texts in this language", "environment", "RETENTION_LANGUAGE", remedy=remedy)
        )
    read = catalogue_of(code)
    texts = {
        (message.context, message.id if isinstance(message.id, str) else message.id[0]): _forms(message.string)
        for message in read
        if message.id and message.string and not message.fuzzy
    }
    return Language(code, texts, c2py(read.plural_expr))


def preferred_language(accepted: str, otherwise: str) -> Language:
    """The first language of an `Accept-Language` header that there are texts in; quality values are heeded."""
    weighed: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, quality = part.strip().partition(";")
        weight = quality.strip().removeprefix("q=") or "1"
        weighed.append((float(weight) if weight.replace(".", "", 1).isdecimal() else 0.0, tag.strip()))
    known = languages()
    for best, tag in sorted(weighed, key=lambda pair: -pair[0]):
        code = tag.partition("-")[0].lower()
        if best > 0 and code in known:
            return language(code)
    return language(otherwise)


def catalogue_of(code: str) -> Catalog:
    """The catalogue as it stands in its file."""
    with files("pipeline.language").joinpath("locale", code, "LC_MESSAGES", "messages.po").open("rb") as file:
        return read_po(file, locale=code)


def _rounded(number: float, places: int) -> str:
    """To so many places, as babel rounds: in decimals, halves to the even digit. What is huge stays as it is."""
    exact = Decimal(str(number))
    return str(exact.quantize(_PLACES[places]) + 0 if abs(number) < _HUGE else exact)  # + 0: there is no -0


@lru_cache(maxsize=65_536)  # babel takes longer for one number than all else of a factor; few are left once rounded
def _number(code: str, rounded: str) -> str:
    return str(format_decimal(Decimal(rounded), format="#,##0.##", locale=code))


@lru_cache(maxsize=65_536)
def _percent(code: str, rounded: str, places: int) -> str:
    whole = Locale.parse(code).percent_formats[None].pattern
    form = whole.replace("#,##0", "#,##0" + "." * bool(places) + "0" * places)
    return str(format_percent(Decimal(rounded), format=form, locale=code))


def _forms(string: Any) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)
