"""One part at one size: prepare the data once, then run the sides in turn, run after run."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.measure import Figures, measured
from bench.part import TOGETHER, Part, Size
from bench.results import Comparison


def compare(
    part: Part, size: Size, runs: int, folder: Path, progress: Callable[[str], None], *, alone: bool = False
) -> Comparison:
    """Write the data to a temporary folder, run the sides, and check what the last run of each gave.

    Every other run reverses the order, so that no side is always first; a chain never does. `alone` runs only our own
    side, and then nothing is checked. Raises Differs if the sides do not agree.
    """
    sides = part.sides[:1] if alone and not part.is_chain else part.sides
    with tempfile.TemporaryDirectory(prefix=f".{part.name}-", dir=folder) as work:
        progress(f"{part.title}: preparing {part.sized.format(**vars(size))}")
        data, outs = Path(work) / "data", dict[str, Path]()
        part.prepare(size, data)
        taken: dict[str, list[Figures]] = {side.name: [] for side in sides}
        for run in range(runs):
            for side in sides if part.is_chain or run % 2 == 0 else sides[::-1]:
                outs[side.name] = Path(work) / (f"run-{run}" if part.is_chain else f"{side.name}-{run}")
                outs[side.name].mkdir(exist_ok=True)
                taken[side.name].append(measured(side, data, outs[side.name]))
                progress(f"  run {run + 1} of {runs}, {side.name}: {taken[side.name][-1]['seconds']:,.1f} s")
        is_whole = len(sides) == len(part.sides)
        agreement = part.check(outs) if part.check and is_whole else ""
        tables = part.tables(outs) if part.tables and is_whole else ()
    if part.is_chain:
        taken[TOGETHER] = [together(list(stages)) for stages in zip(*taken.values(), strict=True)]
    return Comparison(part, size, taken, agreement, tables)


def together(stages: list[Figures]) -> Figures:
    """One run of a chain: the sum of its times, and the largest peak."""
    return {
        "seconds": sum(stage["seconds"] for stage in stages),
        "cpu_seconds": sum(stage["cpu_seconds"] for stage in stages),
        "peak_gb": max(stage["peak_gb"] for stage in stages),
    }
