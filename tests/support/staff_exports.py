"""What an export of the simulated company is: its files, the right answers, and what a perfect mapping gives."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import polars as pl
from simulated_staff import KINDS, SINCE, UNTIL, Post, Staff, staff
from source_files import Content

PERIOD: Final[dict[str, Any]] = {"complete_from": SINCE, "complete_until": UNTIL}


@dataclass(frozen=True)
class StaffExport:
    """An export. kinds: the kind of exit by a phrase of its reason; answers: the others that are not as suggested.

    lost: columns, as `table.column`, that no one can tell from the files. number: how an id is spelled in the end.
    needed: keys of the questions that must be asked, beside the period and the kinds. has_notice, has_currency: whether
    the files have the day of notice, and a currency.
    """

    files: Mapping[str, Content]
    kinds: Mapping[str, str]
    answers: Mapping[str, Any] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    number: Callable[[int], str] = str
    needed: frozenset[str] = frozenset()
    of: Staff = field(default_factory=staff)
    has_notice: bool = False
    has_currency: bool = False


def text_of(header: Sequence[str], rows: Iterable[Sequence[Any]], mark: str = ",", encoding: str = "utf-8") -> bytes:
    """A file of text; nothing is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return out.getvalue().encode(encoding)


def kinds_by(words: Mapping[str, str]) -> dict[str, str]:
    """The kind of exit by the words that a system has for what happened."""
    return {words[what]: kind for what, kind in KINDS.items()}


def must_be_asked(export: StaffExport) -> set[str]:
    """The keys of the questions that matter in an export."""
    return {"complete_from", "complete_until", "exit_kinds", *export.needed}


def expected(export: StaffExport) -> dict[str, pl.DataFrame]:
    """The tables of a perfect mapping."""
    made, number = export.of, export.number
    spells = [s for s in made.spells if s.gone is None or s.gone >= SINCE]
    posts = [
        (number(p.person.number), p.day, p.department, p.job, p.level, _boss(p, number), p.place, p.fte)
        for p in made.posts
    ]
    tables = {
        "employees": _frame([(number(s.person.number), s.hired) for s in spells], "employee_id", "hire_date"),
        "exits": _frame(
            [
                (number(s.person.number), s.gone, KINDS[s.what], s.notice if export.has_notice else None)
                for s in spells
                if s.gone
            ],
            "employee_id",
            "exit_date",
            "kind",
            "recorded_at",
        ),
        "assignments": _frame(
            posts, "employee_id", "effective_date", "department", "job", "level", "manager_id", "location", "fte"
        ),
        "compensation": _frame(
            [(number(p.person.number), p.day, p.year, "EUR" if export.has_currency else None) for p in made.pays],
            "employee_id",
            "effective_date",
            "base_pay",
            "currency",
        ),
    }
    lost = export.lost if export.has_currency else export.lost | {"compensation.currency"}
    return {
        name: table.drop([c for c in table.columns if f"{name}.{c}" in lost], strict=False)
        for name, table in tables.items()
        if name not in lost
    }


def _boss(post: Post, number: Callable[[int], str]) -> str | None:
    return number(post.manager.number) if post.manager else None


def _frame(rows: Sequence[tuple[Any, ...]], *names: str) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(names), orient="row")


def written(day: date | None, form: str = "%Y-%m-%d") -> str | None:
    """A day as text."""
    return day.strftime(form) if day else None
