"""Shared by the commands: options, progress on stderr, and results as JSON."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, Group

from features.errors import BadInput, Finding

err = Console(stderr=True, highlight=False)


SourceArgument = Annotated[Path, typer.Argument(help="A folder of HR tables, or a source.toml.", metavar="SOURCE")]


JsonOption = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - is stdout.")
]


DayOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A month-end. Default: the latest.")]


DespiteOption = Annotated[
    str | None,
    typer.Option(
        metavar="REASON",
        help="Why to publish a month that scoring refuses; stays on record. Do not name people.",
    ),
]


VersionArgument = Annotated[str, typer.Argument(metavar="VERSION", help="A version in the registry.")]


MonthOption = Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Default: the latest scored month.")]


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Shows the current stage on stderr: one changing line on a terminal, a line per stage elsewhere."""
    if not err.is_terminal:
        yield lambda stage: err.print(f"· {escaped(stage)}")
        return
    with err.status("starting") as status:
        yield lambda stage: status.update(escaped(stage))


@contextmanager
def data_of_refused(json_file: str | None = None) -> Iterator[None]:
    """If a run is refused: prints what validation left out, before the refusals; the JSON holds both."""
    from pipeline.commands.screens.data_counts import count_lines
    from pipeline.data_counts import RefusedOnData

    try:
        yield
    except RefusedOnData as refused:
        err.print(Group(*count_lines(refused.counts, refused.before, refused.before_month)))
        findings = [finding.as_dict() for finding in refused.findings]
        write_json(json_file, {"refusals": findings, "data": refused.counts.as_dict()})
        raise


def escaped(text: str) -> str:
    """The text with Rich markup escaped."""
    from rich.markup import escape

    return escape(text)


def month_asked(given: str | None) -> str | None:
    """The month of an option, checked. Raises BadInput unless it is YYYY-MM."""
    if given is not None and not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", given):
        raise BadInput(Finding("not a month", "command line", "--month", remedy="Write it as YYYY-MM."))
    return given


def day_asked(given: datetime | None) -> date | None:
    """The day of an option that typer reads as a time."""
    return given.date() if given else None


def write_json(target: str | None, document: Any) -> None:
    """Write JSON to a file, or to stdout for `-`; an undefined figure is null."""
    if target is None:
        return
    from pipeline.files import json_text, write_text

    if target == "-":
        sys.stdout.write(json_text(document) + os.linesep)
    else:
        write_text(json_text(document), Path(target))
