"""The command that trains a model."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import JsonOption, SourceArgument, data_of_refused, err, progress, write_json
from pipeline.settings import Settings

app = typer.Typer()


@app.command()
def train(
    source: SourceArgument,
    horizon_months: Annotated[int | None, typer.Option(min=1, max=36, help="Default: the source's.")] = None,
    predictions: Annotated[Path | None, typer.Option(help="Parquet: the out-of-time predictions.")] = None,
    json_file: JsonOption = None,
    seed: Annotated[int, typer.Option(help="Seed of every random step.")] = 1,
    quick: Annotated[bool, typer.Option("--quick", help="Use fixed hyperparameters instead of tuned ones.")] = False,
    allow_suspect: Annotated[list[str] | None, typer.Option(help="Keep a feature that the leak guard reports.")] = None,
) -> None:
    """Train, evaluate out of time, log to MLflow, register, and promote if the gate allows it."""
    from pipeline.commands.screens.training import training_screen
    from pipeline.files import write_parquet
    from pipeline.registry.report_json import as_json
    from pipeline.store.settings_ledger import on_record
    from pipeline.training import Request
    from pipeline.training import train as train_model

    request = Request(seed, quick, horizon_months, tuple(allow_suspect or ()), predictions is not None)
    settings = Settings()
    with on_record(settings, "train"), data_of_refused(json_file), progress() as report:
        trained = train_model(source, settings, request, report)
    if predictions:
        write_parquet(trained.predictions, predictions)
    write_json(json_file, as_json(trained.report))
    err.print(training_screen(trained.report, settings), crop=False)  # URLs stay whole, so that they can be copied
