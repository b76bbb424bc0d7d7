"""The managers' lists as a table: CSV for programs, XLSX for people."""

from collections.abc import Sequence
from typing import Final

from pipeline.language.translator import ENGLISH, Language, marked
from pipeline.language.wording import BAND_NAMES, CHANGE_NAMES, COLUMN_NAMES
from pipeline.lists.risk_list import RiskList
from pipeline.lists.written.spreadsheet import Cell, csv_bytes, xlsx_bytes
from pipeline.store.reading import Published

COLUMNS: Final = (
    "month manager_id manager_name employee_id name change band department job level location hard_to_replace "
    "behind_it what_changed what_to_ask what_to_offer whom_to_involve"
).split()
"""Columns of the CSV: one row for each listed person, then one for each resolved person."""


def list_csv(published: Published, lists: Sequence[RiskList]) -> bytes:
    """`COLUMNS`, one row per person. No text can become a formula."""
    return csv_bytes(COLUMNS, list_rows(published, lists))


def list_xlsx(published: Published, lists: Sequence[RiskList], language: Language = ENGLISH) -> bytes:
    """The same as a workbook for readers: a header with filters in their language, columns as wide as their content."""
    columns = [language.text(COLUMN_NAMES[name]) for name in COLUMNS]
    rows = [_in_words(row, language) for row in list_rows(published, lists)]
    month = language.month(published.snapshot_date)
    return xlsx_bytes(columns, rows, language.text("Lists for {month}", month=month))


def list_rows(published: Published, lists: Sequence[RiskList]) -> list[list[Cell]]:
    """`COLUMNS`, one row per person."""
    return [row for each in lists for row in _rows(published.month, each)]


def _rows(month: str, risk_list: RiskList) -> list[list[Cell]]:
    listed: list[list[Cell]] = [
        [
            month,
            risk_list.manager_id,
            risk_list.names.get(risk_list.manager_id),
            entry.employee_id,
            risk_list.names.get(entry.employee_id),
            entry.change,
            entry.band,
            entry.department,
            entry.job,
            entry.level,
            entry.location,
            "yes" if entry.is_hard_to_replace else None,
            "; ".join(reason.text for reason in entry.reasons),
            "; ".join(entry.moved),
            " ".join(guide.ask for guide in entry.guidance),
            " ".join(each.text for each in entry.offers) or " ".join(guide.offer for guide in entry.guidance),
            "; ".join(guide.involve for guide in entry.guidance),
        ]
        for entry in risk_list.entries
    ]
    return listed + [_resolved_row(month, risk_list, employee_id) for employee_id in risk_list.resolved]


def _resolved_row(month: str, risk_list: RiskList, employee_id: str) -> list[Cell]:
    known: dict[str, Cell] = {
        "month": month,
        "manager_id": risk_list.manager_id,
        "manager_name": risk_list.names.get(risk_list.manager_id),
        "employee_id": employee_id,
        "name": risk_list.names.get(employee_id),
        "change": "resolved",
        "what_changed": "; ".join(risk_list.why_resolved.get(employee_id, ())) or None,
    }
    return [known.get(name) for name in COLUMNS]


def _in_words(row: Sequence[Cell], language: Language) -> list[Cell]:
    """The row with its words in the language; ids, departments and locations stay as the source has them."""
    names = {"band": BAND_NAMES, "change": CHANGE_NAMES, "hard_to_replace": {"yes": marked("yes")}}
    return [
        language.text(names[name][cell]) if name in names and isinstance(cell, str) else cell
        for name, cell in zip(COLUMNS, row, strict=True)
    ]
