"""Another user of the machine can read nothing that the commands, the server and their libraries write."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from pipeline.commands.main import app
from pipeline.file_access import keep_private
from serving.app import create_app
from serving.settings import ServerSettings

NOBODY = 65534
WRITER = """
import os, sys
os.umask(0o022)
sys.path.insert(0, "tests/support")
from datetime import date
from pathlib import Path
from published import SEPTEMBER, publication
from pipeline.commands.main import app
from pipeline.settings import Settings

def run(*arguments):
    app(list(arguments), standalone_mode=False)

if sys.argv[1] == "commands":
    run("token", "--role", "hr")
    from pipeline.store.store import Store
    with Store(Settings().store_url) as store:
        store.publish(publication(date(2026, 9, 30), SEPTEMBER))
    run("lists")
    run("lists", "--out", "hr/lists")
    run("features", "source", "--out", "features.parquet")
    run("privacy", "--out", "assessment.md")
    import mlflow
    settings = Settings()
    mlflow.set_tracking_uri(settings.tracking_uri)
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("tiny", settings.artifact_root))
    with mlflow.start_run():
        mlflow.log_text("x", "card.md")
        mlflow.log_dict({"x": 1}, "model/model.json")
else:
    from fastapi.testclient import TestClient
    from serving.app import create_app
    with TestClient(create_app()) as client:
        assert client.get("/health/ready").status_code == 200
"""
TABLES = {
    "employees": "employee_id,hire_date\nann,2020-01-01\nbob,2020-01-01\n",
    "exits": "employee_id,exit_date,kind\n",
    "collaboration": "client_id,provider_id,opened_at\nann,bob,2026-09-02 09:00\n",
    "source": 'name = "tiny"\ncomplete_from = 2026-01-01\ncomplete_until = 2026-09-30\n',
}


@pytest.fixture(autouse=True)
def _umask_of_before() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user can enter; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="file-access-"))
    folder.chmod(0o755)
    (folder / "source").mkdir()
    for name, text in TABLES.items():
        (folder / "source" / f"{name}{'.toml' if name == 'source' else '.csv'}").write_text(text)
    yield folder
    shutil.rmtree(folder)


def write(place: Path, what: str) -> None:
    environment = os.environ | {"RETENTION_VAR": str(place / "var"), "RETENTION_LISTED_FROM": "1.5"}
    environment |= {"PYTHONPATH": os.pathsep.join((str(Path.cwd()), str(Path.cwd() / "tests" / "support")))}
    ran = subprocess.run([sys.executable, "-c", WRITER, what], cwd=place, env=environment, capture_output=True)
    assert ran.returncode == 0, ran.stderr.decode()


def readable_by_another(folder: Path) -> list[str]:
    """The files below a folder that another user can list or open."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        for path, _, names in os.walk(folder):
            for name in names:
                file = Path(path) / name
                if os.access(file, os.R_OK):
                    os.write(writing, f"{file.relative_to(folder)}\n".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        found = answer.read().split()
    os.waitpid(child, 0)
    return found


def open_to_others(folder: Path) -> list[str]:
    """Files and folders whose mode lets the group or others in, the folder itself among them."""
    paths = (folder, *folder.rglob("*"))
    return [str(path.relative_to(folder)) for path in paths if stat.S_IMODE(path.lstat().st_mode) & 0o077]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_reads_nothing_that_commands_wrote(place: Path) -> None:
    write(place, "commands")
    readable = set(readable_by_another(place))
    assert readable == {f"source/{path.name}" for path in (place / "source").iterdir()}
    written = {path.relative_to(place).parts[0] for path in place.rglob("*") if path.is_file()}
    assert written == {"source", "var", "hr", "features.parquet", "assessment.md"}
    for name in ("var", "hr"):
        assert open_to_others(place / name) == []
    names = {path.name for path in (place / "var").rglob("*")}
    assert {"store.db", "mlflow.db", "card.md", "people.parquet", "index.xlsx", "embedded-issuer.pem"} <= names


def test_nothing_that_the_server_makes_is_open_to_others(place: Path) -> None:
    write(place, "server")
    assert {"store.db", "keys"} <= {path.name for path in (place / "var").iterdir()}
    assert open_to_others(place / "var") == []


def test_a_command_closes_an_open_state_folder_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    var = tmp_path / "var"
    var.mkdir(mode=0o755)
    monkeypatch.setenv("RETENTION_VAR", str(var))
    ran = CliRunner().invoke(app, ["token", "--role", "hr"])
    assert (ran.exit_code, stat.S_IMODE(var.stat().st_mode)) == (0, 0o700)
    assert "Now only its owner can." in ran.stderr
    assert ran.stdout.count(".") == 2  # the token alone, for scripts
    assert "Now only" not in CliRunner().invoke(app, ["token", "--role", "hr"]).stderr


def test_the_server_closes_an_open_state_folder_and_logs_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    var = tmp_path / "var"
    var.mkdir(mode=0o755)
    with TestClient(create_app(ServerSettings(var=var))):
        assert stat.S_IMODE(var.stat().st_mode) == 0o700
    assert "Now only its owner can." in capfd.readouterr().err


def test_a_folder_that_is_shared_by_design_stays_and_is_reported(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    assert keep_private(shared) == "is open"
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777
    assert keep_private(tmp_path / "missing") == "private"
    assert not (tmp_path / "missing").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_reported(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir(mode=0o755)
    os.chown(other, NOBODY, NOBODY)
    assert keep_private(other) == "is open"
