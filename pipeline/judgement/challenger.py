"""The challenger beside the champion, and beside the parts of its own blend, on the same out-of-time rows.

The stored champion was fitted on every row that had matured, so among the challenger's test rows are rows that it has
learned from. Its recipe is judged instead: the settings and features that it was made with, fitted anew for each origin
on the rows that the challenger learned from there.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest, Round, most_rows
from pipeline.judgement.metrics import paired_difference
from pipeline.model.blend import Blend, fit_blend
from pipeline.model.calibration import risk_of
from pipeline.model.parallel import in_parallel
from pipeline.model.stored_model import StoredModel
from pipeline.registry.gate import COMPARED

_PARTS: Final = ("logistic", "boosting")


def against_others(
    dataset: Dataset, judged: Backtest, horizon_months: int, champion: tuple[str, StoredModel] | None, seed: int
) -> dict[str, Any]:
    """What the report adds: `against_parts` and `against_champion`, differences with 95 % intervals, challenger first.

    `against_parts` has average precision against logistic regression and boosting alone. `against_champion` names the
    champion's version, has each of `COMPARED`, and `features_gone`: how many of its features the data no longer has;
    None without a champion of the same source.
    """
    parts = {
        name: _difference(judged, judged.baselines[name], "average_precision", seed)
        for name in _PARTS
        if name in judged.baselines
    }
    return {
        "against_parts": parts,
        "against_champion": champion and _against(dataset, judged, horizon_months, *champion, seed),
    }


def _against(
    dataset: Dataset, judged: Backtest, horizon_months: int, version: str, champion: StoredModel, seed: int
) -> dict[str, Any]:
    data = dataset.of(champion.features)
    recipe = champion.blends.get(horizon_months, champion.asked)
    risk = _refitted(data, judged, recipe, seed)
    return {
        "version": version,
        "features_gone": len(champion.features) - len(data.features),
        **{metric: _difference(judged, risk, metric, seed) for metric in COMPARED},
    }


def _refitted(data: Dataset, judged: Backtest, recipe: Blend, seed: int) -> np.ndarray:
    """Risks of the judged rows, in their order, by a recipe that is fitted anew for each round."""

    def play(round_: Round) -> np.ndarray:
        blend = fit_blend(data.X, data.left, round_.folds, seed=seed, hyperparameters_of=recipe, rows=round_.train)
        return risk_of(blend.log_odds(data.X[round_.test]))

    parts: Sequence[np.ndarray] = in_parallel(play, judged.rounds, most_rows(judged.rounds))
    return np.concatenate(parts)


def _difference(judged: Backtest, risk: np.ndarray, metric: str, seed: int) -> Mapping[str, float]:
    return paired_difference(judged.left, judged.risk, risk, judged.person, seed, metric)
