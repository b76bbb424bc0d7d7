"""`python -m bench` measures every part at every size: a table on stdout, JSON in a file, progress on stderr."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any, Final

from rich.console import Console

from bench import factors, features, lists, pages, scale, serving, soak, training
from bench.machine import machine
from bench.part import Differs, Part, Size
from bench.results import as_dict
from bench.rivals import part as rivals
from bench.table import WIDTH, for_terminal
from bench.turns import compare

PARTS: Final[Mapping[str, Part]] = {
    module.PART.name: module.PART
    for module in (features, factors, training, rivals, serving, soak, pages, lists, scale)
}

err = Console(stderr=True, highlight=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the requested parts. The exit code is 1 if two sides differ or one fails; the other parts still run.

    The file is written after each part. It retains the figures of parts that were not requested.
    """
    chosen = _parser().parse_args(arguments)
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    names, failed = chosen.parts or list(PARTS), 0
    for name in names:
        try:
            store_part(chosen.json, name, _measured(PARTS[name], chosen))
        except (Differs, CalledProcessError) as fault:
            failed = 1
            store_part(chosen.json, name, None)
            why = fault if isinstance(fault, Differs) else "a side ended with the error above"
            err.print(f"{PARTS[name].title} has no figures: {why}")
    figures = {"parts": {name: part for name, part in stored_parts(chosen.json).items() if name in names}}
    Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False).print(for_terminal(figures))
    err.print(f"Wrote {chosen.json}")
    return failed


def stored_parts(file: Path) -> dict[str, Any]:
    """The parts in a file, in the order of the bench; empty if there is no file."""
    parts = json.loads(file.read_text())["parts"] if file.exists() else {}
    return {name: parts[name] for name in PARTS if name in parts}


def store_part(file: Path, name: str, figures: Mapping[str, Any] | None) -> None:
    """Replace a part's figures in a file, or remove them if there are none."""
    parts = stored_parts(file) | {name: figures}
    held = {each: parts[each] for each in PARTS if parts.get(each)}
    file.write_text(json.dumps({"parts": held}, indent=1) + "\n")


def _measured(part: Part, chosen: argparse.Namespace) -> dict[str, Any]:
    sizes = [
        Size(
            people,
            chosen.months or part.months,
            chosen.events,
            chosen.requests,
            chosen.budget or part.budget,
            chosen.minutes,
        )
        for people in sorted(set(chosen.people or part.people))
    ]
    runs, folder = chosen.runs or part.runs, chosen.json.parent
    comparisons = [
        compare(part, each, runs, folder, err.print, alone=each.people > chosen.peer_up_to) for each in sizes
    ]
    return as_dict(comparisons, machine())


def _parser() -> argparse.ArgumentParser:
    usual = Size(people=1)
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="The product beside other tools, in one table."
    )
    add = parser.add_argument
    add("parts", nargs="*", type=_part, metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    add("--people", nargs="+", type=_positive, help="sizes, several show the growth; default: each part's own")
    add("--months", type=_positive, help="months of history; default: each part's own")
    add("--events", type=_positive, default=usual.events, help="internal services asked a person and month")
    add("--requests", type=_positive, default=usual.requests, help="while a server's memory is watched")
    add("--budget", type=_positive, help="seconds that a model search may take; default: each part's own")
    add("--minutes", type=float, default=usual.minutes, help="that a server is watched")
    add("--runs", type=_positive, help="of each side, taking turns; default: each part's own")
    alone = "run ours alone at larger sizes, where the others do not fit in memory"
    add("--peer-up-to", type=_positive, default=sys.maxsize, metavar="PEOPLE", help=alone)
    add("--json", type=Path, default=Path("var/bench/bench.json"), metavar="FILE", help="the figures")
    return parser


def _part(name: str) -> str:
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"'{name}' is none of {', '.join(PARTS)}")
    return name


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
