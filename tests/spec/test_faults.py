"""A fault of a store, a registry or a disk gives one message with its location and a remedy, and exit code 1."""

import errno
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from features.errors import BadInput, Unavailable
from pipeline.commands import main as entry
from pipeline.faults import fault_of, without_secrets
from pipeline.settings import Settings
from pipeline.store import sqlite as sqlite_file

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in process, with its state under `var`; returns its exit code and stderr."""
    monkeypatch.setenv("RETENTION_VAR", str(tmp_path / "var"))
    (tmp_path / "var").mkdir()

    def command(*arguments: str, **environment: str) -> tuple[int, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["retention", *arguments])
        with pytest.raises(SystemExit) as end:
            entry.main()
        output = capsys.readouterr().err
        assert "Traceback" not in output
        assert output.count("error ") == 1
        assert "secret" not in output
        return int(str(end.value.code)), " ".join(output.split())

    return command


DOWN = "postgresql+psycopg://u:secret@127.0.0.1:1/scores"


def test_a_store_that_is_down_is_named_without_its_password(run: Run) -> None:
    code, output = run("lists", RETENTION_DATABASE_URL=DOWN)
    assert code == 1
    assert "store of scores postgresql+psycopg://127.0.0.1:1/scores: it does not answer." in output
    assert "Check that the server is running" in output


def test_a_registry_that_is_down_is_named_at_once_and_is_not_an_empty_one(run: Run) -> None:
    for uri in (DOWN, "http://u:secret@127.0.0.1:1"):
        code, output = run("models", MLFLOW_TRACKING_URI=uri, MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
        assert code == 1
        assert f"model registry {without_secrets(uri)}: it does not answer." in output


@pytest.mark.parametrize(("command", "file"), [("lists", "store.db"), ("models", "mlflow.db")])
def test_a_damaged_file_is_not_a_database(command: str, file: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "var" / file).write_bytes(b"no database" * 100)
    code, output = run(command)
    assert code == 1
    assert f"{file}: it is damaged, or is not a database. Restore it from a backup" in output


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sqlite_file, "LOCK_SECONDS", 0)
    (tmp_path / "var").mkdir(exist_ok=True)
    with closing(sqlite3.connect(tmp_path / "var" / "store.db", isolation_level=None)) as other:
        other.execute("begin exclusive")
        yield


def test_a_locked_store_says_to_wait(run: Run, locked: None) -> None:
    code, output = run("lists")
    assert code == 1
    assert "another process has locked it. Wait until it has finished." in output


def test_a_read_only_store_says_so(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "var" / "read_only.db"
    sqlite3.connect(file).close()
    code, output = run("lists", RETENTION_DATABASE_URL=f"sqlite:///file:{file}?mode=ro&uri=true")
    assert code == 1
    assert "it is read-only. Give write permission." in output
    assert not Path("file:").exists()  # no folder is made of an address


def test_a_full_disk_under_the_store_says_so(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "full.db")) as small:
        small.execute("pragma max_page_count = 2")
        small.execute("create table a (b)")
        with pytest.raises(sqlite3.OperationalError) as full:
            small.execute("insert into a values (zeroblob(100000))")
    assert "its disk is full. Free some space." in str(fault_of(full.value, Settings(var=tmp_path)))


def test_an_invalid_url_is_bad_input(run: Run) -> None:
    code, output = run("lists", RETENTION_DATABASE_URL="secret")
    assert code == BadInput.exit_code
    assert "store of scores: its URL is not valid. Write RETENTION_DATABASE_URL as postgresql://" in output


def test_a_file_where_the_state_folder_belongs_is_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, output = run("models", RETENTION_VAR=str(tmp_path / "file"))
    assert code == 1
    assert "a file has the name of the folder." in output


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES])
def test_a_disk_error_names_the_folder_but_not_a_file_that_may_be_named_after_a_person(
    number: int, tmp_path: Path
) -> None:
    fault = fault_of(OSError(number, os.strerror(number), str(tmp_path / "ann.html")), Settings())
    assert isinstance(fault, Unavailable)
    assert fault.exit_code == 1
    assert str(tmp_path) in str(fault)
    assert "ann" not in str(fault)


def test_bugs_are_not_disguised_as_faults() -> None:
    assert fault_of(KeyError("x"), Settings()) is None


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:p@ss@host:5432/db?password=x", "postgresql://host:5432/db"),
        ("https://token@host/mlflow", "https://host/mlflow"),
        ("sqlite:////data/store.db", "sqlite:////data/store.db"),
        ("postgresql://u:[@host/db", "postgresql://…"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert without_secrets(url) == shown
