"""`train` and `judge`: as `retention train` does, with the product's model or an estimator of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipeline import judging, training
from pipeline.model.stored_model import StoredModel
from pipeline.registry.report_json import as_json
from pipeline.settings import Settings
from pipeline.training import Request


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
