"""A month of a company with a head: HEAD leads M1 (six people), M2 (seven) and M3 (three); OTHER leads eight.

HEAD's twenty people are in Plant, the others in Office. A0 and A1 stand out, and are listed.
"""

from dataclasses import replace
from datetime import date

import polars as pl
from published import CALM, SEPTEMBER
from published import publication as published_month

from pipeline.store.publication import Publication

PEOPLE = {
    **dict.fromkeys(("HEAD", "M1", "M2", "M3", "OTHER"), CALM),
    **{f"A{n}": SEPTEMBER["A"] if n < 2 else CALM for n in range(6)},
    **{f"B{n}": CALM for n in range(7)},
    **{f"C{n}": CALM for n in range(3)},
    **{f"X{n}": CALM for n in range(8)},
}
MANAGER_OF = {
    **dict.fromkeys(("HEAD", "OTHER")),
    **dict.fromkeys(("M1", "M2", "M3"), "HEAD"),
    **{f"A{n}": "M1" for n in range(6)},
    **{f"B{n}": "M2" for n in range(7)},
    **{f"C{n}": "M3" for n in range(3)},
    **{f"X{n}": "OTHER" for n in range(8)},
}
RISK_OF_A, CALM_RISK = 0.3775, 0.0474
"""The logistic of −0.5, and of −3."""


def led_company() -> Publication:
    """Its month, September 2026."""
    month = published_month(date(2026, 9, 30), PEOPLE, manager_of=MANAGER_OF)
    is_office = pl.col("employee_id").str.contains("^(OTHER|X.)$")
    department = pl.when(is_office).then(pl.lit("Office")).otherwise(pl.lit("Plant"))
    return replace(month, scores=month.scores.with_columns(department=department))
