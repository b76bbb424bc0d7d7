"""The part `factors`: exact factors of boosted trees, by the product's kernel and by what others use."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import lightgbm
import numpy as np

from bench.part import SEED, Differs, Part, Side, Size
from pipeline.tree_program import compile_trees
from pipeline.tree_shap import shares

TREES: Final = 300
LEAVES: Final = 31
FEATURES: Final = 50
TOLERANCE: Final = 1e-6
_TRAINING_ROWS: Final = 20_000
_MODEL: Final = "tree.txt"
_ROWS: Final = "rows.npy"
_OUT: Final = "shares.npy"


def write_model(size: Size, data: Path) -> None:
    """A model of 300 trees × 31 leaves × 50 features, and a row for each person, a tenth of its figures unknown."""
    data.mkdir(parents=True)
    random = np.random.default_rng(SEED)
    rows = random.normal(size=(_TRAINING_ROWS, FEATURES))
    left = rows[:, :10].sum(axis=1) + 2 * rows[:, 10] * rows[:, 11] + random.normal(0, 3, _TRAINING_ROWS) > 0
    rows[random.random(rows.shape) < 0.1] = np.nan
    settings = {"objective": "binary", "num_leaves": LEAVES, "seed": SEED, "verbose": -1}
    lightgbm.train(settings, lightgbm.Dataset(rows, left), TREES).save_model(data / _MODEL)
    asked = random.normal(size=(size.people, FEATURES))
    asked[random.random(asked.shape) < 0.1] = np.nan
    np.save(data / _ROWS, asked)


def with_kernel(data: Path, out: Path) -> None:
    """By `pipeline.tree_shap`; loading what was compiled before is part of the time."""
    program = compile_trees((data / _MODEL).read_text())
    np.save(out / _OUT, shares(program, np.load(data / _ROWS)))


def with_pred_contrib(data: Path, out: Path) -> None:
    """By LightGBM itself, on all cores."""
    np.save(out / _OUT, np.asarray(_booster(data).predict(np.load(data / _ROWS), pred_contrib=True))[:, :-1])


def with_shap(data: Path, out: Path) -> None:
    """By `shap.TreeExplainer`, which hands models of LightGBM to LightGBM."""
    import shap  # of an extra of its own

    np.save(out / _OUT, np.asarray(shap.TreeExplainer(_booster(data)).shap_values(np.load(data / _ROWS))))


def plain_prediction(data: Path, out: Path) -> None:
    """The score alone, without factors: what explaining is measured against."""
    _booster(data).predict(np.load(data / _ROWS), raw_score=True)


def check(outs: Mapping[str, Path]) -> str:
    """Hold every side's shares against those of pred_contrib."""
    peer = np.load(outs["pred_contrib"] / _OUT)
    for name, out in outs.items():
        if not (out / _OUT).exists():
            continue
        ours = np.load(out / _OUT)
        if ours.shape != peer.shape or not np.allclose(ours, peer, rtol=TOLERANCE, atol=1e-9):
            raise Differs(f"{name} and pred_contrib give different factors")
    return f"{peer.shape[0]:,} rows × {peer.shape[1]} factors of {TREES} trees are equal to {TOLERANCE:g}"


def _booster(data: Path) -> lightgbm.Booster:
    return lightgbm.Booster(model_file=data / _MODEL)


PART: Final = Part(
    name="factors",
    title="Factors",
    prepare=write_model,
    ours=Side(
        "retention", "bench.factors:with_kernel", "exact factors by the compiled kernel, float64, a row a person"
    ),
    peer=Side("pred_contrib", "bench.factors:with_pred_contrib", "the same by LightGBM, on all cores"),
    check=check,
    beside=(
        Side("shap.TreeExplainer", "bench.factors:with_shap", "the same by the shap package"),
        Side("plain prediction", "bench.factors:plain_prediction", "the score alone, by LightGBM, without factors"),
    ),
)
