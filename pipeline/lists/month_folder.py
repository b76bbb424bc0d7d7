"""The folder of a month: each manager's list in every format, and the files for HR and heads of departments."""

import hashlib
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from pipeline.language.translator import ENGLISH, Language
from pipeline.listing.rules import ListRules
from pipeline.lists.department_page import DepartmentFigures, department_figures
from pipeline.lists.list_table import list_csv, list_xlsx
from pipeline.lists.pages import answers_at, departments_page, index_page, list_page, list_text
from pipeline.lists.reach import lists_for_managers
from pipeline.lists.risk_list import RiskList, month_to_list
from pipeline.lists.rollout import waiting_managers
from pipeline.store.list_folders import DRAFT, writing_alone
from pipeline.store.reading import Published
from pipeline.store.store import Store

_INDEX: Final = "index"
_DEPARTMENTS: Final = "departments"
_LONGEST_STEM: Final = 200
"""Characters of an id in a file name; file systems allow 255 with the rest of the name."""
_RESERVED: Final = (_INDEX, _DEPARTMENTS)
"""File names that are reserved: no manager's files may take them."""


@dataclass(frozen=True)
class WrittenLists:
    """The result of `write_lists`.

    waiting: managers who get no list yet (`pipeline.lists.rollout`). without_manager: scored people whose manager is
    unknown, so that no list can name them.
    """

    folder: Path
    month: str
    managers: int
    people: int
    waiting: int
    without_manager: int


def write_lists(
    store: Store,
    out: Path,
    rules: ListRules,
    month: str | None = None,
    language: Language = ENGLISH,
    list_link: str = "",
) -> WrittenLists:
    """Write `out`/YYYY-MM: a page, a text, a CSV and an XLSX for each manager with something to read; an index page, a
    CSV and an XLSX of all lists for HR; and `departments.html`, without names, for heads of departments.

    The folder is written completely or not at all, and replaces an older one of the same month. Lists link to
    `list_link` for answers, if it is set. Raises BadInput for a month without scores, and Halted while the system is
    halted.
    """
    store.require_running()
    with store.reading() as scores:
        month_to_list(scores, month)  # raises before anything is made
    out.mkdir(parents=True, exist_ok=True)
    with writing_alone(out):
        # read under the lock: an erasure after this moment waits for it, and then deletes what was written
        published, lists, waiting, without_manager, figures = _read(store, rules, month, language)
        draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=out))  # readable by the owner only
        try:
            _write_month(draft, published, lists, figures, language, answers_at(list_link, published))
            store.require_running()
            _replace(out / published.month, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    people = sum(len(each.entries) for each in lists)
    return WrittenLists(out / published.month, published.month, len(lists), people, waiting, without_manager)


def _read(
    store: Store, rules: ListRules, month: str | None, language: Language
) -> tuple[Published, list[RiskList], int, int, DepartmentFigures]:
    """The month, the lists worth reading, the numbers of managers who wait and of people without a manager, and the
    figures of departments."""
    with store.reading() as scores:
        published = month_to_list(scores, month)
        every_list = lists_for_managers(scores, published, rules, None, language)
        lists = [each for each in every_list if each.is_worth_reading]
        waiting = len(waiting_managers(scores, published))
        without_manager = published.people - scores.teams(published).height
        return published, lists, waiting, without_manager, department_figures(scores, published, language)


def file_stem(manager_id: str) -> str:
    """A file name for any id: never a path, a hidden file or a reserved name."""
    stem = quote(manager_id, safe=" ")
    if len(stem) > _LONGEST_STEM:  # letters of other scripts take six characters each
        stem = f"{stem[:_LONGEST_STEM]}-{hashlib.sha256(manager_id.encode()).hexdigest()[:16]}"
    is_unsafe = stem.startswith(".") or stem.lower() in _RESERVED
    return f"%{ord(stem[0]):02X}{stem[1:]}" if is_unsafe else stem


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
        (folder / f"{stem}.csv").write_bytes(list_csv(published, [each]))
        (folder / f"{stem}.xlsx").write_bytes(list_xlsx(published, [each], language))
    index = index_page(published, lists, lambda manager_id: f"{quote(file_stem(manager_id))}.html", language, True)
    (folder / f"{_INDEX}.html").write_text(index, encoding="utf-8")
    (folder / f"{_INDEX}.csv").write_bytes(list_csv(published, lists))
    (folder / f"{_INDEX}.xlsx").write_bytes(list_xlsx(published, lists, language))
    page = departments_page(published, figures, language)
    (folder / f"{_DEPARTMENTS}.html").write_text(page, encoding="utf-8")


def _replace(folder: Path, draft: Path) -> None:
    """Replace the folder. A rename cannot replace a non-empty folder, so the old one is moved away first."""
    if folder.exists():
        aside = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder.parent)) / "old"
        folder.replace(aside)
        draft.replace(folder)
        shutil.rmtree(aside.parent)
    else:
        draft.replace(folder)
