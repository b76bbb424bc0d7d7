"""Guards against leaks: features that separate too well to be true, and rows in both training and test sets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from features.catalogue.feature import Feature
from features.errors import Finding
from pipeline.dataset.rows import Dataset
from pipeline.dataset.splits import Fold
from pipeline.judgement.guards.cells import Cell, worst_cells
from pipeline.judgement.guards.removal import Costly, Removal, costly_features, costly_tables
from pipeline.judgement.guards.timing import Earlier
from pipeline.model.separation import rank_auc

AUC_LIMIT: Final = 0.80
"""On a real payroll a leaking column alone had an AUC of 0.87; no honest single feature came near 0.80."""
ROWS_LIMIT: Final = 100
"""With fewer rows the AUC of a feature is not computed."""
FOLDS: Final = 5
SMOOTHING: Final = 5.0
"""Rows at the base rate that are added to each category, so that a rare one does not rank first by chance."""


@dataclass(frozen=True)
class Suspicion:
    """What a guard found: an error for each suspect, and the strong features that it `cleared`, with the reason."""

    findings: list[Finding] = field(default_factory=list)
    cleared: dict[str, str] = field(default_factory=dict)


def suspects(
    dataset: Dataset,
    test_rows: np.ndarray,
    allowed: Iterable[str] = (),
    table_of: Mapping[str, str] | None = None,
    *,
    earlier: Mapping[str, Earlier] | None = None,
) -> Suspicion:
    """Features that predict by themselves who leaves, on out-of-time rows.

    A suspect separates with an AUC above 0.80 by its value (a category by the exit rates of its values among other
    people) or by its nulls; or one of its values, or its being known or unknown, multiplies the exit rate
    (`worst_cells`). `earlier` are the features' figures of a year before: a value that separated nearly as well then
    is cleared. `allowed` names are exempt.
    """
    rows = np.unique(test_rows)  # a cross-section tests each person several times
    exempt = set(allowed)
    X, left, person = dataset.X[rows], dataset.left[rows], dataset.person[rows]
    X = X.drop(name for name in X.columns if name in exempt)
    cells = worst_cells(X, left, person)
    found, before = Suspicion(), earlier or {}
    for name in X.columns:
        by_value, by_null = (_separation(each, left, person) for each in (X[name], X[name].is_null()))
        separates, count = max(by_value, by_null), 0
        if separates > AUC_LIMIT:
            then = before.get(name) if by_value > AUC_LIMIT else None
            rule = f"separates leavers with AUC {separates:.3f} by itself" + (f"; {then}" if then else "")
            if then and then.was_known and by_null <= AUC_LIMIT and name not in cells:
                found.cleared[name] = rule
                continue
        elif name in cells:
            rule, count = _of_cell(cells[name]), cells[name].rows
        else:
            continue
        found.findings.append(_suspect(name, rule + _about(dataset.features.get(name), table_of or {}), count))
    return found


def removal_suspects(
    removals: Sequence[Removal],
    allowed: Iterable[str] = (),
    table_of: Mapping[str, str] | None = None,
    *,
    earlier: Mapping[str, Earlier] | None = None,
    beyond_chance: bool = False,
) -> Suspicion:
    """Features, and groups of them, whose removal costs the model too much (`costly_features`, `costly_tables`).

    `earlier` are the features' figures of a year before: what separated nearly as well then is cleared.
    """
    exempt, tables, before = set(allowed), table_of or {}, earlier or {}
    found = Suspicion()
    for each in costly_features(removals, exempt, beyond_chance=beyond_chance):
        for name in each.features:
            copies = ", ".join(sorted({*each.features} - {name}))
            rule = f"costs {each.cost:.3f} of AUC when it is removed" + (f" with its copies {copies}" if copies else "")
            if name in before:
                rule += f"; {before[name]}"
            if all(copy in before and before[copy].was_known for copy in each.features):
                found.cleared[name] = rule
            else:
                found.findings.append(_suspect(name, rule, 0))
    if not found.findings and (group := costly_tables(removals, tables, {*exempt, *found.cleared})):
        found.findings.extend(_of_group(group))
    return found


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


def _of_cell(cell: Cell) -> str:
    if cell.what == "value":
        return f"has one value that multiplies the exit rate by {cell.ratio:.1f}: {cell.share:.0%} with it left"
    return f"multiplies the exit rate by {cell.ratio:.1f} where it is {cell.what}: {cell.share:.0%} of those left"


def _of_group(group: Costly) -> list[Finding]:
    """One finding for each table."""
    together = f" together with {' and '.join(group.tables)}" if len(group.tables) > 1 else ""
    return [
        Finding(
            f"costs {group.cost:.3f} of AUC when all features of this table are removed{together}",
            table,
            "",
            0,
            "Check when its rows were written: if they exist or differ only because people left, remove the table or "
            f"give its rows `recorded_at`; if it is legitimate, train with --allow-suspect {table}.",
        )
        for table in group.tables
    ]


def _about(feature: Feature | None, table_of: Mapping[str, str]) -> str:
    """The table, and the survey item or the like, that a feature is computed from."""
    table = table_of.get(feature.name) if feature else None
    if not feature or not table:
        return ""
    return f"; it is computed from {table}" + (f", {feature.item}" if feature.item else "")


def _auc_of(figures: np.ndarray, left: np.ndarray) -> float:
    """The AUC of figures (n,); NaN if nobody or everybody left."""
    return float(rank_auc(figures, left)) if 0 < left.sum() < len(left) else np.nan


def _separation(values: pl.Series, left: np.ndarray, person: np.ndarray) -> float:
    """max(AUC, 1 − AUC) of one column on the rows where it is known; 0.5 if it cannot be computed."""
    known = values.is_not_null().to_numpy()
    if known.sum() < ROWS_LIMIT:
        return 0.5
    if values.dtype == pl.String:
        auc = _auc_of(_rates_of_others(values.drop_nulls(), left[known], person[known]), left[known])
        return 0.5 if np.isnan(auc) else auc  # the rates have a direction
    auc = _auc_of(
        values.cast(pl.Float64).drop_nulls().rank().to_numpy(), left[known]
    )  # rank() gives NaN a rank as well
    return 0.5 if np.isnan(auc) else max(auc, 1 - auc)


def _rates_of_others(values: pl.Series, left: np.ndarray, person: np.ndarray) -> np.ndarray:
    """The exit rate (n,) of each row's category, among the people of the other folds."""
    rows = pl.DataFrame({"value": values, "left": left, "fold": person.astype(np.int64) % FOLDS})
    left_sum = pl.col("left").sum()
    own = ("value", "fold")
    others = pl.len().over("value") - pl.len().over(own)
    leavers = left_sum.over("value") - left_sum.over(own)
    return rows.select((leavers + SMOOTHING * left.mean()) / (others + SMOOTHING)).to_series().to_numpy()


def _suspect(name: str, rule: str, rows: int) -> Finding:
    return Finding(
        rule,
        "features",
        name,
        rows,
        f'If it is known only because people left, add "{name}" to `ignore` in source.toml; '
        f"if it is legitimate, train with --allow-suspect {name}.",
    )
