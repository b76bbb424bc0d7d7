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
from pipeline.model.forecast import NextQuarter, forecasts_of
from pipeline.model.prior import Prior

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
    quarter: NextQuarter | None = None,
) -> Linear:
    """Fit on an encoded matrix (n, features) and outcomes (n,), regularised by `penalty`.

    `constraints` (features,) makes a number's curve rise (1), fall (-1) or leaves it free (0, the default). `design` is
    that of the matrix, where it is known already.
    """
    return fit_with_priors(matrix, left, categories, penalty, constraints, design, quarter)[0]


def fit_with_priors(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    penalty: Penalty,
    constraints: Sequence[int] = (),
    design: Design | None = None,
    quarter: NextQuarter | None = None,
) -> tuple[Linear, tuple[Prior, ...]]:
    """As `fit_linear`, with the plain prior of the weights and, for an adaptive penalty, the adapted one.

    No prior where nobody or everybody left, or no feature varies.
    """
    return _path(design or design_of(matrix, categories), left, categories, (penalty,), constraints, quarter)[0]


def fit_path(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    penalties: Sequence[Penalty] = PENALTIES,
    constraints: Sequence[int] = (),
    rows: Rows | slice = slice(None),
    quarter: NextQuarter | None = None,
) -> list[Linear]:
    """One fit per penalty on the same rows (default: all). Each starts from the one before, so rising C is fastest.

    A curve is made monotone by the signs of its two columns: value and rank both rise with the figure. `quarter` gives
    the figures whose forecasts, learned from the same rows, are penalised less than other sums of columns.
    """
    quarter = quarter.of(rows) if quarter else None
    path = _path(design_of(matrix, categories, rows), left[rows], categories, penalties, constraints, quarter)
    return [linear for linear, _ in path]


def _path(
    design: Design,
    left: Bools,
    categories: Sequence[int],
    penalties: Sequence[Penalty],
    constraints: Sequence[int],
    quarter: NextQuarter | None,
) -> list[tuple[Linear, tuple[Prior, ...]]]:
    bases, products = design.bases, design.products
    if not len(design.scale) or left.all() or not left.any():
        return [(_constant(left, bases), ()) for _ in penalties]
    signs = _signs(bases, categories, constraints)
    forecasts = forecasts_of(design.columns, quarter) if quarter else None
    plain = Ridge(design.columns, products, left, signs, np.ones(len(signs)), forecasts)
    adaptive: dict[float, Ridge] = {}
    fits = []
    for penalty in penalties:
        if penalty.adaptive and penalty.first_fit not in adaptive:
            adaptive[penalty.first_fit] = plain.adapted(penalty.first_fit, columns_of(bases))
        ridges = (plain, adaptive[penalty.first_fit]) if penalty.adaptive else (plain,)
        weights, intercept = ridges[-1](penalty.C)
        linear = _collapsed(bases, weights / design.scale, design.mean, intercept)
        fits.append((linear, tuple(ridge.prior for ridge in ridges)))
    return fits


class Ridge:
    """Logistic ridge regressions on one design (n, columns), each starting from the one before.

    The weights of the columns are scale · own + `forecasts` (columns, forecasts) · theirs, and the penalty is on the
    squares of own (columns,) and theirs (forecasts,). A column whose weight takes the wrong sign is left out, of the
    forecasts too, and the others are fitted again, until none does. `products` is the Gram matrix of the design.

    L-BFGS minimises the loss in coordinates whitened by the curvature that it would have if everyone had the base rate.
    About ten passes over the rows are then enough; Newton's method would form the Gram matrix at each step.
    """

    def __init__(
        self,
        design: NDArray[np.float32],
        products: Floats,
        left: Bools,
        signs: Floats,
        scale: Floats,
        forecasts: Floats | None = None,
    ):
        self._design, self._products, self._left = design, products, left
        self._outcome, self._signs, self._scale = left.astype(np.float64), signs, scale
        self._forecasts = np.empty((len(signs), 0)) if forecasts is None else forecasts
        share = float(left.mean())
        self._curvature = share * (1 - share) * products
        self._spread = 1 / np.sqrt(len(left) * share * (1 - share))  # of the intercept
        self._point = np.append(np.zeros(len(signs) + self._forecasts.shape[1]), np.log(share / (1 - share)))

    @property
    def prior(self) -> Prior:
        """The prior that the penalty is, up to its spread, which is C."""
        return Prior(self._scale, self._forecasts)

    def __call__(self, C: float) -> tuple[Floats, float]:
        """Weights (columns,) and intercept at inverse regularisation strength `C`."""
        scale, forecasts = self._scale, self._forecasts
        while True:
            self._point = self._minimum(C, scale, forecasts)
            weights = _weights(self._point[:-1], scale, forecasts)
            is_wrong = weights * self._signs < 0
            if not is_wrong.any():
                return weights, float(self._point[-1])
            self._point[:-1][: len(scale)][is_wrong] = 0.0
            scale, forecasts = np.where(is_wrong, 0.0, scale), np.where(is_wrong[:, None], 0.0, forecasts)

    def adapted(self, C: float, columns: Sequence[slice]) -> "Ridge":
        """The same, but a feature or a forecast is penalised less the more it moves the log-odds at `C`.

        Its scale is the spread of its contribution over the usual one; `columns` are those of each feature.
        """
        self(C)
        own, theirs = np.split(self._point[:-1], [len(self._scale)])
        spread = np.empty(len(own))
        for each in columns:
            spread[each] = (own[each] @ self._products[each, each] @ own[each]) ** 0.5
        of_forecasts = np.abs(theirs) * (self._forecasts * (self._products @ self._forecasts)).sum(axis=0) ** 0.5
        usual = np.sqrt((np.append(spread, of_forecasts) ** 2).mean())
        if not usual:
            return self
        forecasts = self._forecasts * (of_forecasts / usual)
        return Ridge(self._design, self._products, self._left, self._signs, spread / usual, forecasts)

    def _minimum(self, C: float, scale: Floats, forecasts: Floats) -> Floats:
        """Minimum of the loss: the weights over their scale, those of the forecasts, and the intercept."""
        from scipy.linalg import cholesky, solve_triangular  # to import, both take a quarter of a second,
        from scipy.optimize import minimize  # for which scoring need not wait

        root = cholesky(self._penalised(scale, forecasts) + np.eye(len(self._point) - 1) / C)

        def unwhitened(whitened: Floats) -> Floats:
            return np.append(solve_triangular(root, whitened[:-1]), whitened[-1] * self._spread)

        def cost(whitened: Floats) -> tuple[float, Floats]:
            own, intercept = np.split(unwhitened(whitened), [-1])
            weights = _weights(own, scale, forecasts).astype(np.float32)
            log_odds = (self._design @ weights).astype(np.float64) + intercept
            error = expit(log_odds) - self._outcome
            loss = np.logaddexp(0, log_odds).sum() - self._outcome @ log_odds + own @ own / (2 * C)
            slope = (self._design.T @ error.astype(np.float32)).astype(np.float64)
            slope = np.append(scale * slope, forecasts.T @ slope) + own / C
            slope = np.append(solve_triangular(root, slope, trans="T"), error.sum() * self._spread)
            return float(loss) / len(error), slope / len(error)

        start = np.append(root @ self._point[:-1], self._point[-1] / self._spread)
        options = {"maxiter": _MOST_STEPS, "ftol": _AT_REST, "gtol": 0.0}
        return unwhitened(minimize(cost, start, jac=True, method="L-BFGS-B", options=options).x)

    def _penalised(self, scale: Floats, forecasts: Floats) -> Floats:
        """The curvature in the penalised coordinates."""
        across = self._curvature @ forecasts
        beside = scale[:, None] * across
        own = scale[:, None] * self._curvature * scale
        return np.block([[own, beside], [beside.T, forecasts.T @ across]])


def _weights(point: Floats, scale: Floats, forecasts: Floats) -> Floats:
    """The weights of the columns (columns,), given the penalised coordinates."""
    own, theirs = np.split(point, [len(scale)])
    return np.asarray(scale * own + forecasts @ theirs)


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
