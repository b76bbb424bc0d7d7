"""Commands for data: simulate a company, check a source, write its features."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from features.errors import BadInput
from pipeline.commands.options import JsonOption, SourceArgument, err, escaped, progress, write_json
from pipeline.settings import Settings

app = typer.Typer()


@app.command()
def simulate(
    out_dir: Annotated[Path, typer.Option("--out", help="Folder to write; replaced if it is a simulated company.")],
    employees: Annotated[int, typer.Option(help="People employed at the same time.")] = 2000,
    months: Annotated[int, typer.Option(help="Months of history.")] = 48,
    seed: Annotated[int, typer.Option(help="Same seed, same company.")] = 1,
    names: Annotated[bool, typer.Option(help="Names and addresses of the people.")] = True,
) -> None:
    """Write a simulated company whose true hazard is known."""
    from features.simulation.run import simulate as simulate_company

    with progress() as report:
        report(f"simulating {employees:,} people for {months} months")
        rows = simulate_company(out_dir, employees, months, seed, with_names=names)
    for name, number in rows.items():
        err.print(f"  {name:<16} {number:>12,}")
    err.print(f"Wrote a simulated company.\nNext: retention check {escaped(str(out_dir))}", soft_wrap=True)


@app.command()
def check(source: SourceArgument, json_file: JsonOption = None) -> None:
    """Validate a source: show every error and warning of every table, with what to do about it."""
    from features.drafting.second_opinion import with_second_opinion
    from features.source import check_source
    from features.validation.report import render
    from pipeline.dataset.reading import engine_to_read
    from pipeline.dataset.workspace import workspace
    from pipeline.scoring.coverage import people_left_out

    settings = Settings()
    with workspace(settings) as folder, progress() as report:
        report("reading and validating")
        with engine_to_read(source, folder, settings) as engine:
            findings = check_source(source, folder / "tables", settings.directory, engine)
        findings = with_second_opinion(source, findings, folder / "opinion")
        if not findings.errors:
            left_out = people_left_out(source, folder / "informed", settings, date.today())
            findings = replace(findings, notes=(*findings.notes, *left_out))
    write_json(json_file, findings.as_dict())
    err.print(render(findings))
    if findings.errors:
        raise typer.Exit(BadInput.exit_code)


@app.command()
def features(
    source: SourceArgument,
    out_file: Annotated[Path, typer.Option("--out", help="Parquet file to write.")],
    snapshot_date: Annotated[
        list[datetime] | None, typer.Option(formats=["%Y-%m-%d"], help="A month-end; may be repeated. Default: all.")
    ] = None,
) -> None:
    """Write the feature table: one row per person and snapshot date."""
    from pipeline.dataset.table import write_features
    from pipeline.dataset.workspace import workspace

    settings, days = Settings(), [day.date() for day in snapshot_date or []]
    with workspace(settings) as folder, progress() as report:
        rows, columns = write_features(source, days, out_file, folder, report, settings)
    err.print(f"Wrote {rows:,} rows with {columns} features to {out_file}.")
