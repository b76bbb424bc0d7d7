"""The training job: load, build, judge, guard, fit, record, promote."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from features.build import feature_table
from features.engine.engines import engine_named
from features.errors import Finding, Refused
from features.known.snapshots import snapshot_dates
from features.source import CrossSection, Source, load_source
from pipeline.dataset.rows import Dataset, build_dataset, cross_section_dataset
from pipeline.dataset.splits import (
    LEAST_EXITS,
    Origin,
    fold_rows,
    identical_rows,
    inner_folds,
    repeated_folds,
    require_exits,
    rolling_origins,
    training_dates,
)
from pipeline.dataset.workspace import kept_months, workspace
from pipeline.judgement.backtest import Backtest, Round, backtest, most_rows, predictions, shuffled_auc
from pipeline.judgement.by_group import by_group
from pipeline.judgement.challenger import against_others
from pipeline.judgement.diagnostics import factor_stability, gain, moved_features, range_coverage, true_hazard
from pipeline.judgement.fairness import review
from pipeline.judgement.leakage import Removal, on_both_sides, suspects, too_dear
from pipeline.judgement.plots import plots
from pipeline.judgement.rewritten_history import Sums, changed_past, keep, kept_sums, sums_of
from pipeline.model.blend import Blend, fit_blend
from pipeline.model.calibration import risk_of
from pipeline.model.parallel import in_parallel
from pipeline.model.stored_model import CURVE, NO_HORIZON, StoredModel
from pipeline.model.tuning import Tuning, tune
from pipeline.registry import promotion
from pipeline.settings import Settings

REPEATS = 5
FOLDS = 5
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

    report: dict[str, Any]
    model: StoredModel
    predictions: pl.DataFrame


@dataclass(frozen=True)
class Material:
    """What a source gives to training: the rows, the rounds that judge, and what each horizon is fitted on.

    `latest` holds the features of those who would be scored now, and `sums` what the next run compares its features
    with; a cross-section has neither.
    """

    name: str
    data_hash: str
    horizon_months: int
    dataset: Dataset
    rounds: Sequence[Round]
    final: Callable[[int], tuple[Dataset, Round]]
    horizons: Sequence[int]
    latest: pl.DataFrame | None = None
    sums: Sums = field(default_factory=dict)


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
        material = _material(loaded, request, folder, settings, told)
    with watch.stage("tune"):
        tuning = None if request.quick or not material.horizon_months else _tuned(material, request, told)
        shape = tuning.shape if tuning else None
    with watch.stage("judge out of time"):
        quick = request.quick or bool(material.horizon_months)
        judged = backtest(material.dataset, material.rounds, request.seed, quick, told, shape)
    with watch.stage("guards"):
        shuffled = shuffled_auc(material.dataset, material.rounds[-1], judged.blends[-1], request.seed)
        _guard(material, judged, shuffled, request, settings)
    with watch.stage("fit on all matured rows"):
        model = _final_model(material, judged, request, tuning)
    with watch.stage("intervals"):
        report = _report(material, judged, shuffled, request) | {"settings": _chosen(model, tuning)}
    with watch.stage("trust"):
        report |= _trust(source, material, judged, settings, request)
    with watch.stage("fairness"):
        report |= review(loaded, material.dataset, judged, settings.list_rules, request.seed)
    with watch.stage("against the champion"):
        champion = promotion.champion_of(settings, material.name)
        report |= against_others(material.dataset, judged, material.horizon_months, champion, request.seed)
    told("record in MLflow")
    report |= promotion.record(settings, model, report, plots(report))
    keep(kept_sums(settings, material.name), material.sums, _made_by(settings))
    report["seconds"] = watch.seconds
    return Trained(report, model, predictions(material.dataset, judged, material.horizon_months))


def _material(
    loaded: Source | CrossSection, request: Request, folder: Path, settings: Settings, told: Told
) -> Material:
    if isinstance(loaded, CrossSection):
        return _cross_section_material(loaded, request.seed)
    require_exits(loaded.report.voluntary_exits)
    horizon = request.horizon_months or loaded.horizon_months
    calendar = snapshot_dates(loaded)
    origins = rolling_origins(calendar, horizon, loaded.complete_until)
    horizons = [m for m in sorted({*CURVE, horizon}) if m == horizon or _foldable(calendar, m, loaded)]
    final_dates = {months: training_dates(calendar, months, loaded.complete_until) for months in horizons}
    judged = {day for origin in origins for day in (origin.test_date, *origin.train_dates)}
    needed = sorted(judged.union(*final_dates.values(), calendar[-1:]))
    with engine_named(settings.engine, folder) as engine:
        paths = feature_table(
            loaded,
            needed,
            folder / "features",
            lambda day: told(f"features of {day:%Y-%m}"),
            kept_months(settings, loaded.name),
            engine,
        )
    files = dict(zip(needed, paths, strict=True))
    dataset = build_dataset(loaded, files, sorted(judged.union(final_dates[horizon])), horizon)

    def final(months: int) -> tuple[Dataset, Round]:
        dates = final_dates[months]
        data = dataset if months == horizon else build_dataset(loaded, files, dates, months)
        return data, _round(data, Origin(dates[-1], dates), months)

    rounds = [_round(dataset, origin, horizon) for origin in origins]
    for round_ in rounds:
        require_exits(_leavers(dataset, round_.train))
    return Material(
        name=loaded.name,
        data_hash=loaded.data_hash,
        horizon_months=horizon,
        dataset=dataset,
        rounds=rounds,
        final=final,
        horizons=horizons,
        latest=pl.read_parquet(files[calendar[-1]]),
        sums=sums_of(files),
    )


def _made_by(settings: Settings) -> str:
    return f"{installed_version('retention')} {settings.engine}"


def _tuned(material: Material, request: Request, told: Told) -> Tuning | None:
    """Tuning on the training period of the earliest test date, which no test date has a row in."""
    first = material.rounds[0]
    X, left = material.dataset.X[first.train], material.dataset.left[first.train]
    return tune(X, left, first.folds, material.dataset.directions, request.seed, told)


def _chosen(model: StoredModel, tuning: Tuning | None) -> dict[str, Any]:
    """The settings of the served horizon's model, and how they were come by."""
    return {**model.manifest["settings"], "tuning": tuning.as_dict() if tuning else None}


def _trust(source: Path, material: Material, judged: Backtest, settings: Settings, request: Request) -> dict[str, Any]:
    """What the report says beside the metrics, so that one knows how far to trust them."""
    dataset, last = material.dataset, material.rounds[-1]
    latest, limit = material.latest, settings.drift_limit
    return {
        "by_group": by_group(dataset, judged, request.seed),
        "monotone_cost": judged.monotone_cost(request.seed),
        "true_hazard": true_hazard(source, dataset, judged),
        "range_coverage": range_coverage(judged),
        "gain": gain(judged),
        "factor_stability": factor_stability(dataset, last, judged.blends[-1], request.seed),
        "moved_features": [] if latest is None else moved_features(dataset, latest, limit),
    }


def _foldable(calendar: Sequence[date], months: int, source: Source) -> bool:
    """True where the history is long enough to calibrate a horizon out of time."""
    return bool(inner_folds(training_dates(calendar, months, source.complete_until), months))


def _round(dataset: Dataset, origin: Origin, horizon_months: int) -> Round:
    train = dataset.rows_on(origin.train_dates)
    inner = inner_folds(origin.train_dates, horizon_months)
    return Round(
        label=f"{origin.test_date:%Y-%m-%d}",
        snapshot_date=origin.test_date,
        train=train,
        test=dataset.rows_on([origin.test_date]),
        folds=fold_rows(dataset.keys["snapshot_date"].to_numpy()[train], inner),
    )


def _leavers(dataset: Dataset, rows: np.ndarray) -> int:
    """People, not rows, who left."""
    return len(np.unique(dataset.person[rows][dataset.left[rows]]))


def _cross_section_material(loaded: CrossSection, seed: int) -> Material:
    dataset = cross_section_dataset(loaded)
    require_exits(int(dataset.left.sum()), "cross_section")
    twins = identical_rows(dataset.X)

    def folds_of(rows: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        return list(repeated_folds(dataset.left[rows], twins[rows], seed, repeats=1, folds=FOLDS))

    pairs = list(repeated_folds(dataset.left, twins, seed, REPEATS, FOLDS))
    rounds = [
        Round(f"repeat {number // FOLDS + 1}", None, train_rows, test_rows, folds_of(train_rows))
        for number, (train_rows, test_rows) in enumerate(pairs)
    ]
    everyone = np.arange(len(dataset.left))
    whole = Round("all", None, everyone, everyone[:0], folds_of(everyone))
    return Material(
        loaded.name, loaded.data_hash, NO_HORIZON, dataset, rounds, lambda _: (dataset, whole), [NO_HORIZON]
    )


def _guard(
    material: Material, judged: Backtest, shuffled: dict[str, float], request: Request, settings: Settings
) -> None:
    """Raises Refused with every suspect, and where shuffled outcomes could be predicted."""
    dataset = material.dataset

    def removal(round_: Round, blend: Blend) -> Removal:
        def without(name: str) -> np.ndarray:
            part = dataset.of(other for other in dataset.features if other != name)
            refit = fit_blend(
                part.X,
                part.left,
                [],
                request.seed,
                hyperparameters_of=blend,
                directions=part.directions,
                rows=round_.train,
            )
            return risk_of(refit.log_odds(part.X[round_.test]))

        return Removal(dataset.X[round_.test], dataset.left[round_.test], blend, without)

    # The last origins, or of a cross-section the folds of its last repeat, which hold everyone once.
    removals = [removal(*pair) for pair in list(zip(material.rounds, judged.blends, strict=True))[-FOLDS:]]
    allowed = request.allowed_suspects
    found = suspects(dataset, judged.rows, allowed)
    named = {finding.column for finding in found}
    found += too_dear(removals, {*allowed, *named})
    found += changed_past(kept_sums(settings, material.name), material.sums, _made_by(settings), allowed)
    found += on_both_sides(dataset, [(round_.train, round_.test) for round_ in material.rounds])
    if not shuffled["low"] <= 0.5 <= shuffled["high"]:
        figure = f"outcomes dealt out at random are predicted with AUC {shuffled['value']:.3f}"
        found.append(
            Finding(
                f"{figure} ({shuffled['low']:.3f} to {shuffled['high']:.3f}), which should hold .5",
                "evaluation",
                "",
                0,
                "Try another --seed; if it stays, rows of the test dates reach training: please report it.",
            )
        )
    if found:
        raise Refused(found)


def _final_model(material: Material, judged: Backtest, request: Request, tuning: Tuning | None) -> StoredModel:
    """Every horizon fitted on all that matured; `quick` keeps the settings that the last judged round chose.

    A horizon with too few exits (yearly exits have none within three months) is left out of the curve.
    """

    def fitted(months: int) -> Blend | None:
        dataset, whole = material.final(months)
        if months != material.horizon_months and _leavers(dataset, whole.train) < LEAST_EXITS:
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


def _report(material: Material, judged: Backtest, shuffled: dict[str, float], request: Request) -> dict[str, Any]:
    dataset = material.dataset
    return {
        "source": material.name,
        "horizon_months": material.horizon_months,
        "rows": len(dataset.left),
        "people": int(dataset.person.max() + 1),
        "voluntary_exits": _leavers(dataset, np.arange(len(dataset.left))),
        "base_rate": float(judged.left.mean()),
        "metrics": judged.metrics(request.seed),
        "by_origin": judged.by_origin(),
        "baselines": judged.baseline_metrics(),
        "ablation": judged.ablation(request.seed),
        "shuffled_auc": shuffled,
        "suspects": list(request.allowed_suspects),
        "features": [asdict(feature) for feature in dataset.features.values()],
    }
