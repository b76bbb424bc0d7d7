"""The explainable boosting machine of InterpretML with its defaults, in the environment of the rivals."""

from pathlib import Path

import numpy as np

from bench.measure import Figures
from bench.part import SEED
from bench.rivals.company import Company, Split, judged


def by_ebm(data: Path, out: Path) -> Figures:
    """Defaults: additive terms and the strongest pairs, bagged 14 times."""
    return judged(data, out, _risk, needs=("interpret",))


def _risk(company: Company, split: Split) -> np.ndarray:
    from interpret.glassbox import ExplainableBoostingClassifier

    model = ExplainableBoostingClassifier(random_state=SEED, n_jobs=1)
    model.fit(company.X.iloc[split.train], company.left[split.train].astype(int))
    return np.asarray(model.predict_proba(company.X.iloc[split.test])[:, 1])
