"""How often the range of a risk holds the risk that unlimited data would give: `python -m bench.ranges`.

Simulates companies, whose true hazard is known. The reference of a person is a regression of the *true* probability of
a voluntary exit within six months on the product's features, fitted on other people of the same companies: it converges
far faster than any model of exits. Prints coverage and width, over all people and by tenths of risk.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import lightgbm
import numpy as np
import polars as pl

from features.simulation.run import simulate
from features.source import load_source
from pipeline.dataset.evaluation_splits import Split
from pipeline.dataset.material import material_of
from pipeline.dataset.rows import Dataset
from pipeline.model.blend import fit_blend, with_posterior
from pipeline.model.calibration import log_odds_of, risk_of
from pipeline.model.design import basis_of, standardised
from pipeline.model.encoding import fit_encoding
from pipeline.model.fallback import FALLBACK
from pipeline.model.linear import Ridge
from pipeline.model.risk_range import risk_range
from pipeline.settings import Settings

HORIZON: Final = 6
PARTS: Final = 3
"""The people are divided by three: each third is predicted by a reference fitted on the other two."""
_C: Final = 0.05
_ROUNDS: Final = 500
_TREES: Final = {
    "objective": "cross_entropy", "learning_rate": 0.05, "num_leaves": 24, "min_data_in_leaf": 100, "lambda_l2": 5,
    "feature_fraction": 0.3, "bagging_fraction": 0.8, "bagging_freq": 1, "cat_smooth": 100, "num_threads": 1,
    "verbose": -1, "seed": 1,
}  # fmt: skip

Floats = np.ndarray


@dataclass(frozen=True)
class Company:
    """A simulated company: its rows, the last split, and the true probability of each row."""

    dataset: Dataset
    split: Split
    true: Floats


def company_of(employees: int, months: int, seed: int, folder: Path) -> Company:
    """Simulates a company and computes its features in `folder`."""
    tables, settings = folder / f"company-{seed}", Settings(var=folder / "var")
    simulate(tables, employees, months, seed)
    work = folder / f"work-{seed}"
    work.mkdir()
    material = material_of(load_source(tables, work / "tables"), HORIZON, seed, work, settings, lambda _: None)
    return Company(material.dataset, material.splits[-1], true_probability(material.dataset.keys, tables))


def true_probability(keys: pl.DataFrame, tables: Path) -> Floats:
    """Of a voluntary exit within six months, along the hazards that followed; an exit keeps its last hazard.

    Other exits, one in four hundred a month, are left out.
    """
    number = pl.col("snapshot_date").dt.year() * 12 + pl.col("snapshot_date").dt.month()
    truth = pl.read_parquet(tables / "truth.parquet").select("employee_id", "hazard", month=number)
    truth = truth.unique(["employee_id", "month"])
    exits, stays, last = np.zeros(keys.height), np.ones(keys.height), np.zeros(keys.height)
    for later in range(HORIZON):
        rows = keys.select("employee_id", month=number + later)
        now = rows.join(truth, on=["employee_id", "month"], how="left", maintain_order="left")["hazard"].to_numpy()
        last = np.where(np.isnan(now), last, now)
        exits += stays * last
        stays *= 1 - last
    return np.clip(exits, 1e-4, 0.98)


def references(companies: Sequence[Company], seed: int = 0) -> list[Floats]:
    """The reference log-odds of the test rows of each company."""
    rows = [np.concatenate([each.split.train, each.split.test]) for each in companies]
    tables = [
        each.dataset.X[own].with_columns(own_department=pl.lit(f"{number} ") + pl.col("department").cast(pl.String))
        for number, (each, own) in enumerate(zip(companies, rows, strict=True))
    ]
    shared = [name for name in tables[0].columns if all(name in table.columns for table in tables)]
    features = pl.concat([table.select(shared) for table in tables])
    encoding = fit_encoding(features)
    matrix, true = (
        encoding(features),
        np.concatenate([each.true[own] for each, own in zip(companies, rows, strict=True)]),
    )
    person = np.concatenate(
        [
            each.dataset.person[own].astype(int) + 10**7 * n
            for n, (each, own) in enumerate(zip(companies, rows, strict=True))
        ]
    )
    _, code = np.unique(person, return_inverse=True)
    part = np.random.default_rng(seed).integers(0, PARTS, code.max() + 1)[code]
    found = np.empty(len(true))
    for number in range(PARTS):
        found[part == number] = _reference(matrix, true, encoding.categories, part != number)[part == number]
    ends = np.cumsum([len(own) for own in rows])
    return [found[end - len(each.split.test) : end] for end, each in zip(ends, companies, strict=True)]


def _reference(matrix: Floats, true: Floats, categories: Sequence[int], is_train: Floats) -> Floats:
    """Log-odds (n,) of a regression of the true probability, ridge and then trees, fitted on some rows."""
    bases = [basis_of(matrix[is_train, i], i in categories) for i in range(matrix.shape[1])]
    design, mean, scale = standardised(matrix[is_train], bases, slice(None))
    ridge = Ridge(
        design, (design.T @ design).astype(np.float64), true[is_train], np.zeros(len(mean)), np.ones(len(mean))
    )
    weights, intercept = ridge(_C)
    columns = [column for i, basis in enumerate(bases) for column in basis.columns(matrix[:, i])]
    additive = intercept + (np.column_stack(columns) - mean) @ (weights / scale)
    data = lightgbm.Dataset(
        matrix[is_train],
        true[is_train],
        init_score=additive[is_train],
        categorical_feature=list(categories),
        params=_TREES,
    )
    trees = lightgbm.train(_TREES, data, _ROUNDS)
    return np.asarray(additive + np.asarray(trees.predict(matrix, raw_score=True)))


def covered(company: Company, reference: Floats) -> tuple[Floats, Floats, Floats]:
    """Of each test row: whether its range holds the reference, its tenth of risk, and the width in log-odds."""
    dataset, split = company.dataset, company.split
    blend = fit_blend(
        dataset.X,
        dataset.left,
        split.folds,
        seed=1,
        directions=dataset.directions,
        quarters=dataset.quarters,
        rows=split.train,
        fallback=FALLBACK,
    )
    blend = with_posterior(blend, dataset.X, dataset.left, dataset.person, split.train)
    served, errors = blend.log_odds(dataset.X[split.test]), blend.errors(dataset.X[split.test])
    low, high = risk_range(served, errors.sd if errors else np.full(len(served), np.nan))
    is_inside = (low <= risk_of(reference)) & (risk_of(reference) <= high)
    tenth = np.argsort(np.argsort(served)) * 10 // len(served)
    return is_inside, tenth, log_odds_of(high) - log_odds_of(low)


def main() -> None:
    """Prints the coverage of the ranges for companies of one size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--employees", type=int, default=800)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--seeds", type=int, nargs="+", default=[13, 14, 22])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        companies = [company_of(asked.employees, asked.months, seed, Path(folder)) for seed in asked.seeds]
        parts = [covered(each, own) for each, own in zip(companies, references(companies), strict=True)]
    is_inside, tenth, width = (np.concatenate(each) for each in zip(*parts, strict=True))
    by_tenth = " ".join(f"{is_inside[tenth == number].mean():.2f}" for number in range(10))
    print(f"{len(is_inside):,} people: {is_inside.mean():.3f} covered ({by_tenth}), {width.mean():.2f} log-odds wide")  # noqa: T201


if __name__ == "__main__":
    main()
