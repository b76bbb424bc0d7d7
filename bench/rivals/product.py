"""The product's side of the part `rivals`."""

from pathlib import Path

import numpy as np
import polars as pl

from bench.measure import Figures
from bench.part import SEED
from bench.rivals.company import Company, Split, judged
from pipeline.dataset.quarters import Quarters
from pipeline.model.blend import fit_blend
from pipeline.model.fallback import FALLBACK
from pipeline.model.trees.boosting import Shape
from pipeline.model.tuning import tune


def by_the_product(data: Path, out: Path) -> Figures:
    """As `retention train` does it: the trees' shape from the first test date, then a blend for each."""
    shapes: dict[str, Shape | None] = {}

    def risk(company: Company, split: Split) -> np.ndarray:
        X = pl.read_parquet(data / f"{company.name}.parquet")
        if company.name not in shapes:
            shapes[company.name] = _shape(company, X)
        shape, directions = shapes[company.name], company.directions
        quarters = Quarters(company.later, tuple((trend, year) for trend, year in company.trends))
        blend = fit_blend(
            X,
            company.left,
            split.folds,
            SEED,
            quick=False,
            shape=shape,
            directions=directions,
            quarters=quarters,
            rows=split.train,
            fallback=FALLBACK,
        )
        return blend.risk(X[split.test])

    return judged(data, out, risk)


def _shape(company: Company, X: pl.DataFrame) -> Shape | None:
    if not company.horizon:
        return None
    first = company.splits[0]
    tuning = tune(X[first.train], company.left[first.train], first.folds, company.directions, SEED)
    return tuning.shape if tuning else None
