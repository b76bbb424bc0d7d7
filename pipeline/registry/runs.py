"""MLflow runs of training and monitoring, logged so that runs can be compared."""

import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from socket import gethostname
from typing import Any

import mlflow
from mlflow.data.code_dataset_source import CodeDatasetSource
from mlflow.data.meta_dataset import MetaDataset
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema
from mlflow.types.schema import AnyType

from pipeline.judgement.reporting.illustration import MissingIllustration, attempt
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.model.stored_model import StoredModel
from pipeline.registry.described import MONITORING, REPORT
from pipeline.registry.report_json import as_text
from pipeline.settings import Settings

PLOTS = "plots"

_DIGEST_LENGTH = 36
"""The longest digest that MLflow accepts."""
_HOST_TAG = "retention.host"
_PROCESS_TAG = "retention.process"


@contextmanager
def run_of_experiment(client: mlflow.MlflowClient, settings: Settings, experiment: str) -> Iterator[mlflow.ActiveRun]:
    """A run in an experiment, which is created on first use.

    A run that raises is marked as failed; runs whose process has died are marked as killed.
    """
    known = client.get_experiment_by_name(experiment)
    local = settings.artifact_root and f"{settings.artifact_root}/{experiment}"
    experiment_id = known.experiment_id if known else client.create_experiment(experiment, artifact_location=local)
    _close_killed(client, experiment_id)
    tags = {"source": experiment, _HOST_TAG: gethostname(), _PROCESS_TAG: str(os.getpid())}
    with mlflow.start_run(experiment_id=experiment_id, tags=tags) as run:
        yield run


def _close_killed(client: mlflow.MlflowClient, experiment_id: str) -> None:
    """Marks the unfinished runs of dead processes on this machine."""
    here = f"attributes.status = 'RUNNING' and tags.`{_HOST_TAG}` = '{gethostname()}'"
    for run in client.search_runs([experiment_id], here):
        if not _is_alive(int(run.data.tags.get(_PROCESS_TAG, "0"))):
            client.set_terminated(run.info.run_id, "KILLED")


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def log_training(
    model: StoredModel, report: TrainingReport, plots: Mapping[str, bytes]
) -> tuple[str, tuple[MissingIllustration, ...]]:
    """Logs an evaluated model, its report and plots (by file name) to the active run.

    The URI of the stored model, and the plots if they could not be logged.
    """
    _log(model, report)
    missing = attempt("plots", lambda: _log_plots(plots)).missing
    return _log_model(model), missing


def log_monitoring(
    document: Mapping[str, Any], page: str, steps: Sequence[Mapping[str, float | None]], alerts: int
) -> None:
    """Logs a monitoring report's JSON and page to the active run, and each month's figures as a step."""
    mlflow.log_metric("alerts", alerts)
    for step, figures in enumerate(steps):
        known = {name: float(value) for name, value in figures.items() if value is not None and isfinite(value)}
        mlflow.log_metrics(known, step=step)
    mlflow.log_dict(dict(document), MONITORING)
    mlflow.log_text(page, "monitoring.html")


def _log(model: StoredModel, report: TrainingReport) -> None:
    """Logs what `mlflow ui` compares: parameters, the data set, pooled metrics with bounds, each origin's as steps.

    For a simulated company also the AUC of the true hazard. The feature list and the report are logged as files.
    """
    manifest = {name: value for name, value in model.manifest.items() if name not in ("features", "settings")}
    mlflow.log_params(
        {
            **manifest,
            **model.manifest.get("settings", {}),
            "horizon_months": model.horizon_months,
            "features": len(model.features),
        }
    )
    mlflow.log_input(_dataset(model), context="training")
    pooled = {
        name if bound == "value" else f"{name}_{bound}": figure
        for name, bounds in report.metrics.items()
        for bound, figure in vars(bounds).items()
    }
    if truth := report.true_hazard:
        pooled |= {"true_hazard_oracle_auc": truth.oracle_auc, "true_hazard_share": truth.share}
    pooled |= {"data_warnings": len(report.data.warnings)}
    pooled |= {"data_rows_warned": sum(warning.rows for warning in report.data.warnings)}
    mlflow.log_metrics({name: figure for name, figure in pooled.items() if isfinite(figure)})
    for step, origin in enumerate(report.by_origin):
        figures = {f"origin_{name}": value for name, value in origin.figures.items()}
        mlflow.log_metrics({name: figure for name, figure in figures.items() if isfinite(figure)}, step=step)
    mlflow.log_dict({"features": list(model.features)}, "features.json")
    mlflow.log_text(as_text(report), REPORT)


class _DataSet(MetaDataset):
    """A source by name and hash, without a profile, which would describe people. MLflow's base class defines none."""

    @property
    def profile(self) -> None:
        return None


def _dataset(model: StoredModel) -> _DataSet:
    """The source by name, hash and columns, so that MLflow shows which runs used the same data."""
    source, data_hash = model.manifest["source"], model.manifest.get("data_hash", "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about its own data set sources
        kind = CodeDatasetSource({"mlflow.source.type": "SOURCE", "mlflow.source.name": source})
    return _DataSet(kind, name=source, digest=data_hash[:_DIGEST_LENGTH] or None, schema=_signature(model).inputs)


def _log_plots(plots: Mapping[str, bytes]) -> None:
    """Logs plots by file name under `plots/` of the active run."""
    with tempfile.TemporaryDirectory() as folder:
        for name, plot in plots.items():
            (Path(folder) / name).write_bytes(plot)
        mlflow.log_artifacts(folder, PLOTS)


def _log_model(model: StoredModel) -> str:
    """Stores the model under the active run; its URI."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "retention_model"
        data.mkdir()
        model.save(data)
        with warnings.catch_warnings():
            # An input example would be rows of people, so the signature is written by hand instead.
            warnings.filterwarnings("ignore", message=".*input example.*", category=UserWarning)
            logged = mlflow.pyfunc.log_model(
                name="model",
                loader_module="pipeline.model.stored_model",
                data_path=str(data),
                signature=_signature(model),
                pip_requirements=["retention"],
            )
    return str(logged.model_uri)


def _signature(model: StoredModel) -> ModelSignature:
    """The signature, in which every feature is optional: a record may leave out what is unknown about a person.

    Numbers have any type, because MLflow does not convert 64-bit integers, nullable or not, to doubles; the model does.
    """
    types: dict[str, AnyType | DataType] = {"number": AnyType(), "category": DataType.string}  # type: ignore[no-untyped-call]
    inputs = [ColSpec(types[feature.kind], name, required=False) for name, feature in model.features.items()]
    outputs = ["risk", "log_odds", *(f"risk_{months}m" for months in model.blends if months)]
    doubles = [ColSpec(DataType.double, name) for name in outputs]
    return ModelSignature(inputs=Schema(list(inputs)), outputs=Schema(list(doubles)))
