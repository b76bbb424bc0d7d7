"""The folder of a month: the list of each manager in every form, and what HR and heads of departments get."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from pipeline.files import locked
from pipeline.language.translator import ENGLISH, Language
from pipeline.listing.rules import ListRules
from pipeline.lists.department_page import DepartmentFigures, department_figures
from pipeline.lists.list_table import list_csv, list_xlsx
from pipeline.lists.pages import answers_at, departments_page, index_page, list_page, list_text
from pipeline.lists.risk_list import RiskList, month_to_list, risk_lists
from pipeline.lists.rollout import rolled_out, waiting_managers
from pipeline.store.reading import Published
from pipeline.store.store import Store

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


def file_stem(manager_id: str) -> str:
    """A file name for any id: never a path, never hidden, never the index's."""
    stem = quote(manager_id, safe=" ")
    is_taken = stem.startswith(".") or stem.lower() in _OWN
    return f"%{ord(stem[0]):02X}{stem[1:]}" if is_taken else stem


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
