"""Collects every text that the product says, and brings a language's catalogue up to date with them.

`python -m pipeline.language.collect ru` adds what is new to the catalogue, untranslated, and takes out what is no
longer said. A feature's former label stays at the end as an obsolete message, `#~`, for months that were published
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
"""What is called with a text, and which of its arguments are one."""

_HERE: Final = Path(__file__).parent
_HOUSES: Final = (_HERE.parents[1] / "pipeline", _HERE.parents[1] / "serving")
"""By path, for `pipeline` may not import `serving`."""

_SPEAKING: Final = ("from pipeline.language", "Refusal(")
"""A module with none of these says nothing to a reader; elsewhere `text` is SQL."""

_LABEL: Final = "the label of a feature"
_ITEMS: Final = (
    *("All survey items", "Manageable workload", "Support from the manager", "Recognition", "Career prospects"),
    *("Fairness of pay", "Collaboration with colleagues", "Works for mutual benefit"),
    *("Looks for what benefits colleagues", "Coaches others"),
)
"""Items that many companies ask for, the simulated one among them; others are said as the source has them."""


def messages() -> dict[Key, str | tuple[str, str]]:
    """What has to be translated, by context and English text; a pair where the number decides the form."""
    found: dict[Key, str | tuple[str, str]] = {
        (None, said): said for said in (*_labels(), *WHAT.values(), *_ITEMS, *LABEL_FORMS)
    }
    found |= {(use, word): word for use in USES for word in NUMBERS}
    for said in _of_the_code():
        found[None, said if isinstance(said, str) else said[0]] = said
    return found


def brought_up_to_date(code: str) -> Catalog:
    """The catalogue of a language with every message of the code; what is new has no translation yet."""
    told = catalogue_of(code) if code in languages() else Catalog(locale=code)
    new = Catalog(locale=code, project="retention", charset="utf-8", fuzzy=False, creation_date=told.creation_date)
    labels, said_now = set(_labels()), messages()
    for (use, said), message in said_now.items():
        known = told.get(said, use) or told.obsolete.get(said)
        about = [_LABEL] if use is None and said in labels else []
        new.add(message, known.string if known else None, context=use, auto_comments=about)
    gone = [each for each in told if each.id and _LABEL in each.auto_comments]
    for each in (*told.obsolete.values(), *gone):
        if key_of(each) not in said_now:
            new.obsolete[key_of(each)[1]] = each
    return new


def _labels() -> Iterator[str]:
    for driver in _DRIVERS:
        yield from (feature.label for family in driver.FAMILIES for feature in family.features)


def _of_the_code() -> Iterator[str | tuple[str, str]]:
    for method, paths in (("python", _files("*.py")), ("jinja2", [*_files("*.html"), *_files("*.txt")])):
        for path in paths:
            if method == "python" and not any(mark in path.read_text(encoding="utf-8") for mark in _SPEAKING):
                continue
            for _, message, _, _ in extract_from_file(method, path, keywords=_KEYWORDS, options={"silent": "false"}):
                yield message if isinstance(message, str) else (message[0], message[1])


def _files(pattern: str) -> list[Path]:
    return sorted(path for house in _HOUSES for path in house.rglob(pattern))


def _write(code: str) -> None:
    catalogue = brought_up_to_date(code)
    target = _HERE / "locale" / code / "LC_MESSAGES" / "messages.po"

    def write(part: Path) -> None:
        with part.open("wb") as file:
            write_po(file, catalogue, width=120, omit_header=False, sort_output=True)

    write_whole(target, write)


if __name__ == "__main__":
    _write(sys.argv[1])
