"""The additive part of the blend: a logistic regression whose every feature ends as one small table, its curve.

The columns of `pipeline.model.design` are fitted. Then those of a feature are added up to one curve, so that scoring
and explaining are look-ups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from pipeline.model.design import Basis, Design, columns_of, design_of
from pipeline.model.encoding import Rows

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Penalty(NamedTuple):
    """How the columns are penalised: `C` is the inverse regularisation strength, as in scikit-learn.

    `adaptive` penalises a feature less the more it moved the log-odds in a first fit: an adaptive ridge, after
    Zou, The adaptive lasso and its oracle properties, JASA 101, 2006.
    """

    C: float
    adaptive: bool = False

    @property
    def first_fit(self) -> float:
        """C of that first fit: as strong as the second, and strong enough that no feature stands out by chance."""
        return min(self.C, _WEAKEST_FIRST_FIT)


PENALTIES: Final = (
    Penalty(0.0003, adaptive=True),
    Penalty(0.0005),
    Penalty(0.001, adaptive=True),
    Penalty(0.002),
    Penalty(0.004, adaptive=True),
    Penalty(0.008),
    Penalty(0.06),
    Penalty(0.5),
)
"""Those to choose from, strongest first: plain suits many weak features, adaptive a few strong ones."""
DEFAULT_PENALTY: Final = Penalty(0.06)
"""Used where too few exits are held out to choose."""
_WEAKEST_FIRST_FIT: Final = 0.001
_MOST_STEPS: Final = 200
_AT_REST: Final = 1e-9
"""Relative tolerance of the loss a row: the log-odds are then right to about a hundredth."""


@dataclass(frozen=True)
class Curve:
    """A feature's log-odds over its values: linear between `knots`, flat beyond them; `unknown` is that of NaN.

    For a category the knots are the codes of its levels. Centred: its mean over the training rows is 0.
    """

    knots: Floats
    log_odds: Floats
    unknown: float

    def __call__(self, values: Floats) -> Floats:
        return np.where(np.isnan(values), self.unknown, np.interp(values, self.knots, self.log_odds))

    def as_dict(self) -> dict[str, Any]:
        return {"knots": self.knots.tolist(), "log_odds": self.log_odds.tolist(), "unknown": self.unknown}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Curve":
        """The opposite of `as_dict`; raises ValueError where the table is not finite with rising knots."""
        knots, log_odds = (np.asarray(values[name], dtype=np.float64) for name in ("knots", "log_odds"))
        table = np.concatenate([knots, log_odds, [float(values["unknown"])]])
        if (
            not len(knots)
            or knots.shape != log_odds.shape
            or (np.diff(knots) <= 0).any()
            or not np.isfinite(table).all()
        ):
            raise ValueError("a curve needs rising knots and one finite log-odds for each")
        return Curve(knots, log_odds, float(values["unknown"]))


@dataclass(frozen=True)
class Linear:
    """Logistic regression as served: log-odds = base + Σ of each feature's curve."""

    base: float
    curves: tuple[Curve, ...]

    def contributions(self, matrix: Floats) -> Floats:
        """Each feature's share of the log-odds, (n, features); 0 is the average training row's."""
        shares = [curve(matrix[:, i]) for i, curve in enumerate(self.curves)]
        return np.column_stack(shares) if shares else np.empty((len(matrix), 0))

    def log_odds(self, matrix: Floats) -> Floats:
        return np.asarray(self.base + self.contributions(matrix).sum(axis=1))

    def shifted(self, by: float) -> "Linear":
        return replace(self, base=self.base + by)

    def as_dict(self) -> dict[str, Any]:
        return {"base": self.base, "curves": [curve.as_dict() for curve in self.curves]}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Linear":
        return Linear(float(values["base"]), tuple(Curve.from_dict(curve) for curve in values["curves"]))


def fit_linear(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    penalty: Penalty,
    constraints: Sequence[int] = (),
    design: Design | None = None,
) -> Linear:
    """Fit on an encoded matrix (n, features) and outcomes (n,), regularised by `penalty`.

    `constraints` (features,) makes a number's curve rise (1), fall (-1) or leaves it free (0, the default). `design` is
    that of the matrix, where it is known already.
    """
    return _path(design or design_of(matrix, categories), left, categories, (penalty,), constraints)[0]


def fit_path(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    penalties: Sequence[Penalty] = PENALTIES,
    constraints: Sequence[int] = (),
    rows: Rows | slice = slice(None),
) -> list[Linear]:
    """One fit per penalty on the same rows (default: all). Each starts from the one before, so rising C is fastest.

    A curve is made monotone by the signs of its two columns: value and rank both rise with the figure.
    """
    return _path(design_of(matrix, categories, rows), left[rows], categories, penalties, constraints)


def _path(
    design: Design, left: Bools, categories: Sequence[int], penalties: Sequence[Penalty], constraints: Sequence[int]
) -> list[Linear]:
    bases, products = design.bases, design.products
    if not len(design.scale) or left.all() or not left.any():
        return [_constant(left, bases) for _ in penalties]
    signs = _signs(bases, categories, constraints)
    plain = Ridge(design.columns, products, left, signs, np.ones(len(signs)))
    adaptive: dict[float, Ridge] = {}
    fits = []
    for penalty in penalties:
        if penalty.adaptive and penalty.first_fit not in adaptive:
            first, _ = plain(penalty.first_fit)
            own_scale = _adaptive_scale(bases, products, first)
            adaptive[penalty.first_fit] = Ridge(design.columns, products, left, signs, own_scale)
        weights, intercept = (adaptive[penalty.first_fit] if penalty.adaptive else plain)(penalty.C)
        fits.append(_collapsed(bases, weights / design.scale, design.mean, intercept))
    return fits


class Ridge:
    """Logistic ridge regressions on one design (n, columns), each starting from the one before.

    The penalty is on each column's squared weight over the square of its `scale` (columns,). A column whose weight
    takes the wrong sign is left out and the others are fitted again, until none does. `products` is the Gram matrix of
    the design.

    L-BFGS minimises the loss in coordinates whitened by the curvature that it would have if everyone had the base rate.
    About ten passes over the rows are then enough; Newton's method would form the Gram matrix at each step.
    """

    def __init__(self, design: NDArray[np.float32], products: Floats, left: Bools, signs: Floats, scale: Floats):
        self._design, self._outcome, self._signs, self._scale = design, left.astype(np.float64), signs, scale
        share = float(left.mean())
        self._curvature = share * (1 - share) * products
        self._spread = 1 / np.sqrt(len(left) * share * (1 - share))  # of the intercept
        self._point = np.append(np.zeros(len(signs)), np.log(share / (1 - share)))

    def __call__(self, C: float) -> tuple[Floats, float]:
        """Weights (columns,) and intercept at inverse regularisation strength `C`."""
        scale = self._scale
        while True:
            self._point = self._minimum(C, scale)
            is_wrong = (scale > 0) & (self._point[:-1] * self._signs < 0)
            if not is_wrong.any():
                return scale * self._point[:-1], float(self._point[-1])
            self._point[:-1][is_wrong] = 0.0
            scale = np.where(is_wrong, 0.0, scale)

    def _minimum(self, C: float, scale: Floats) -> Floats:
        """Minimum of the loss: the weights over their scale, and the intercept."""
        from scipy.linalg import cholesky, solve_triangular  # to import, both take a quarter of a second,
        from scipy.optimize import minimize  # for which scoring need not wait

        root = cholesky(scale[:, None] * self._curvature * scale + np.eye(len(scale)) / C)

        def unwhitened(whitened: Floats) -> Floats:
            return np.append(solve_triangular(root, whitened[:-1]), whitened[-1] * self._spread)

        def cost(whitened: Floats) -> tuple[float, Floats]:
            own, intercept = np.split(unwhitened(whitened), [-1])
            log_odds = (self._design @ (scale * own).astype(np.float32)).astype(np.float64) + intercept
            error = expit(log_odds) - self._outcome
            loss = np.logaddexp(0, log_odds).sum() - self._outcome @ log_odds + own @ own / (2 * C)
            slope = scale * (self._design.T @ error.astype(np.float32)).astype(np.float64) + own / C
            slope = np.append(solve_triangular(root, slope, trans="T"), error.sum() * self._spread)
            return float(loss) / len(error), slope / len(error)

        start = np.append(root @ self._point[:-1], self._point[-1] / self._spread)
        options = {"maxiter": _MOST_STEPS, "ftol": _AT_REST, "gtol": 0.0}
        return unwhitened(minimize(cost, start, jac=True, method="L-BFGS-B", options=options).x)


def _adaptive_scale(bases: Sequence[Basis], products: Floats, weights: Floats) -> Floats:
    """The scale of each column, (columns,): the spread of its feature's contribution over the features' usual one."""
    spread = np.empty(len(weights))
    for own in columns_of(bases):
        spread[own] = (weights[own] @ products[own, own] @ weights[own]) ** 0.5
    usual = np.sqrt((spread**2).mean())
    return spread / usual if usual else np.ones(len(spread))


def _signs(bases: Sequence[Basis], categories: Sequence[int], constraints: Sequence[int]) -> Floats:
    """The sign required of each column's weight, (columns,); 0 is free, and the indicator of 'unknown' always is."""
    signs = [np.zeros(len(basis.unknown)) for basis in bases]
    for i, constraint in enumerate(constraints):
        if i not in categories:
            signs[i][: len(bases[i].table.T)] = constraint
            signs[i][(bases[i].table == 0).all(axis=0)] = 0.0
    return np.concatenate(signs) if signs else np.empty(0)


def _collapsed(bases: Sequence[Basis], weights: Floats, mean: Floats, intercept: float) -> Linear:
    """Sum the columns of each feature into its curve; with centred columns the intercept is the average row's."""
    curves = []
    for basis, own in zip(bases, columns_of(bases), strict=True):
        share = (basis.table - mean[own]) @ weights[own]
        curves.append(Curve(basis.knots, share, float((basis.unknown - mean[own]) @ weights[own])))
    return Linear(intercept, tuple(curves))


def _constant(left: Bools, bases: Sequence[Basis]) -> Linear:
    share = np.clip(left.mean(), 1 / (len(left) + 2), 1 - 1 / (len(left) + 2))
    return Linear(float(np.log(share / (1 - share))), tuple(Curve(b.knots, np.zeros(len(b.knots)), 0.0) for b in bases))
