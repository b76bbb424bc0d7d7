"""The Python interface for notebooks: `from pipeline import train, judge, report, load_model, score, evaluate`.

Each function does what a command does. Settings come from the environment (`RETENTION_…`), as for the commands, unless
others are given.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from features.errors import BadInput, Finding, Refused
from pipeline import judging, training
from pipeline.dataset.everyone import KEYS
from pipeline.judgement.statistics.metrics import metrics_with_intervals
from pipeline.judgement.statistics.resampling import RESAMPLES
from pipeline.model.estimator.retention_classifier import (
    RetentionClassifier as RetentionClassifier,
)  # offered by `pipeline`
from pipeline.model.stored_model import StoredModel
from pipeline.notice import not_informed, require_notice
from pipeline.registry import versions as registry
from pipeline.registry.loading import load
from pipeline.registry.report_json import as_json
from pipeline.scoring.explanation import Scored
from pipeline.scoring.records import faults, score_records
from pipeline.settings import Settings
from pipeline.store.store import Store
from pipeline.training import Request

_UNDATED = date.min
"""Nothing is published here, so the snapshot date does not matter."""


@dataclass(frozen=True)
class Trained:
    """What ``retention train --json`` writes, the model, and the out-of-time predictions behind the metrics.

    ``predictions`` has no rows if they were not wanted.
    """

    report: dict[str, Any]
    model: StoredModel
    predictions: pl.DataFrame


def train(
    source: str | Path,
    *,
    quick: bool = False,
    horizon_months: int | None = None,
    seed: int = 1,
    allow_suspects: Sequence[str] = (),
    predictions: bool = True,
    compare: str | Path | None = None,
    settings: Settings | None = None,
) -> Trained:
    """Train, evaluate out of time, log to MLflow, register, and promote if the gate passes.

    Parameters
    ----------
    source
        A folder of HR tables, or a ``source.toml``.
    quick
        Fixed settings instead of tuned ones.
    horizon_months
        Months within which an exit counts; by default the source's.
    seed
        Seed of every random step.
    allow_suspects
        Features to allow although the leak guard names them; the run records them.
    predictions
        Whether the predictions of single people are wanted.
    compare
        A Parquet file with another system's predictions (employee_id, snapshot_date, risk), to be judged on the same
        rows: ``report["other_system"]``.
    settings
        Where state is stored; from the environment by default.

    Returns
    -------
    Trained
        ``report`` (what ``retention train --json`` writes), ``model``, and ``predictions``: a frame with a row for
        each tested person and snapshot date (employee_id, snapshot_date, horizon_months, risk, left).

    Raises
    ------
    BadInput
        If the source cannot be learned from; it holds every finding.
    Refused
        If a guard stops the run, or predictions are wanted of people who have not been informed that they are scored
        (``RETENTION_NOTICE_REQUIRED``). Nothing is registered then.

    Examples
    --------
    >>> trained = train("path/to/source", quick=True)  # doctest: +SKIP
    >>> trained.report["metrics"]["auc"]  # doctest: +SKIP
    {'value': 0.741, 'low': 0.712, 'high': 0.768}
    """
    request = Request(
        seed, quick, horizon_months, tuple(allow_suspects), predictions, Path(compare) if compare else None
    )
    trained = training.train(Path(source), settings or Settings(), request)
    return Trained(as_json(trained.report), trained.model, trained.predictions)


@dataclass(frozen=True)
class Judged:
    """The report of `judge`, and out-of-time predictions: the estimator's (``risk``) and the blend's (``blend_risk``).

    ``predictions`` has no rows if they were not wanted.
    """

    report: dict[str, Any]
    predictions: pl.DataFrame


def judge(
    source: str | Path,
    estimator: Any,
    *,
    name: str | None = None,
    quick: bool = True,
    horizon_months: int | None = None,
    seed: int = 1,
    allow_suspects: Sequence[str] = (),
    predictions: bool = True,
    compare: str | Path | None = None,
    settings: Settings | None = None,
) -> Judged:
    """Judge a scikit-learn classifier as the blend is judged, and paired with the blend on the same rows.

    The same test dates, guards, calibration, intervals, fairness review and gate. It is registered, and promoted if the
    gate lets it, only if its factors add up and it has a stored form, as `RetentionClassifier` has.

    Parameters
    ----------
    source
        A folder of HR tables, or a ``source.toml``.
    estimator
        A classifier that has not been fitted, or a pipeline that ends in one. Copies of it are fitted; it is not
        changed. A pipeline gets the table as pandas (NaN for unknown, pandas categories); for any other classifier
        categories become columns, and unknown numbers medians if it does not take them.
    name
        Its name in the report; by default its class.
    quick, horizon_months, seed, allow_suspects, predictions, compare, settings
        As in `train`; ``quick`` is about the blend that it is compared with.

    Returns
    -------
    Judged
        ``report``: as `train`'s, with the estimator's figures; ``report["estimator"]["against_blend"]`` are the
        differences from the blend with their intervals. ``report["promoted"]`` says whether it serves.

    Raises
    ------
    BadInput
        If the estimator or the source cannot be used; the estimator's own error is its ``__cause__``.
    Refused
        As `train`.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> judged = judge("path/to/source", LogisticRegression(C=0.1))  # doctest: +SKIP
    >>> judged.report["estimator"]["against_blend"]["auc"]  # doctest: +SKIP
    {'value': -0.012, 'low': -0.021, 'high': -0.004}
    """
    request = Request(
        seed, quick, horizon_months, tuple(allow_suspects), predictions, Path(compare) if compare else None
    )
    judged = judging.judge(Path(source), estimator, name or type(estimator).__name__, settings or Settings(), request)
    return Judged(as_json(judged.report), judged.predictions)


def report(version: str | None = None, *, settings: Settings | None = None) -> dict[str, Any]:
    """Return the report of a registered model's training: metrics, baselines, ablation, fairness, gate and more.

    Parameters
    ----------
    version
        Version in the registry; by default the champion.
    settings
        Where state is stored; from the environment by default.

    Returns
    -------
    dict
        The JSON of ``retention train --json`` when the version was trained.

    Raises
    ------
    BadInput
        If there is no such version, or no champion yet.
    Unavailable
        If the registry does not answer.

    Examples
    --------
    >>> report()["ablation"]["without relationships"]["auc"]  # doctest: +SKIP
    {'value': 0.014, 'low': 0.002, 'high': 0.026}
    """
    return dict(registry.described(settings or Settings(), version).document)


def load_model(version: str | None = None, *, settings: Settings | None = None) -> StoredModel:
    """Load a registered model, for `score` or for inspection.

    Parameters
    ----------
    version
        Version in the registry; by default the champion.
    settings
        Where state is stored; from the environment by default.

    Returns
    -------
    StoredModel
        ``features`` is its catalogue by name, ``manifest`` describes how it was made.

    Raises
    ------
    BadInput
        If there is no such version, or no champion yet.
    Unavailable
        If the registry does not answer.

    Examples
    --------
    >>> model = load_model()  # doctest: +SKIP
    >>> model.features["tenure_months"].unit  # doctest: +SKIP
    'months'
    """
    return load(settings or Settings(), version)[1]


def score(
    model: StoredModel,
    records: pl.DataFrame | Sequence[Mapping[str, float | str | None]],
    *,
    settings: Settings | None = None,
) -> Scored:
    """Score records of features and explain each score; nothing is published.

    Parameters
    ----------
    model
        The result of `load_model`, or `Trained.model`.
    records
        A frame with a column for each feature, or mappings from feature name to value. Null or missing means unknown.
        From a feature table, the model reads ``table.select(*model.features)``.
    settings
        Whether people must be informed before; from the environment by default.

    Returns
    -------
    Scored
        A record's ``base_log_odds`` plus the sum of its ``contribution`` is its ``log_odds``. ``explanation()`` gives
        the factors in the form that the plots of shap take.

    Raises
    ------
    BadInput
        For names that are not features of the model, and impossible values; it names feature and rule.
    Refused
        If the people of the model's source have not been informed that they are scored, or of a frame with employee_id
        some have not, or the system is halted.

    Examples
    --------
    >>> scored = score(model, [{"tenure_months": 38.0, "months_since_raise": 20.0}])  # doctest: +SKIP
    >>> scored.scores["risk"].item()  # doctest: +SKIP
    0.083
    """
    settings = settings or Settings()
    source, today = str(model.manifest.get("source", "")), date.today()
    require_notice(settings, source, today)
    with closing(Store.of(settings)) as store:
        store.require_running()
        _require_informed(store, settings, source, records, today)
    rows = records.drop(KEYS, strict=False).to_dicts() if isinstance(records, pl.DataFrame) else list(records)
    errors = sorted({(fault.feature, fault.rule) for fault in faults(rows, model.features)})
    if errors:
        remedy = "Use the names in model.features."
        raise BadInput([Finding(rule, "records", feature, remedy=remedy) for feature, rule in errors])
    publication = score_records(model, "", rows, _UNDATED)
    return Scored(publication.scores, publication.factors)


def _require_informed(store: Store, settings: Settings, source: str, records: Any, today: date) -> None:
    """Records are of nobody, unless a frame says whose they are."""
    if not isinstance(records, pl.DataFrame) or "employee_id" not in records.columns:
        return
    with store.reading() as scores:
        staff = scores.staff(source, records["employee_id"].cast(pl.String).unique().to_list())
    left_out = not_informed(settings, source, staff, today)
    if not left_out.is_empty():
        rule, remedy = "people have not been informed that they are scored", "Leave out their rows, or inform them."
        raise Refused(Finding(rule, "records", "employee_id", left_out.height, remedy))


def evaluate(
    left: ArrayLike,
    risk: ArrayLike,
    person: ArrayLike | None = None,
    *,
    seed: int = 1,
    resamples: int = RESAMPLES,
) -> pl.DataFrame:
    """Compare risks with what happened: each metric with a 95 % interval from resampling people.

    Parameters
    ----------
    left
        (n,) True for a voluntary exit within the horizon.
    risk
        (n,) probabilities.
    person
        (n,) the person of each row; rows of one person are alike and are resampled together. By default each row is a
        person.
    seed
        Seed of the resampling.
    resamples
        Number of resamples.

    Returns
    -------
    polars.DataFrame
        A row for each metric: metric, value, low, high. NaN if a figure is not defined.

    Raises
    ------
    ValueError
        For arrays of unequal length, or risks that are not probabilities.

    Examples
    --------
    Of the four pairs of a leaver and a stayer, three are in the right order:

    >>> judged = evaluate([False, False, True, True], [0.1, 0.4, 0.35, 0.8])
    >>> judged.row(0, named=True)["metric"], judged.row(0, named=True)["value"]
    ('auc', 0.75)
    """
    people = np.arange(np.size(left)) if person is None else person
    figures = metrics_with_intervals(left, risk, people, seed, resamples)
    return pl.DataFrame([{"metric": name, **vars(bounds)} for name, bounds in figures.items()])
