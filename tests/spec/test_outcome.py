"""Who counts as having left within the horizon: a few exits that one can check by eye."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.outcome import left_within_horizon

JUNE = date(2024, 6, 30)


@dataclass(frozen=True)
class Exits:
    """The part of a source that the outcome reads."""

    tables: Mapping[str, Path]
    complete_until: date


@pytest.fixture
def left(tmp_path: Path) -> Callable[..., bool]:
    """Whether person `a` counts as having left, given some exits."""

    def answer(
        exits: list[tuple[str, date, str]], day: date = JUNE, horizon_months: int = 6, until: date = date(2024, 12, 31)
    ) -> bool:
        people = pl.DataFrame({"employee_id": ["a"], "snapshot_date": [day]})
        table = left_within_horizon(source(tmp_path, exits, until), people, [day], horizon_months)
        assert table.columns == ["employee_id", "snapshot_date", "left"]
        return bool(table["left"].item())

    return answer


def source(folder: Path, exits: list[tuple[str, date, str]], complete_until: date = date(2024, 12, 31)) -> Exits:
    schema = {"employee_id": pl.String, "exit_date": pl.Date, "kind": pl.String}
    pl.DataFrame(exits, schema=schema, orient="row").write_parquet(folder / "exits.parquet")
    return Exits({"exits": folder / "exits.parquet"}, complete_until)


@pytest.mark.parametrize(
    ("exit_date", "counts"),
    [
        (date(2024, 6, 30), False),  # the window is open at the snapshot date
        (date(2024, 7, 1), True),
        (date(2024, 12, 31), True),  # and closed at its end
        (date(2025, 1, 1), False),
    ],
)
def test_window_is_open_at_the_snapshot_date_and_closed_at_the_horizon(
    left: Callable[..., bool], exit_date: date, counts: bool
) -> None:
    assert left([("a", exit_date, "voluntary")]) is counts


@pytest.mark.parametrize("kind", ["involuntary", "other"])
def test_exit_of_another_kind_did_not_leave_voluntarily(left: Callable[..., bool], kind: str) -> None:
    assert left([("a", date(2024, 9, 1), kind)]) is False


def test_first_exit_decides_when_a_person_is_dismissed_and_rehired_and_leaves(left: Callable[..., bool]) -> None:
    assert left([("a", date(2024, 11, 1), "voluntary"), ("a", date(2024, 8, 1), "involuntary")]) is False


def test_exit_of_somebody_else_does_not_count(left: Callable[..., bool]) -> None:
    assert left([("b", date(2024, 8, 1), "voluntary")]) is False


def test_exit_after_complete_until_is_not_yet_known(left: Callable[..., bool]) -> None:
    exits = [("a", date(2024, 9, 15), "voluntary")]
    assert left(exits, date(2024, 5, 31), 3, until=date(2024, 8, 31)) is False


def test_horizon_after_november_ends_in_february(left: Callable[..., bool]) -> None:
    exits = [("a", date(2024, 2, 29), "voluntary")]
    assert left(exits, date(2023, 11, 30), 3) is True


def test_date_that_has_not_matured_has_no_outcome(left: Callable[..., bool]) -> None:
    with pytest.raises(ValueError, match="matured"):
        left([], date(2024, 7, 31))


def test_rows_keep_their_order(tmp_path: Path) -> None:
    people = pl.DataFrame({"employee_id": ["b", "c", "a"], "snapshot_date": [JUNE] * 3, "x": [1, 2, 3]})
    table = left_within_horizon(source(tmp_path, [("a", date(2024, 8, 1), "voluntary")]), people, [JUNE], 6)
    assert table.rows() == [("b", JUNE, 1, False), ("c", JUNE, 2, False), ("a", JUNE, 3, True)]


def test_no_exit_at_all_is_an_empty_answer_and_not_a_fault(left: Callable[..., bool]) -> None:
    assert left([]) is False
