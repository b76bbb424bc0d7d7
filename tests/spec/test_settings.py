from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

from pipeline.settings import Settings, unusable


@pytest.mark.parametrize("tracking", ["", "sqlite:///elsewhere/mlflow.db"])
def test_artefacts_are_under_var_without_a_tracking_server(
    tracking: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking)
    assert Settings(var=tmp_path).artifact_root == (tmp_path / "mlartifacts").as_uri()


@pytest.mark.parametrize("tracking", ["http://127.0.0.1:5000", "https://mlflow.example"])
def test_a_tracking_server_decides_where_artefacts_are(tracking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking)
    assert Settings().artifact_root is None


def test_unusable_settings_are_named_by_their_variable_without_the_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RETENTION_LIST_CAPACITY", "four")
    with pytest.raises(ValidationError) as caught:
        Settings()
    [finding] = unusable(caught.value).findings
    assert finding.place == "environment.RETENTION_LIST_CAPACITY"
    assert "four" not in str(finding)


def test_a_setting_that_is_not_json_is_named_without_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_NOTICE_GIVEN", "yesterday")
    with pytest.raises(SettingsError) as caught:
        Settings()
    [finding] = unusable(caught.value).findings
    assert (finding.place, finding.rule) == ("environment.RETENTION_NOTICE_GIVEN", "not JSON")
    assert "yesterday" not in str(finding)


def test_the_day_of_notice_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_NOTICE_GIVEN", '{"Acme": "2026-09-01"}')
    assert Settings().notice_given == {"Acme": date(2026, 9, 1)}
