"""Judges a classifier of the user as the blend is judged, and paired with the blend on the same rows.

It is served only in a form that runs no code of the user: docs/decisions/own-estimators.md.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.data_counts import DataCounts, RefusedOnData
from pipeline.dataset.evaluation_splits import Split
from pipeline.dataset.material import Material
from pipeline.dataset.rows import Dataset
from pipeline.dataset.workspace import workspace
from pipeline.judgement.guards.guard import predictable
from pipeline.judgement.other_scores import judge_estimator
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.model.blend import Blend
from pipeline.model.estimator.fitted import FittedEstimator, fit_estimator
from pipeline.model.estimator.named import checked_estimator
from pipeline.model.stored_model import StoredModel
from pipeline.registry import promotion
from pipeline.settings import Settings
from pipeline.training import (
    Evaluated,
    Progress,
    Request,
    Stopwatch,
    evaluated,
    full_report,
    predictions_of,
    recorded,
    require_permission,
    stored_model,
)


@dataclass(frozen=True)
class Judged:
    """The training report of the estimator, and its out-of-time predictions beside the blend's (`blend_risk`).

    An estimator that is not served has no version in the report; `gate` holds what the gate would say.
    """

    report: TrainingReport
    predictions: pl.DataFrame


def judge(
    source: Path,
    estimator: Any,
    name: str,
    settings: Settings,
    request: Request,
    progress: Progress = lambda _: None,
    today: date | None = None,
) -> Judged:
    """Judges a classifier on a source: the same test dates, guards, calibration and intervals as the blend's.

    It is registered, and promoted if the gate lets it, only if its factors add up and it has a stored form
    (`served_blend`); otherwise it is judged and not served. Raises BadInput for an estimator or a source that cannot be
    used, and Refused if a guard stops the run.
    """
    checked_estimator(estimator)
    day = today or date.today()
    require_permission(source, settings, request, day)
    with workspace(settings) as folder:
        return _judge(source, estimator, name, settings, request, folder, day, progress)


def _judge(
    source: Path,
    estimator: Any,
    name: str,
    settings: Settings,
    request: Request,
    folder: Path,
    today: date,
    progress: Progress,
) -> Judged:
    watch = Stopwatch(progress)
    blend = evaluated(source, settings, request, folder, watch)
    with watch.stage("judge the estimator"):
        other = judge_estimator(estimator, name, blend.material.dataset, blend.judged, request.seed, progress)
        if findings := predictable(other.permuted):
            raise RefusedOnData(findings, DataCounts.of(blend.loaded.report))
    done = replace(blend, judged=other.backtest, permuted=other.permuted)
    material = done.material
    with watch.stage("fit on all matured rows"):
        final = _fitted(estimator, *_final(material), request.seed)
    report = full_report(source, settings, request, done, final, watch, other.described)
    if other.described.is_servable:
        model = _model(estimator, done, request)
        report = recorded(settings, model, replace(report, settings=model.manifest["settings"]), done, folder, progress)
    else:
        report = replace(report, promoted=False, gate=promotion.conditions_of(settings, report))
    rows = predictions_of(blend, request, settings, today).rename({"risk": "blend_risk"})
    rows = predictions_of(done, request, settings, today).with_columns(rows["blend_risk"])
    return Judged(replace(report, manifest=None, seconds=watch.seconds), rows)


def _final(material: Material) -> tuple[Dataset, Split]:
    dataset, split = material.final(material.horizon_months)
    return dataset.of(material.dataset.features), split


def _fitted(estimator: Any, dataset: Dataset, split: Split, seed: int) -> FittedEstimator:
    return fit_estimator(
        estimator, dataset.X, dataset.left, split.folds, seed, split.train, stayers_kept=split.stayers_kept
    )


def _model(estimator: Any, done: Evaluated, request: Request) -> StoredModel:
    """The stored form of the estimator, fitted for each horizon."""

    def served(dataset: Dataset, split: Split) -> Blend:
        blend = _fitted(estimator, dataset, split, request.seed).served()
        if blend is None:
            raise TypeError(f"{type(estimator).__name__}.served_blend")
        return blend

    return stored_model(done, request, lambda fit: [fit(months) for months in done.material.horizons], served)
