"""The console script `retention`. Each command reads its arguments, runs one job, and prints the result.

Exit codes: 0 success, 2 bad input or usage, 3 a guard or the gate refused, 1 a fault. Progress and messages go to
stderr; stdout is for requested output. A fault of our own is shown by its type and place, as its message may quote a
person's data; `--debug` shows all of it. Jobs are imported when they run, so that `--help` is fast and Polars is loaded
only after its memory setting is made.
"""

import os
import sys
from contextlib import nullcontext, suppress
from importlib.metadata import version as installed_version
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError

from features.allocator import share_freed_memory
from features.errors import Finding, RetentionError, Unavailable
from pipeline.commands import (
    data,
    demonstration,
    drafting,
    happened,
    models,
    months,
    oversight,
    settings_in_force,
    training,
)
from pipeline.commands.options import err, escaped
from pipeline.file_access import WARNINGS, keep_private
from pipeline.settings import Settings, unusable
from pipeline.tracebacks import data_kept_out, described

app = typer.Typer(
    name="retention",
    help="Who is at risk of leaving voluntarily, why, and what could change it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for group in (data, demonstration, drafting, training, months, happened, oversight):
    app.add_typer(group.app)
app.add_typer(models.models_app, name="models")
app.add_typer(settings_in_force.settings_app, name="settings")


def _version(is_asked: bool) -> None:
    if is_asked:
        sys.stdout.write(f"retention {installed_version('retention')}{os.linesep}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show a fault with its whole traceback, which may quote personal data.")
    ] = False,
) -> None:
    """Who is at risk of leaving voluntarily, why, and what could change it."""
    if debug:
        os.environ["RETENTION_DEBUG"] = "true"  # for the processes that a command starts, too
    with suppress(SettingsError, ValidationError, RetentionError):  # a command that needs the settings reports it
        if warning := WARNINGS.get(keep_private(Settings().var)):
            err.print(warning, soft_wrap=True)


def main() -> None:
    """Run a command; our own errors and faults of the machine become a message and an exit code."""
    share_freed_memory()
    with nullcontext() if _is_debugging() or "--debug" in sys.argv[1:2] else data_kept_out(_report):
        try:
            app()
        except (SystemExit, KeyboardInterrupt):
            raise
        except RetentionError as known:
            _end(known)
        except SettingsError as error:
            _end(unusable(error))
        except BaseException as error:  # a panic of a library in Rust is no Exception
            if isinstance(error, ValidationError) and error.title == Settings.__name__:
                _end(unusable(error))
            _end_unexpected(error)


def _end_unexpected(error: BaseException) -> NoReturn:
    """End with a fault of the machine if it is one; else with the type and place of the error, not its message."""
    if fault := _of_the_machine(error):
        _end(fault)
    if _is_debugging():
        raise error
    rule = f"an unexpected fault: {described(error)}"
    remedy = (
        "Please report this line: it holds no data. If you may see personal data, retention --debug COMMAND shows all."
    )
    _end(Unavailable(Finding(rule, "retention", remedy=remedy)))


def _of_the_machine(error: BaseException) -> RetentionError | None:
    from pipeline.faults import fault_of

    try:
        return fault_of(error, Settings()) if isinstance(error, Exception) else None
    except (
        ValidationError,
        SettingsError,
        RetentionError,
    ):  # which the error itself may have kept from being read so far
        return None


def _is_debugging() -> bool:
    try:
        return Settings().debug
    except (ValidationError, SettingsError, RetentionError):
        return False


def _report(event: str) -> None:
    err.print(f"· {escaped(event)}", soft_wrap=True)


def _end(error: RetentionError) -> NoReturn:
    for line in str(error).splitlines():
        err.print(f"[bold red]error[/] {escaped(line)}", soft_wrap=True)
    raise SystemExit(error.exit_code) from None
