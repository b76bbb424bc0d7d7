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
from pipeline.lists.reach import lists_for_managers
from pipeline.lists.risk_list import RiskList, month_to_list
from pipeline.lists.rollout import waiting_managers
from pipeline.lists.written.department_page import DepartmentFigures, department_figures
from pipeline.lists.written.list_table import list_csv, list_xlsx
from pipeline.lists.written.pages import answers_at, departments_page, index_page, list_page, list_text
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
    unknown, so that no list can name them. not_informed: people at risk who are on no list because they
    have not been informed that they are scored.
    """

    folder: Path
    month: str
    managers: int
    people: int
    waiting: int
    without_manager: int
    not_informed: int = 0


def write_lists(
    store: Store,
    out: Path,
    rules: ListRules,
    month: str | None = None,
    language: Language = ENGLISH,
    list_link: str = "",
) -> WrittenLists:
    """Write `out`/YYYY-MM: a page, a text, a CSV and an XLSX for each manager with something to read; an index page, a
    CSV and an XLSX of all lists for HR; and `departments.html`, without names, for heads of departments. A manager's
    files are in the language that the directory gives, all others in `language`.

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
        read = _read(store, rules, month, language)
        published = read.published
        draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=out))  # readable by the owner only
        try:
            _write_month(draft, read, language, answers_at(list_link, published))
            store.require_running()
            _replace(out / published.month, draft)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    people = sum(len(each.entries) for each in read.lists)
    counts = read.waiting, read.without_manager, read.not_informed
    return WrittenLists(out / published.month, published.month, len(read.lists), people, *counts)


@dataclass(frozen=True)
class _Month:
    """What is written about a month: the lists worth reading in HR's language and each in its manager's, the numbers of
    managers who wait, of people without a manager and of those not informed, and the figures of departments."""

    published: Published
    lists: Sequence[RiskList]
    own: Sequence[RiskList]
    waiting: int
    without_manager: int
    not_informed: int
    figures: DepartmentFigures


def _read(store: Store, rules: ListRules, month: str | None, language: Language) -> _Month:
    with store.reading() as scores:
        published = month_to_list(scores, month)
        own = lists_for_managers(scores, published, rules, None, language, in_own_language=True)
        is_one_language = all(each.language is language for each in own)
        lists = own if is_one_language else lists_for_managers(scores, published, rules, None, language)
        return _Month(
            published,
            [each for each in lists if each.is_worth_reading],
            [each for each in own if each.is_worth_reading],
            len(waiting_managers(scores, published)),
            published.people - scores.teams(published).height,
            scores.count_not_informed(published),
            department_figures(scores, published, language),
        )


def file_stem(manager_id: str) -> str:
    """A file name for any id: never a path, a hidden file or a reserved name."""
    stem = quote(manager_id, safe=" ")
    if len(stem) > _LONGEST_STEM:  # letters of other scripts take six characters each
        stem = f"{stem[:_LONGEST_STEM]}-{hashlib.sha256(manager_id.encode()).hexdigest()[:16]}"
    is_unsafe = stem.startswith(".") or stem.lower() in _RESERVED
    return f"%{ord(stem[0]):02X}{stem[1:]}" if is_unsafe else stem


def _write_month(folder: Path, month: _Month, language: Language, link: str) -> None:
    published = month.published
    for each in month.own:
        stem = file_stem(each.manager_id)
        (folder / f"{stem}.html").write_text(list_page(published, each, link), encoding="utf-8")
        (folder / f"{stem}.txt").write_text(list_text(published, each, link), encoding="utf-8")
        (folder / f"{stem}.csv").write_bytes(list_csv(published, [each]))
        (folder / f"{stem}.xlsx").write_bytes(list_xlsx(published, [each], each.language))
    index = index_page(published, month.lists, _address_in_folder, language, True)
    (folder / f"{_INDEX}.html").write_text(index, encoding="utf-8")
    (folder / f"{_INDEX}.csv").write_bytes(list_csv(published, month.lists))
    (folder / f"{_INDEX}.xlsx").write_bytes(list_xlsx(published, month.lists, language))
    page = departments_page(published, month.figures, language)
    (folder / f"{_DEPARTMENTS}.html").write_text(page, encoding="utf-8")


def _address_in_folder(manager_id: str) -> str:
    return f"{quote(file_stem(manager_id))}.html"


def _replace(folder: Path, draft: Path) -> None:
    """Replace the folder. A rename cannot replace a non-empty folder, so the old one is moved away first."""
    if folder.exists():
        aside = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder.parent)) / "old"
        folder.replace(aside)
        draft.replace(folder)
        shutil.rmtree(aside.parent)
    else:
        draft.replace(folder)
