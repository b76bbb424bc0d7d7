"""The managers' lists as pages, text, CSV and XLSX, and the folder of a month that holds them."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pipeline.files import locked
from pipeline.language.translator import ENGLISH, Language
from pipeline.language.wording import (
    BAND_NAMES,
    BAND_TEXTS,
    CHANGE_NAMES,
    COLUMN_NAMES,
    DRIVER_NAMES,
    in_words,
    within_words,
)
from pipeline.lists.department_page import DepartmentFigures, department_figures
from pipeline.lists.risk_list import RiskList, month_to_list, risk_lists
from pipeline.lists.rollout import rolled_out, waiting_managers
from pipeline.lists.rules import ListRules
from pipeline.lists.spreadsheet import Cell, csv_text, xlsx_bytes
from pipeline.store.reading import Published
from pipeline.store.store import Store

COLUMNS: Final = (
    "month manager_id employee_id change band department job level location "
    "behind_it what_changed what_to_ask what_to_offer whom_to_involve"
).split()
"""Of the CSV; one row a person, then a row for each person who is resolved."""

_DRAFT: Final = ".draft-"
_INDEX: Final = "index"
_DEPARTMENTS: Final = "departments"
_OWN: Final = (_INDEX, _DEPARTMENTS)
"""Names of files that no manager's may take."""


@dataclass(frozen=True)
class WrittenLists:
    """What `write_lists` made; `waiting` managers have none yet (see `pipeline.lists.rollout`)."""

    folder: Path
    month: str
    managers: int
    people: int
    waiting: int


def write_lists(
    store: Store,
    out: Path,
    rules: ListRules,
    month: str | None = None,
    language: Language = ENGLISH,
    list_link: str = "",
) -> WrittenLists:
    """Write `out`/YYYY-MM: a page, a text and a CSV for each manager with something to read; for HR an index page and
    the whole as CSV and XLSX; for heads of departments `departments.html`, which names nobody.

    The folder appears whole; an older one of the same month is replaced. Lists lead to `list_link` for answers, where
    there is one. Raises BadInput for a month without scores.
    """
    with store.reading() as scores:
        published = month_to_list(scores, month)
        found = risk_lists(scores, published, rules, None, language)
        lists = [each for each in rolled_out(scores, published, found) if each.is_worth_reading]
        waiting = len(waiting_managers(scores, published))
        figures = department_figures(scores, published, language)
    out.mkdir(parents=True, exist_ok=True)
    with _alone(out):
        draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=out))  # readable by the owner only
        try:
            _write_month(draft, published, lists, figures, language, answers_at(list_link, published))
            _replace(out / published.month, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    people = sum(len(each.entries) for each in lists)
    return WrittenLists(out / published.month, published.month, len(lists), people, waiting)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """One run at a time writes there; what a killed one left half-written is taken away, for it names people."""
    with locked(out):
        for left in out.glob(f"{_DRAFT}*"):
            shutil.rmtree(left)
        yield


def answers_at(list_link: str, published: Published) -> str:
    """Where a manager signs in, reads the list of the month and answers; empty where the settings name no page."""
    return list_link.replace("{month}", published.month)


def list_page(published: Published, risk_list: RiskList, language: Language = ENGLISH, answers_at: str = "") -> str:
    """One manager's list as a page that stands alone: readable on a phone, printable, nothing loaded from elsewhere."""
    return _rendered("list.html", language, published=published, list=risk_list, answers_at=answers_at)


def list_text(published: Published, risk_list: RiskList, language: Language = ENGLISH, answers_at: str = "") -> str:
    """The same as plain text, for a mail client that shows no page."""
    return _rendered("list.txt", language, published=published, list=risk_list, answers_at=answers_at)


def index_page(
    published: Published,
    lists: Sequence[RiskList],
    href: Callable[[str], str],
    language: Language = ENGLISH,
    is_in_folder: bool = False,
) -> str:
    """HR's overview of a month: each manager's counts, with a link to the list; no employee is named on it.

    `is_in_folder` where the spreadsheet and the departments' page lie beside it.
    """
    return _rendered("index.html", language, published=published, lists=lists, href=href, is_in_folder=is_in_folder)


def departments_page(published: Published, figures: DepartmentFigures, language: Language = ENGLISH) -> str:
    """What heads of departments see: counts, expected exits, drivers, dear pairs of departments; nobody is named."""
    return _rendered(
        "departments.html", language, published=published, departments=figures.departments, pairs=figures.pairs
    )


def list_csv(published: Published, lists: Sequence[RiskList]) -> str:
    """`COLUMNS`, one row a person. Text that a spreadsheet would run as a formula is quoted."""
    return csv_text(COLUMNS, list_rows(published, lists))


def list_xlsx(published: Published, lists: Sequence[RiskList], language: Language = ENGLISH) -> bytes:
    """The same for people to read: a header in their language that filters, columns as wide as what they hold."""
    columns = [language.text(COLUMN_NAMES[name]) for name in COLUMNS]
    rows = [_said(row, language) for row in list_rows(published, lists)]
    month = language.month(published.snapshot_date)
    return xlsx_bytes(columns, rows, language.text("Lists for {month}", month=month))


def list_rows(published: Published, lists: Sequence[RiskList]) -> list[list[Cell]]:
    """`COLUMNS`, one row a person."""
    return [row for each in lists for row in _rows(published.month, each)]


def file_stem(manager_id: str) -> str:
    """A file name for any id: never a path, never hidden, never the index's."""
    stem = quote(manager_id, safe=" ")
    is_taken = stem.startswith(".") or stem.lower() in _OWN
    return f"%{ord(stem[0]):02X}{stem[1:]}" if is_taken else stem


def _rendered(template: str, language: Language, **values: Any) -> str:
    page = _pages().get_template(template)
    return page.render(language=language, _=language.text, ngettext=language.plural, **values)


@cache
def _pages() -> Environment:
    pages = Environment(
        loader=PackageLoader("pipeline", "pages"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals |= {
        "band_names": BAND_NAMES,
        "band_texts": BAND_TEXTS,
        "capitalised": lambda said: said[:1].upper() + said[1:],
        "change_names": CHANGE_NAMES,
        "driver_names": DRIVER_NAMES,
        "in_words": in_words,
        "within_words": within_words,
    }
    return pages


def _write_month(
    folder: Path,
    published: Published,
    lists: Sequence[RiskList],
    figures: DepartmentFigures,
    language: Language,
    link: str,
) -> None:
    for each in lists:
        stem = file_stem(each.manager_id)
        (folder / f"{stem}.html").write_text(list_page(published, each, language, link), encoding="utf-8")
        (folder / f"{stem}.txt").write_text(list_text(published, each, language, link), encoding="utf-8")
        (folder / f"{stem}.csv").write_text(list_csv(published, [each]), encoding="utf-8")
    index = index_page(published, lists, lambda manager_id: f"{quote(file_stem(manager_id))}.html", language, True)
    (folder / f"{_INDEX}.html").write_text(index, encoding="utf-8")
    (folder / f"{_INDEX}.csv").write_text(list_csv(published, lists), encoding="utf-8")
    (folder / f"{_INDEX}.xlsx").write_bytes(list_xlsx(published, lists, language))
    page = departments_page(published, figures, language)
    (folder / f"{_DEPARTMENTS}.html").write_text(page, encoding="utf-8")


def _replace(folder: Path, draft: Path) -> None:
    """A folder cannot be renamed onto a full one, so the old one steps aside for the moment between two renames."""
    if folder.exists():
        aside = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=folder.parent)) / "old"
        folder.replace(aside)
        draft.replace(folder)
        shutil.rmtree(aside.parent)
    else:
        draft.replace(folder)


def _rows(month: str, risk_list: RiskList) -> list[list[Cell]]:
    listed: list[list[Cell]] = [
        [
            month,
            risk_list.manager_id,
            entry.employee_id,
            entry.change,
            entry.band,
            entry.department,
            entry.job,
            entry.level,
            entry.location,
            "; ".join(reason.text for reason in entry.reasons),
            "; ".join(entry.moved),
            " ".join(guide.ask for guide in entry.guidance),
            " ".join(guide.offer for guide in entry.guidance),
            "; ".join(guide.involve for guide in entry.guidance),
        ]
        for entry in risk_list.entries
    ]
    return listed + [_resolved_row(month, risk_list, employee_id) for employee_id in risk_list.resolved]


def _resolved_row(month: str, risk_list: RiskList, employee_id: str) -> list[Cell]:
    known: dict[str, Cell] = {
        "month": month,
        "manager_id": risk_list.manager_id,
        "employee_id": employee_id,
        "change": "resolved",
        "what_changed": "; ".join(risk_list.why_resolved.get(employee_id, ())) or None,
    }
    return [known.get(name) for name in COLUMNS]


def _said(row: Sequence[Cell], language: Language) -> list[Cell]:
    """The row with its band and change in words; the ids and places stay as the source has them."""
    names = {"band": BAND_NAMES, "change": CHANGE_NAMES}
    return [
        language.text(names[name][cell]) if name in names and isinstance(cell, str) else cell
        for name, cell in zip(COLUMNS, row, strict=True)
    ]
