"""Assembles the training report, part by part, from the results of the backtest."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from features.errors import Finding
from features.source import CrossSection, Source
from pipeline.dataset.evaluation_splits import leavers
from pipeline.dataset.material import Material
from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.by_group import by_group
from pipeline.judgement.challenger import against_champion, against_parts
from pipeline.judgement.diagnostics import factor_stability, gain, moved_features, range_coverage
from pipeline.judgement.expected_exits import GivesRisk, expected_exits
from pipeline.judgement.fairness.review import review
from pipeline.judgement.other_predictions import OtherPredictions
from pipeline.judgement.other_scores import compared_with
from pipeline.judgement.reporting.report import FeatureEntry, TrainingReport
from pipeline.judgement.statistics.figures import Bounded
from pipeline.judgement.true_hazard import true_hazard
from pipeline.listing.rules import ListRules
from pipeline.model.stored_model import StoredModel


def first_report(
    material: Material, judged: Backtest, permuted: Bounded, seed: int, suspects: Sequence[str]
) -> TrainingReport:
    """The report with metrics and their intervals; `suspects` are the features that were allowed by name."""
    dataset, outcomes = material.dataset, material.dataset.outcomes
    return TrainingReport(
        source=material.name,
        horizon_months=material.horizon_months,
        rows=outcomes.height,
        people=outcomes["employee_id"].n_unique(),
        voluntary_exits=leavers(dataset, np.arange(len(dataset.left))),
        base_rate=float(judged.left.mean()),
        metrics=judged.metrics(seed),
        by_origin=judged.by_origin(),
        baselines=judged.baseline_metrics(),
        ablation=judged.ablation(seed),
        shuffled_auc=permuted,
        suspects=tuple(suspects),
        features=tuple(FeatureEntry.of(feature) for feature in dataset.features.values()),
    )


def with_diagnostics(
    report: TrainingReport, source: Path, material: Material, judged: Backtest, seed: int, drift_limit: float
) -> TrainingReport:
    """The report with the diagnostics of scores and ranges, and of the factors of the blend."""
    dataset, latest = material.dataset, material.latest
    tested = dataset.keys[judged.rows].with_columns(risk=pl.Series(judged.risk), left=pl.Series(judged.left))
    truth = true_hazard(source, tested)
    learned = material.last_year if dataset.everyone else dataset  # of whom it holds too many who left
    return replace(
        report,
        by_group=by_group(dataset, judged, seed),
        monotone_cost=judged.monotone_cost(seed),
        true_hazard=None if isinstance(truth, Finding) else truth,
        unused_inputs=(truth,) if isinstance(truth, Finding) else (),
        range_coverage=range_coverage(judged),
        gain=gain(judged),
        factor_stability=None
        if report.estimator
        else factor_stability(dataset, material.splits[-1], judged.blends[-1], seed),
        moved_features=() if latest is None else moved_features(learned, latest, drift_limit),
    )


def with_expected_exits(
    report: TrainingReport, material: Material, judged: Backtest, model: GivesRisk, seed: int
) -> TrainingReport:
    """The report with the exits that the model, fitted on all matured rows, expects, against those that happened."""
    return replace(report, expected_exits=expected_exits(material, judged, model, seed))


def with_fairness(
    report: TrainingReport,
    loaded: Source | CrossSection,
    dataset: Dataset,
    judged: Backtest,
    rules: ListRules,
    seed: int,
) -> TrainingReport:
    """The report with the fairness review of protected groups."""
    fairness, proxies = review(loaded, dataset, judged, rules, seed)
    return replace(report, fairness=fairness, proxies=proxies)


def with_comparisons(
    report: TrainingReport,
    material: Material,
    judged: Backtest,
    champion: tuple[str, StoredModel] | None,
    others: OtherPredictions | None,
    seed: int,
) -> TrainingReport:
    """The report with the differences from the parts of the blend, from the champion and from another system."""
    return replace(
        report,
        against_parts=against_parts(judged, seed),
        against_champion=against_champion(material.dataset, judged, material.horizon_months, champion, seed),
        other_system=compared_with(material.dataset, judged, others, seed) if others else None,
    )
