"""The languages of the product's texts: English in the code, every other one a file `locale/<code>/LC_MESSAGES`.

A catalogue is a gettext `messages.po` that is read as it stands, so a language is added by adding a file. A language is
passed to whatever says something; nothing remembers which one was last used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from gettext import c2py
from importlib.resources import files
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from features.errors import BadInput, Finding
from pipeline.language import numbers

Key = tuple[str | None, str]
"""Context and text as the code has it."""

_SOURCE: Final = "en"

_LOCALES: Final = {"en": "en_GB"}
"""Languages whose numbers and dates are written as in one country."""


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
        return self.form(one, many, number).format(**values)

    def form(self, one: str, many: str, number: float, /) -> str:
        """The same as its catalogue has it, with nothing filled in: the `ngettext` of a template."""
        whole = int(number) if float(number).is_integer() else 2
        forms = self.texts.get((None, one), (one, many))
        return forms[min(self.form_of(abs(whole)), len(forms) - 1)]

    def knows(self, said: str) -> bool:
        return (None, said) in self.texts

    @property
    def locale(self) -> str:
        """The name of the locale in CLDR, which says how numbers and dates are written."""
        return _LOCALES.get(self.code, self.code)

    def number(self, number: float) -> str:
        """Whole from a hundred on, else with up to two places: `1,204`, `3.25`."""
        return numbers.number(number, self.locale)

    def decimal(self, number: float, places: int) -> str:
        """Always with so many places: `0.720`."""
        return numbers.decimal(number, places, self.locale)

    def percent(self, share: float, places: int = 0, is_signed: bool = False) -> str:
        """`13%`, with so many places; signed, a plus where it is not negative."""
        said = numbers.percent(share, places, self.locale)
        return f"+{said}" if is_signed and share >= 0 else said

    def day(self, day: date) -> str:
        """`30 September 2026`."""
        return numbers.day(day, self.locale)

    def month(self, day: date) -> str:
        """`September 2026`, as it stands by itself."""
        return numbers.month(day, self.locale)


ENGLISH: Final = Language(_SOURCE)


def marked(said: str) -> str:
    """The text itself: marks for the catalogue what is translated only where it is used."""
    return said


def both(one: str, many: str) -> tuple[str, str]:
    """The same for a text whose form goes with a number."""
    return one, many


@cache
def languages() -> tuple[str, ...]:
    """Codes of the languages that can be asked for."""
    found = {folder.name for folder in files("pipeline.language").joinpath("locale").iterdir() if folder.is_dir()}
    return tuple(sorted(found | {_SOURCE}))


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
        key_of(message): _forms(message.string)
        for message in (*read.obsolete.values(), *read)  # obsolete: labels that older months were published with
        if message.id and message.string and not message.fuzzy
    }
    return Language(code, texts, c2py(read.plural_expr))


def catalogue_of(code: str) -> Catalog:
    """The catalogue as it stands in its file."""
    with files("pipeline.language").joinpath("locale", code, "LC_MESSAGES", "messages.po").open("rb") as file:
        return read_po(file, locale=code)


def key_of(message: Message) -> Key:
    """What a message of a catalogue is looked up by."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def _forms(string: Any) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)
