"""One DuckDB for all that reads a source: it has the same settings, and its end is no one else's."""

from pathlib import Path

import duckdb
import pytest

from features import sql
from features.sql import connect, sharing

SETTINGS = "select name, value from duckdb_settings() where name not in ('temp_directory')"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[duckdb.DuckDBPyConnection]:
    """Every DuckDB that is started."""
    connections: list[duckdb.DuckDBPyConnection] = []
    start = duckdb.connect

    def noted() -> duckdb.DuckDBPyConnection:
        connections.append(start())
        return connections[-1]

    monkeypatch.setattr(sql.duckdb, "connect", noted)
    return connections


def test_within_sharing_one_duckdb_serves_all(tmp_path: Path, started: list[duckdb.DuckDBPyConnection]) -> None:
    with sharing(tmp_path):
        for _ in range(3):
            with connect(tmp_path) as connection:
                assert connection.execute("select 1").fetchone() == (1,)
    assert len(started) == 1
    with connect(tmp_path):
        assert len(started) == 2


def test_a_shared_duckdb_has_the_settings_of_one_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with connect(tmp_path) as own:
        expected = dict(own.execute(SETTINGS).fetchall())
    assert expected["TimeZone"] == "UTC"
    with sharing(tmp_path), connect(tmp_path) as shared:
        assert dict(shared.execute(SETTINGS).fetchall()) == expected
        with pytest.raises(duckdb.Error):
            shared.execute("set timezone = 'Asia/Tokyo'")


def test_queries_over_a_folder_have_a_duckdb_of_their_own(
    tmp_path: Path, started: list[duckdb.DuckDBPyConnection]
) -> None:
    with sharing(tmp_path), connect(tmp_path, tmp_path) as connection:
        connection.execute("create view seen as select 1")
        with connect(tmp_path) as shared, pytest.raises(duckdb.Error):
            shared.execute("select * from seen")
    assert len(started) == 2


def test_a_shared_duckdb_that_no_longer_answers_is_replaced(
    tmp_path: Path, started: list[duckdb.DuckDBPyConnection]
) -> None:
    with sharing(tmp_path):
        started[0].close()
        with connect(tmp_path) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
