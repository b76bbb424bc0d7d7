"""`report` and `load_model`: what the registry has of a model."""

from typing import Any

from pipeline.model.stored_model import StoredModel
from pipeline.registry.documents import described
from pipeline.registry.loading import load
from pipeline.settings import Settings


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
    return dict(described(settings or Settings(), version).document)


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
