"""`python -m bench.page`: put the table of a finished bench into docs/performance.md."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.table import for_page

BEGIN: Final = "<!-- figures: written by `python -m bench.page` -->"
END: Final = "<!-- end of figures -->"


def with_figures(page: str, table: str) -> str:
    """The page with the table between its two marks. Raises ValueError if a mark is missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page must hold the lines '{BEGIN}' and '{END}', between which the table goes")
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the bench's JSON and rewrite the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.page", description=__doc__)
    parser.add_argument("--json", type=Path, default=Path("var/bench/bench.json"), help="what the bench wrote")
    parser.add_argument("--page", type=Path, default=Path("docs/performance.md"), help="the page to rewrite")
    chosen = parser.parse_args(arguments)
    table = for_page(json.loads(chosen.json.read_text()))
    chosen.page.write_text(with_figures(chosen.page.read_text(), table))


if __name__ == "__main__":
    main()
