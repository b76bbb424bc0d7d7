"""Runs the guards that stop a training: leaks, rewritten history, train/test overlap, permuted labels."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from typing import Final

import numpy as np

from features.errors import Finding, Refused
from pipeline.dataset.evaluation_splits import Split
from pipeline.dataset.material import FOLDS, Material
from pipeline.dataset.rows import Dataset
from pipeline.dataset.sample_of_stayers import random_rows
from pipeline.identity.keys import sums_key
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.guards.leakage import Suspicion, removal_suspects, suspects, train_test_overlap
from pipeline.judgement.guards.removal import Removal
from pipeline.judgement.guards.rewritten_history import Sums, changed_past, sums_file, sums_of, write_sums
from pipeline.judgement.guards.timing import a_year_before
from pipeline.judgement.statistics.figures import Bounded
from pipeline.model.blend import Blend, fit_blend
from pipeline.settings import Settings

MOST_TESTED: Final = 200_000
"""Test rows, drawn at random, that the guards look at feature by feature."""
MOST_REMOVED: Final = 20_000
"""Test rows of a date, drawn at random, on which models without some features are tested."""
_TRY_AGAIN: Final = "Try another --seed. If it happens again, test rows reach training: please report it."


@dataclass(frozen=True)
class Passed:
    """What a training that passes the guards goes on with.

    `sums`: what the next training compares its features with (`store_sums`). `cleared`: features that are strong enough
    to be suspect, and why they are not.
    """

    sums: Sums
    cleared: Mapping[str, str]


def guard(
    material: Material, judged: Backtest, permuted: Bounded, seed: int, allowed: Sequence[str], settings: Settings
) -> Passed:
    """Run every guard.

    `allowed` features, and the features of `allowed` tables, are exempt from the guards. Raises Refused with every
    finding: suspects, rewritten history, train/test overlap, and permuted labels that could be predicted.
    """
    dataset = material.dataset
    # The last origins; in a cross-section the folds of the last repeat, which together test everyone once.
    last = list(zip(material.splits, judged.blends, strict=True))[-FOLDS:]
    tables = material.table_of
    exempt = {*allowed, *(name for name, table in tables.items() if table in allowed)}
    tested = random_rows(np.unique(judged.rows), MOST_TESTED, seed)
    earlier = a_year_before(dataset, tested, dataset.features)
    alone = suspects(dataset, tested, exempt, tables, earlier=earlier)
    named = {finding.column for finding in alone.findings}
    removals = [_removal(dataset, *pair, seed) for pair in last]
    if named:  # what a leak covers for, or takes the place of, shows in a model without it only
        removals = [removal.lacking(named) for removal in removals] if len(named) < len(dataset.features) else []
    removed = Suspicion()
    if removals:
        known = {*exempt, *alone.cleared}
        removed = removal_suspects(removals, known, tables, earlier=earlier, beyond_chance=bool(named))
    findings = [*alone.findings, *removed.findings]
    sums = sums_of(material.files)
    file, key = sums_file(settings, material.name), sums_key(settings)
    findings += changed_past(file, key, sums, _made_by(settings), exempt, tables)
    findings += train_test_overlap(dataset, [(split.train, split.test) for split in material.splits])
    findings += predictable(permuted)
    if findings:
        raise Refused(findings)
    return Passed(sums, removed.cleared | alone.cleared)


def store_sums(source: str, sums: Sums, settings: Settings) -> None:
    """Stores the sums that the next training of a source compares its features with."""
    write_sums(sums_file(settings, source), sums_key(settings), sums, _made_by(settings))


def _removal(dataset: Dataset, split: Split, blend: Blend, seed: int) -> Removal:
    def without(names: Collection[str]) -> Blend:
        part = dataset.of(other for other in dataset.features if other not in names)
        return fit_blend(
            part.X,
            part.left,
            [],
            seed,
            hyperparameters_of=blend,
            directions=part.directions,
            quarters=part.quarters,
            rows=split.train,
            stayers_kept=split.stayers_kept,
        )

    test = random_rows(split.test, MOST_REMOVED, seed)
    return Removal(dataset.X[test], dataset.left[test], blend, without)


def predictable(permuted: Bounded) -> list[Finding]:
    """A finding if permuted labels can be predicted: the interval of their AUC does not contain 0.5."""
    if permuted.low <= 0.5 <= permuted.high:
        return []
    figure = f"permuted labels are predicted with AUC {permuted.value:.3f}"
    rule = f"{figure} ({permuted.low:.3f} to {permuted.high:.3f}); the interval should contain 0.5"
    return [Finding(rule, "evaluation", "", 0, _TRY_AGAIN)]


def _made_by(settings: Settings) -> str:
    return f"{installed_version('retention')} {settings.engine}"
