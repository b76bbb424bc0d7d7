"""The commands about what happened and what is coming: turnover and outlook."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from features.errors import BadInput, Finding
from pipeline.commands.options import JsonOption, SourceArgument, err, month_asked, progress, write_json
from pipeline.settings import Settings

app = typer.Typer()

FromOption = Annotated[str | None, typer.Option("--from", metavar="YYYY-MM", help="First month. Default: the first.")]
ToOption = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="Last month. Default: the latest.")]


@app.command()
def turnover(
    source: SourceArgument,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="department, level, location, job, tenure, cohort, contract or manager (a manager's line); "
            "may be repeated. Default: all but manager.",
        ),
    ] = None,
    first: FromOption = None,
    last: ToOption = None,
    json_file: JsonOption = None,
    out_dir: Annotated[Path | None, typer.Option("--out", help="Folder: tables, charts and JSON.")] = None,
) -> None:
    """Show what happened: exits by kind, month and group, with intervals; publish it for the server.

    How people left is shown only where it reveals nothing about fewer than three leavers.
    """
    from features.source import load_source, source_name
    from pipeline.commands.screens.turnover import turnover_screen
    from pipeline.commands.turnover_files import write_files
    from pipeline.dataset.reading import engine_to_read
    from pipeline.dataset.workspace import tables_folder, workspace
    from pipeline.store.store import Store
    from pipeline.turnover.publishing import publish_turnover, source_with_dates
    from pipeline.turnover.turnover_json import as_json

    wanted, months = _dimensions(by), (month_asked(first), month_asked(last))
    settings = Settings()
    with progress() as report, workspace(settings) as folder, closing(Store.of(settings)) as store:
        read_at = store.moment()
        report("read and validate")
        stored = tables_folder(settings, source_name(source))
        with engine_to_read(source, folder, settings) as engine:
            given = load_source(source, folder / "tables", settings.directory, stored=stored, engine=engine)
        loaded = source_with_dates(given)
        report("count")
        found = publish_turnover(store, loaded, read_at).turnover
    document = as_json(found, wanted, *months)
    missing = write_files(found, document, out_dir) if out_dir else []
    write_json(json_file, document)
    err.print(turnover_screen(found, [name for name in wanted or ["department"] if name != "everyone"]))
    for chart in missing:
        err.print(f"[yellow]Not drawn:[/] {chart}")


@app.command()
def outlook(
    source: SourceArgument,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="department, location, job or level; may be repeated. Default: all."),
    ] = None,
    planned: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="CSV of planned hires: month (YYYY-MM), number, and any of department, location, job and level. "
            "Default: the plan given last.",
        ),
    ] = None,
    json_file: JsonOption = None,
    out_dir: Annotated[Path | None, typer.Option("--out", help="Folder: tables and JSON.")] = None,
) -> None:
    """Show what is coming: exits and head count by group over 3, 6 and 12 months, with 90 % ranges; publish it.

    From the latest published scores. Shows too how often such ranges held the actual number in past months.
    """
    from features.source import load_source
    from pipeline.commands.outlook_files import write_files
    from pipeline.commands.screens.outlook import outlook_screen
    from pipeline.dataset.reading import engine_to_read
    from pipeline.dataset.workspace import workspace
    from pipeline.outlook.outlook_json import as_json
    from pipeline.outlook.planned import read_planned
    from pipeline.outlook.publishing import publish_outlook
    from pipeline.outlook.report import BY
    from pipeline.store.store import Store
    from pipeline.turnover.publishing import source_with_dates

    wanted = _known_names(by, BY[1:])
    hires = read_planned(planned) if planned else None
    settings = Settings()
    with progress() as report, workspace(settings) as folder, closing(Store.of(settings)) as store:
        report("read and validate")
        with engine_to_read(source, folder, settings) as engine:
            loaded = source_with_dates(load_source(source, folder / "tables", settings.directory, engine=engine))
        report("expect")
        found = publish_outlook(store, loaded, hires)
    document = as_json(found, [BY[0], *wanted] if wanted else None)
    if out_dir:
        write_files(document, out_dir)
    write_json(json_file, document)
    err.print(outlook_screen(found, wanted or ["department"]))


def _dimensions(by: list[str] | None) -> list[str] | None:
    """The dimensions asked for, and everyone. Raises BadInput for a name that is none."""
    from pipeline.turnover.groups.monthly import DIMENSIONS, EVERYONE

    wanted = _known_names([name for name in by or () if name != EVERYONE], DIMENSIONS)
    return [EVERYONE, *wanted] if by else None


def _known_names(by: Sequence[str] | None, names: Sequence[str]) -> list[str]:
    if unknown := set(by or ()) - set(names):
        rule, remedy = "not a way to group people", f"Use any of: {', '.join(names)}."
        raise BadInput(Finding(rule, "command line", "--by", len(unknown), remedy))
    return list(dict.fromkeys(by or ()))
