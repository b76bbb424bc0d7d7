"""What commands share: their options, progress on stderr, and the result as JSON."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from features.errors import BadInput, Finding

err = Console(stderr=True, highlight=False)


SourceArgument = Annotated[Path, typer.Argument(help="A folder of HR tables, or a source.toml.", metavar="SOURCE")]


JsonOption = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - is stdout.")
]


DayOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A month-end; default the latest.")]


VersionArgument = Annotated[str, typer.Argument(metavar="VERSION", help="Of the registry.")]


MonthOption = Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Default: the latest scored month.")]


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Says on stderr what is under way: one moving line on a terminal, a line a stage elsewhere."""
    if not err.is_terminal:
        yield lambda stage: err.print(f"· {escaped(stage)}")
        return
    with err.status("starting") as status:
        yield lambda stage: status.update(escaped(stage))


def escaped(text: str) -> str:
    """A text in which Rich finds no markup."""
    from rich.markup import escape

    return escape(text)


def month_asked(given: str | None) -> str | None:
    """A month as it was asked for. Raises BadInput for one that is none."""
    if given is not None and not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", given):
        raise BadInput(Finding("this is no month", "command line", "--month", remedy="Write it as YYYY-MM."))
    return given


def day_asked(given: datetime | None) -> date | None:
    """The day of an option that typer reads as a time."""
    return given.date() if given else None


def write_json(target: str | None, document: Any) -> None:
    """JSON to a file, or to stdout for -; a figure that is not defined is null."""
    if target is None:
        return
    from pipeline.files import json_text, write_text

    if target == "-":
        sys.stdout.write(json_text(document) + os.linesep)
    else:
        write_text(json_text(document), Path(target))
