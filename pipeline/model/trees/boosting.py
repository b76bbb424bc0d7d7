"""The tree part of the blend: LightGBM with settings that grow with the number of exits."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.model.trees.program import NotCovered, Program, compile_trees, number_of_features
from pipeline.model.trees.walk import WalkedTree, output, read_trees

if TYPE_CHECKING:
    import lightgbm

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_THREADS: Final = 1
"""Boosting on one thread: a round is so short that threads on a busy machine would mostly wait for each other."""
_THREADS_TO_EXPLAIN: Final = 2
_ROWS_TO_WALK: Final = 20_000
"""More rows are worth the import of LightGBM, which is faster then."""
_ROWS_WITHOUT_KERNEL: Final = 5_000
"""NumPy explains them before numba, which takes more than half a second, has started."""
_IS_COMPILED: Final = ContextVar("factors of few rows by the kernel too", default=False)
_LOG: Final = logging.getLogger("retention.boosting")
MOST_ROUNDS: Final = 400
DEFAULT_ROUNDS: Final = 60
_PATIENCE: Final = 2.4
"""Rounds without a gain after which boosting stops, times the learning rate."""
_SEEN_SHARE: Final = 0.3
_SEEN_LEAST: Final = 10
"""How many features a tree may choose from: a share, but at least this number."""


@dataclass(frozen=True)
class Shape:
    """The size of a tree, its regularisation, and the share of each tree that counts."""

    leaves: int
    least_rows: int
    ridge: float
    learning_rate: float = 0.04


TINY: Final = Shape(leaves=6, least_rows=120, ridge=20.0)
SMALL: Final = Shape(leaves=8, least_rows=60, ridge=20.0)
MIDDLE: Final = Shape(leaves=15, least_rows=30, ridge=10.0)
LARGE: Final = Shape(leaves=31, least_rows=50, ridge=10.0)
LARGE_IN_LARGER_STEPS: Final = replace(LARGE, learning_rate=0.07)
SHAPES: Final = (TINY, SMALL, MIDDLE, LARGE)
_MANY_EXITS: Final = 20_000
"""From here on a quick run boosts in larger steps."""


def shape_for(exits: int) -> Shape:
    """The shape that did best out of time at this number of rows with an exit, on public and simulated sources."""
    limits = ((1500, TINY), (4000, SMALL), (8000, MIDDLE))
    return next((shape for below, shape in limits if exits < below), LARGE)


def quick_shape_for(exits: int) -> Shape:
    """The same for a quick run: with many exits in larger steps, which need half as many rounds
    (docs/decisions/sample-of-stayers.md)."""
    return LARGE_IN_LARGER_STEPS if exits >= _MANY_EXITS else shape_for(exits)


@dataclass(frozen=True)
class Trees:
    """Boosted trees, held as LightGBM's text format."""

    text: str

    @cached_property
    def _booster(self) -> "lightgbm.Booster":
        import lightgbm  # a second to import, for which scoring need not wait

        return lightgbm.Booster(model_str=self.text)

    def log_odds(self, matrix: NDArray[np.floating[Any]], threads: int = _THREADS) -> Floats:
        """The output (n,) for encoded rows; of the rows of a month without LightGBM: the same to the last bit."""
        if len(matrix) <= _ROWS_TO_WALK and (walked := self._walked) is not None:
            return output(walked, matrix.astype(np.float64, copy=False))
        return np.asarray(self._booster.predict(matrix, raw_score=True, num_threads=threads))

    @cached_property
    def _walked(self) -> tuple[WalkedTree, ...] | None:
        """Built once for a model; None where only LightGBM can read its trees."""
        try:
            return read_trees(self.text)
        except NotCovered:
            return None

    def contributions(self, matrix: Floats) -> tuple[float, Floats]:
        """Base and each feature's share of the log-odds (n, features), by path-dependent TreeSHAP.

        Lundberg et al., Nature Machine Intelligence 2, 2020; base + shares = log-odds. By the kernel of `tree_shap`;
        trees that it does not cover by LightGBM itself: the same to 1e-12, and slower.
        """
        if (program := self._program) is not None:
            return program.base, _kernel(len(matrix))(program, matrix)
        rows = matrix if len(matrix) else np.full((1, matrix.shape[1]), np.nan)  # LightGBM divides by the rows
        shares = np.asarray(self._booster.predict(rows, pred_contrib=True, num_threads=_THREADS_TO_EXPLAIN))
        return float(shares[0, -1]), shares[: len(matrix), :-1]

    @cached_property
    def _program(self) -> Program | None:
        """Built once for a model; None where the kernel does not cover its trees, which is logged once."""
        try:
            return compile_trees(self.text)
        except NotCovered as why:
            _LOG.warning("factors by LightGBM itself, many times slower: these trees hold %s", why)
            return None

    @property
    def features(self) -> int:
        return number_of_features(self.text)


@contextmanager
def compiled() -> Iterator[None]:
    """Within it the compiled kernel computes the factors of few rows too: for servers, which explain again and again.

    Which of the two computes them depends on nothing else, since they differ by rounding: what a process did before
    changes no published figure.
    """
    before = _IS_COMPILED.set(True)
    try:
        yield
    finally:
        _IS_COMPILED.reset(before)


def _kernel(rows: int) -> Callable[[Program, Floats], Floats]:
    """What computes the factors of this number of rows: the compiled kernel where it is asked for or worth loading."""
    if rows <= _ROWS_WITHOUT_KERNEL and not _IS_COMPILED.get():
        from pipeline.model.trees.shap_of_few import shares as shares_of_few

        return shares_of_few
    from pipeline.model.trees.shap import shares

    return shares


def fit_trees(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    shape: Shape,
    rounds: int,
    seed: int,
    constraints: Sequence[int] = (),
    binned: "lightgbm.Dataset | None" = None,
    shift: float = 0.0,
) -> Trees:
    """Boost `rounds` trees on an encoded matrix (n, features) and outcomes (n,). The same seed gives the same trees.

    `constraints` (features,) makes a feature's log-odds rise (1), fall (-1) or leaves them free (0, the default).
    `binned` is the matrix as `bins_of` has it, where it is known already. `shift` is added to the log-odds.
    """
    import lightgbm

    parameters = _parameters(shape, seed, matrix.shape[1], constraints)
    data = _of_bins(binned, left, parameters) if binned else _data(matrix, left, categories, parameters)
    booster = lightgbm.train(parameters, data, rounds)
    if shift:
        _shift(booster, shift)
    return Trees(booster.model_to_string())


def _shift(booster: "lightgbm.Booster", by: float) -> None:
    """Add to the leaves of the first tree, which hold the base as well."""
    for leaf in range(booster.dump_model(num_iteration=1)["tree_info"][0]["num_leaves"]):
        booster.set_leaf_output(0, leaf, booster.get_leaf_output(0, leaf) + by)


def bins_of(matrix: Floats, categories: Sequence[int], shape: Shape, seed: int) -> "lightgbm.Dataset":
    """An encoded matrix (n, features) in bins: fits of the same rows, shape and seed can share them.

    Finding the bins of 36,000 rows takes as long as boosting a hundred trees.
    """
    nobody = np.zeros(len(matrix), dtype=bool)
    return _data(matrix, nobody, categories, _parameters(shape, seed, matrix.shape[1])).construct()


def _of_bins(
    binned: "lightgbm.Dataset", left: Bools, parameters: dict[str, Any], rows: Any = None
) -> "lightgbm.Dataset":
    """A copy of some rows, by default all, with outcomes of its own: fits that share bins may run at the same time.

    `rows` are ascending, since LightGBM sorts them.
    """
    rows = np.arange(len(left)) if rows is None else rows
    data = binned.subset(rows.tolist(), params=parameters).construct()
    return data.set_label(left[rows])


@dataclass(frozen=True)
class Trial:
    """Trees boosted on one fold until they stopped helping: the held-out log loss after each round."""

    booster: "lightgbm.Booster"
    losses: Floats

    def log_odds(self, matrix: Floats, rounds: int) -> Floats:
        return np.asarray(self.booster.predict(matrix, raw_score=True, num_iteration=rounds, num_threads=_THREADS))


def try_trees(
    matrix: Floats,
    left: Bools,
    fold: tuple[Any, Any],
    categories: Sequence[int],
    shape: Shape,
    seed: int,
    constraints: Sequence[int] = (),
    weight: Floats | None = None,
    binned: "lightgbm.Dataset | None" = None,
) -> Trial:
    """Boost on the first rows of the fold and watch the log loss on the second; `weight` (n,) of the first.

    `binned` is the matrix as `bins_of` has it, for folds that share their bins: it takes no weights.
    """
    import lightgbm

    train, valid = fold
    parameters = _parameters(shape, seed, matrix.shape[1], constraints)
    if binned:
        data, held_out = (_of_bins(binned, left, parameters, rows) for rows in fold)
    else:
        data = _data(matrix[train], left[train], categories, parameters, None if weight is None else weight[train])
        held_out = data.create_valid(matrix[valid], left[valid], params=parameters)
    losses: dict[str, Any] = {}
    stopping = lightgbm.early_stopping(round(_PATIENCE / shape.learning_rate), verbose=False)
    booster = lightgbm.train(
        parameters,
        data,
        MOST_ROUNDS,
        valid_sets=[held_out],
        callbacks=[stopping, lightgbm.record_evaluation(losses)],
    )
    return Trial(booster, np.asarray(losses["valid_0"]["binary_logloss"]))


def _data(
    matrix: Floats, left: Bools, categories: Sequence[int], parameters: dict[str, Any], weight: Floats | None = None
) -> "lightgbm.Dataset":
    import lightgbm

    return lightgbm.Dataset(
        matrix, left, weight=weight, categorical_feature=list(categories) or "auto", params=parameters
    )


def _parameters(shape: Shape, seed: int, features: int, constraints: Sequence[int] = ()) -> dict[str, Any]:
    monotone = {"monotone_constraints": list(constraints)} if any(constraints) else {}
    return monotone | {
        "objective": "binary",
        "learning_rate": shape.learning_rate,
        "num_leaves": shape.leaves,
        "min_data_in_leaf": shape.least_rows,
        "lambda_l2": shape.ridge,
        "feature_fraction": max(_SEEN_SHARE, min(1.0, _SEEN_LEAST / max(features, 1))),
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "cat_smooth": 200,
        "cat_l2": 50,
        "min_data_per_group": 200,
        "max_cat_threshold": 16,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": _THREADS,
        "verbose": -1,
    }
