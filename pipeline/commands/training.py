"""The command that trains a model."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import Refused
from pipeline.commands.options import JsonOption, SourceArgument, data_of_refused, err, progress, write_json
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.judging import Judged
    from pipeline.training import Request, Trained

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
    estimator: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE:FACTORY",
            help="Judge a scikit-learn classifier of yours instead. Runs the code of the module (or FILE.py).",
        ),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(help="Parquet of another system (employee_id, snapshot_date, risk), judged on the same rows."),
    ] = None,
) -> None:
    """Train, evaluate out of time, log to MLflow, register, and promote if the gate allows it.

    With --estimator, exit code 3 means that it was judged and does not serve.
    """
    from pipeline.commands.screens.training import training_screen
    from pipeline.files import write_parquet
    from pipeline.registry.report_json import as_json
    from pipeline.store.settings_ledger import on_record
    from pipeline.training import Request
    from pipeline.training import train as train_model

    request = Request(seed, quick, horizon_months, tuple(allow_suspect or ()), predictions is not None, compare)
    settings = Settings()
    with on_record(settings, "train"), data_of_refused(json_file), progress() as report:
        trained: Judged | Trained = (
            _judged(source, estimator, settings, request, report)
            if estimator
            else train_model(source, settings, request, report)
        )
    if predictions:
        write_parquet(trained.predictions, predictions)
    write_json(json_file, as_json(trained.report))
    err.print(training_screen(trained.report, settings), crop=False)  # URLs stay whole, so that they can be copied
    if estimator and not trained.report.promoted:
        raise typer.Exit(Refused.exit_code)


def _judged(
    source: Path, estimator: str, settings: Settings, request: "Request", report: Callable[[str], None]
) -> "Judged":
    from pipeline.judging import judge
    from pipeline.model.estimator.named import estimator_named

    report(f"import {estimator}")
    return judge(source, estimator_named(estimator), estimator.rpartition(":")[2], settings, request, report)
