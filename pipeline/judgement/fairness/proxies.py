"""The proxy check: how well the features predict membership of a protected group, and which features do.

A model that never saw an attribute can still act on it through features that stand for it. Some of that is unavoidable
(age and tenure grow together), but it must be known.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from pipeline.judgement.reporting.report import Proxy, ProxyFeature
from pipeline.judgement.statistics.figures import UNDEFINED, Bounded
from pipeline.judgement.statistics.metrics import metrics_with_intervals
from pipeline.model.calibration import risk_of
from pipeline.model.encoding import fit_encoding
from pipeline.model.linear import DEFAULT_PENALTY, fit_linear
from pipeline.model.separation import rank_auc
from pipeline.model.trees.parallel import in_parallel

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FOLDS: Final = 5
LEAST_GROUP: Final = 30
"""A group of fewer people, or with fewer people outside it, is left out: each fold would test on a handful."""
MOST_PEOPLE: Final = 5_000
"""A larger population is sampled down to this: the AUC is then exact to about 0.01, in seconds."""
NAMED_FEATURES: Final = 5
"""Features that are named for each group."""
_RESAMPLES: Final = 200


def proxies(X: pl.DataFrame, groups: pl.DataFrame, seed: int) -> tuple[Proxy, ...]:
    """How well a logistic regression on the features separates each protected group from the others, cross-validated.

    `X` (people, features) and `groups` (people, attributes; null if not recorded) are aligned, one row per person. Each
    entry holds the `auc` of a group with a 95 % interval (0.5: the features carry no information about it) and the
    `features` that separate it best by themselves, each with its AUC. Groups that are too small are left out. Of an
    attribute with two groups only the first is given, since the other has the same AUC.
    """
    if X.height > MOST_PEOPLE:
        sample = np.sort(np.random.default_rng(seed).choice(X.height, MOST_PEOPLE, replace=False))
        X, groups = X[sample], groups[sample]
    encoding = fit_encoding(X)
    matrix = encoding(X)
    tasks = []
    for attribute in groups.columns:
        recorded = groups[attribute].is_not_null().to_numpy()
        labels = groups[attribute].drop_nulls().to_numpy()
        names = sorted(set(labels.tolist()))
        for name in names[:1] if len(names) == 2 else names:
            belongs = labels == name
            if min(belongs.sum(), (~belongs).sum()) >= LEAST_GROUP:
                tasks.append((attribute, name, recorded, belongs))

    def proxy(task: tuple[str, str, Bools, Bools]) -> Proxy:
        attribute, name, recorded, belongs = task
        auc, best = _separation(matrix[recorded], belongs, encoding.names, encoding.categories, seed)
        return Proxy(attribute, name, int(belongs.sum()), auc, best)

    return tuple(in_parallel(proxy, tasks))


def _separation(
    matrix: Floats, belongs: Bools, names: Sequence[str], categories: Sequence[int], seed: int
) -> tuple[Bounded, tuple[ProxyFeature, ...]]:
    """The cross-validated AUC of membership (n,), and the features that separate best by themselves."""
    shares = np.zeros_like(matrix)
    whole = np.zeros(len(matrix))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(matrix, belongs):
        fitted = fit_linear(matrix[train], belongs[train], categories, DEFAULT_PENALTY)
        shares[test], whole[test] = fitted.contributions(matrix[test]), fitted.log_odds(matrix[test])
    alone = dict(zip(names, rank_auc(shares, belongs).tolist(), strict=True))
    best = sorted(alone, key=lambda name: (-alone[name], name))[:NAMED_FEATURES]
    judged = metrics_with_intervals(belongs, risk_of(whole), np.arange(len(whole)), seed, _RESAMPLES)
    return judged.auc or UNDEFINED, tuple(ProxyFeature(name, alone[name]) for name in best)
