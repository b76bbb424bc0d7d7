"""Connections to databases that fail, break or have no driver: what is said, and that no URL is repeated."""

import importlib.util
from pathlib import Path
from typing import Any

import databases
import pytest
from database_sources import raw
from documents import page, section

from features.reading.databases import queries as running
from features.reading.databases.connectors import CONNECTORS


def the_finding(folder: Path) -> Any:
    [finding] = raw(folder, {"employees": "select * from employees"}).errors
    return finding


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("mariadb://u:secret@127.0.0.1:1/company", "the database cannot be reached"),
        ("sqlite:////no/such/secret", "the database refuses the connection"),
        ("duckdb:////no/such/secret", "the database refuses the connection"),
        ("db2://u:secret@host/db", "the environment variable HR_DATABASE does not hold the URL of a known database"),
        ("mysql://u:secret@host:port/db", "the environment variable HR_DATABASE holds a URL that cannot be read"),
        ("sqlite:////no/such?secret=1", "the URL in the environment variable HR_DATABASE has 1 unknown options"),
    ],
)
def test_a_connection_that_fails_says_why_and_holds_no_part_of_the_url(
    url: str, rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if url.startswith("mariadb"):
        pytest.importorskip("pymysql")
    monkeypatch.setenv("HR_DATABASE", url)
    finding = the_finding(tmp_path)
    assert (finding.rule, finding.place) == (rule, "source.toml.database.url_env")
    assert "secret" not in str(finding)


def test_a_wrong_password_is_told_apart_from_a_server_that_is_down(
    mariadb_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HR_DATABASE", mariadb_url.replace("root@", "root:secret@"))
    finding = the_finding(tmp_path)
    assert finding.rule == "the database refuses the connection"
    assert "secret" not in str(finding)


def test_a_connection_to_mariadb_that_breaks_within_a_table_writes_nothing(
    mariadb_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = databases.mariadb(mariadb_url)

    class DyingFile(running.pq.ParquetWriter):
        def write_batch(self, *arguments: Any) -> None:
            super().write_batch(*arguments)
            with database.connect() as connection, connection.cursor() as cursor:
                cursor.execute(
                    "select id from information_schema.processlist where id <> connection_id() and user = 'root'"
                )
                for (number,) in cursor.fetchall():
                    cursor.execute(f"kill {number}")

    monkeypatch.setenv("HR_DATABASE", mariadb_url)
    monkeypatch.setattr(running.pq, "ParquetWriter", DyingFile)
    read = raw(tmp_path, {"employees": "select seq as employee_id from seq_1_to_2000000"})
    assert [finding.rule for finding in read.errors] == ["the connection to the database was lost"]
    assert not list((tmp_path / "raw").iterdir())


def test_a_missing_driver_names_the_extra_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = [
        connector
        for connector in CONNECTORS.values()
        if not importlib.util.find_spec(connector.package.partition(".")[0])
    ]
    if not missing:
        pytest.skip("every driver is installed")
    monkeypatch.setenv("HR_DATABASE", missing[0].example)
    finding = the_finding(tmp_path)
    assert finding.rule == f"the database driver of {missing[0].schemes[0]} is not installed"
    assert finding.remedy == f"pip install 'retention[{missing[0].extra}]'"


def test_an_unknown_scheme_names_the_known_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HR_DATABASE", "db2://host/db")
    assert the_finding(tmp_path).remedy == f"Schemes that are known: {', '.join(sorted(CONNECTORS))}"


def test_the_page_has_an_example_for_every_scheme() -> None:
    text = section(page("docs/files-and-databases.md"), "A database")
    assert not [connector.example for connector in CONNECTORS.values() if connector.example not in text]
