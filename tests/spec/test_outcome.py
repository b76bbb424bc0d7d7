"""Who counts as having left within the horizon, on a few exits that can be checked by eye."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.dataset.outcome import left_within_horizon

HIRE = date(2020, 1, 1)
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


def source(
    folder: Path,
    exits: list[tuple[str, date, str]],
    complete_until: date = date(2024, 12, 31),
    hires: Sequence[tuple[str, date]] = (("a", HIRE), ("b", HIRE), ("c", HIRE)),
) -> Exits:
    schema = {"employee_id": pl.String, "exit_date": pl.Date, "kind": pl.String}
    pl.DataFrame(exits, schema=schema, orient="row").write_parquet(folder / "exits.parquet")
    schema = {"employee_id": pl.String, "hire_date": pl.Date}
    pl.DataFrame(hires, schema=schema, orient="row").write_parquet(folder / "employees.parquet")
    return Exits({table: folder / f"{table}.parquet" for table in ("employees", "exits")}, complete_until)


@pytest.mark.parametrize(
    ("exit_date", "counts"),
    [
        (date(2024, 7, 1), True),  # the window is open at the snapshot date
        (date(2024, 12, 31), True),  # and closed at its end
        (date(2025, 1, 1), False),
    ],
)
def test_the_window_is_open_at_the_snapshot_date_and_closed_at_the_horizon(
    left: Callable[..., bool], exit_date: date, counts: bool
) -> None:
    assert left([("a", exit_date, "voluntary")]) is counts


def test_an_exit_beyond_the_horizon_does_not_count_though_it_is_recorded(left: Callable[..., bool]) -> None:
    exits = [("a", date(2025, 1, 1), "voluntary")]
    assert left(exits, until=date(2025, 12, 31)) is False


@pytest.mark.parametrize("kind", ["involuntary", "other"])
def test_an_exit_of_another_kind_is_not_voluntary(left: Callable[..., bool], kind: str) -> None:
    assert left([("a", date(2024, 9, 1), kind)]) is False


def test_the_first_exit_decides_if_a_person_is_dismissed_and_rehired_and_leaves(left: Callable[..., bool]) -> None:
    assert left([("a", date(2024, 11, 1), "voluntary"), ("a", date(2024, 8, 1), "involuntary")]) is False


def test_an_exit_of_another_person_does_not_count(left: Callable[..., bool]) -> None:
    assert left([("b", date(2024, 8, 1), "voluntary")]) is False


def test_an_exit_after_complete_until_is_not_known_yet(left: Callable[..., bool]) -> None:
    exits = [("a", date(2024, 9, 15), "voluntary")]
    assert left(exits, date(2024, 5, 31), 3, until=date(2024, 8, 31)) is False


def test_three_months_from_the_end_of_november_end_in_february(left: Callable[..., bool]) -> None:
    exits = [("a", date(2024, 2, 29), "voluntary")]
    assert left(exits, date(2023, 11, 30), 3) is True


def test_a_date_that_has_not_matured_has_no_outcome(left: Callable[..., bool]) -> None:
    with pytest.raises(ValueError, match="matured"):
        left([], date(2024, 7, 31))


def test_rows_stay_in_order(tmp_path: Path) -> None:
    people = pl.DataFrame({"employee_id": ["b", "c", "a"], "snapshot_date": [JUNE] * 3, "x": [1, 2, 3]})
    table = left_within_horizon(source(tmp_path, [("a", date(2024, 8, 1), "voluntary")]), people, [JUNE], 6)
    assert table.rows() == [("b", JUNE, 1, False), ("c", JUNE, 2, False), ("a", JUNE, 3, True)]


def test_a_source_without_exits_is_not_an_error(left: Callable[..., bool]) -> None:
    assert left([]) is False


@pytest.mark.parametrize("exit_date", [date(2024, 6, 30), date(2024, 3, 1)])  # on the snapshot date, and before it
def test_a_person_gone_by_the_snapshot_date_has_no_outcome(exit_date: date, tmp_path: Path) -> None:
    exits = [("a", exit_date, "voluntary"), ("c", date(2024, 7, 1), "voluntary")]
    people = pl.DataFrame({"employee_id": ["c", "a", "b"], "snapshot_date": [JUNE] * 3})
    table = left_within_horizon(source(tmp_path, exits), people, [JUNE], 6)
    assert table.rows() == [("c", JUNE, True), ("b", JUNE, False)]


@pytest.mark.parametrize(
    ("hires", "is_here"),
    [
        ([HIRE, date(2024, 4, 15)], True),
        ([HIRE, date(2024, 3, 1)], True),  # hired again on the day of the exit
        ([HIRE, date(2024, 7, 1)], False),  # only after the snapshot date
        ([HIRE, date(2022, 1, 1)], False),  # before the exit: it ended that spell too
        ([date(2024, 3, 1)], False),  # a spell of a single day
    ],
)
def test_a_person_rehired_by_the_snapshot_date_has_an_outcome(hires: list[date], is_here: bool, tmp_path: Path) -> None:
    result = source(tmp_path, [("a", date(2024, 3, 1), "voluntary")], hires=[("a", hire) for hire in hires])
    people = pl.DataFrame({"employee_id": ["a"], "snapshot_date": [JUNE]})
    assert left_within_horizon(result, people, [JUNE], 6)["left"].to_list() == [False] * is_here


def test_an_exit_and_a_rehire_on_the_snapshot_date_are_both_over(tmp_path: Path) -> None:
    """The window is open at the snapshot date, so a person who came back that day has not left within it."""
    result = source(tmp_path, [("a", JUNE, "voluntary")], hires=[("a", HIRE), ("a", JUNE)])
    people = pl.DataFrame({"employee_id": ["a"], "snapshot_date": [JUNE]})
    assert left_within_horizon(result, people, [JUNE], 6)["left"].to_list() == [False]


def test_no_snapshot_date_gives_no_rows(tmp_path: Path) -> None:
    nobody = pl.DataFrame(schema={"employee_id": pl.String, "snapshot_date": pl.Date})
    table = left_within_horizon(source(tmp_path, [("a", JUNE, "voluntary")]), nobody, [], 6)
    assert table.schema == {"employee_id": pl.String, "snapshot_date": pl.Date, "left": pl.Boolean}
    assert table.is_empty()
