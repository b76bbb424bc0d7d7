"""The training job: load, build, evaluate, guard, fit, record, promote."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import Refused
from features.source import CrossSection, Source, load_source, source_name
from pipeline.data_counts import DataCounts, RefusedOnData
from pipeline.dataset.evaluation_splits import Split, leavers, most_rows
from pipeline.dataset.material import Material, material_of
from pipeline.dataset.rows import Dataset
from pipeline.dataset.splits import LEAST_EXITS
from pipeline.dataset.workspace import was_told_of_erasure, workspace
from pipeline.judgement.assembly import (
    first_report,
    with_comparisons,
    with_diagnostics,
    with_expected_exits,
    with_fairness,
)
from pipeline.judgement.backtest import Backtest, backtest, permuted_labels_auc, predictions
from pipeline.judgement.expected_exits import GivesRisk
from pipeline.judgement.guards.guard import Passed, guard, store_sums
from pipeline.judgement.learned_sums import learned_sums
from pipeline.judgement.other_predictions import OtherPredictions, read_predictions
from pipeline.judgement.reporting.compared import JudgedEstimator
from pipeline.judgement.reporting.plots import plots
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.judgement.statistics.figures import Bounded
from pipeline.model.blend import Blend, fit_blend, with_posterior
from pipeline.model.fallback import FALLBACK
from pipeline.model.stored_model import StoredModel
from pipeline.model.trees.parallel import bytes_of_fit, in_parallel
from pipeline.model.tuning import Tuning, tune
from pipeline.notice import require_notice
from pipeline.registry import promotion
from pipeline.settings import Settings
from pipeline.shown_predictions import shown_predictions
from pipeline.store.store import Store

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """The options of a training.

    Seed, quick settings, a horizon, suspects allowed by name, whether the predictions of single people are wanted, and
    a file with another system's predictions to compare with.
    """

    seed: int = 1
    quick: bool = False
    horizon_months: int | None = None
    allowed_suspects: Sequence[str] = ()
    predictions: bool = True
    compare: Path | None = None


@dataclass(frozen=True)
class Trained:
    """The training report, the model, and the out-of-time predictions behind the metrics.

    The predictions leave out people who object to being scored; they have no rows if they were not wanted.
    """

    report: TrainingReport
    model: StoredModel
    predictions: pl.DataFrame


@dataclass
class Stopwatch:
    """Measures the seconds of each stage and reports progress; the names of stages are keys of the report."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, text: str | None = None) -> Iterator[None]:
        self.progress(text or name)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 2)


def train(
    source: Path,
    settings: Settings,
    request: Request,
    progress: Progress = lambda _: None,
    today: date | None = None,
) -> Trained:
    """Trains on a source, evaluates out of time, logs to MLflow, registers, and promotes if the gate passes.

    Raises BadInput for a source that cannot be learned from, and Refused if a guard stops the run, or predictions are
    wanted of people who have not been informed by `today` (by default the clock's), or while the system is halted; then
    nothing is registered.
    """
    day = today or date.today()
    require_permission(source, settings, request, day)
    with workspace(settings) as folder:
        return _train(source, settings, request, folder, day, progress)


def require_permission(source: Path, settings: Settings, request: Request, today: date) -> None:
    """Raises Refused if predictions are wanted of people who have not been informed, or while the system is halted."""
    if request.predictions:
        require_notice(settings, source_name(source), today)
        with closing(Store.of(settings)) as store:
            store.require_running()


@dataclass(frozen=True)
class Evaluated:
    """The blend, evaluated out of time on a source, which passed the guards; `others` are predictions to compare with.

    `tuning` is None for a quick run.
    """

    loaded: Source | CrossSection
    material: Material
    tuning: Tuning | None
    judged: Backtest
    permuted: Bounded
    passed: Passed
    others: OtherPredictions | None


def evaluated(source: Path, settings: Settings, request: Request, folder: Path, watch: Stopwatch) -> Evaluated:
    """Reads a source, builds its features, evaluates the blend and runs the guards.

    Raises BadInput for a source that cannot be learned from, and Refused if a guard stops the run.
    """
    with watch.stage("read and validate"):
        loaded = load_source(source, folder / "tables", runs_own_features=settings.own_features)
        others = read_predictions(request.compare, isinstance(loaded, Source)) if request.compare else None
    with watch.stage("features"):
        material = material_of(loaded, request.horizon_months, request.seed, folder, settings, watch.progress)
    with watch.stage("tune"):
        tuning = None if request.quick or not material.horizon_months else _tuned(material, request, watch.progress)
    with watch.stage("judge out of time", "evaluate out of time"):
        quick = request.quick or bool(material.horizon_months)
        shape, held_out = (tuning.shape, tuning.held_out) if tuning else (None, None)
        judged = backtest(material.dataset, material.splits, request.seed, quick, watch.progress, shape, held_out)
        if tuning:
            tuning = replace(tuning, held_out=None)
    with watch.stage("guards"):
        permuted = permuted_labels_auc(material.dataset, material.splits[-1], judged.blends[-1], request.seed)
        try:
            passed = guard(material, judged, permuted, request.seed, request.allowed_suspects, settings)
        except Refused as refused:
            raise RefusedOnData(refused.findings, DataCounts.of(loaded.report)) from None
    return Evaluated(loaded, material, tuning, judged, permuted, passed, others)


def _train(
    source: Path, settings: Settings, request: Request, folder: Path, today: date, progress: Progress
) -> Trained:
    watch = Stopwatch(progress)
    done = evaluated(source, settings, request, folder, watch)
    with watch.stage("fit on all matured rows"):
        model = _final_model(done, request)
    with watch.stage("ranges", "the uncertainty of each risk"):
        model = _with_posterior(model, done.material)
    report = full_report(source, settings, request, done, model.asked, watch)
    report = replace(report, settings=_settings(model, done))
    report = recorded(settings, model, report, done, folder, progress)
    return Trained(
        replace(report, manifest=None, seconds=watch.seconds), model, predictions_of(done, request, settings, today)
    )


def recorded(
    settings: Settings, model: StoredModel, report: TrainingReport, done: Evaluated, folder: Path, progress: Progress
) -> TrainingReport:
    """Logs, registers and submits a model to the gate; the report with the result."""
    progress("record in MLflow")
    drawn = plots(report)
    report = promotion.record(settings, model, replace(report, missing_illustrations=drawn.missing), drawn.files)
    if not was_told_of_erasure(folder):
        store_sums(done.material.name, done.passed.sums, settings)
    return report


def full_report(
    source: Path,
    settings: Settings,
    request: Request,
    done: Evaluated,
    model: GivesRisk,
    watch: Stopwatch,
    estimator: JudgedEstimator | None = None,
) -> TrainingReport:
    """The report on an evaluated model; `model` is its fit on all matured rows.

    `estimator` describes a classifier that was evaluated in place of the blend.
    """
    material, judged = done.material, done.judged
    with watch.stage("intervals"):
        report = replace(
            first_report(material, judged, done.permuted, request.seed, request.allowed_suspects),
            cleared_suspects=done.passed.cleared,
            data=DataCounts.of(done.loaded.report),
            estimator=estimator,
        )
    with watch.stage("trust", "diagnostics"):
        report = with_diagnostics(report, source, material, judged, request.seed, settings.drift_limit)
        report = with_expected_exits(report, material, judged, model, request.seed)
    with watch.stage("fairness"):
        report = with_fairness(report, done.loaded, material.dataset, judged, settings.list_rules, request.seed)
    with watch.stage("against the champion", "compare with the champion"):
        champion = promotion.champion_of(settings, material.name)
        report = with_comparisons(report, material, judged, champion, done.others, request.seed)
        return replace(report, data_before=_counts_of(champion))


def predictions_of(done: Evaluated, request: Request, settings: Settings, today: date) -> pl.DataFrame:
    """The out-of-time predictions that may be shown on a day; no rows unless wanted."""
    rows = predictions(done.material.dataset, done.judged, done.material.horizon_months)
    return shown_predictions(rows, done.loaded, settings, today) if request.predictions else rows.clear()


def _counts_of(champion: tuple[str, StoredModel] | None) -> DataCounts | None:
    """What validation counted when the champion was trained; None for a champion that was stored without it."""
    learned = champion and champion[1].learned_from
    return learned.counts if learned else None


def _tuned(material: Material, request: Request, progress: Progress) -> Tuning | None:
    """Tunes on the training rows of the earliest test date, which are test rows of no date."""
    first = material.splits[0]
    X, left = material.dataset.X[first.train], material.dataset.left[first.train]
    return tune(X, left, first.folds, material.dataset.directions, request.seed, progress)


def _settings(model: StoredModel, done: Evaluated) -> dict[str, Any]:
    """The settings of the served horizon's model, the share of stayers it learned from, and the tuning behind them."""
    _, split = done.material.final(model.horizon_months)
    sample = {"stayers_kept": split.stayers_kept} if split.stayers_kept < 1 else {}
    return {**model.manifest["settings"], **sample, "tuning": done.tuning.as_dict() if done.tuning else None}


def _with_posterior(model: StoredModel, material: Material) -> StoredModel:
    """The model that knows how uncertain the risks of the requested horizon are."""
    months = model.horizon_months
    dataset, split = material.final(months)
    blend = with_posterior(
        model.asked,
        dataset.X,
        dataset.left,
        dataset.person,
        split.train,
        stayers_kept=split.stayers_kept,
    )
    return replace(model, blends={**model.blends, months: blend})


def _final_model(done: Evaluated, request: Request) -> StoredModel:
    """The blend of every horizon on all matured rows; `quick` reuses the hyperparameters of the last split."""
    material, judged, tuning = done.material, done.judged, done.tuning

    def fitted(dataset: Dataset, split: Split) -> Blend:
        return fit_blend(
            dataset.X,
            dataset.left,
            split.folds,
            seed=request.seed,
            quick=request.quick or bool(material.horizon_months),
            hyperparameters_of=judged.blends[-1] if request.quick else None,
            shape=tuning.shape if tuning else None,
            directions=material.dataset.directions,
            quarters=dataset.quarters,
            rows=split.train,
            stayers_kept=split.stayers_kept,
            fallback=FALLBACK,
        )

    size = bytes_of_fit(most_rows(material.splits), material.dataset.X.width)
    return stored_model(done, request, lambda fit: in_parallel(fit, material.horizons, size), fitted)


def stored_model(
    done: Evaluated,
    request: Request,
    of_horizons: Callable[[Callable[[int], Blend | None]], Sequence[Blend | None]],
    fit: Callable[[Dataset, Split], Blend],
) -> StoredModel:
    """The model to serve: `fit` makes the blend of one horizon, `of_horizons` runs it for all horizons in their order.

    A horizon with too few exits is left out of the curve (yearly exits have none within three months).
    """
    material = done.material

    def fitted(months: int) -> Blend | None:
        dataset, split = material.final(months)
        if months != material.horizon_months and leavers(dataset, split.train) < LEAST_EXITS:
            return None
        return fit(dataset.of(material.dataset.features), split)

    blends = dict(zip(material.horizons, of_horizons(fitted), strict=True))
    main = blends[material.horizon_months]
    model = StoredModel(
        horizon_months=material.horizon_months,
        blends={months: blend for months, blend in blends.items() if blend},
        features=material.dataset.features,
        manifest={
            "source": material.name,
            "data_hash": material.data_hash,
            "outcomes_until": str(material.outcomes_until) if material.outcomes_until else None,
            "code_version": installed_version("retention"),
            "seed": request.seed,
            "quick": request.quick,
            "rows": material.dataset.outcomes.height,
            "allowed_suspects": list(request.allowed_suspects),
            "settings": main.choice.settings() if main else {},
        },
    )
    return replace(model, learned_from=learned_sums(done.loaded, material.last_year, model.asked))
