"""What was measured, as figures: medians with their spread, ratios, and growth from one size to the next."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from bench.measure import Run
from bench.part import Part, Side, Size


class Spread(NamedTuple):
    """Median, least and most of several runs."""

    median: float
    least: float
    most: float


@dataclass(frozen=True)
class Comparison:
    """One part at one size: the runs of each side by its name, in the order of time, and what was found equal.

    A side without runs was not measured at this size.
    """

    part: Part
    size: Size
    runs: Mapping[str, Sequence[Run]]
    agreement: str

    @property
    def sides(self) -> tuple[Side, ...]:
        """Those that were measured."""
        return tuple(side for side in self.part.sides if side.name in self.runs)

    def seconds(self, side: Side) -> Spread:
        return spread([run.seconds for run in self.runs[side.name]])

    def cpu_seconds(self, side: Side) -> Spread:
        return spread([run.cpu_seconds for run in self.runs[side.name]])

    def peak_bytes(self, side: Side) -> Spread:
        return spread([run.peak_bytes for run in self.runs[side.name]])

    def times_faster(self) -> Spread | None:
        """How many times as long the peer takes as we do, run by run; under 1 it is the faster one, None without it."""
        return self._ratio("seconds")

    def times_leaner(self) -> Spread | None:
        """How many times the peer's peak memory is ours, run by run; None without a peer."""
        return self._ratio("peak_bytes")

    def _ratio(self, figure: str) -> Spread | None:
        if self.part.peer not in self.sides:
            return None
        pairs = zip(self.runs[self.part.ours.name], self.runs[self.part.peer.name], strict=True)
        return spread([getattr(peer, figure) / getattr(ours, figure) for ours, peer in pairs])


class Growth(NamedTuple):
    """From one size to the next: how many times the seconds and the peak, and the exponents of people for both."""

    side: str
    people: tuple[int, int]
    times_seconds: float
    times_peak: float
    exponent_seconds: float
    exponent_peak: float


def spread(values: Sequence[float]) -> Spread:
    """Of at least one run."""
    return Spread(median(values), min(values), max(values))


def growths(comparisons: Sequence[Comparison]) -> list[Growth]:
    """Of each side between neighbouring sizes of one part; none where there is one size.

    A side is left out at the larger sizes only.
    """
    ordered = sorted(comparisons, key=lambda comparison: comparison.size.people)
    return [_growth(side, small, large) for small, large in pairwise(ordered) for side in large.sides]


def _growth(side: Side, small: Comparison, large: Comparison) -> Growth:
    seconds = large.seconds(side).median / small.seconds(side).median
    peak = large.peak_bytes(side).median / small.peak_bytes(side).median
    people = math.log(large.size.people / small.size.people)
    return Growth(
        side.name,
        (small.size.people, large.size.people),
        seconds,
        peak,
        math.log(seconds) / people,
        math.log(peak) / people,
    )


def as_dict(comparisons: Sequence[Comparison], machine: Mapping[str, str]) -> dict[str, Any]:
    """Everything as JSON has it: each run, then what is worked out from them."""
    parts = {comparison.part.name: comparison.part for comparison in comparisons}
    of = {name: [each for each in comparisons if each.part.name == name] for name in parts}
    return {
        "machine": dict(machine),
        "parts": [
            {
                "name": name,
                "title": part.title,
                "sides": [{"name": side.name, "does": side.does} for side in part.sides],
                "sizes": [_size_as_dict(comparison) for comparison in of[name]],
                "growth": [growth._asdict() for growth in growths(of[name])],
            }
            for name, part in parts.items()
        ],
    }


def _size_as_dict(comparison: Comparison) -> dict[str, Any]:
    return {
        **vars(comparison.size),
        "services": comparison.size.services,
        "agreement": comparison.agreement,
        "times_faster": _named(comparison.times_faster()),
        "times_leaner": _named(comparison.times_leaner()),
        "sides": {
            side.name: {
                "runs": [vars(run) for run in comparison.runs[side.name]],
                "seconds": comparison.seconds(side)._asdict(),
                "cpu_seconds": comparison.cpu_seconds(side)._asdict(),
                "peak_bytes": comparison.peak_bytes(side)._asdict(),
            }
            for side in comparison.sides
        },
    }


def _named(ratio: Spread | None) -> dict[str, float] | None:
    return ratio and ratio._asdict()
