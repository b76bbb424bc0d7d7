"""The measurements as JSON: each run, medians with their spread, ratios, and growth between sizes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from bench.measure import Figures
from bench.part import Part, Ratio, Rows, Size


class Spread(NamedTuple):
    """Median, least and most of several runs."""

    median: float
    least: float
    most: float


@dataclass(frozen=True)
class Comparison:
    """One part at one size: the runs of each side by its name, in order of time, what was equal, and tables of it.

    A side without runs was not measured at this size.
    """

    part: Part
    size: Size
    runs: Mapping[str, Sequence[Figures]]
    agreement: str = ""
    tables: Sequence[Rows] = ()

    def values(self, side: str, figure: str) -> list[float]:
        """A figure run by run; empty if the side does not have it."""
        return [run[figure] for run in self.runs.get(side, ()) if figure in run]

    def ratio(self, asked: Ratio) -> Spread | None:
        """A ratio run by run: its median may differ from the ratio of medians. None if a side was not measured."""
        over, under = self.values(*asked.over), self.values(*asked.under)
        return spread([a / b for a, b in zip(over, under, strict=True)]) if over and under else None


def spread(values: Sequence[float]) -> Spread:
    """The spread of one or more values."""
    return Spread(median(values), min(values), max(values))


def as_dict(comparisons: Sequence[Comparison], machine: Mapping[str, str]) -> dict[str, Any]:
    """One part at all its sizes (at least one), in the order of people."""
    part, ordered = comparisons[0].part, sorted(comparisons, key=lambda each: each.size.people)
    return {
        "title": part.title,
        "machine": dict(machine),
        "sides": [{"name": side.name, "does": side.does} for side in part.sides],
        "figures": [asdict(figure) for figure in part.figures],
        "sizes": [_size_as_dict(comparison) for comparison in ordered],
        "growth": [growth for pair in pairwise(ordered) for growth in growths(*pair)],
    }


def growths(small: Comparison, large: Comparison) -> list[dict[str, Any]]:
    """Growth from one size to the next: the quotient of each side's medians, and the exponent of the number of people.

    An exponent of 1 is proportional growth. A side that was not run at the larger size has none.
    """
    people = math.log(large.size.people / small.size.people)
    result = []
    for side in large.runs:
        for figure in large.part.figures:
            before, after = (each.values(side, figure.name) for each in (small, large))
            if figure.grows and before and after:
                times = median(after) / median(before)
                values = {"side": side, "figure": figure.title, "people": [small.size.people, large.size.people]}
                result.append(values | {"times": times, "exponent": math.log(times) / people})
    return result


def _size_as_dict(comparison: Comparison) -> dict[str, Any]:
    part, size = comparison.part, comparison.size
    ratios = [(asked, comparison.ratio(asked)) for asked in part.ratios]
    return {
        **vars(size),
        "sized": part.sized.format(**vars(size)),
        "agreement": comparison.agreement,
        "tables": [table._asdict() for table in comparison.tables],
        "runs": {side: list(runs) for side, runs in comparison.runs.items()},
        "spreads": {
            side: {
                figure.name: spread(values)._asdict()
                for figure in part.figures
                if (values := comparison.values(side, figure.name))
            }
            for side in comparison.runs
        },
        "ratios": [{"title": asked.title, "aim": asked.aim, **item._asdict()} for asked, item in ratios if item],
    }
