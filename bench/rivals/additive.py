"""The explainable boosting machine of InterpretML, in the environment of the rivals."""

from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.measure import Figures
from bench.part import SEED
from bench.rivals.company import Company, Split, deadline, judged

BAGS: Final = 14
"""The package's default."""
PAIRS: Final = 10
"""By default it boosts three times as many pairs as there are features: with 300 features the pairs of one bag take
minutes, the single features three seconds."""


def by_ebm(data: Path, out: Path) -> Figures:
    """Additive terms and the strongest pairs; bags are added until there are 14 or the time is up."""
    return judged(data, out, _risk, needs=("interpret",))


def _risk(company: Company, split: Split) -> np.ndarray:
    is_late = deadline(company.seconds)
    bags = [_bag(company, split, SEED, is_late)]
    while len(bags) < BAGS and not is_late():
        bag = _bag(company, split, SEED + len(bags), is_late)
        if not is_late():  # one that the time cut short is worse than those before it
            bags.append(bag)
    return np.asarray(1 / (1 + np.exp(-np.mean(bags, axis=0))))


def _bag(company: Company, split: Split, seed: int, is_late: Any) -> np.ndarray:
    """Log-odds (m,) of the test rows, by a fit that ends when the time is up."""
    from interpret.glassbox import ExplainableBoostingClassifier

    model = ExplainableBoostingClassifier(
        random_state=seed, n_jobs=1, outer_bags=1, interactions=PAIRS, callback=lambda *_: is_late()
    )
    model.fit(company.X.iloc[split.train], company.left[split.train].astype(int))
    return np.asarray(model.decision_function(company.X.iloc[split.test]))
