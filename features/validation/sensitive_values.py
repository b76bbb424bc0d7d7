"""Protected and refused data recognised by the values of a column, whatever its name.

Only what can hardly be anything else: the words and letters of a gender, marital status and ethnicity in nine
languages, reasons of absence such as sick leave, and years or dates of birth. Figures such as 0 and 1 for a gender
cannot be recognised.
"""

from typing import Final

import polars as pl

from features.contract.sensitive_words import (
    ETHNIC,
    ETHNIC_VALUES,
    GENDER_CODES,
    GENDER_VALUES,
    MARITAL_VALUES,
    MARRIED,
    NO_GENDER,
    PROTECTED_SUBJECTS,
    REFUSED_SUBJECTS,
    SICK_LEAVE,
    TIME_SHEET,
    Subject,
)
from features.contract.vocabulary import folded

MOST_VALUES: Final = 50
"""A column with more different values is not one of these categories."""
MOST: Final = 0.9
"""The share of the values that must be plausible births: dates have typing errors."""
YOUNGEST, OLDEST = 15, 80
"""Years from birth to a hire, or to the latest date of the data."""

_DATE: Final = r"^(?:\d{1,2}\D\d{1,2}\D)?((?:19|20)\d\d)(?:\D\d{1,2}\D\d{1,2})?(?:[ T].*)?$"
_SUBJECTS: Final = {subject.what: subject for subject in (*PROTECTED_SUBJECTS, *REFUSED_SUBJECTS)}


def subject_of_categories(values: pl.Series) -> Subject | None:
    """What a column of text is about; None if it is nothing sensitive, or cannot be told."""
    if values.dtype != pl.String:
        return None
    different = values.drop_nulls().unique()
    if len(different) > MOST_VALUES:
        return None
    words = {folded(value) for value in different} - {""}
    if _is_gender(words):
        return _SUBJECTS["gender"]
    if len(words) > 1 and words <= MARITAL_VALUES and words & MARRIED:
        return _SUBJECTS["marital status"]
    if len(words) > 1 and words <= ETHNIC_VALUES and words & ETHNIC:
        return _SUBJECTS["ethnicity"]
    if words & SICK_LEAVE or (words <= TIME_SHEET and {"я", "б"} <= words):
        return _SUBJECTS["health"]
    return None


def subject_of_years(values: pl.Series, latest: pl.Series) -> Subject | None:
    """Age, for a column of years or dates most of which are births of people who were 15 to 80 in the years `latest`
    (of the hire of each, or of the latest date for all); None for any other column."""
    born = years(values)
    given = values.drop_nulls().len()
    plausible = (latest - born).is_between(YOUNGEST, OLDEST).sum()
    return _SUBJECTS["age"] if born.n_unique() > 1 and plausible >= MOST * given else None


def years(values: pl.Series) -> pl.Series:
    """The year of each date, text of a date or whole number from 1900 to 2099; null for anything else."""
    if values.dtype in (pl.Date, pl.Datetime):
        return values.dt.year().cast(pl.Int64)
    if values.dtype == pl.String:
        return values.str.strip_chars().str.extract(_DATE, 1).cast(pl.Int64)
    if not values.dtype.is_numeric():
        return pl.Series(values.name, [None] * len(values), dtype=pl.Int64)
    whole = values.cast(pl.Float64)
    frame = whole.to_frame("number").select(pl.when(_is_year()).then(pl.col("number")).cast(pl.Int64))
    return frame["number"].alias(values.name)


def _is_year() -> pl.Expr:
    number = pl.col("number")
    return number.is_between(1900, 2099) & (number == number.floor())


def _is_gender(words: set[str]) -> bool:
    named = words - NO_GENDER
    return named in GENDER_CODES or (len(named) > 1 and named <= GENDER_VALUES)
