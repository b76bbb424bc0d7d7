"""The part `factors`: exact factors of boosted trees, by the product and by other tools, at steady state.

Every figure is measured within one process, on calls after the first. numba caches compiled code on disk, so the first
call on a machine, which compiles, says nothing about later months.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Final

import lightgbm
import numpy as np

from bench.measure import Figures
from bench.part import SEED, Differs, Figure, Part, Ratio, Side, Size
from pipeline.model.boosting import Trees
from pipeline.model.tree_program import compile_trees

TREES: Final = 300
LEAVES: Final = 31
FEATURES: Final = 50
TOLERANCE: Final = 1e-6
_TRAINING_ROWS: Final = 20_000
_CALLS: Final = 5
_SINGLE_CALLS: Final = 50
_MODEL: Final = "tree.txt"
_ROWS: Final = "rows.npy"
_OUT: Final = "factors.npy"

Explain = Callable[[np.ndarray], np.ndarray]


def write_model(size: Size, data: Path) -> None:
    """Write a model of 300 trees × 31 leaves × 50 features, and that number of rows, a tenth of the figures null."""
    data.mkdir(parents=True)
    random = np.random.default_rng(SEED)
    rows = random.normal(size=(_TRAINING_ROWS, FEATURES))
    left = rows[:, :10].sum(axis=1) + 2 * rows[:, 10] * rows[:, 11] + random.normal(0, 3, _TRAINING_ROWS) > 0
    rows[random.random(rows.shape) < 0.1] = np.nan
    settings = {"objective": "binary", "num_leaves": LEAVES, "seed": SEED, "num_threads": 1, "verbose": -1}
    lightgbm.train(settings, lightgbm.Dataset(rows, left), TREES).save_model(data / _MODEL)
    asked = random.normal(size=(size.people, FEATURES))
    asked[random.random(asked.shape) < 0.1] = np.nan
    np.save(data / _ROWS, asked)


def by_the_product(data: Path, out: Path) -> Figures:
    """As in a scoring run: compile the model once, then compute the factors, whose sum is the score."""
    text = (data / _MODEL).read_text()
    trees = Trees(text)
    rows = np.load(data / _ROWS)
    taken = _explained(lambda some: trees.contributions(some)[1], rows, out)
    both = _seconds(lambda: trees.contributions(rows)[1].sum(axis=1), _CALLS)
    return taken | {"set_up_ms": 1000 * _seconds(lambda: compile_trees(text), _CALLS), "scoring_seconds": both}


def by_pred_contrib(data: Path, out: Path) -> Figures:
    """By LightGBM itself, on all cores."""
    booster = _booster(data)
    return _explained(lambda some: np.asarray(booster.predict(some, pred_contrib=True))[:, :-1], _rows(data), out)


def by_shap(data: Path, out: Path) -> Figures:
    """By `shap.TreeExplainer`, which hands models of LightGBM to LightGBM."""
    import shap  # of an extra of its own

    booster = _booster(data)
    explainer = shap.TreeExplainer(booster)
    taken = _explained(lambda some: np.asarray(explainer.shap_values(some)), _rows(data), out)
    return taken | {"set_up_ms": 1000 * _seconds(lambda: shap.TreeExplainer(booster), _CALLS)}


def plain_prediction(data: Path, out: Path) -> Figures:
    """The score alone by LightGBM, on all cores: the baseline for the cost of explaining."""
    booster, rows = _booster(data), _rows(data)
    booster.predict(rows, raw_score=True)
    return {"scoring_seconds": _seconds(lambda: booster.predict(rows, raw_score=True), _CALLS)}


def check(outs: Mapping[str, Path]) -> str:
    """Compare every side's factors with those of pred_contrib."""
    peer = np.load(outs["pred_contrib"] / _OUT)
    for name in ("retention", "shap.TreeExplainer"):
        given = np.load(outs[name] / _OUT)
        if given.shape != peer.shape or not np.allclose(given, peer, rtol=TOLERANCE, atol=1e-9):
            raise Differs(f"{name} and pred_contrib give different factors")
    return f"{peer.shape[1]} factors a row of {TREES} trees are equal to {TOLERANCE:g}"


def _explained(explain: Explain, rows: np.ndarray, out: Path) -> dict[str, float]:
    """Write the factors of all rows; return the rows per second, and the time for a single row."""
    np.save(out / _OUT, explain(rows))
    explain(rows[:1])
    all_rows = _seconds(lambda: explain(rows), _CALLS)
    return {
        "rows_a_second": len(rows) / all_rows,
        "scoring_seconds": all_rows,
        "row_ms": 1000 * _seconds(lambda: explain(rows[:1]), _SINGLE_CALLS),
    }


def _seconds(call: Callable[[], object], times: int) -> float:
    """Median seconds of several calls. The caller has already made a first call."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return median(taken)


def _booster(data: Path) -> lightgbm.Booster:
    return lightgbm.Booster(model_file=data / _MODEL)


def _rows(data: Path) -> np.ndarray:
    rows: np.ndarray = np.load(data / _ROWS)
    return rows


PART: Final = Part(
    name="factors",
    title="Factors",
    prepare=write_model,
    sides=(
        Side("retention", "bench.factors:by_the_product", "exact factors of the trees as a scoring run works them out"),
        Side("pred_contrib", "bench.factors:by_pred_contrib", "the same by LightGBM, on all cores"),
        Side("shap.TreeExplainer", "bench.factors:by_shap", "the same by the shap package"),
        Side("plain prediction", "bench.factors:plain_prediction", "the score alone by LightGBM, on all cores"),
    ),
    figures=(
        Figure("rows_a_second", "factors", "rows/s"),
        Figure("scoring_seconds", "score and factors", "s"),
        Figure("row_ms", "one row", "ms"),
        Figure("set_up_ms", "once a model", "ms"),
    ),
    ratios=(
        Ratio(
            "rows/s, retention : pred_contrib",
            ("retention", "rows_a_second"),
            ("pred_contrib", "rows_a_second"),
            "at least 60",
        ),
        Ratio(
            "rows/s, retention : shap.TreeExplainer",
            ("retention", "rows_a_second"),
            ("shap.TreeExplainer", "rows_a_second"),
            "at least 60",
        ),
        Ratio(
            "score and factors : score alone",
            ("retention", "scoring_seconds"),
            ("plain prediction", "scoring_seconds"),
            "at most 2",
        ),
        Ratio("one row, pred_contrib : retention", ("pred_contrib", "row_ms"), ("retention", "row_ms"), "at least 3"),
    ),
    check=check,
    sized="{people:,} rows",
)
