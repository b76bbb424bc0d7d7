"""The commands about settings: what is in force and where it comes from, and whether a deployment can rely on it."""

import os
import sys
from contextlib import closing
from dataclasses import asdict
from datetime import date
from pkgutil import resolve_name
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from features.errors import BadInput
from pipeline.commands.options import JsonOption, write_json
from pipeline.settings import Settings, unusable
from pipeline.settings_file import EVERY_SETTING

settings_app = typer.Typer(help="The settings in force, and a check of them for a deployment.")

CHECK_OF_SERVER = "serving.deployment:advice"
"""By name, because `pipeline` must not import `serving`."""


@settings_app.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    changes: Annotated[
        bool, typer.Option("--changes", help="Print instead what changed, newest first, since settings are recorded.")
    ] = False,
    json_file: JsonOption = None,
) -> None:
    """Print every setting, its value and where it comes from: a default, the file or the environment. No secrets."""
    if context.invoked_subcommand:
        return
    if changes:
        _show_changes(json_file)
        return
    from pipeline.commands.screens.settings import lines_of, rows_of

    rows = rows_of(every_setting())
    write_json(json_file, [asdict(row) for row in rows])
    if json_file != "-":
        sys.stdout.write(os.linesep.join(lines_of(rows)) + os.linesep)


@settings_app.command()
def check(json_file: JsonOption = None) -> None:
    """Check the settings for a deployment: identity, TLS, store, audit, mail and notice.

    Exit code 2 if something is wrong; what is only unusual is a warning.
    """
    from pipeline.commands.screens.settings import advice_lines
    from pipeline.deployment import advice

    settings = every_setting()
    found = [*resolve_name(CHECK_OF_SERVER)(settings), *advice(settings, date.today())]
    write_json(json_file, [each.as_dict() for each in found])
    if json_file != "-":
        sys.stdout.write(os.linesep.join(advice_lines(found)) + os.linesep)
    if any(each.is_error for each in found):
        raise typer.Exit(BadInput.exit_code)


def _show_changes(json_file: str | None) -> None:
    from pipeline.commands.screens.settings import change_lines
    from pipeline.store.settings_ledger import changes, recorded_since
    from pipeline.store.store import Store

    with closing(Store.of(Settings())) as store, store.reading() as scores:
        found, since = changes(scores.connection), recorded_since(scores.connection)
    write_json(json_file, [vars(each) | {"at": each.at.isoformat()} for each in found])
    if json_file != "-":
        sys.stdout.write(os.linesep.join(change_lines(found, since)) + os.linesep)


def every_setting() -> Settings:
    """The settings of jobs and server. Raises BadInput for invalid ones."""
    settings_class: Any = resolve_name(EVERY_SETTING)
    try:
        return settings_class()  # type: ignore[no-any-return]
    except ValidationError as error:
        raise unusable(error) from None
