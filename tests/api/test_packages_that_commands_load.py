"""Which packages a command loads: those that take long to import only where they are used. By names, never by time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.settings import Settings

LOADED = """
import sys
from pipeline.commands.main import main
sys.argv = ["retention", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    sys.stderr.write(f"exit {end.code}")
print("loaded", *sorted(name for name in sys.modules if name.count(".") < 2))
"""
OF_TRAINING = {"mlflow", "sklearn", "lightgbm", "matplotlib", "pandas", "alembic", "scipy.optimize", "scipy.stats"}
OF_OTHER_SOURCES = {"pyarrow.dataset", "adbc_driver_manager", "hypothesis", "pyspark", "pandera"}
SERVED = """
import sys
from pipeline.registry.documents import champion, described, last_effect, last_monitoring
from serving.app import create_app
app = create_app()
settings = app.state.settings
app.state.champion.now()
assert described(settings, None).version == champion(settings)
assert last_monitoring(settings, "nothing monitored") is last_effect(settings, "nothing monitored") is None
print("loaded", *sorted(name for name in sys.modules if name.count(".") < 2))
"""
EMPLOYEES = "employee_id,hire_date\n" + "".join(f"p{number},2020-01-15\n" for number in range(30))
EXITS = "employee_id,exit_date,kind\n" + "".join(f"p{number},2021-03-05,voluntary\n" for number in range(5))

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    (folder / "employees.csv").write_text(EMPLOYEES)
    (folder / "exits.csv").write_text(EXITS)
    (folder / "source.toml").write_text('name = "tiny"\ncomplete_until = 2021-12-31\n')
    return folder


def loaded_by(settings: Settings, *command: str | Path, code: int = 0) -> set[str]:
    """The modules, and those directly in a package, that a command has loaded when it ends with an exit code."""
    done = run(LOADED, settings, *command)
    assert f"exit {code}" in done.stderr, done.stderr
    return set(done.stdout.rpartition("loaded ")[2].split())


def run(program: str, settings: Settings, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A program of its own process, with these settings."""
    variables = {"RETENTION_VAR": str(settings.var), "MLFLOW_TRACKING_URI": settings.tracking_uri}
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_loads_nothing_that_computes(trained: Settings) -> None:
    loaded = loaded_by(trained, "--help")
    assert "typer" in loaded
    assert not loaded & {"polars", "numpy", "duckdb", "sqlalchemy", "numba", "scipy", *OF_TRAINING, *OF_OTHER_SOURCES}


def test_a_check_loads_neither_the_store_nor_models(trained: Settings, source: Path) -> None:
    loaded = loaded_by(trained, "check", source)
    assert "polars" in loaded
    assert not loaded & {"sqlalchemy", "numba", "scipy", *OF_TRAINING, *OF_OTHER_SOURCES}


def test_scoring_and_its_lists_load_nothing_of_training(trained: Settings, source: Path) -> None:
    loaded = loaded_by(trained, "score", source)
    assert {"polars", "sqlalchemy"} <= loaded
    assert not loaded & (OF_TRAINING | OF_OTHER_SOURCES | {"numba"})
    loaded = loaded_by(trained, "turnover", source)
    assert not loaded & (OF_TRAINING | OF_OTHER_SOURCES | {"numba"})
    loaded = loaded_by(trained, "lists")
    assert not loaded & (OF_TRAINING | OF_OTHER_SOURCES | {"numba"})


def test_monitoring_loads_mlflow_and_plots_only_once_there_is_something_to_record(
    trained: Settings, tmp_path: Path
) -> None:
    loaded = loaded_by(trained, "monitor", tmp_path / "nothing", code=2)
    assert "polars" in loaded
    assert not loaded & (OF_TRAINING | OF_OTHER_SOURCES | {"numba"})


def test_the_server_starts_and_shows_the_overview_without_mlflow(trained: Settings) -> None:
    done = run(SERVED, trained)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.rpartition("loaded ")[2].split())
    assert "fastapi" in loaded
    assert not loaded & (OF_TRAINING | OF_OTHER_SOURCES | {"numba"})
