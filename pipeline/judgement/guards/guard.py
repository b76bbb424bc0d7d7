"""The guards that stop a training: features that know the answer, a rewritten past, rows on both sides."""

from collections.abc import Sequence
from importlib.metadata import version as installed_version
from typing import Final

import numpy as np

from features.errors import Finding, Refused
from pipeline.dataset.material import FOLDS, Material
from pipeline.dataset.rounds import Round
from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.figures import Bounded
from pipeline.judgement.guards.leakage import Removal, on_both_sides, suspects, too_dear
from pipeline.judgement.guards.rewritten_history import Sums, changed_past, keep, kept_sums, sums_of
from pipeline.model.blend import Blend, fit_blend
from pipeline.model.calibration import risk_of
from pipeline.settings import Settings

_TRY_AGAIN: Final = "Try another --seed; if it stays, rows of the test dates reach training: please report it."


def guard(
    material: Material, judged: Backtest, shuffled: Bounded, seed: int, allowed: Sequence[str], settings: Settings
) -> Sums:
    """The sums that the next training compares its features with (`keep_sums`).

    `allowed` features are let through by name. Raises Refused with every suspect, and where shuffled outcomes could be
    predicted.
    """
    dataset = material.dataset
    # The last origins, or of a cross-section the folds of its last repeat, which hold everyone once.
    last = list(zip(material.rounds, judged.blends, strict=True))[-FOLDS:]
    found = suspects(dataset, judged.rows, allowed)
    named = {finding.column for finding in found}
    found += too_dear([_removal(dataset, *pair, seed) for pair in last], {*allowed, *named})
    sums = sums_of(material.files)
    found += changed_past(kept_sums(settings, material.name), sums, _made_by(settings), allowed)
    found += on_both_sides(dataset, [(round_.train, round_.test) for round_ in material.rounds])
    found += _predictable(shuffled)
    if found:
        raise Refused(found)
    return sums


def keep_sums(source: str, sums: Sums, settings: Settings) -> None:
    """Keeps what the next training of a source compares its features with."""
    keep(kept_sums(settings, source), sums, _made_by(settings))


def _removal(dataset: Dataset, round_: Round, blend: Blend, seed: int) -> Removal:
    def without(name: str) -> np.ndarray:
        part = dataset.of(other for other in dataset.features if other != name)
        refit = fit_blend(
            part.X, part.left, [], seed, hyperparameters_of=blend, directions=part.directions, rows=round_.train
        )
        return risk_of(refit.log_odds(part.X[round_.test]))

    return Removal(dataset.X[round_.test], dataset.left[round_.test], blend, without)


def _predictable(shuffled: Bounded) -> list[Finding]:
    if shuffled.low <= 0.5 <= shuffled.high:
        return []
    figure = f"outcomes dealt out at random are predicted with AUC {shuffled.value:.3f}"
    rule = f"{figure} ({shuffled.low:.3f} to {shuffled.high:.3f}), which should hold .5"
    return [Finding(rule, "evaluation", "", 0, _TRY_AGAIN)]


def _made_by(settings: Settings) -> str:
    return f"{installed_version('retention')} {settings.engine}"
