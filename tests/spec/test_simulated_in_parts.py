"""A simulated company too large for memory is written in parts; nothing of it depends on that."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.simulation.recorded import Recorded
from features.simulation.run import simulate
from features.simulation.table_parts import TableParts


@pytest.mark.parametrize("most_bytes", [1, 100_000])
def test_rows_kept_in_files_give_the_same_tables(most_bytes: int, tmp_path: Path) -> None:
    in_memory = simulate(tmp_path / "memory", employees=120, months=14, seed=4)
    in_files = simulate(tmp_path / "files", employees=120, months=14, seed=4, most_bytes=most_bytes)
    assert in_files == in_memory
    for path in (tmp_path / "memory").glob("*.parquet"):
        assert pl.read_parquet(tmp_path / "files" / path.name).equals(pl.read_parquet(path))
    assert {path.name for path in tmp_path.iterdir()} == {"memory", "files"}


def test_rows_are_written_only_when_there_are_more_than_fit(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path, most_bytes=24)
    recorded.add("hours", {"employee_id": np.array([1, 2]), "hours": np.array([7.5, 8.0])})  # 8 and 16 bytes
    assert recorded.is_in_memory
    assert not list(tmp_path.iterdir())
    recorded.add("exits", {"employee_id": np.array([3])})
    assert not recorded.is_in_memory
    assert len(list(tmp_path.iterdir())) == 2


def test_recorded_rows_come_back_in_their_order_and_leave_no_file(tmp_path: Path) -> None:
    recorded = Recorded(tmp_path, most_bytes=1)
    for first in (1, 3):
        recorded.add("hours", {"employee_id": np.array([first, first + 1]), "hours": np.array([np.nan, 8.0])})
    recorded.add("exits", {})
    assert recorded.tables == ["hours"]
    parts = list(recorded.taken("hours"))
    assert [part["employee_id"].tolist() for part in parts] == [[1, 2], [3, 4]]
    assert np.isnan(parts[0]["hours"][0])
    assert not list(tmp_path.iterdir())
    assert recorded.tables == []


def test_rows_of_parts_are_found_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    frames = [pl.DataFrame({"x": [0, 1, 2]}), pl.DataFrame({"x": [3]}), pl.DataFrame({"x": [4, 5]})]
    written = TableParts.written(frames, tmp_path, "table").with_more([pl.DataFrame({"x": [6]})])
    assert written.height == 7
    assert written.rows(np.array([5, 0, 6, 3, 2]))["x"].to_list() == [5, 0, 6, 3, 2]
    assert written.rows(np.array([], dtype=np.int64))["x"].to_list() == []
    assert written.lazy().collect()["x"].to_list() == [0, 1, 2, 3, 4, 5, 6]
