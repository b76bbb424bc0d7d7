"""The console script `retention`. Each command reads its arguments, runs one job, and prints the result.

Exit codes: 0 success, 2 bad input or usage, 3 a guard or the gate refused, 1 a fault. Progress and messages go to
stderr; stdout is for requested output. Jobs are imported when they run, so that `--help` is fast and Polars is loaded
only after its memory setting is made.
"""

import os
import sys
from importlib.metadata import version as installed_version
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError

from features.allocator import share_freed_memory
from features.errors import RetentionError
from pipeline.commands import data, drafting, models, months, oversight, training
from pipeline.commands.options import err, escaped
from pipeline.settings import Settings, unusable

app = typer.Typer(
    name="retention",
    help="Who is at risk of leaving voluntarily, why, and what could change it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (data, drafting, training, months, oversight):
    app.add_typer(group.app)
app.add_typer(models.models_app, name="models")


def _version(is_asked: bool) -> None:
    if is_asked:
        sys.stdout.write(f"retention {installed_version('retention')}{os.linesep}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Who is at risk of leaving voluntarily, why, and what could change it."""


def main() -> None:
    """Run a command; our own errors and faults of the machine become a message and an exit code."""
    share_freed_memory()
    try:
        app()
    except RetentionError as known:
        _end(known)
    except SettingsError as error:
        _end(unusable(error))
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        _end(unusable(error))
    except Exception as error:
        from pipeline.faults import fault_of

        if fault := fault_of(error, Settings()):
            _end(fault)
        raise


def _end(error: RetentionError) -> NoReturn:
    for line in str(error).splitlines():
        err.print(f"[bold red]error[/] {escaped(line)}", soft_wrap=True)
    raise SystemExit(error.exit_code) from None
