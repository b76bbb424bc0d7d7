"""The day or the month in the names of files and sheets."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

YEAR: Final = "%Y"
_FILE_DATES: Final = (
    (r"(?:19|20)\d\d-\d\d-\d\d", "%Y-%m-%d"),
    (r"(?:19|20)\d\d_\d\d_\d\d", "%Y_%m_%d"),
    (r"\d\d\.\d\d\.(?:19|20)\d\d", "%d.%m.%Y"),
    (r"(?:19|20)\d\d[01]\d[0-3]\d", "%Y%m%d"),
    (r"(?:19|20)\d\d-\d\d", "%Y-%m"),
    (r"(?:19|20)\d\d_\d\d", "%Y_%m"),
    (r"(?:19|20)\d\d\.\d\d", "%Y.%m"),
    (r"(?:19|20)\d\d[01]\d", "%Y%m"),
    (r"\d\d-(?:19|20)\d\d", "%m-%Y"),
    (r"\d\d_(?:19|20)\d\d", "%m_%Y"),
    (r"\d\d\.(?:19|20)\d\d", "%m.%Y"),
    (r"[A-Za-z]{3} (?:19|20)\d\d", "%b %Y"),
    (r"[A-Za-z]{3}_(?:19|20)\d\d", "%b_%Y"),
    (r"[A-Za-z]{4,} (?:19|20)\d\d", "%B %Y"),
    (r"(?:19|20)\d\d", YEAR),
)
"""How a day, a month or a year is written in the names of files and sheets."""


def dates_in_names(files: Sequence[str]) -> tuple[str, str] | None:
    """The pattern and the format of the one date that every name of a file or sheet has; None where one lacks it."""
    for pattern, form in _FILE_DATES:
        found = [re.search(pattern, name) for name in files]
        if all(found):
            days = pl.Series([match.group() for match in found if match])
            if form == YEAR:
                return pattern, form
            day_form = form if "%d" in form else f"%d {form}"
            texts = days if "%d" in form else "01 " + days
            if texts.str.to_date(day_form, strict=False).null_count() == 0:
                return pattern, form
    return None


def day_in_name(files: Sequence[str]) -> date | None:
    """The one day in the name of a file; months do not count, nor do several files."""
    found = dates_in_names(files) if len(files) == 1 else None
    if not found or "%d" not in found[1]:
        return None
    match = re.search(found[0], files[0])
    days = pl.Series([match.group() if match else ""]).str.to_date(found[1], strict=False)
    return next(iter(days.drop_nulls()), None)
