"""Commands for models: the registry, the promotion gate, the model card."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from features.errors import BadInput, Finding
from pipeline.commands.options import JsonOption, VersionArgument, err, write_json
from pipeline.settings import Settings

models_app = typer.Typer(help="The registry, the promotion gate, the model card.")


@models_app.callback(invoke_without_command=True)
def models(context: typer.Context, json_file: JsonOption = None) -> None:
    """The registry, the promotion gate, the model card. Without a subcommand: same as `list`."""
    if context.invoked_subcommand is None:
        list_models(json_file)


@models_app.command("list")
def list_models(json_file: JsonOption = None) -> None:
    """List all model versions: which one is the champion, and when each served."""
    from pipeline.commands.screens.models import models_screen
    from pipeline.registry.promotion import history
    from pipeline.registry.versions import connect, versions

    settings = Settings()
    registered = versions(connect(settings))
    write_json(json_file, [asdict(entry) for entry in registered])
    err.print(models_screen(registered, history(settings)))


@models_app.command()
def promote(
    version: VersionArgument,
    reason: Annotated[
        str | None,
        typer.Option(help="Why it should serve; stays on record. Required if the gate refuses. Do not name people."),
    ] = None,
    json_file: JsonOption = None,
) -> None:
    """Run the gate again for a version and make it the champion; exit code 3 if the gate refuses.

    A former champion can be promoted again.
    """
    from pipeline.commands.screens.models import promotion_screen
    from pipeline.registry.promotion import promote as promote_version
    from pipeline.registry.report_json import gate_json
    from pipeline.store.settings_ledger import on_record

    settings = Settings()
    with on_record(settings, "models promote"):
        offered = promote_version(settings, version, reason)
    write_json(json_file, asdict(offered) | {"gates": gate_json(offered.gates)})
    err.print(promotion_screen(offered))


@models_app.command()
def card(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version in the registry, or: champion.")],
    out_file: Annotated[
        Path | None, typer.Option("--out", help="A page (.html) or Markdown (.md). Default: Markdown to stdout.")
    ] = None,
) -> None:
    """Write a version's model card: what it is for, how it was evaluated, and who promoted it and why."""
    from pipeline.files import write_text
    from pipeline.registry.promotion import card_of

    written = card_of(Settings(), None if version == "champion" else version)
    if out_file is None:
        sys.stdout.write(written.markdown)
        return
    if out_file.suffix not in (".html", ".md"):
        raise BadInput(
            Finding("a card is an .html or .md file", "models card", "--out", remedy="Choose such a file name.")
        )
    write_text(written.html if out_file.suffix == ".html" else written.markdown, out_file)
    err.print(f"Wrote the card of model version {written.version} to {out_file}.")
