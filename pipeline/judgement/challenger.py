"""Compares the challenger with the champion, and with the parts of its own blend, on the same out-of-time rows.

The stored champion was fitted on every row that had matured, so some of the challenger's test rows were among its
training rows. Its recipe is evaluated instead: its settings and features, fitted again for each split on the
challenger's training rows.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.dataset.evaluation_splits import Split, most_rows
from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.reporting.report import AgainstChampion, AgainstParts
from pipeline.judgement.statistics.figures import Bounded
from pipeline.judgement.statistics.metrics import paired_difference
from pipeline.model.blend import Blend, fit_blend
from pipeline.model.calibration import risk_of
from pipeline.model.stored_model import StoredModel
from pipeline.model.trees.parallel import bytes_of_fit, in_parallel


def against_parts(judged: Backtest, seed: int) -> AgainstParts:
    """Average precision of the blend less that of logistic regression and of boosting alone, with 95 % intervals."""
    return AgainstParts(
        **{
            name: _difference(judged, judged.baselines[name], "average_precision", seed)
            for name in ("logistic", "boosting")
            if name in judged.baselines
        }
    )


def against_champion(
    dataset: Dataset, judged: Backtest, horizon_months: int, champion: tuple[str, StoredModel] | None, seed: int
) -> AgainstChampion | None:
    """The challenger's figures less those of the champion's recipe; None without a champion of the same source."""
    if champion is None:
        return None
    version, model = champion
    data = dataset.of(model.features)
    recipe = model.blends.get(horizon_months, model.asked)
    risk = _refitted(data, judged, recipe, seed)
    return AgainstChampion(
        version=version,
        features_gone=len(model.features) - len(data.features),
        average_precision=_difference(judged, risk, "average_precision", seed),
        log_loss=_difference(judged, risk, "log_loss", seed),
    )


def _refitted(data: Dataset, judged: Backtest, recipe: Blend, seed: int) -> np.ndarray:
    """Risks of the test rows, in their order, by a recipe that is fitted again on each split."""

    def fit_and_predict(split: Split) -> np.ndarray:
        blend = fit_blend(
            data.X,
            data.left,
            split.folds,
            seed=seed,
            hyperparameters_of=recipe,
            quarters=data.quarters,
            rows=split.train,
            stayers_kept=split.stayers_kept,
        )
        return risk_of(blend.log_odds(data.X[split.test]))

    size = bytes_of_fit(most_rows(judged.splits), data.X.width)
    parts: Sequence[np.ndarray] = in_parallel(fit_and_predict, judged.splits, size)
    return np.concatenate(parts)


def _difference(judged: Backtest, risk: np.ndarray, metric: str, seed: int) -> Bounded:
    return paired_difference(judged.left, judged.risk, risk, judged.person, seed, metric)
