"""Guards against leaks: features that separate too well to be true, and rows in both training and test sets."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import beta

from features.errors import Finding
from pipeline.dataset.rows import Dataset
from pipeline.dataset.splits import Fold
from pipeline.model.blend import Blend
from pipeline.model.separation import rank_auc

Counts = NDArray[np.int64]

AUC_LIMIT = 0.80
"""On a real payroll a leaking column alone had an AUC of 0.87; no honest single feature came near 0.80."""
RATE_LIMIT = 5.0
ROWS_LIMIT = 100
REMOVAL_LIMIT = 0.08
"""Drop-column importance in AUC: no honest feature costs as much once the others can compensate."""
STAND_INS = [0.0, *(sign * (10.0**digits - 1) for digits in range(2, 7) for sign in (1, -1)), -1.0]
"""Values that systems write for a missing one: 0, −1, ±99, ±999 … and the like."""


def suspects(dataset: Dataset, test_rows: np.ndarray, allowed: Iterable[str] = ()) -> list[Finding]:
    """Features that predict by themselves who leaves, on out-of-time rows.

    A suspect separates with an AUC above 0.80 by its value or by its nulls; or null, zero or another stand-in value
    multiplies the exit rate by more than 5 on at least 100 rows, and by more than chance explains. `allowed` names are
    exempt.
    """
    X, left = dataset.X[test_rows], dataset.left[test_rows]
    findings = []
    for name in X.columns:
        if name in set(allowed):
            continue
        separates = max(_separation(X[name], left), _separation(X[name].is_null(), left))
        multiplies, rows = _worst_value(X[name], left)
        if separates > AUC_LIMIT:
            findings.append(_suspect(name, f"separates leavers with AUC {separates:.3f} by itself", 0))
        elif rows:
            findings.append(_suspect(name, f"has one value that multiplies the exit rate by {multiplies:.1f}", rows))
    return findings


@dataclass(frozen=True)
class Removal:
    """Test rows (n) that `blend` was not fitted on; `without` refits it without a feature and gives its risks (n,)."""

    X: pl.DataFrame
    left: np.ndarray
    blend: Blend
    without: Callable[[str], np.ndarray]

    def cost_of_shares(self) -> dict[str, float]:
        """The AUC lost without each feature's share of the log-odds; nothing is refitted."""
        log_odds, (_, shares) = self.blend.log_odds(self.X), self.blend.contributions(self.X)
        whole = _auc_of(log_odds, self.left)
        return {
            name: whole - _auc_of(log_odds - shares[:, position], self.left)
            for position, name in enumerate(self.blend.features)
        }

    def cost(self, name: str) -> float:
        """The AUC lost when the model is refitted without a feature: its drop-column importance."""
        return _auc_of(self.blend.log_odds(self.X), self.left) - _auc_of(self.without(name), self.left)


def drop_column_suspects(removals: Sequence[Removal], allowed: Iterable[str] = ()) -> list[Finding]:
    """Features whose drop-column importance is too high: removing them costs more than 0.08 of AUC on average.

    The mean is over all test sets, because one with few exits is not enough: among 1,470 people overtime cost 0.091 of
    AUC on one fifth, but less than the limit on average over five. Models are refitted only without the features whose
    share of the log-odds is worth that much AUC, since a refit costs less: the other features compensate.
    """
    shares = pl.DataFrame([removal.cost_of_shares() for removal in removals]).mean().row(0, named=True)
    findings = []
    for name in sorted(name for name, cost in shares.items() if cost > REMOVAL_LIMIT and name not in set(allowed)):
        cost = float(np.mean([removal.cost(name) for removal in removals]))
        if cost > REMOVAL_LIMIT:
            findings.append(_suspect(name, f"costs {cost:.3f} of AUC when it is removed", 0))
    return findings


def train_test_overlap(dataset: Dataset, folds: Sequence[Fold]) -> list[Finding]:
    """Rows in both training and test set: same person and snapshot date, or in a cross-section the same figures."""
    by_date = dataset.keys["snapshot_date"].has_nulls() is False
    rows = dataset.keys if by_date else dataset.X
    codes = rows.hash_rows().to_numpy()
    shared = sum(int(np.isin(codes[test], codes[train]).sum()) for train, test in folds)
    if not shared:
        return []
    what = "person and snapshot date" if by_date else "figures"
    rule = f"train/test overlap: rows with the same {what} are in both sets"
    remedy = "Each person may have one row per date: check the source for copies; if it has none, please report this."
    return [Finding(rule, "features", "snapshot_date" if by_date else "", shared, remedy)]


def _auc_of(figures: np.ndarray, left: np.ndarray) -> float:
    """The AUC of figures (n,); NaN if nobody or everybody left."""
    return float(rank_auc(figures, left)) if 0 < left.sum() < len(left) else np.nan


def _separation(values: pl.Series, left: np.ndarray) -> float:
    """max(AUC, 1 − AUC) of one column on the rows where it is known; 0.5 if it cannot be computed."""
    if values.dtype == pl.String:
        return 0.5  # a category has no order; `_worst_value` checks its nulls
    known = values.is_not_null().to_numpy()
    if known.sum() < ROWS_LIMIT:
        return 0.5
    auc = _auc_of(
        values.cast(pl.Float64).drop_nulls().rank().to_numpy(), left[known]
    )  # rank() gives NaN a rank as well
    return 0.5 if np.isnan(auc) else max(auc, 1 - auc)


def _worst_value(values: pl.Series, left: np.ndarray) -> tuple[float, int]:
    """The highest ratio of the exit rate at null or a stand-in value to the rate at all other values, and its rows.

    0 and 0 rows if no ratio is above the limit beyond chance. Other values are not checked: people who share a
    department or a date may well share a reason to leave.
    """
    stands_in = pl.col("value").is_null()
    if values.dtype != pl.String:
        stands_in |= pl.col("value").cast(pl.Float64).is_in(STAND_INS)
    counted = (
        pl.DataFrame({"value": values, "left": left})
        .group_by("value")
        .agg(rows=pl.len(), left=pl.col("left").sum())
        .filter(pl.col("rows") >= ROWS_LIMIT, stands_in)
        .with_columns(other_rows=len(left) - pl.col("rows"), other_left=int(left.sum()) - pl.col("left"))
        .filter(pl.col("other_rows") >= ROWS_LIMIT)
    )
    rows, leavers, other_rows, other_leavers = (
        counted[name].to_numpy() for name in ("rows", "left", "other_rows", "other_left")
    )
    least = _least_ratio(rows, leavers, other_rows, other_leavers)
    ratio = np.where(least > RATE_LIMIT, (leavers / rows) / ((other_leavers + 0.5) / other_rows), 0.0)
    worst = int(ratio.argmax()) if ratio.any() else None
    return (0.0, 0) if worst is None else (float(ratio[worst]), int(rows[worst]))


def _least_ratio(rows: Counts, leavers: Counts, other_rows: Counts, other_leavers: Counts) -> np.ndarray:
    """Lower end of the 95 % interval (Clopper and Pearson) of the ratio of two exit rates (n,).

    Given all leavers, the number among the first rows is binomial with odds ratio · rows / other rows.
    """
    share = beta.ppf(0.025, np.maximum(leavers, 1e-9), other_leavers + 1)
    return np.asarray(share / (1 - share) * other_rows / rows)


def _suspect(name: str, rule: str, rows: int) -> Finding:
    return Finding(
        rule,
        "features",
        name,
        rows,
        f'If it is known only because people left, add "{name}" to `ignore` in source.toml; '
        f"if it is legitimate, train with --allow-suspect {name}.",
    )
