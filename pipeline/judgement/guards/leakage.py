"""Guards against knowing the answer: features that separate too well to be true."""

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
"""On a real payroll a leaking column had .87 by itself; no honest single feature came near .80."""
RATE_LIMIT = 5.0
ROWS_LIMIT = 100
REMOVAL_LIMIT = 0.08
"""Of AUC: no honest feature is worth so much once the others may make up for it."""
STAND_INS = [0.0, *(sign * (10.0**digits - 1) for digits in range(2, 7) for sign in (1, -1)), -1.0]
"""What systems write where there is nothing to write: zero, minus one, 99, 999 … and the like, beside null."""


def suspects(dataset: Dataset, test_rows: np.ndarray, allowed: Iterable[str] = ()) -> list[Finding]:
    """Features that by themselves know who leaves, judged on out-of-time rows.

    A suspect separates better than AUC .80 by its value or its null pattern, or has a null, zero
    or other stand-in that multiplies the exit rate by 5 on at least 100 rows, more than chance would (one leaver among
    the other rows tells nothing of their rate). `allowed` names are let through.
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
        """What each feature's share of the log-odds is worth in AUC, nothing refitted."""
        log_odds, (_, shares) = self.blend.log_odds(self.X), self.blend.contributions(self.X)
        whole = _auc_of(log_odds, self.left)
        return {
            name: whole - _auc_of(log_odds - shares[:, position], self.left)
            for position, name in enumerate(self.blend.features)
        }

    def cost(self, name: str) -> float:
        return _auc_of(self.blend.log_odds(self.X), self.left) - _auc_of(self.without(name), self.left)


def too_dear(removals: Sequence[Removal], allowed: Iterable[str] = ()) -> list[Finding]:
    """Features whose removal costs more than .08 of AUC, in the mean of the test sets.

    One test set with few exits is not enough: of 1,470 people overtime cost .091 of AUC on one fifth, and no more than
    the limit in the mean of five. Only features whose share of the log-odds carries as much AUC are refitted without,
    since the others then make up for part of it.
    """
    shares = pl.DataFrame([removal.cost_of_shares() for removal in removals]).mean().row(0, named=True)
    findings = []
    for name in sorted(name for name, cost in shares.items() if cost > REMOVAL_LIMIT and name not in set(allowed)):
        cost = float(np.mean([removal.cost(name) for removal in removals]))
        if cost > REMOVAL_LIMIT:
            findings.append(_suspect(name, f"costs {cost:.3f} of AUC when it is removed", 0))
    return findings


def on_both_sides(dataset: Dataset, folds: Sequence[Fold]) -> list[Finding]:
    """The same person on the same snapshot date, or of a cross-section the same figures, learned from and judged on."""
    by_date = dataset.keys["snapshot_date"].has_nulls() is False
    rows = dataset.keys if by_date else dataset.X
    codes = rows.hash_rows().to_numpy()
    shared = sum(int(np.isin(codes[test], codes[train]).sum()) for train, test in folds)
    if not shared:
        return []
    what = "person and snapshot date" if by_date else "figures"
    rule = f"rows with the same {what} are both learned from and judged on"
    remedy = "Each row must be one person once: check the source for copies; if it has none, please report this."
    return [Finding(rule, "features", "snapshot_date" if by_date else "", shared, remedy)]


def _auc_of(figures: np.ndarray, left: np.ndarray) -> float:
    """NaN where nobody, or everybody, left."""
    return float(rank_auc(figures, left)) if 0 < left.sum() < len(left) else np.nan


def _separation(values: pl.Series, left: np.ndarray) -> float:
    """max(AUC, 1 − AUC) of one column on the rows where it is known; 0.5 where that says nothing."""
    if values.dtype == pl.String:
        return 0.5  # a category has no order; its values are looked at one by one
    known = values.is_not_null().to_numpy()
    if known.sum() < ROWS_LIMIT:
        return 0.5
    auc = _auc_of(values.cast(pl.Float64).drop_nulls().rank().to_numpy(), left[known])  # which ranks NaN as well
    return 0.5 if np.isnan(auc) else max(auc, 1 - auc)


def _worst_value(values: pl.Series, left: np.ndarray) -> tuple[float, int]:
    """The highest ratio of the exit rate at null or a stand-in to that at all other values, and its rows.

    0 and 0 rows where none is above the limit beyond chance. Other values are left alone: those of a department or of a
    date are shared by people whose lot is shared.
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
    """Lower end of the 95 % interval of the ratio of two exit rates (n,), by Clopper and Pearson's for their leavers.

    Given all leavers, those among the one kind of rows are binomial with odds ratio · rows / other rows.
    """
    share = beta.ppf(0.025, np.maximum(leavers, 1e-9), other_leavers + 1)
    return np.asarray(share / (1 - share) * other_rows / rows)


def _suspect(name: str, rule: str, rows: int) -> Finding:
    return Finding(
        rule,
        "features",
        name,
        rows,
        f'If it is known only because somebody left, add "{name}" to `ignore` in source.toml; '
        f"if it is honest, train with --allow-suspect {name}.",
    )
