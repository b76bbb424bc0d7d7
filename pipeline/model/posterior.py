"""How well the log-odds are known: the posterior of the additive part, given its training rows.

The ridge penalty is a normal prior of the columns' weights. With the likelihood taken as quadratic around the fit
(Laplace's method) their posterior is normal too, and so is the error of anyone's log-odds. It includes what shrinkage
leaves out: a direction that the rows say nothing about keeps the spread of the prior. A bootstrap would not see that.

The spread of the prior is not the selected penalty, which is chosen for its predictions, but averaged over the evidence
for each value (MacKay, The evidence framework applied to classification networks, Neural Computation 4, 1992).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.model.calibration import risk_of
from pipeline.model.design import Basis, Design, design_of
from pipeline.model.prior import Prior, mixed_covariance

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DRAWS: Final = 100
"""Joint draws of everyone's error: a standard deviation taken from them is right to a fourteenth."""
_SEED: Final = 20
_AT_A_TIME: Final = 8192
"""People whose columns are in memory at once."""
_SIGNALS: Final = np.geomspace(0.1, 3.0, 60)
"""Standard deviations of the true log-odds between people over which the evidence is averaged."""
_USUAL_SIGNAL: Final = 0.8
_SIGNAL_FACTOR: Final = 2.0
"""Prior of that standard deviation: log-normal around the usual one, two thirds within this factor. An AUC of .70 to
.80 is a standard deviation of .74 to 1.19. It matters where there are too few exits to tell."""
BEYOND: Final = 0.015
"""Variance of the log-odds that no sum of curves explains, each person's own: features that act together. On simulated
companies trees explain this much more of the true log-odds than the additive part, given the true risks."""
_DIGITS: Final = 6
"""Significant digits that are kept."""


@dataclass(frozen=True)
class Errors:
    """What the served log-odds may be wrong by: normal errors with mean 0.

    sd: that of each person's error (n,). draws: of what people share in these errors (n, draws), which is all but
    `BEYOND`.
    """

    sd: Floats
    draws: NDArray[np.float32]


@dataclass(frozen=True)
class Posterior:
    """Normal posterior of the weights.

    The error of a person's log-odds has the variance |(columns − origin) · root|² + level + `BEYOND`. `bases` give the
    columns of a feature, `origin` (columns,) their weighted means in training. `root` (columns, columns) is the lower
    Cholesky factor of the weights' covariance. `level` is the variance of the mean log-odds.
    """

    bases: tuple[Basis, ...]
    origin: Floats
    root: Floats
    level: float

    def errors(self, matrix: Floats, level_sd: float = 0.0) -> Errors:
        """The errors of an encoded matrix (n, features). `level_sd` is that of a level that all people share."""
        random = np.random.default_rng(_SEED).standard_normal((len(self.origin) + 1, DRAWS))
        shared = (self.level + level_sd**2) ** 0.5
        sd, draws = np.empty(len(matrix)), np.empty((len(matrix), DRAWS), dtype=np.float32)
        for rows in _blocks(len(matrix)):
            independent = self._independent(matrix[rows])
            sd[rows] = np.sqrt((independent**2).sum(axis=1) + shared**2 + BEYOND)
            draws[rows] = independent @ random[:-1] + shared * random[-1]
        return Errors(sd, draws)

    def _independent(self, matrix: Floats) -> Floats:
        """The error of each row as weights of independent standard normal figures: (n, columns)."""
        columns = [column for i, basis in enumerate(self.bases) for column in basis.columns(matrix[:, i])]
        away = np.column_stack(columns) - self.origin if columns else np.empty((len(matrix), 0))
        return np.asarray(away @ self.root)

    def as_dict(self) -> dict[str, Any]:
        return {
            "bases": [basis.as_dict() for basis in self.bases],
            "origin": self.origin.tolist(),
            "root": self.root[np.tril_indices(len(self.origin))].tolist(),
            "level": self.level,
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> "Posterior":
        """The opposite of `as_dict`; raises ValueError where the parts are not finite or not of one size."""
        bases = tuple(Basis.from_dict(basis) for basis in values["bases"])
        origin, lower = (np.asarray(values[name], dtype=np.float64) for name in ("origin", "root"))
        columns, figures = len(origin), np.concatenate([origin, lower, [float(values["level"])]])
        sizes = sum(len(basis.unknown) for basis in bases), len(lower)
        if sizes != (columns, columns * (columns + 1) // 2) or not np.isfinite(figures).all():
            raise ValueError("a posterior needs a finite origin and covariance of all columns")
        root = np.zeros((columns, columns))
        root[np.tril_indices(columns)] = lower
        return Posterior(bases, origin, root, float(values["level"]))


def fit_posterior(
    matrix: Floats,
    left: Bools,
    categories: Sequence[int],
    log_odds: Floats,
    rows_per_leaver: float = 1.0,
    design: Design | None = None,
    priors: Sequence[Prior] = (),
) -> Posterior | None:
    """The posterior given an encoded matrix (n, features), outcomes (n,) and the additive part's log-odds (n,) of them.

    `rows_per_leaver`: rows with an exit per person who left. Horizons overlap, so that several rows show one exit; the
    rows count as fewer by this factor. `design` is that of the matrix, where it is known already, and `priors` those
    of the additive part: wider along a forecast and, for an adaptive penalty, for what stood out in a first fit. None
    where nobody or everybody left, or no feature varies.
    """
    if left.all() or not left.any():
        return None
    design = design or design_of(matrix, categories)
    columns, scale = design.columns, design.scale
    if not len(scale):
        return None
    risk = risk_of(log_odds)
    weight = risk * (1 - risk) / rows_per_leaver
    centre = _weighted_sum(weight, columns) / weight.sum()
    prior = np.linalg.cholesky(mixed_covariance(priors, len(scale)))
    information, axes = np.linalg.eigh(prior.T @ _curvature(columns, weight, centre) @ prior)
    # the slope of the log likelihood at weights of 0, by its quadratic form around the fit
    slope = weight * (log_odds - weight @ log_odds / weight.sum()) + (left - risk) / rows_per_leaver
    evident = axes.T @ prior.T @ (_weighted_sum(slope, columns) - centre * slope.sum())
    variance = _variances(np.maximum(information, 0.0), evident, _spread(columns, prior))
    axes = prior @ axes
    covariance = (axes * variance) @ axes.T / np.outer(scale, scale)
    root, below = np.linalg.cholesky(covariance), np.tril_indices(len(scale))
    root[below] = _rounded(root[below])
    return Posterior(tuple(design.bases), _rounded(design.mean + scale * centre), root, float(1 / weight.sum()))


def _weighted_sum(weight: Floats, columns: NDArray[np.float32]) -> Floats:
    """Of the rows: (columns,). A block at a time, since NumPy would copy the whole in double precision."""
    total = np.zeros(columns.shape[1])
    for rows in _blocks(len(columns)):
        total += weight[rows] @ columns[rows]
    return total


def _spread(columns: NDArray[np.float32], prior: NDArray[np.floating]) -> float:
    """The sum of the variances of the columns, turned by the root of the prior."""
    mean, root, total = columns.mean(axis=0), prior.astype(np.float32), 0.0
    for rows in _blocks(len(columns)):
        total += float(np.square((columns[rows] - mean) @ root, dtype=np.float64).sum())
    return total / len(columns)


def _curvature(design: NDArray[np.float32], weight: Floats, centre: Floats) -> Floats:
    """Of the log likelihood, with the intercept profiled out: (columns, columns)."""
    total = -weight.sum() * np.outer(centre, centre)
    for rows in _blocks(len(design)):
        block = design[rows] * np.sqrt(weight[rows, None]).astype(np.float32)
        total += block.T @ block
    return np.asarray(total)


def _variances(information: Floats, slope: Floats, spread: float) -> Floats:
    """Posterior variance along each axis, averaged over the spread of the prior by its evidence.

    With prior variance t of each weight an axis has the posterior variance t / (1 + t · information), and its share of
    the log evidence is (slope² · that − log(1 + t · information)) / 2. `spread` is the sum of the columns' variances:
    the true log-odds then have the variance t · spread.
    """
    prior = (_SIGNALS**2 / spread)[:, None]
    variance = prior / (1 + prior * information)
    evidence = (slope**2 * variance - np.log1p(prior * information)).sum(axis=1) / 2
    evidence -= (np.log(_SIGNALS / _USUAL_SIGNAL) / np.log(_SIGNAL_FACTOR)) ** 2 / 2
    share = np.exp(evidence - evidence.max())
    return np.asarray(share @ variance / share.sum())


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(start, start + _AT_A_TIME) for start in range(0, rows, _AT_A_TIME))


def _rounded(values: Floats) -> Floats:
    return np.array([float(f"{value:.{_DIGITS}g}") for value in values.ravel()]).reshape(values.shape)
