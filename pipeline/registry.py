"""MLflow: runs, stored models, the alias `champion`, and the gate in front of it."""

import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")  # MLflow's 7 are four minutes until a person is told

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadInput, Finding
from pipeline.faults import REGISTRY, unavailable
from pipeline.settings import Settings
from pipeline.stored_model import StoredModel

MODEL_NAME = "retention"
CHAMPION = "champion"


_NO_SUCH = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""MLflow's codes for a model, version or alias that is not there, or that cannot be one."""

_NO_CHAMPION = Finding("there is no champion yet", "registry", "", 0, "Train first: `retention train SOURCE`.")

SLOPE_LIMITS = (0.8, 1.25)
"""Outside of these a risk is not what happens, and must not be served as a probability."""


@dataclass(frozen=True)
class Gate:
    """One condition of promotion, with its figure."""

    gate: str
    passed: bool
    value: float | None
    limit: str


def record(settings: Settings, model: StoredModel, report: Mapping[str, Any]) -> dict[str, Any]:
    """Logs a judged model as a run, registers it, and makes it champion if the gate lets it.

    Returns what the report adds: run_id, model_version, promoted, gate. A run that fails registers nothing.
    """
    client = connect(settings)
    with _run(client, settings, model.manifest["source"]) as run:
        version = _register(model)
        gates = gate(report, _champion_report(client))
        promoted = all(entry.passed for entry in gates)
        outcome = {
            "run_id": run.info.run_id,
            "model_version": version,
            "promoted": promoted,
            "gate": [asdict(entry) for entry in gates],
        }
        _log(model, {**report, **outcome})
    if promoted:
        client.set_registered_model_alias(MODEL_NAME, CHAMPION, version)
    return outcome


def gate(report: Mapping[str, Any], champion: Mapping[str, Any] | None) -> list[Gate]:
    """What a challenger must show: it is calibrated, beats the baselines that know nothing, and is no step back.

    A champion of another source was judged on other people, so it is not compared.
    """
    slope, ap = report["metrics"]["calibration_slope"]["value"], report["metrics"]["average_precision"]
    low, high = SLOPE_LIMITS
    gates = [Gate("calibration slope", low <= slope <= high, slope, f"{low} to {high}")]
    for name in ("base_rate", "tenure"):
        if name in report["baselines"]:
            floor = report["baselines"][name]["average_precision"]
            gates.append(Gate(f"average precision against {name}", ap["value"] >= floor, ap["value"], f"≥ {floor:.3f}"))
    if champion and champion["source"] == report["source"]:
        floor = champion["metrics"]["average_precision"]["value"]
        gates.append(Gate("average precision against the champion", ap["high"] >= floor, ap["high"], f"≥ {floor:.3f}"))
    return gates


def connect(settings: Settings) -> mlflow.MlflowClient:
    """A client of the tracking server that the settings name; makes the local one on first use.

    Raises Unavailable for a database that does not answer.
    """
    settings.var.mkdir(parents=True, exist_ok=True)
    _require_database(settings.tracking_uri)
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # it prints tracebacks of what it raises
    mlflow.set_tracking_uri(settings.tracking_uri)
    return mlflow.MlflowClient()


def _require_database(uri: str) -> None:
    """MLflow itself would try a database that is down for minutes before it says so."""
    if not uri.startswith(("sqlite:", "postgresql")):
        return
    engine = create_engine(uri)
    try:
        inspect(engine).get_table_names()
    except SQLAlchemyError as error:
        raise unavailable(REGISTRY, uri, error) or error from None
    finally:
        engine.dispose()


@contextmanager
def _run(client: mlflow.MlflowClient, settings: Settings, experiment: str) -> Iterator[mlflow.ActiveRun]:
    """An MLflow run in the source's experiment; one that raises is marked failed."""
    known = client.get_experiment_by_name(experiment)
    local = settings.artifact_root and f"{settings.artifact_root}/{experiment}"
    experiment_id = known.experiment_id if known else client.create_experiment(experiment, artifact_location=local)
    with mlflow.start_run(experiment_id=experiment_id, tags={"source": experiment}) as run:
        yield run


def _champion_report(client: mlflow.MlflowClient) -> dict[str, Any] | None:
    version = champion_version(client)
    if version is None:
        return None
    run_id = client.get_model_version(MODEL_NAME, version).run_id
    return dict(mlflow.artifacts.load_dict(f"runs:/{run_id}/report.json"))


def _log(model: StoredModel, report: Mapping[str, Any]) -> None:
    """Parameters, pooled metrics with bounds, each origin's metrics as steps, and the whole report as JSON."""
    manifest = {name: value for name, value in model.manifest.items() if name != "features"}
    mlflow.log_params({**manifest, "horizon_months": model.horizon_months, "features": len(model.features)})
    pooled = {
        name if bound == "value" else f"{name}_{bound}": figure
        for name, bounds in report["metrics"].items()
        for bound, figure in bounds.items()
    }
    mlflow.log_metrics({name: figure for name, figure in pooled.items() if isfinite(figure)})
    for step, origin in enumerate(report["by_origin"]):
        figures = {f"origin_{name}": value for name, value in origin.items() if name in report["metrics"]}
        mlflow.log_metrics({name: figure for name, figure in figures.items() if isfinite(figure)}, step=step)
    mlflow.log_dict(dict(report), "report.json")


def _register(model: StoredModel) -> str:
    """Stores the model under the active run and in the registry; the new version's number."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "retention_model"
        data.mkdir()
        model.save(data)
        with warnings.catch_warnings():
            # An example input would be rows of people; the signature is written out by hand instead.
            warnings.filterwarnings("ignore", message=".*input example.*", category=UserWarning)
            logged = mlflow.pyfunc.log_model(
                name="model",
                loader_module="pipeline.stored_model",
                data_path=str(data),
                signature=_signature(model),
                pip_requirements=["retention"],
            )
    return str(mlflow.register_model(logged.model_uri, MODEL_NAME).version)


def champion_version(client: mlflow.MlflowClient) -> str | None:
    """The number of the champion, None while there is none."""
    try:
        return str(client.get_model_version_by_alias(MODEL_NAME, CHAMPION).version)
    except MlflowException as error:
        if error.error_code not in _NO_SUCH:
            raise
        return None


def record_monitoring(settings: Settings, report: Mapping[str, Any]) -> None:
    """Logs a monitoring report as a run of its own experiment, each month's figures as steps, for trends to be seen."""
    client = connect(settings)
    with _run(client, settings, f"{report['source']} monitoring"):
        mlflow.log_metric("alerts", len(report["alerts"]))
        for step, month in enumerate(report["months"]):
            figures = {name: month[name] for name in ("people", "expected", "happened", "furthest")}
            figures |= {"drifted": len(month["drifted"])} | (month["metrics"] or {})
            known = {name: float(value) for name, value in figures.items() if value is not None and isfinite(value)}
            mlflow.log_metrics(known, step=step)
        mlflow.log_dict(dict(report), "monitoring.json")


def last_monitoring(settings: Settings, source: str) -> dict[str, Any] | None:
    """The newest report of `retention monitor` about a source; None before the first."""
    client = connect(settings)
    experiment = client.get_experiment_by_name(f"{source} monitoring")
    if experiment is None:
        return None
    runs = client.search_runs([experiment.experiment_id], "status = 'FINISHED'", max_results=1)
    return dict(mlflow.artifacts.load_dict(f"runs:/{runs[0].info.run_id}/monitoring.json")) if runs else None


def champion(settings: Settings) -> str:
    """The number of the champion.

    Raises BadInput where there is none, and Unavailable for a registry that does not answer.
    """
    try:
        version = champion_version(connect(settings))
    except MlflowException as error:
        raise unavailable(REGISTRY, settings.tracking_uri, error) or error from None
    if version is None:
        raise BadInput(_NO_CHAMPION)
    return version


def load(settings: Settings, version: str | None = None) -> tuple[str, StoredModel]:
    """A version and its model; the champion unless a version is named. Raises BadInput where there is none."""
    client = connect(settings)
    wanted = version or champion_version(client)
    if wanted is None:
        raise BadInput(_NO_CHAMPION)
    try:
        folder = mlflow.artifacts.download_artifacts(f"models:/{MODEL_NAME}/{wanted}")
    except MlflowException as error:
        if error.error_code not in _NO_SUCH:
            raise unavailable(REGISTRY, settings.tracking_uri, error) or error from None
        raise BadInput(
            Finding(
                f"there is no model version {wanted}",
                "registry",
                "",
                0,
                "`retention models list` names those there are.",
            )
        ) from error
    return wanted, StoredModel.load(next(Path(folder).glob("data/*/model.json")).parent)


def versions(client: mlflow.MlflowClient) -> list[dict[str, Any]]:
    """Every version, newest first, with what it was trained on and its pooled metrics."""
    champion = champion_version(client)
    found = client.search_model_versions(f"name = '{MODEL_NAME}'")
    return [
        {
            "version": str(entry.version),
            "champion": str(entry.version) == champion,
            "source": run.data.tags.get("source", ""),
            "run_id": entry.run_id,
            "auc": run.data.metrics.get("auc"),
            "average_precision": run.data.metrics.get("average_precision"),
        }
        for entry in sorted(found, key=lambda entry: -int(entry.version))
        for run in [client.get_run(str(entry.run_id))]
    ]


def described(settings: Settings, version: str | None) -> dict[str, Any]:
    """A version, or the champion: what it is, and the report of its training.

    Raises BadInput where there is none, and Unavailable for a registry that does not answer.
    """
    try:
        client = connect(settings)
        champion = champion_version(client)
        wanted = version or champion
        if wanted is None:
            raise BadInput(_NO_CHAMPION)
        entry = client.get_model_version(MODEL_NAME, wanted)
        report = mlflow.artifacts.load_dict(f"runs:/{entry.run_id}/report.json")
    except MlflowException as error:
        if error.error_code in _NO_SUCH:
            raise BadInput(
                Finding(f"there is no model version {wanted}", "registry", "", 0, "Choose another.")
            ) from error
        raise unavailable(REGISTRY, settings.tracking_uri, error) or error from None
    return {
        "version": wanted,
        "is_champion": wanted == champion,
        "run_id": entry.run_id,
        "registered_at": datetime.fromtimestamp(entry.creation_timestamp / 1000, UTC),
        "report": dict(report),
    }


def _signature(model: StoredModel) -> ModelSignature:
    """Every feature optional: a record may leave out what is not known of a person."""
    types = {"number": DataType.double, "category": DataType.string}
    inputs = [ColSpec(types[feature.kind], name, required=False) for name, feature in model.features.items()]
    outputs = ["risk", "log_odds", *(f"risk_{months}m" for months in model.blends if months)]
    doubles = [ColSpec(DataType.double, name) for name in outputs]
    return ModelSignature(inputs=Schema(list(inputs)), outputs=Schema(list(doubles)))
