"""The challenger beside the champion, and beside the parts of its own blend, on the same out-of-time rows.

The stored champion was fitted on every row that had matured, so among the challenger's test rows are rows that it has
learned from. Its recipe is judged instead: the settings and features that it was made with, fitted anew for each origin
on the rows that the challenger learned from there.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.dataset.rounds import Round, most_rows
from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.figures import Bounded
from pipeline.judgement.metrics import paired_difference
from pipeline.judgement.report import AgainstChampion, AgainstParts
from pipeline.model.blend import Blend, fit_blend
from pipeline.model.calibration import risk_of
from pipeline.model.parallel import in_parallel
from pipeline.model.stored_model import StoredModel


def against_parts(judged: Backtest, seed: int) -> AgainstParts:
    """Average precision less that of logistic regression and of boosting alone, with 95 % intervals."""
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
    """Risks of the judged rows, in their order, by a recipe that is fitted anew for each round."""

    def play(round_: Round) -> np.ndarray:
        blend = fit_blend(data.X, data.left, round_.folds, seed=seed, hyperparameters_of=recipe, rows=round_.train)
        return risk_of(blend.log_odds(data.X[round_.test]))

    parts: Sequence[np.ndarray] = in_parallel(play, judged.rounds, most_rows(judged.rounds))
    return np.concatenate(parts)


def _difference(judged: Backtest, risk: np.ndarray, metric: str, seed: int) -> Bounded:
    return paired_difference(judged.left, judged.risk, risk, judged.person, seed, metric)
