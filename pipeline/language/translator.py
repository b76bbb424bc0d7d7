"""The languages of the product's texts: English in the code, every other one in a file under
`locale/<code>/LC_MESSAGES`.

A catalogue is a gettext `messages.po` that is read without compiling, so a new language is one new file. The language
is always passed as an argument; there is no current language.
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
"""Context and text as in the code."""

_SOURCE: Final = "en"

_LOCALES: Final = {"en": "en_GB"}
"""Languages whose numbers and dates follow one country."""


@dataclass(frozen=True, eq=False)
class Language:
    """Texts, numbers and dates in one language; a text that is missing in its catalogue is returned in English.

    There is one object per language, compared by identity, so that results can be cached by language.
    """

    code: str
    texts: Mapping[Key, tuple[str, ...]] = field(default_factory=dict, repr=False)
    form_of: Callable[[int], int] = field(default=lambda number: int(number != 1), repr=False)

    def text(self, english: str, /, context: str | None = None, **values: Any) -> str:
        """The text with its `{placeholders}` filled; `context` distinguishes equal English words."""
        text = self.texts.get((context, english), (english,))[0]
        return text.format(**values) if values else text

    def plural(self, one: str, many: str, number: float, /, **values: Any) -> str:
        """The form for a number, filled; a fraction takes the form of two (`1.5 months`, `1,5 месяца`)."""
        return self.form(one, many, number).format(**values)

    def form(self, one: str, many: str, number: float, /) -> str:
        """The form for a number, not filled: the `ngettext` of a template."""
        whole = int(number) if float(number).is_integer() else 2
        forms = self.texts.get((None, one), (one, many))
        return forms[min(self.form_of(abs(whole)), len(forms) - 1)]

    def knows(self, english: str) -> bool:
        return (None, english) in self.texts

    @property
    def locale(self) -> str:
        """The name of the CLDR locale, which determines how numbers and dates are written."""
        return _LOCALES.get(self.code, self.code)

    def number(self, number: float) -> str:
        """Whole from 100 on, otherwise with up to two decimal places: `1,204`, `3.25`."""
        return numbers.number(number, self.locale)

    def decimal(self, number: float, places: int) -> str:
        """Always with `places` decimal places: `0.720`."""
        return numbers.decimal(number, places, self.locale)

    def percent(self, share: float, places: int = 0, is_signed: bool = False) -> str:
        """`13%`, with `places` decimal places; if signed, with a plus unless it is negative."""
        text = numbers.percent(share, places, self.locale)
        return f"+{text}" if is_signed and share >= 0 else text

    def day(self, day: date) -> str:
        """`30 September 2026`."""
        return numbers.day(day, self.locale)

    def month(self, day: date) -> str:
        """`September 2026`, in the standalone form."""
        return numbers.month(day, self.locale)


ENGLISH: Final = Language(_SOURCE)


def marked(english: str) -> str:
    """The text itself; marks a text for the catalogue that is translated later, where it is used."""
    return english


def both(one: str, many: str) -> tuple[str, str]:
    """The same for a text whose form depends on a number."""
    return one, many


@cache
def languages() -> tuple[str, ...]:
    """Codes of the available languages."""
    codes = {folder.name for folder in files("pipeline.language").joinpath("locale").iterdir() if folder.is_dir()}
    return tuple(sorted(codes | {_SOURCE}))


@cache
def language(code: str) -> Language:
    """The language with a code. Raises BadInput if it has no catalogue."""
    if code == _SOURCE:
        return ENGLISH
    if code not in languages():
        remedy = f"Choose one of: {', '.join(languages())}."
        raise BadInput(Finding("this language has no texts", "environment", "RETENTION_LANGUAGE", remedy=remedy))
    catalogue = catalogue_of(code)
    texts = {
        key_of(message): _forms(message.string)
        for message in (
            *catalogue.obsolete.values(),
            *catalogue,
        )  # obsolete: labels that older months were published with
        if message.id and message.string and not message.fuzzy
    }
    return Language(code, texts, c2py(catalogue.plural_expr))


def catalogue_of(code: str) -> Catalog:
    """The catalogue as in its file."""
    with files("pipeline.language").joinpath("locale", code, "LC_MESSAGES", "messages.po").open("rb") as file:
        return read_po(file, locale=code)


def key_of(message: Message) -> Key:
    """The key by which a message of a catalogue is looked up."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def _forms(string: Any) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)
