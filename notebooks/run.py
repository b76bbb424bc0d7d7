"""Runs the notebooks in their reading order and writes each as a page that stands alone.

`python notebooks/run.py --out DIR [NAME ...]`. State lies under RETENTION_VAR, the pages under DIR; a notebook whose
conclusion does not hold, or that takes longer than a minute, ends the run with its error and exit code 1.
"""

import argparse
import os
import re
import sys
import time
from pathlib import Path

import jupytext
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbconvert import HTMLExporter
from rich.console import Console
from traitlets.config import Config

HERE = Path(__file__).parent
SECONDS_A_CELL = 600
"""A cell that hangs is stopped; on a machine with other work to do a minute's work may take several."""
err = Console(stderr=True, highlight=False)


def main() -> int:
    """Run what was asked for, all of them by default."""
    arguments = _arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    notebooks = [path for path in sorted(HERE.glob("[0-9]*.py")) if not arguments.names or path.stem in arguments.names]
    if not notebooks:
        err.print(f"No such notebook. There are: {', '.join(path.stem for path in sorted(HERE.glob('[0-9]*.py')))}.")
        return 2
    for path in notebooks:
        start = time.perf_counter()
        try:
            page = executed(path, arguments.var)
        except (CellExecutionError, CellTimeoutError) as error:
            err.print(f"[red]{path.name} does not hold:[/]")
            err.print(re.sub(r"\x1b\[[\d;]*m", "", str(error)), markup=False)  # the colours of a terminal
            return 1
        target = arguments.out / f"{path.stem}.html"
        unfinished = target.with_suffix(".unfinished")
        unfinished.write_text(page, encoding="utf-8")
        unfinished.rename(target)
        err.print(f"{path.stem:<40} {time.perf_counter() - start:6.1f} s  {target}", soft_wrap=True)
    return 0


def executed(path: Path, var: Path) -> str:
    """The notebook's page after a run of its own, with its state under `var`."""
    notebook = jupytext.read(path)
    os.environ["RETENTION_VAR"] = str(var.absolute())
    os.environ["PYTHONWARNINGS"] = "ignore:IProgress not found"  # of progress bars for a notebook nobody watches
    client = NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(HERE.parent)}},
        config=Config({"KernelManager": {"transport": "ipc"}}),  # no port is opened
    )
    client.execute()
    exporter = HTMLExporter(mathjax_url="", require_js_url="", jquery_url="")  # nothing is loaded from elsewhere
    page, _ = exporter.from_notebook_node(notebook)
    return str(page)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run the notebooks and write them as HTML.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="file names without .py; default all")
    parser.add_argument("--out", type=Path, default=Path("var/notebooks"), help="folder for the pages")
    parser.add_argument("--var", type=Path, default=Path("var/notebooks/state"), help="where their state lies")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
