from pathlib import Path

import pytest

from pipeline.settings import Settings


@pytest.mark.parametrize("tracking", ["", "sqlite:///elsewhere/mlflow.db"])
def test_artefacts_lie_under_var_where_no_server_keeps_them(
    tracking: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking)
    assert Settings(var=tmp_path).artifact_root == (tmp_path / "mlartifacts").as_uri()


@pytest.mark.parametrize("tracking", ["http://127.0.0.1:5000", "https://mlflow.example"])
def test_a_tracking_server_decides_where_artefacts_lie(tracking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking)
    assert Settings().artifact_root is None
