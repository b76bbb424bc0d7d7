"""MLflow: stored models, their versions and the alias `champion`, which `registry.promotion` assigns.

A version is registered in one step, once its run is complete, so a killed training leaves a run but no version.
"""

import io
import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")  # MLflow's 7 take four minutes to fail

import mlflow
from mlflow.exceptions import MlflowException
from sqlalchemy import create_engine, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadInput, Finding
from pipeline.faults import REGISTRY, unavailable
from pipeline.judgement.reporting.illustration import MissingIllustration
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.model.stored_model import StoredModel
from pipeline.registry import report_json
from pipeline.registry.described import EFFECT, NO_CHAMPION, OFFERS, REPORT, Described, moment
from pipeline.registry.local import CHAMPION, MODEL_NAME
from pipeline.registry.runs import PLOTS, log_monitoring, log_training, run_of_experiment
from pipeline.settings import Settings

_NO_SUCH = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""MLflow's error codes for a model, version or alias that does not exist, or whose name is invalid."""

_VERSION_TAGS = ("source", "data_hash", "code_version", "seed")
"""Entries of a model's manifest that are tags of its version."""
GATE_TAG = "gate"
MISSING_TAG = "missing_illustrations"
REASON_TAG = "reason"


def register(
    settings: Settings, model: StoredModel, report: TrainingReport, plots: Mapping[str, bytes] | None = None
) -> tuple[str, tuple[MissingIllustration, ...]]:
    """Logs an evaluated model, its report and its plots (by file name) as a run, and registers it.

    The new version, and the plots if they could not be logged. A run that fails or is killed registers nothing.
    """
    client = connect(settings)
    with run_of_experiment(client, settings, model.manifest["source"]) as run:
        model_uri, missing = log_training(model, replace(report, run_id=run.info.run_id), plots or {})
    tags = {name: str(model.manifest[name]) for name in _VERSION_TAGS if name in model.manifest}
    tags |= {"horizon_months": str(model.horizon_months), GATE_TAG: "not offered yet"}
    with redirect_stderr(io.StringIO()):  # MLflow prints what it registers; the command says it instead
        return str(mlflow.register_model(model_uri, MODEL_NAME, tags=tags).version), missing


def complete(settings: Settings, version: str, files: Mapping[str, str]) -> None:
    """Rewrites files of a version's run, by name, once the result of the gate is known."""
    client, run_id = connect(settings), run_of(settings, version)
    for name, text in files.items():
        client.log_text(run_id, text, name)


def note_missing(settings: Settings, version: str, missing: Sequence[MissingIllustration]) -> None:
    """Tags a version and its run with the illustrations that could not be made; nothing if there is none."""
    if missing:
        client, text = connect(settings), ", ".join(map(str, missing))
        client.set_tag(run_of(settings, version), MISSING_TAG, text)
        tag(client, version, {MISSING_TAG: text})


def run_of(settings: Settings, version: str) -> str:
    """The run that made a version. Raises MlflowException if there is no such version."""
    return str(connect(settings).get_model_version(MODEL_NAME, version).run_id)


def tag(client: mlflow.MlflowClient, version: str, tags: Mapping[str, str]) -> None:
    """Sets tags of a version."""
    for name, value in tags.items():
        client.set_model_version_tag(MODEL_NAME, version, name, value)


def make_champion(client: mlflow.MlflowClient, version: str) -> None:
    """Makes a version the champion."""
    client.set_registered_model_alias(MODEL_NAME, CHAMPION, version)


def connect(settings: Settings) -> mlflow.MlflowClient:
    """A client of the tracking server in the settings; the local one is created on first use.

    Raises Unavailable for a database that does not answer.
    """
    settings.var.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_database(settings.tracking_uri)
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # it logs a traceback of each error it raises
    mlflow.set_tracking_uri(settings.tracking_uri)
    return mlflow.MlflowClient()


def _require_database(uri: str) -> None:
    """Raises Unavailable at once for a database that is down; MLflow itself would retry for minutes."""
    if not uri.startswith(("sqlite:", "postgresql")):
        return
    engine = create_engine(uri)
    try:
        inspect(engine).get_table_names()
    except SQLAlchemyError as error:
        raise unavailable(REGISTRY, uri, error) or error from None
    finally:
        engine.dispose()


def report_of(client: mlflow.MlflowClient, version: str) -> TrainingReport:
    """The report of a version's training. Raises MlflowException if there is no such version."""
    return report_json.report_of(_document_of(client, version))


def _document_of(client: mlflow.MlflowClient, version: str) -> dict[str, Any]:
    entry = client.get_model_version(MODEL_NAME, version)
    return dict(mlflow.artifacts.load_dict(f"runs:/{entry.run_id}/{REPORT}"))


def plots_of(settings: Settings, version: str) -> dict[str, bytes]:
    """The plots of a version's run, by file name.

    Raises BadInput and Unavailable as `described`.
    """
    try:
        client, run_id = connect(settings), run_of(settings, version)
        listed = [entry.path for entry in client.list_artifacts(run_id, PLOTS) if entry.path.endswith((".svg", ".png"))]
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(client.download_artifacts(run_id, path, folder)) for path in sorted(listed)]
            return {path.name: path.read_bytes() for path in files}
    except MlflowException as error:
        if is_absent(error):
            raise BadInput(no_such_version(version)) from error
        raise unavailable(REGISTRY, settings.tracking_uri, error) or error from None


def champion_version(client: mlflow.MlflowClient) -> str | None:
    """The number of the champion; None if there is none yet."""
    try:
        return str(client.get_model_version_by_alias(MODEL_NAME, CHAMPION).version)
    except MlflowException as error:
        if not is_absent(error):
            raise
        return None


def is_absent(error: MlflowException) -> bool:
    """Whether the error means that a model, version or alias does not exist."""
    return error.error_code in _NO_SUCH


def no_such_version(version: str | None) -> Finding:
    """The finding for an unknown version."""
    remedy = "`retention models list` shows all versions."
    return Finding(f"there is no model version {version}", "registry", "", 0, remedy)


def record_monitoring(
    settings: Settings,
    source: str,
    document: Mapping[str, Any],
    page: str,
    steps: Sequence[Mapping[str, float | None]],
    alerts: int,
) -> None:
    """Logs a monitoring report as a run of a separate experiment, with each month's figures as steps."""
    client = connect(settings)
    with run_of_experiment(client, settings, f"{source} monitoring"):
        log_monitoring(document, page, steps, alerts)


def record_effect(settings: Settings, source: str, document: Mapping[str, Any]) -> None:
    """Logs what `retention effect` found as a run of a separate experiment."""
    client = connect(settings)
    with run_of_experiment(client, settings, f"{source} effect"):
        mlflow.log_dict(dict(document), EFFECT)


def record_offers(settings: Settings, source: str, document: Mapping[str, Any]) -> None:
    """Logs what `retention effect --offers` found as a run of a separate experiment: counts and figures, no ids."""
    client = connect(settings)
    with run_of_experiment(client, settings, f"{source} offers"):
        mlflow.log_dict(dict(document), OFFERS)


def last_document(settings: Settings, experiment_name: str, file: str) -> dict[str, Any] | None:
    """A JSON file of an experiment's last finished run; None before the first, and without a registry."""
    local = make_url(settings.tracking_uri).database if settings.tracking_uri.startswith("sqlite:") else None
    if local and not Path(local).exists():
        return None
    client = connect(settings)
    experiment = client.get_experiment_by_name(experiment_name)
    if experiment is None:
        return None
    runs = client.search_runs([experiment.experiment_id], "status = 'FINISHED'", max_results=1)
    return dict(mlflow.artifacts.load_dict(f"runs:/{runs[0].info.run_id}/{file}")) if runs else None


def champion(settings: Settings) -> str:
    """The number of the champion.

    Raises BadInput if there is none, and Unavailable for a registry that does not answer.
    """
    try:
        version = champion_version(connect(settings))
    except MlflowException as error:
        raise unavailable(REGISTRY, settings.tracking_uri, error) or error from None
    if version is None:
        raise BadInput(NO_CHAMPION)
    return version


def artefacts(settings: Settings, version: str | None = None) -> tuple[str, Path]:
    """A version and the folder of its model; the champion unless a version is given. Raises BadInput if there is none.

    `registry.loading` reads the model.
    """
    client = connect(settings)
    wanted = version or champion_version(client)
    if wanted is None:
        raise BadInput(NO_CHAMPION)
    try:
        folder = mlflow.artifacts.download_artifacts(f"models:/{MODEL_NAME}/{wanted}")
    except MlflowException as error:
        if not is_absent(error):
            raise unavailable(REGISTRY, settings.tracking_uri, error) or error from None
        raise BadInput(no_such_version(wanted)) from error
    return wanted, Path(folder)


@dataclass(frozen=True)
class VersionRow:
    """A model version as `retention models list` shows it."""

    version: str
    champion: bool
    source: str
    run_id: str
    auc: float | None
    average_precision: float | None
    registered_at: datetime
    gate: str
    reason: str | None


def versions(client: mlflow.MlflowClient) -> list[VersionRow]:
    """Every version, newest first, with its source and pooled metrics."""
    champion = champion_version(client)
    registered = client.search_model_versions(f"name = '{MODEL_NAME}'")
    return [
        VersionRow(
            version=str(entry.version),
            champion=str(entry.version) == champion,
            source=run.data.tags.get("source", ""),
            run_id=str(entry.run_id),
            auc=run.data.metrics.get("auc"),
            average_precision=run.data.metrics.get("average_precision"),
            registered_at=moment(entry.creation_timestamp),
            gate=entry.tags.get(GATE_TAG, ""),
            reason=entry.tags.get(REASON_TAG),
        )
        for entry in sorted(registered, key=lambda entry: -int(entry.version))
        for run in [client.get_run(str(entry.run_id))]
    ]


def described(settings: Settings, version: str | None) -> Described:
    """A version (the champion unless one is given) and its training report.

    Raises BadInput if there is none, and Unavailable for a registry that does not answer.
    """
    try:
        client = connect(settings)
        champion = champion_version(client)
        wanted = version or champion
        if wanted is None:
            raise BadInput(NO_CHAMPION)
        entry = client.get_model_version(MODEL_NAME, wanted)
        document = _document_of(client, wanted)
    except MlflowException as error:
        if is_absent(error):
            raise BadInput(no_such_version(version)) from error
        raise unavailable(REGISTRY, settings.tracking_uri, error) or error from None
    return Described(
        version=wanted,
        is_champion=wanted == champion,
        run_id=str(entry.run_id),
        registered_at=moment(entry.creation_timestamp),
        document=document,
    )
