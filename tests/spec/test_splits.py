"""Out-of-time splits and folds, on calendars small enough to read."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from features.calendar import month_end
from features.errors import BadInput
from pipeline.dataset.splits import (
    Origin,
    fold_rows,
    identical_rows,
    inner_folds,
    matured,
    repeated_folds,
    require_exits,
    rolling_origins,
    training_dates,
)

MONTHS = [month_end(date(2022, 12, 31), months) for months in range(1, 25)]  # January 2023 to December 2024


def test_a_snapshot_has_matured_when_its_horizon_ends_on_the_last_known_day() -> None:
    assert matured([date(2024, 6, 30), date(2024, 7, 31)], 6, date(2024, 12, 31)) == [date(2024, 6, 30)]


def test_origins_are_every_second_month_of_the_last_matured_year() -> None:
    tests = [origin.test_date for origin in rolling_origins(MONTHS, 6, date(2024, 12, 31))]
    assert tests == [
        date(2023, 8, 31),
        date(2023, 10, 31),
        date(2023, 12, 31),
        date(2024, 2, 29),
        date(2024, 4, 30),
        date(2024, 6, 30),
    ]


def test_training_dates_had_matured_by_the_test_date_and_are_three_months_apart() -> None:
    last = rolling_origins(MONTHS, 6, date(2024, 12, 31))[-1]
    assert last.train_dates == (date(2023, 3, 31), date(2023, 6, 30), date(2023, 9, 30), date(2023, 12, 31))


def test_origins_that_share_their_training_dates_count_them_back_from_the_same_month() -> None:
    """June 2024 is the last matured month. Of its quarters none had matured by August 2023, so that one has its own."""
    shared = rolling_origins(MONTHS, 6, date(2024, 12, 31), share_dates=True)
    quarters = (date(2023, 3, 31), date(2023, 6, 30), date(2023, 9, 30), date(2023, 12, 31))
    assert [origin.train_dates for origin in shared] == [
        (date(2023, 2, 28),),
        quarters[:1],
        quarters[:2],
        quarters[:2],
        quarters[:3],
        quarters,
    ]
    own = rolling_origins(MONTHS, 6, date(2024, 12, 31))
    assert [origin.test_date for origin in shared] == [origin.test_date for origin in own]
    assert own[4].train_dates == (date(2023, 1, 31), date(2023, 4, 30), date(2023, 7, 31), date(2023, 10, 31))


def test_training_can_use_every_month() -> None:
    first = rolling_origins(MONTHS, 6, date(2024, 12, 31), every_months=1)[0]
    assert first == Origin(date(2023, 8, 31), (date(2023, 1, 31), date(2023, 2, 28)))


def test_the_last_four_yearly_snapshots_are_used() -> None:
    years = [date(year, 6, 30) for year in range(2012, 2020)]
    origins = rolling_origins(years, 12, date(2019, 6, 30))
    assert [origin.test_date.year for origin in origins] == [2015, 2016, 2017, 2018]
    assert [day.year for day in origins[0].train_dates] == [2012, 2013, 2014]


def test_a_date_with_no_training_rows_is_left_out() -> None:
    origins = rolling_origins(MONTHS[:12], 3, date(2023, 12, 31))
    assert [origin.test_date for origin in origins] == [date(2023, 5, 31), date(2023, 7, 31), date(2023, 9, 30)]


def test_a_history_too_short_for_a_test_is_an_error_that_says_so() -> None:
    with pytest.raises(BadInput, match=r"source.toml.horizon_months: no snapshot date can be tested"):
        rolling_origins(MONTHS[:6], 6, date(2023, 6, 30))


def test_the_final_model_learns_from_all_matured_dates() -> None:
    assert training_dates(MONTHS, 6, date(2024, 12, 31))[-1] == date(2024, 6, 30)


def test_inner_folds_are_also_out_of_time() -> None:
    dates = training_dates(MONTHS, 6, date(2024, 12, 31))
    assert inner_folds(dates, 6, folds=2) == [
        Origin(date(2024, 3, 31), (date(2023, 3, 31), date(2023, 6, 30), date(2023, 9, 30))),
        Origin(date(2024, 6, 30), (date(2023, 3, 31), date(2023, 6, 30), date(2023, 9, 30), date(2023, 12, 31))),
    ]


def test_a_training_period_too_short_for_a_fold_has_none() -> None:
    assert inner_folds([date(2023, 3, 31)], 6) == []


def test_fold_rows_are_the_rows_of_the_folds_dates() -> None:
    days = np.array(["2023-03-31", "2023-09-30", "2023-03-31", "2023-06-30"], dtype="datetime64[D]")
    [(train, test)] = fold_rows(days, [Origin(date(2023, 9, 30), (date(2023, 3, 31),))])
    assert train.tolist() == [0, 2]
    assert test.tolist() == [1]


def test_repeated_folds_test_every_row_once_per_repeat() -> None:
    left = np.arange(40) < 10
    pairs = list(repeated_folds(left, np.arange(40), seed=1, repeats=3, folds=5))
    assert len(pairs) == 15
    for repeat in range(3):
        tested = np.concatenate([test for _, test in pairs[5 * repeat : 5 * repeat + 5]])
        assert sorted(tested) == list(range(40))
    assert all(left[test].sum() == 2 for _, test in pairs)


def test_identical_rows_stay_in_one_fold() -> None:
    table = pl.DataFrame({"pay": [1.0, 2.0, 1.0, None, None] * 8, "job": ["a", "b", "a", None, None] * 8})
    groups = identical_rows(table)
    assert len(set(groups)) == 3
    left = np.arange(40) % 5 == 0
    with pytest.raises(BadInput, match="too few distinct people"):
        next(repeated_folds(left, groups, seed=1))
    for train, test in repeated_folds(left, np.arange(40) // 2, seed=1, repeats=1):
        assert not set(train // 2) & set(test // 2)


def test_fifty_exits_are_enough_and_forty_nine_are_not() -> None:
    require_exits(50)
    with pytest.raises(BadInput, match="49 voluntary exits in the training period; training needs at least 50"):
        require_exits(49)


def test_having_no_exit_at_all_is_a_separate_error() -> None:
    with pytest.raises(BadInput, match="there is no voluntary exit to learn from"):
        require_exits(0)
