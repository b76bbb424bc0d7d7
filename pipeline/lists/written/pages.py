"""The pages of a month: the managers' lists (HTML and plain text), HR's index, and the departments' page."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from pipeline.html.rendering import rendered
from pipeline.language.direction import isolated
from pipeline.language.translator import ENGLISH, Language
from pipeline.language.wording import (
    BAND_NAMES,
    BAND_TEXTS,
    CHANGE_NAMES,
    DRIVER_NAMES,
    in_words,
    within_words,
)
from pipeline.lists.risk_list import RiskList
from pipeline.lists.written.department_page import DepartmentFigures
from pipeline.store.reading import Published

_WORDS: Final[dict[str, Any]] = {
    "band_names": BAND_NAMES,
    "band_texts": BAND_TEXTS,
    "capitalised": lambda text: text[:1].upper() + text[1:],
    "change_names": CHANGE_NAMES,
    "driver_names": DRIVER_NAMES,
    "in_words": in_words,
    "isolated": isolated,
    "within_words": within_words,
}
"""Names and texts that the templates use."""


def answers_at(list_link: str, published: Published) -> str:
    """URL of the page on which a manager reads and answers the list of the month; empty if the settings have none."""
    return list_link.replace("{month}", published.month)


def list_page(published: Published, risk_list: RiskList, answers_at: str = "") -> str:
    """One manager's list as a self-contained page: readable on a phone, printable, without external resources."""
    return _rendered("list.html", risk_list.language, published=published, list=risk_list, answers_at=answers_at)


def list_text(published: Published, risk_list: RiskList, answers_at: str = "") -> str:
    """The same as plain text, for mail clients that do not show HTML."""
    return _rendered("list.txt", risk_list.language, published=published, list=risk_list, answers_at=answers_at)


def index_page(
    published: Published,
    lists: Sequence[RiskList],
    href: Callable[[str], str],
    language: Language = ENGLISH,
    is_in_folder: bool = False,
) -> str:
    """HR's overview of a month: each manager's counts, with a link to the list; it names no employee.

    `is_in_folder`: the spreadsheet and the departments' page are in the same folder, so it links to them.
    """
    return _rendered("index.html", language, published=published, lists=lists, href=href, is_in_folder=is_in_folder)


def departments_page(published: Published, figures: DepartmentFigures, language: Language = ENGLISH) -> str:
    """The page for heads of departments: counts, expected exits, drivers, and costly pairs of departments; no names."""
    return _rendered(
        "departments.html", language, published=published, departments=figures.departments, pairs=figures.pairs
    )


def _rendered(template: str, language: Language, **values: Any) -> str:
    return rendered(template, language, **_WORDS, **values)
