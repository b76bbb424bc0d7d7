"""Drafts of documents for counsel, from the settings and the store: Markdown to edit, and a page to read and print.

A text is a template for each language under `pipeline/html/templates/documents`; its sections are the same in each.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from features.contract.vocabulary import CONTEXT, DRIVERS
from features.errors import BadInput, Finding
from pipeline.documents.duties import duties
from pipeline.documents.facts import Facts
from pipeline.html.markdown import as_html, rendered_markdown
from pipeline.html.rendering import rendered
from pipeline.language import numbers
from pipeline.language.translator import Language, language, languages
from pipeline.language.wording import label_text

DOCUMENTS: Final = ("notice", "interests", "agreement", "instructions", "incident")
"""The notice to employees, the balancing of interests, the agreement with the works council, the instructions for use,
the report of a serious incident."""

LANGUAGES: Final = ("en", "de", "ru")

NO_BREAK: Final = "\u00a0"
"""A space within a date, which stays on one line."""


@dataclass(frozen=True)
class Draft:
    """A document in one language, in both forms; the page is self-contained and loads nothing."""

    name: str
    code: str
    markdown: str
    html: str

    def files(self) -> dict[str, str]:
        """Its files by name."""
        return {f"{self.name}.{self.code}.md": self.markdown, f"{self.name}.{self.code}.html": self.html}


def draft(name: str, code: str, facts: Facts) -> Draft:
    """A document by name in a language. Raises BadInput for one that does not exist."""
    require_documents([name])
    require_language(code)
    texts = _language_of(code)
    markdown = rendered_markdown(f"documents/{code}/{name}.md", **_values(facts, texts))
    title = markdown.partition("\n")[0].removeprefix("# ").replace("\\", "")
    html = rendered("draft.html", texts, title=title, body=as_html(markdown))
    return Draft(name, code, markdown, html)


def require_documents(names: Sequence[str]) -> None:
    """Raise BadInput with every name that no document has."""
    _require(names, DOCUMENTS, "document")


def require_language(code: str) -> None:
    """Raise BadInput for a language that no document has."""
    _require([code], LANGUAGES, "language of the documents")


@cache
def _language_of(code: str) -> Language:
    """The language of the product; for one that it does not have, the labels of features alone."""
    if code in languages():
        return language(code)
    labels = (files("pipeline.documents") / f"labels_{code}.toml").read_text(encoding="utf-8")
    return Language(code, {(None, english): (text,) for english, text in tomllib.loads(labels).items()})


def _values(facts: Facts, texts: Language) -> dict[str, Any]:
    locale = texts.locale
    return {
        "facts": facts,
        "settings": facts.settings,
        "in_force": facts.in_force,
        "drivers": (*DRIVERS, CONTEXT),
        "duties": duties(),
        "code": texts.code,
        "day": lambda day: numbers.day(day, locale).replace(" ", NO_BREAK),
        "moment": lambda at: numbers.moment(at, locale).replace(" ", NO_BREAK),
        "number": lambda value: numbers.number(value, locale),
        "percent": lambda share: numbers.percent(share, 0, locale),
        "label": lambda about: label_text(about, texts),
    }


def _require(given: Sequence[str], known: tuple[str, ...], what: str) -> None:
    remedy = f"Choose from: {', '.join(known)}."
    unknown = [
        Finding(f"there is no such {what}", "command line", each, 0, remedy) for each in given if each not in known
    ]
    if unknown:
        raise BadInput(unknown)
