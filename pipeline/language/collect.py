"""Collects all translatable texts and updates a language's catalogue with them.

`python -m pipeline.language.collect ru` adds new texts to the catalogue, untranslated, and removes those that are no
longer used. A feature's former label stays at the end as an obsolete message, `#~`, for months that were published
with it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from features.catalogue.item_labels import LABEL_FORMS
from features.drivers import conditions, context, growth, internal_services, pay, relationships, service_network
from features.drivers.items import WHAT
from pipeline.files import write_whole
from pipeline.language.actions import actions
from pipeline.language.translator import Key, catalogue_of, key_of, languages
from pipeline.language.wording import NUMBERS, USES

_DRIVERS: Final = (pay, conditions, relationships, internal_services, service_network, growth, context)
_KEYWORDS: Final[dict[str, Any]] = {
    "text": None,
    "marked": None,
    "_": None,
    "gettext": None,
    "both": (1, 2),
    "plural": (1, 2),
    "ngettext": (1, 2),
    "count": (1, 2),
    "Refusal": (3,),
}
"""Functions that take a text, and which of their arguments are texts."""

_HERE: Final = Path(__file__).parent
_PACKAGES: Final = (_HERE.parents[1] / "pipeline", _HERE.parents[1] / "serving")
"""By path, because `pipeline` must not import `serving`."""

_MARKS: Final = ("from pipeline.language", "Refusal(")
"""A module without any of these has no translatable texts; there, `text` is SQL."""

_LABEL: Final = "the label of a feature"
_ITEMS: Final = (
    *("All survey items", "Manageable workload", "Support from the manager", "Recognition", "Career prospects"),
    *("Fairness of pay", "Collaboration with colleagues", "Works for mutual benefit"),
    *("Looks for what benefits colleagues", "Coaches others"),
)
"""Items that many companies use, including the simulated one; other items are shown as the source has them."""


def messages() -> dict[Key, str | tuple[str, str]]:
    """All texts to translate, by context and English text; a pair (singular, plural) if a number decides the form."""
    texts: dict[Key, str | tuple[str, str]] = {
        (None, text): text for text in (*_labels(), *WHAT.values(), *_ITEMS, *LABEL_FORMS, *_actions())
    }
    texts |= {(use, word): word for use in USES for word in NUMBERS}
    for text in _in_code():
        texts[None, text if isinstance(text, str) else text[0]] = text
    return texts


def updated_catalogue(code: str) -> Catalog:
    """The catalogue of a language with every text in the code; new texts have no translation yet."""
    old = catalogue_of(code) if code in languages() else Catalog(locale=code)
    new = Catalog(locale=code, project="retention", charset="utf-8", fuzzy=False, creation_date=old.creation_date)
    labels, current = set(_labels()), messages()
    for (use, text), message in current.items():
        known = old.get(text, use) or old.obsolete.get(text)
        about = [_LABEL] if use is None and text in labels else []
        new.add(message, known.string if known else None, context=use, auto_comments=about)
    gone = [each for each in old if each.id and _LABEL in each.auto_comments]
    for each in (*old.obsolete.values(), *gone):
        if key_of(each) not in current:
            new.obsolete[key_of(each)[1]] = each
    return new


def _labels() -> Iterator[str]:
    for driver in _DRIVERS:
        yield from (feature.label for family in driver.FAMILIES for feature in family.features)


def _actions() -> Iterator[str]:
    yield from (action.text for of_driver in actions().values() for action in of_driver)


def _in_code() -> Iterator[str | tuple[str, str]]:
    for method, paths in (("python", _files("*.py")), ("jinja2", [*_files("*.html"), *_files("*.txt")])):
        for path in paths:
            if method == "python" and not any(mark in path.read_text(encoding="utf-8") for mark in _MARKS):
                continue
            for _, message, _, _ in extract_from_file(method, path, keywords=_KEYWORDS, options={"silent": "false"}):
                yield message if isinstance(message, str) else (message[0], message[1])


def _files(pattern: str) -> list[Path]:
    return sorted(path for package in _PACKAGES for path in package.rglob(pattern))


def _write(code: str) -> None:
    catalogue = updated_catalogue(code)
    target = _HERE / "locale" / code / "LC_MESSAGES" / "messages.po"

    def write(part: Path) -> None:
        with part.open("wb") as file:
            write_po(file, catalogue, width=120, omit_header=False, sort_output=True)

    write_whole(target, write)


if __name__ == "__main__":
    _write(sys.argv[1])
