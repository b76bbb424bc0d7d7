"""The command that makes a simulated company with a year behind it."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipeline.commands.options import JsonOption, err, progress, write_json
from pipeline.settings import Settings

app = typer.Typer()


@app.command()
def demo(
    employees: Annotated[int, typer.Option(help="People employed at the same time.")] = 700,
    seed: Annotated[int, typer.Option(help="Same seed, same company and same answers.")] = 1,
    json_file: JsonOption = None,
) -> None:
    """Simulate a company and a year of use: models, scores, lists, answers, monitoring and a roll-out.

    It needs an empty state folder. Under three minutes on two cores.
    """
    from pipeline.commands.screens.demonstration import demo_screen
    from pipeline.demo.year import demo as live_a_year
    from pipeline.store.settings_ledger import on_record

    settings = Settings()
    with on_record(settings, "demo"), progress() as report:
        year = live_a_year(settings.var / "demo", settings, datetime.now(UTC), employees, seed, progress=report)
    write_json(json_file, asdict(year))
    err.print(demo_screen(year, settings), crop=False)
