"""The stored model in MLflow's own loader and server gives the same scores as ours."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import mlflow
import pandas as pd
import polars as pl
import pytest
from servers import free_port

from pipeline.model.blend import Blend
from pipeline.registry import versions as registry
from pipeline.registry.loading import load
from pipeline.registry.local import stored_model
from pipeline.settings import Settings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
RECORDS = [
    {"pay_against_market": -0.4, "client_rating_12m": 2.0, "tenure_months": 8.0, "contract": "fixed"},
    {"pay_against_market": None, "client_rating_12m": None, "tenure_months": 90.0, "contract": None},
]


@pytest.mark.parametrize(
    "records",
    [
        pd.DataFrame({"tenure_months": [8.0]}),
        pd.DataFrame({"tenure_months": pd.array([8], dtype="Int64"), "contract": [None]}),
        pd.DataFrame({"tenure_months": pd.array([8, None], dtype="Int64")}).head(1),
        pd.DataFrame(
            {"tenure_months": [8], "pay_against_market": [None], "contract": pd.Series([None], dtype="string")}
        ),
        pd.DataFrame({"contract": [None], "tenure_months": [8], "unheard_of": ["x"]}),
    ],
    ids=["a column alone", "nullable integer", "from a column with a gap", "None everywhere", "another order and more"],
)
def test_every_way_to_omit_unknown_values_fits_the_signature(trained: Settings, records: pd.DataFrame) -> None:
    registry.connect(trained)
    loaded = mlflow.pyfunc.load_model("models:/retention/1")
    _, model = load(trained, "1")
    known = pd.DataFrame({"tenure_months": [8.0]})
    expected = loaded.predict(known)
    assert loaded.predict(records).equals(expected)
    assert list(expected.columns) == ["risk", "log_odds", "risk_6m"]
    assert model.horizon_months == 6


@pytest.fixture
def served(trained: Settings, tmp_path: Path) -> Iterator[str]:
    """The address of `mlflow models serve`, in a separate process."""
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", "models:/retention/1", "--env-manager", "local"]
    environment = os.environ | {
        "MLFLOW_TRACKING_URI": trained.tracking_uri,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "-h", "127.0.0.1", "-p", str(port)],
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
        try:
            for _ in range(600):
                assert process.poll() is None, (tmp_path / "log").read_text()
                try:
                    if httpx2.get(f"{address}/ping").status_code == 200:
                        break
                except httpx2.TransportError:
                    time.sleep(0.2)
            yield address
        finally:
            os.killpg(process.pid, 15)
            process.wait(20)


def test_mlflows_server_and_loader_give_the_same_scores(trained: Settings, served: str, blend: Blend) -> None:
    ours = blend.log_odds(pl.DataFrame(RECORDS))
    registry.connect(trained)
    loaded = mlflow.pyfunc.load_model("models:/retention/1").predict(pd.DataFrame(RECORDS))
    answer = httpx2.post(f"{served}/invocations", json={"dataframe_records": RECORDS}, timeout=30).json()
    assert loaded["log_odds"].to_list() == pytest.approx(list(ours), abs=1e-12)
    assert [row["log_odds"] for row in answer["predictions"]] == pytest.approx(list(ours), abs=1e-12)


def test_no_file_of_the_artefact_is_code_or_pickle(trained: Settings) -> None:
    client = registry.connect(trained)
    folder = Path(mlflow.artifacts.download_artifacts(client.get_model_version("retention", "1").source))
    files = [path for path in folder.rglob("*") if path.is_file()]
    names = {path.suffix for path in files if "retention_model" in path.parts}
    assert names == {".json", ".txt"}
    for path in files:
        assert path.suffix in (".json", ".txt", ".yaml", ".yml", ""), path.name
        assert not path.read_bytes().startswith(b"\x80"), f"{path.name} starts as a pickle does"


def test_the_file_of_a_local_registry_says_what_mlflow_says(trained: Settings) -> None:
    expected = registry.artefacts(trained)
    found = stored_model(trained, None)
    assert found is not None
    assert (found[0], found[1].resolve()) == (expected[0], expected[1].resolve())
    assert stored_model(trained, "1") == found


@pytest.mark.parametrize("name", ["MLFLOW_REGISTRY_URI", "MLFLOW_WORKSPACE"])
def test_mlflow_is_asked_where_models_may_be_elsewhere(
    trained: Settings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "elsewhere")
    assert stored_model(trained, None) is None


def test_mlflow_is_asked_about_what_the_file_does_not_hold(trained: Settings, tmp_path: Path) -> None:
    assert stored_model(trained, "2") is None
    for uri in ("https://models.example", f"sqlite:///{tmp_path / 'none.db'}", "sqlite://"):
        assert stored_model(trained.model_copy(update={"mlflow_tracking_uri": uri}), None) is None
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("insert into alembic_version values ('a later revision')")
        connection.commit()
    assert stored_model(trained.model_copy(update={"mlflow_tracking_uri": f"sqlite:///{other}"}), None) is None
