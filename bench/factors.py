"""The part `factors`: exact factors of boosted trees, by the product and by other tools, at steady state.

Every figure is measured within one process, on calls after the first. numba caches compiled code on disk, so the first
call on a machine, which compiles, says nothing about later months.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import lightgbm
import numpy as np

from bench.explained import CALLS, FEATURES, LEARNED, LEAVES, MODEL, OUT, ROWS, TREES, explained, seconds
from bench.measure import Figures
from bench.part import SEED, Differs, Figure, Part, Ratio, Side, Size
from pipeline.model.trees.boosting import Trees, compiled
from pipeline.model.trees.program import compile_trees

TOLERANCE: Final = 1e-6
IN_SINGLE_PRECISION: Final = 1e-5
_TRAINING_ROWS: Final = 20_000


def write_model(size: Size, data: Path) -> None:
    """Write a model of 300 trees × 31 leaves × 50 features, and that number of rows, a tenth of the figures null."""
    data.mkdir(parents=True)
    random = np.random.default_rng(SEED)
    rows = random.normal(size=(_TRAINING_ROWS, FEATURES))
    left = rows[:, :10].sum(axis=1) + 2 * rows[:, 10] * rows[:, 11] + random.normal(0, 3, _TRAINING_ROWS) > 0
    rows[random.random(rows.shape) < 0.1] = np.nan
    settings = {"objective": "binary", "num_leaves": LEAVES, "seed": SEED, "num_threads": 1, "verbose": -1}
    lightgbm.train(settings, lightgbm.Dataset(rows, left), TREES).save_model(data / MODEL)
    np.savez(data / LEARNED, rows=rows, left=left)
    asked = random.normal(size=(size.people, FEATURES))
    asked[random.random(asked.shape) < 0.1] = np.nan
    np.save(data / ROWS, asked)


def by_the_product(data: Path, out: Path) -> Figures:
    """As in a server: compile the model once, then compute the factors, whose sum is the score."""
    text = (data / MODEL).read_text()
    trees = Trees(text)
    rows = np.load(data / ROWS)
    with compiled():
        taken = explained(lambda some: trees.contributions(some)[1], rows, out)
        both = seconds(lambda: trees.contributions(rows)[1].sum(axis=1), CALLS)
    return taken | {"set_up_ms": 1000 * seconds(lambda: compile_trees(text), CALLS), "scoring_seconds": both}


def by_pred_contrib(data: Path, out: Path) -> Figures:
    """By LightGBM itself, on all cores."""
    booster = _booster(data)
    return explained(lambda some: np.asarray(booster.predict(some, pred_contrib=True))[:, :-1], _rows(data), out)


def by_shap(data: Path, out: Path) -> Figures:
    """By `shap.TreeExplainer`, which hands models of LightGBM to LightGBM."""
    import shap  # of an extra of its own

    booster = _booster(data)
    explainer = shap.TreeExplainer(booster)
    taken = explained(lambda some: np.asarray(explainer.shap_values(some)), _rows(data), out)
    return taken | {"set_up_ms": 1000 * seconds(lambda: shap.TreeExplainer(booster), CALLS)}


def plain_prediction(data: Path, out: Path) -> Figures:
    """The score alone by LightGBM, on all cores: the baseline for the cost of explaining."""
    booster, rows = _booster(data), _rows(data)
    booster.predict(rows, raw_score=True)
    return {"scoring_seconds": seconds(lambda: booster.predict(rows, raw_score=True), CALLS)}


def check(outs: Mapping[str, Path]) -> str:
    """Compare the factors of every side that explains the same model with those of pred_contrib."""
    peer = np.load(outs["pred_contrib"] / OUT)
    _compare(outs, "retention", peer, TOLERANCE)
    _compare(outs, "shap.TreeExplainer", peer, TOLERANCE)
    same = f"{peer.shape[1]} factors a row of {TREES} trees are equal to {TOLERANCE:g}"
    if not (outs["WOODELF"] / OUT).exists():
        return same
    _compare(outs, "WOODELF", peer, IN_SINGLE_PRECISION, least=IN_SINGLE_PRECISION)
    return f"{same}, and WOODELF's to {IN_SINGLE_PRECISION:g}, as it computes in single precision"


def _compare(outs: Mapping[str, Path], name: str, peer: np.ndarray, tolerance: float, least: float = 1e-9) -> None:
    given = np.load(outs[name] / OUT)
    if given.shape != peer.shape or not np.allclose(given, peer, rtol=tolerance, atol=least):
        raise Differs(f"{name} and pred_contrib give different factors")


def _booster(data: Path) -> lightgbm.Booster:
    return lightgbm.Booster(model_file=data / MODEL)


def _rows(data: Path) -> np.ndarray:
    rows: np.ndarray = np.load(data / ROWS)
    return rows


PART: Final = Part(
    name="factors",
    title="Factors",
    prepare=write_model,
    sides=(
        Side("retention", "bench.factors:by_the_product", "exact factors of the trees as a scoring run works them out"),
        Side("pred_contrib", "bench.factors:by_pred_contrib", "the same by LightGBM, on all cores"),
        Side("shap.TreeExplainer", "bench.factors:by_shap", "the same by the shap package"),
        Side("WOODELF", "bench.factors_peers:by_woodelf", "the same by woodelf-explainer, one call", is_rival=True),
        Side(
            "XGBoost",
            "bench.factors_peers:by_xgboost",
            "pred_contribs of a model of its own with as many trees and leaves, on all cores",
            is_rival=True,
        ),
        Side("plain prediction", "bench.factors:plain_prediction", "the score alone by LightGBM, on all cores"),
    ),
    figures=(
        Figure("rows_a_second", "factors", "rows/s"),
        Figure("row_cpu_us", "factors, CPU of a row", "µs"),
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
        *(
            Ratio(f"CPU of a row, {peer} : retention", (peer, "row_cpu_us"), ("retention", "row_cpu_us"))
            for peer in ("pred_contrib", "WOODELF", "XGBoost")
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
