"""The training job: load, build, judge, guard, fit, record, promote."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import polars as pl

from features.source import load_source
from pipeline.dataset.material import Material, material_of
from pipeline.dataset.rounds import leavers, most_rows
from pipeline.dataset.splits import LEAST_EXITS
from pipeline.dataset.workspace import workspace
from pipeline.judgement.assembly import first_report, with_comparisons, with_diagnostics, with_fairness
from pipeline.judgement.backtest import Backtest, backtest, predictions, shuffled_auc
from pipeline.judgement.guards.guard import guard, keep_sums
from pipeline.judgement.plots import plots
from pipeline.judgement.report import TrainingReport
from pipeline.model.blend import Blend, fit_blend
from pipeline.model.parallel import in_parallel
from pipeline.model.stored_model import StoredModel
from pipeline.model.tuning import Tuning, tune
from pipeline.registry import promotion
from pipeline.settings import Settings

Told = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What was asked for beside the source: seed, quick settings, a horizon, suspects let through by name."""

    seed: int = 1
    quick: bool = False
    horizon_months: int | None = None
    allowed_suspects: Sequence[str] = ()


@dataclass(frozen=True)
class Trained:
    """The report of `retention train --json`, the model, and the out-of-time predictions behind the metrics."""

    report: TrainingReport
    model: StoredModel
    predictions: pl.DataFrame


@dataclass
class _Stopwatch:
    """Seconds of each stage, in order; says what is under way."""

    told: Told
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.told(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 2)


def train(source: Path, settings: Settings, request: Request, told: Told = lambda _: None) -> Trained:
    """Trains on a source, judges out of time, logs to MLflow, registers, and promotes if the gate lets it.

    Raises BadInput for a source that cannot be learned from and Refused where a guard stops the run; nothing is
    registered then.
    """
    with workspace(settings) as folder:
        return _train(source, settings, request, folder, told)


def _train(source: Path, settings: Settings, request: Request, folder: Path, told: Told) -> Trained:
    watch = _Stopwatch(told)
    with watch.stage("read and validate"):
        loaded = load_source(source, folder / "tables")
    with watch.stage("features"):
        material = material_of(loaded, request.horizon_months, request.seed, folder, settings, told)
    with watch.stage("tune"):
        tuning = None if request.quick or not material.horizon_months else _tuned(material, request, told)
    with watch.stage("judge out of time"):
        quick = request.quick or bool(material.horizon_months)
        shape = tuning.shape if tuning else None
        judged = backtest(material.dataset, material.rounds, request.seed, quick, told, shape)
    with watch.stage("guards"):
        shuffled = shuffled_auc(material.dataset, material.rounds[-1], judged.blends[-1], request.seed)
        sums = guard(material, judged, shuffled, request.seed, request.allowed_suspects, settings)
    with watch.stage("fit on all matured rows"):
        model = _final_model(material, judged, request, tuning)
    with watch.stage("intervals"):
        report = replace(
            first_report(material, judged, shuffled, request.seed, request.allowed_suspects),
            settings=_chosen(model, tuning),
        )
    with watch.stage("trust"):
        report = with_diagnostics(report, source, material, judged, request.seed, settings.drift_limit)
    with watch.stage("fairness"):
        report = with_fairness(report, loaded, material.dataset, judged, settings.list_rules, request.seed)
    with watch.stage("against the champion"):
        champion = promotion.champion_of(settings, material.name)
        report = with_comparisons(report, material, judged, champion, request.seed)
    told("record in MLflow")
    report = promotion.record(settings, model, report, plots(report))
    keep_sums(material.name, sums, settings)
    return Trained(
        replace(report, manifest=None, seconds=watch.seconds),
        model,
        predictions(material.dataset, judged, material.horizon_months),
    )


def _tuned(material: Material, request: Request, told: Told) -> Tuning | None:
    """Tuning on the training period of the earliest test date, which no test date has a row in."""
    first = material.rounds[0]
    X, left = material.dataset.X[first.train], material.dataset.left[first.train]
    return tune(X, left, first.folds, material.dataset.directions, request.seed, told)


def _chosen(model: StoredModel, tuning: Tuning | None) -> dict[str, Any]:
    """The settings of the served horizon's model, and how they were come by."""
    return {**model.manifest["settings"], "tuning": tuning.as_dict() if tuning else None}


def _final_model(material: Material, judged: Backtest, request: Request, tuning: Tuning | None) -> StoredModel:
    """Every horizon fitted on all that matured; `quick` keeps the settings that the last judged round chose.

    A horizon with too few exits (yearly exits have none within three months) is left out of the curve.
    """

    def fitted(months: int) -> Blend | None:
        dataset, whole = material.final(months)
        if months != material.horizon_months and leavers(dataset, whole.train) < LEAST_EXITS:
            return None
        return fit_blend(
            dataset.of(material.dataset.features).X,
            dataset.left,
            whole.folds,
            seed=request.seed,
            quick=request.quick or bool(material.horizon_months),
            hyperparameters_of=judged.blends[-1] if request.quick else None,
            shape=tuning.shape if tuning else None,
            directions=material.dataset.directions,
            rows=whole.train,
        )

    rows = 2 * most_rows(material.rounds)  # each holds a table of its own beside the matrix
    blends = dict(zip(material.horizons, in_parallel(fitted, material.horizons, rows), strict=True))
    asked = blends[material.horizon_months]
    return StoredModel(
        horizon_months=material.horizon_months,
        blends={months: blend for months, blend in blends.items() if blend},
        features=material.dataset.features,
        manifest={
            "source": material.name,
            "data_hash": material.data_hash,
            "code_version": installed_version("retention"),
            "seed": request.seed,
            "quick": request.quick,
            "rows": len(material.dataset.left),
            "allowed_suspects": list(request.allowed_suspects),
            "settings": asked.choice.settings() if asked else {},
        },
    )
