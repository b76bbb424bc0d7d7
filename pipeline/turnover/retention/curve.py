"""How many of a cohort are still here after each month, and how the others left: Aalen and Johansen (1978).

Kinds of leaving compete, so one minus Kaplan-Meier per kind would add up to more than everyone. People whom the source
observes only from some time after the hire count as at risk from then on (delayed entry). No library that we could find
has competing exits, delayed entry and ties together: docs/decisions/retention-curves.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """At each of `times`, in days since the hire: the share still employed, and the share who have left by kind.

    at_risk: observed just before the time. The value holds from its time on until the next one.
    """

    times: Numbers
    at_risk: NDArray[np.int64]
    still_here: Numbers
    left: Mapping[str, Numbers]

    def at(self, time: float) -> tuple[float, dict[str, float]]:
        """The share still employed, and the shares who left by kind, at a time."""
        position = int(np.searchsorted(self.times, time, side="right")) - 1
        if position < 0:
            return 1.0, dict.fromkeys(self.left, 0.0)
        return float(self.still_here[position]), {kind: float(self.left[kind][position]) for kind in self.left}

    def quantile(self, share: float) -> float | None:
        """The first time at which no more than 1 - `share` are still there; None where that is never observed."""
        below = np.flatnonzero(self.still_here <= 1 - share + 1e-12)
        return float(self.times[below[0]]) if len(below) else None


def retention_curve(entry: Numbers, time: Numbers, kind: NDArray[np.str_], kinds: Sequence[str]) -> Curve:
    """The curve of people observed from `entry` to `time` (days since the hire); any `kind` but `kinds` is censored.

    A person is at risk in (entry, time]. At each time S falls by the share of those at risk who leave; each kind adds
    its part of it to what left before.
    """
    times = np.unique(time[np.isin(kind, list(kinds))])
    entered = np.searchsorted(np.sort(entry), times, side="left")
    gone = np.searchsorted(np.sort(time), times, side="left")
    at_risk = entered - gone
    counts = {name: _counts(time[kind == name], times) for name in kinds}
    total = sum(counts.values(), np.zeros(len(times)))
    still_here = np.cumprod(1 - total / at_risk)
    before = np.concatenate([[1.0], still_here[:-1]]) if len(times) else still_here
    left = {name: np.cumsum(before * counts[name] / at_risk) for name in kinds}
    return Curve(times, at_risk.astype(np.int64), still_here, left)


def _counts(time: Numbers, times: Numbers) -> Numbers:
    return np.bincount(np.searchsorted(times, time), minlength=len(times)).astype(float)
