"""The day of monthly pictures of everyone, where the name of its column says nothing: found by its values."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from features.drafting.recognition.shapes import Shape

PEOPLE_A_DAY: Final = 8
"""A table with this number of rows on each of its days is a picture of everyone on that day."""
FEWEST_DAYS: Final = 3
ROWS_A_PERSON: Final = 2


def picture_day_of(frame: pl.DataFrame, person: Sequence[str], dates: Mapping[str, Shape]) -> str | None:
    """The first of `dates` of which each value has many people, and each person one row at most.

    person: the columns that name the person. None where people have fewer than two rows on average.
    """
    ids = frame.select(pl.coalesce(person).alias("person")).to_series()
    if len(ids) < ROWS_A_PERSON * max(ids.n_unique(), 1):
        return None
    for name, shape in dates.items():
        is_whole = shape.filled == len(frame) and shape.distinct >= FEWEST_DAYS
        if is_whole and len(frame) >= PEOPLE_A_DAY * shape.distinct:
            pairs = pl.DataFrame({"person": ids, "day": frame[name]})
            if pairs.n_unique() == pairs.height:
                return name
    return None
