"""Which rows a training of a large company holds: those that a split learns from or is tested on, as they are."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from training_company import DAYS

from pipeline.dataset.evaluation_splits import Split, final_split_of, rows_of, split_of
from pipeline.dataset.everyone import Everyone, everyone_at_risk, read_features
from pipeline.dataset.sample_of_stayers import random_rows, sample_of_stayers
from pipeline.dataset.splits import Origin
from pipeline.judgement.statistics import metrics as statistics
from pipeline.judgement.statistics.metrics import metrics_with_intervals

PEOPLE = 200
HORIZON = 3
LAST = date(2024, 12, 31)


@dataclass(frozen=True)
class Tables:
    """The part of a source that outcomes are read from."""

    tables: dict[str, Path]
    complete_until: date = LAST


@pytest.fixture
def files(tmp_path: Path) -> dict[date, Path]:
    """A feature file a date: `pay` says who and when, so that a row in the wrong place shows."""
    for number, day in enumerate(DAYS):
        pl.DataFrame(
            {
                "employee_id": [str(person) for person in range(PEOPLE)],
                "snapshot_date": [day] * PEOPLE,
                "pay": [1000.0 * number + person for person in range(PEOPLE)],
                "department": [f"department {person % 3}" for person in range(PEOPLE)],
            }
        ).write_parquet(tmp_path / f"{day}.parquet")
    return {day: tmp_path / f"{day}.parquet" for day in DAYS}


@pytest.fixture
def everyone(tmp_path: Path, files: dict[date, Path]) -> Everyone:
    """Person 0 is gone before the second date; 1 to 20 leave a month after it, others stay."""
    gone = [("0", date(2024, 5, 31)), *((str(person), date(2024, 7, 31)) for person in range(1, 21))]
    exits = pl.DataFrame(gone, schema={"employee_id": pl.String, "exit_date": pl.Date}, orient="row")
    exits.with_columns(kind=pl.lit("voluntary")).write_parquet(tmp_path / "exits.parquet")
    ids = [str(person) for person in range(PEOPLE)]
    hires = pl.DataFrame({"employee_id": ids, "hire_date": [date(2020, 1, 1)] * PEOPLE})
    hires.write_parquet(tmp_path / "employees.parquet")
    source = Tables({table: tmp_path / f"{table}.parquet" for table in ("exits", "employees")})
    return everyone_at_risk(source, files, DAYS, HORIZON)  # type: ignore[arg-type]


def test_everyone_at_risk_is_counted_without_features(everyone: Everyone) -> None:
    """200 people; 199 after the first exit; 179 after twenty more."""
    by_day = everyone.outcomes.group_by("snapshot_date").agg(pl.len(), pl.col("left").sum()).sort("snapshot_date")
    assert by_day.rows() == [(DAYS[0], 200, 1), (DAYS[1], 199, 20), (DAYS[2], 179, 0)]
    assert everyone.place[200:203].tolist() == [1, 2, 3]  # person 0 has a row in the file of the second date


def test_chosen_rows_have_the_features_that_all_rows_have(everyone: Everyone, files: dict[date, Path]) -> None:
    whole, rows = read_features(everyone, files), np.array([0, 7, 199, 200, 210, 420, 577])
    assert read_features(everyone, files, rows).equals(whole[rows])
    assert whole["pay"][rows.tolist()].to_list() == [0, 7, 199, 1001, 1011, 2042, 2199]


def test_a_date_without_a_chosen_row_is_not_read(everyone: Everyone, files: dict[date, Path]) -> None:
    files[DAYS[1]].unlink()
    assert read_features(everyone, files, np.array([3, 400]))["pay"].to_list() == [3, 2022]


def splits_of(everyone: Everyone, most_stayers: int) -> list[Split]:
    first = split_of(everyone, Origin(DAYS[1], (DAYS[0],)), HORIZON, most_stayers, seed=1)
    return [first, final_split_of(everyone, DAYS, HORIZON, most_stayers, seed=1)]


def test_rows_in_memory_are_those_of_the_splits(everyone: Everyone) -> None:
    """The first split: 1 leaver, 30 of 199 stayers, and 199 to test; the last: 21 leavers and 30 of 557."""
    first, final = splits_of(everyone, 30)
    assert (len(first.train), len(first.test), len(final.train), len(final.test)) == (31, 199, 51, 0)
    kept = rows_of([first, final])
    assert set(kept) == {*first.train, *first.test, *final.train}
    assert len(kept) < 31 + 199 + 51
    within = first.among(kept)
    np.testing.assert_array_equal(kept[within.train], first.train)
    np.testing.assert_array_equal(kept[within.test], first.test)
    assert within.refit is not None
    np.testing.assert_array_equal(kept[within.refit], first.refit)
    assert within.base_rate(everyone.left[kept]) == pytest.approx(1 / 200)


def test_a_small_company_holds_every_row_and_refits_on_all(everyone: Everyone) -> None:
    first, final = splits_of(everyone, PEOPLE * len(DAYS))
    np.testing.assert_array_equal(rows_of([first, final]), np.arange(len(everyone.left)))
    assert first.for_refits is first


def test_refits_of_a_large_company_learn_from_half_as_many_rows_as_stayers_are_kept(everyone: Everyone) -> None:
    first, _ = splits_of(everyone, 30)
    again = first.for_refits
    assert len(again.train) == 15
    assert set(again.train) <= set(first.train)
    assert (again.stayers_kept, again.folds) == (first.stayers_kept, [])
    np.testing.assert_array_equal(again.test, first.test)


def test_samples_of_the_same_rows_share_their_draws() -> None:
    """The smaller sample of all rows is within the larger one; of a part of the rows all that the other has of it."""
    left, rows = np.zeros(1000, dtype=bool), np.arange(1000)
    small, large = (set(sample_of_stayers(rows, left, most, seed=1).rows) for most in (50, 200))
    assert small < large
    part = set(sample_of_stayers(rows[:500], left, 100, seed=1).rows)
    assert {row for row in small if row < 500} < part


def test_random_rows_are_ascending_and_no_more_than_asked() -> None:
    rows = np.arange(10, 30)
    assert random_rows(rows, 20, seed=1) is rows
    drawn = random_rows(rows, 5, seed=1)
    assert len(set(drawn)) == 5
    assert drawn.tolist() == sorted(drawn)


def test_intervals_of_many_rows_are_hardly_different_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures are equal, and the bounds differ by less than a twentieth of the interval."""
    random = np.random.default_rng(1)
    risk = np.round(1 / (1 + np.exp(3 - random.standard_normal(12_000))), 4)  # with ties
    left, person = random.random(12_000) < risk, np.arange(12_000) % 4_000
    exact = metrics_with_intervals(left, risk, person, seed=1, resamples=60)
    monkeypatch.setattr(statistics, "MOST_RISKS", 1_000)
    monkeypatch.setattr(statistics, "STEPS", 2_000)
    stepped = metrics_with_intervals(left, risk, person, seed=1, resamples=60)
    for name, one in vars(exact).items():
        other = getattr(stepped, name)
        assert other.value == one.value
        apart = abs(other.low - one.low) + abs(other.high - one.high)
        assert 0 < apart < (one.high - one.low) / 20 or apart == 0, name
    assert stepped.average_precision != exact.average_precision


def test_steps_never_part_rows_of_equal_risk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A constant risk has an AUC of one half in every resample."""
    monkeypatch.setattr(statistics, "MOST_RISKS", 10)
    left = np.arange(400) % 9 == 0
    figures = metrics_with_intervals(left, np.full(400, 0.1), np.arange(400), seed=1, resamples=20)
    assert figures.auc is not None
    assert (figures.auc.low, figures.auc.value, figures.auc.high) == (0.5, 0.5, 0.5)
