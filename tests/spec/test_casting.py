"""Days outside the calendar, as in a damaged file: unreadable in every type, and never a crash."""

from datetime import date, datetime

import polars as pl
import pytest

from features.validation.casting import to_canonical

FAR = pl.Series([17_897, 2**31 - 1, -(2**31), None], dtype=pl.Int32).cast(pl.Date)
"""1 January 2019, then the last and the first day that the file format can hold: some 5.9 million years away."""
FAR_MOMENTS = pl.Series([17_897 * 86_400_000, 2**62, -(2**62), None], dtype=pl.Int64).cast(pl.Datetime("ms"))


@pytest.mark.parametrize(
    ("given", "wanted", "first"),
    [
        (FAR, pl.String(), "2019-01-01"),
        (FAR, pl.Date(), date(2019, 1, 1)),
        (FAR, pl.Datetime("us"), datetime(2019, 1, 1)),
        (FAR_MOMENTS, pl.String(), "2019-01-01 00:00:00.000"),
        (FAR_MOMENTS, pl.Date(), date(2019, 1, 1)),
        (FAR_MOMENTS, pl.Datetime("us"), datetime(2019, 1, 1)),
        (FAR, pl.Float64(), None),
    ],
)
def test_a_day_that_does_not_exist_is_unreadable_in_every_type(
    given: pl.Series, wanted: pl.DataType, first: object
) -> None:
    cast, unreadable = to_canonical(pl.DataFrame({"x": given}), {"x": wanted})
    assert cast.schema == {"x": wanted}
    assert cast["x"].to_list() == [first, None, None, None]
    assert unreadable == {"x": 2 if first else 3}


def test_the_years_1_to_9999_can_be_read_and_text_beyond_them_cannot() -> None:
    text = pl.DataFrame({"x": ["0000-12-31", "0001-01-01", "9999-12-31", "10000-01-01"]})
    cast, unreadable = to_canonical(text, {"x": pl.Date()})
    assert cast["x"].to_list() == [None, date(1, 1, 1), date(9999, 12, 31), None]
    assert unreadable == {"x": 2}
