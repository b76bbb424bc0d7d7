"""`python -m bench`: every part at every size, one table on stdout, the same as JSON in a file, progress on stderr."""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console

from bench import factors, features, pages, serving
from bench.machine import machine
from bench.measure import Run, measured
from bench.part import Differs, Part, Size
from bench.results import Comparison, as_dict
from bench.table import for_terminal

PARTS: Final[Mapping[str, Part]] = {part.name: part for part in (features.PART, factors.PART, pages.PART)}
WIDTH: Final = 150
"""Of the table where stdout is not a terminal."""

err = Console(stderr=True, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for; the exit code is 1 where two sides differ."""
    chosen = _parser().parse_args(arguments)
    names = chosen.parts or [*PARTS, serving.NAME]
    parts = [PARTS[name] for name in names if name in PARTS]
    sizes = [Size(people, chosen.months, chosen.events) for people in sorted(set(chosen.people))]
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    try:
        comparisons = [
            compare(part, size, chosen.runs, chosen.json.parent, with_peer=size.people <= chosen.peer_up_to)
            for part in parts
            for size in sizes
        ]
        served = (
            serving.measured(chosen.runs, chosen.json.parent, err.print, chosen.published, chosen.requests)
            if serving.NAME in names
            else None
        )
    except Differs as differs:
        err.print(f"The sides do not agree, so nothing is compared: {differs}")
        return 1
    figures = as_dict(comparisons, machine()) | ({"serving": served} if served else {})
    chosen.json.write_text(json.dumps(figures, indent=2) + "\n")
    Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False).print(for_terminal(figures))
    err.print(f"Wrote {chosen.json}")
    return 0


def compare(part: Part, size: Size, runs: int, folder: Path, *, with_peer: bool = True) -> Comparison:
    """Write the data to a temporary folder, run the sides in turn, and check what the last run of each gave.

    Ours and the peer take turns at going first; what stands beside them runs once. Without the peer ours runs alone,
    and nothing is checked.
    """
    with tempfile.TemporaryDirectory(prefix=f".{part.name}-", dir=folder) as work:
        data = Path(work) / "data"
        err.print(f"{part.title}: writing data of {size.people:,} people, {size.services:,} services")
        part.prepare(size, data)
        taken: dict[str, list[Run]] = {side.name: [] for side in (part.sides if with_peer else (part.ours,))}
        outs: dict[str, Path] = {}
        for run in range(runs):
            rivals = (part.ours, part.peer) if run % 2 == 0 else (part.peer, part.ours)
            for side in (*rivals, *(part.beside if run == 0 else ())):
                if side.name not in taken:
                    continue
                outs[side.name] = Path(work) / f"{side.name}-{run}"
                outs[side.name].mkdir()
                taken[side.name].append(measured(side, data, outs[side.name]))
                err.print(f"  run {run + 1} of {runs}, {side.name}: {taken[side.name][-1].seconds:,.1f} s")
        agreement = part.check(outs) if with_peer else f"{part.peer.name} was not run, so no value was compared"
        err.print(f"  {agreement}")
    return Comparison(part, size, taken, agreement)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="The product beside other tools, in one table."
    )
    parser.add_argument(
        "parts", nargs="*", type=_part, metavar="PART", help=f"{', '.join((*PARTS, serving.NAME))}; default: all"
    )
    parser.add_argument("--people", nargs="+", type=_positive, default=[10_000], help="sizes; several show the growth")
    parser.add_argument("--months", type=_positive, default=36, help="months of history, each with its snapshot date")
    parser.add_argument("--events", type=_positive, default=30, help="internal services asked a person and month")
    parser.add_argument("--runs", type=_positive, default=3, help="of each side, taking turns")
    parser.add_argument("--published", type=_positive, default=serving.PEOPLE, help="people whose scores are served")
    parser.add_argument(
        "--requests", type=_positive, default=serving.REQUESTS, help="while the server's memory is seen"
    )
    parser.add_argument(
        "--peer-up-to",
        type=_positive,
        default=sys.maxsize,
        metavar="PEOPLE",
        help="run ours alone at larger sizes, where the peer does not fit in memory",
    )
    parser.add_argument("--json", type=Path, default=Path("var/bench/bench.json"), metavar="FILE", help="the figures")
    return parser


def _part(name: str) -> str:
    if name not in (*PARTS, serving.NAME):
        raise argparse.ArgumentTypeError(f"'{name}' is none of {', '.join((*PARTS, serving.NAME))}")
    return name


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
