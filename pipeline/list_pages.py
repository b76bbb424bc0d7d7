"""The managers' lists as pages and as CSV, and the folder of a month that holds them."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.published import Published
from pipeline.risk_list import RiskList, month_to_list, risk_lists
from pipeline.rollout import rolled_out
from pipeline.spreadsheet import Cell, csv_text
from pipeline.store import Store
from pipeline.wording import DRIVER_NAMES, in_words

COLUMNS: Final = (
    "month manager_id employee_id change band department job level location behind_it what_to_ask what_to_offer".split()
)
"""Of the CSV; one row a person, then a row for each person who is resolved."""

_INDEX: Final = "index"


@dataclass(frozen=True)
class WrittenLists:
    """What `write_lists` made."""

    folder: Path
    month: str
    managers: int
    people: int


def write_lists(store: Store, out: Path, capacity: int, month: str | None = None) -> WrittenLists:
    """Write `out`/YYYY-MM: a page and a CSV for each manager with something to read, and an index of them for HR.

    The folder appears whole; an older one of the same month is replaced. Raises BadInput for a month without scores.
    """
    with store.reading() as scores:
        published = month_to_list(scores, month)
        lists = rolled_out(scores, published, risk_lists(scores, published, capacity))
        lists = [each for each in lists if each.is_worth_reading]
    out.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{published.month}.", dir=out))  # readable by the owner only
    try:
        _write_month(draft, published, lists)
        _replace(out / published.month, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    people = sum(len(each.entries) for each in lists)
    return WrittenLists(out / published.month, published.month, len(lists), people)


def list_page(published: Published, risk_list: RiskList) -> str:
    """One manager's list as a page that stands alone: readable on a phone, printable, nothing loaded from elsewhere."""
    return _pages().get_template("list.html").render(published=published, list=risk_list)


def index_page(published: Published, lists: Sequence[RiskList], href: Callable[[str], str]) -> str:
    """HR's overview of a month: each manager's counts, with a link to the list; no employee is named on it."""
    return _pages().get_template("index.html").render(published=published, lists=lists, href=href)


def list_csv(published: Published, lists: Sequence[RiskList]) -> str:
    """`COLUMNS`, one row a person. Text that a spreadsheet would run as a formula is quoted."""
    return csv_text(COLUMNS, list_rows(published, lists))


def list_rows(published: Published, lists: Sequence[RiskList]) -> list[list[Cell]]:
    """`COLUMNS`, one row a person."""
    return [row for each in lists for row in _rows(published.month, each)]


def file_stem(manager_id: str) -> str:
    """A file name for any id: never a path, never hidden, never the index's."""
    stem = quote(manager_id, safe=" ")
    is_taken = stem.startswith(".") or stem.lower() == _INDEX
    return f"%{ord(stem[0]):02X}{stem[1:]}" if is_taken else stem


@cache
def _pages() -> Environment:
    pages = Environment(
        loader=PackageLoader("pipeline", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals |= {"driver_names": DRIVER_NAMES}
    pages.filters |= {"in_words": in_words}
    return pages


def _write_month(folder: Path, published: Published, lists: Sequence[RiskList]) -> None:
    for each in lists:
        stem = file_stem(each.manager_id)
        (folder / f"{stem}.html").write_text(list_page(published, each), encoding="utf-8")
        (folder / f"{stem}.csv").write_text(list_csv(published, [each]), encoding="utf-8")
    index = index_page(published, lists, lambda manager_id: f"{quote(file_stem(manager_id))}.html")
    (folder / f"{_INDEX}.html").write_text(index, encoding="utf-8")
    (folder / f"{_INDEX}.csv").write_text(list_csv(published, lists), encoding="utf-8")


def _replace(folder: Path, draft: Path) -> None:
    """A folder cannot be renamed onto a full one, so the old one steps aside for the moment between two renames."""
    if folder.exists():
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent)) / "old"
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
            " ".join(guide.ask for guide in entry.guidance),
            " ".join(guide.offer for guide in entry.guidance),
        ]
        for entry in risk_list.entries
    ]
    nothing = [None] * (len(COLUMNS) - 4)
    return listed + [[month, risk_list.manager_id, gone, "resolved", *nothing] for gone in risk_list.resolved]
