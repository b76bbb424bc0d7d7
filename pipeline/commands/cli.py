"""The console script `retention`. Each command reads its arguments, calls one job, and says what it did.

Exit codes: 0 success, 2 bad input or usage, 3 a guard or the gate refused, 1 a fault. Progress and messages go to
stderr; stdout is for what was asked for. The jobs are imported when they run, so that `--help` is quick.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import date, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from features.errors import BadInput, Finding, Refused, RetentionError
from pipeline.settings import Settings, unusable

app = typer.Typer(
    name="retention",
    help="Who is at risk of leaving voluntarily, why, and what could change it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
audit_app = typer.Typer(no_args_is_help=True, help="The audit of who looked at whom.")
app.add_typer(audit_app, name="audit")
models_app = typer.Typer(help="The registry, the promotion gate, the model card.")
app.add_typer(models_app, name="models")
err = Console(stderr=True, highlight=False)
out = Console(highlight=False)

SourceArgument = Annotated[Path, typer.Argument(help="A folder of HR tables, or a source.toml.", metavar="SOURCE")]
JsonOption = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - is stdout.")
]
DayOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A month-end; default the latest.")]

VersionArgument = Annotated[str, typer.Argument(metavar="VERSION", help="Of the registry.")]


def _version(is_asked: bool) -> None:
    if is_asked:
        sys.stdout.write(f"retention {installed_version('retention')}{os.linesep}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Who is at risk of leaving voluntarily, why, and what could change it."""


@app.command()
def simulate(
    out_dir: Annotated[Path, typer.Option("--out", help="Folder to write; replaced if it is a simulated company.")],
    employees: Annotated[int, typer.Option(help="People employed at a time.")] = 2000,
    months: Annotated[int, typer.Option(help="Months of history.")] = 48,
    seed: Annotated[int, typer.Option(help="Same seed, same company.")] = 1,
) -> None:
    """Write a simulated company whose true hazard is known."""
    from features.simulation.run import simulate as simulate_company

    with _progress() as told:
        told(f"simulating {employees:,} people for {months} months")
        rows = simulate_company(out_dir, employees, months, seed)
    for name, number in rows.items():
        err.print(f"  {name:<16} {number:>12,}")
    err.print(f"Wrote a simulated company.\nNext: retention check {_escaped(str(out_dir))}", soft_wrap=True)


@app.command()
def check(source: SourceArgument, json_file: JsonOption = None) -> None:
    """Validate a source: every error and warning of every table, and what to do about each."""
    from features.source import check_source
    from features.validation.report import render
    from pipeline.dataset.workspace import workspace

    with workspace(Settings()) as folder, _progress() as told:
        told("reading and validating")
        report = check_source(source, folder / "tables")
    _write_json(json_file, report.as_dict())
    err.print(render(report))
    if report.errors:
        raise typer.Exit(BadInput.exit_code)


@app.command()
def features(
    source: SourceArgument,
    out_file: Annotated[Path, typer.Option("--out", help="Parquet file to write.")],
    snapshot_date: Annotated[
        list[datetime] | None, typer.Option(formats=["%Y-%m-%d"], help="A month-end; may be repeated. Default: all.")
    ] = None,
) -> None:
    """Write the feature table: one row a person and snapshot date."""
    from pipeline.dataset.rows import write_features
    from pipeline.dataset.workspace import workspace

    settings, days = Settings(), [day.date() for day in snapshot_date or []]
    with workspace(settings) as folder, _progress() as told:
        rows, columns = write_features(source, days, out_file, folder, told, settings)
    err.print(f"Wrote {rows:,} rows with {columns} features to {out_file}.")


@app.command()
def train(
    source: SourceArgument,
    horizon_months: Annotated[int | None, typer.Option(min=1, max=36, help="Default: the source's.")] = None,
    predictions: Annotated[Path | None, typer.Option(help="Parquet: the out-of-time predictions.")] = None,
    json_file: JsonOption = None,
    seed: Annotated[int, typer.Option(help="Of every random step.")] = 1,
    quick: Annotated[bool, typer.Option("--quick", help="Fixed settings instead of tuned ones.")] = False,
    allow_suspect: Annotated[list[str] | None, typer.Option(help="A feature that the leak guard names.")] = None,
) -> None:
    """Train, judge out of time, log to MLflow, register, and promote if the gate lets it."""
    from pipeline.commands.terminal import training_screen
    from pipeline.files import write_parquet
    from pipeline.training import Request
    from pipeline.training import train as train_model

    request = Request(seed, quick, horizon_months, tuple(allow_suspect or ()))
    settings = Settings()
    with _progress() as told:
        trained = train_model(source, settings, request, told)
    if predictions:
        write_parquet(trained.predictions, predictions)
    _write_json(json_file, trained.report)
    err.print(training_screen(trained.report, settings), crop=False)  # an address stays whole, to be copied


@app.command()
def score(
    source: SourceArgument,
    snapshot_date: DayOption = None,
    model: Annotated[str | None, typer.Option(metavar="VERSION", help="Default: the champion.")] = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="Parquet: the scores.")] = None,
    factors: Annotated[Path | None, typer.Option(help="Parquet: the factors.")] = None,
) -> None:
    """Score everyone at risk, with factors, and publish to the store."""
    from pipeline.commands.terminal import scoring_screen
    from pipeline.files import write_parquet
    from pipeline.scoring.job import factor_columns, score_and_publish, score_columns

    with _progress() as told:
        publication = score_and_publish(source, Settings(), _day(snapshot_date), model, date.today(), told)
    if out_file:
        write_parquet(score_columns(publication), out_file)
    if factors:
        write_parquet(factor_columns(publication), factors)
    err.print(scoring_screen(publication))


@app.command()
def lists(
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Default: the latest scored month.")] = None,
    out_dir: Annotated[Path | None, typer.Option("--out", help="Folder to write. Default: lists under var.")] = None,
) -> None:
    """Write the managers' lists of a scored month."""
    from pipeline.commands.terminal import lists_screen
    from pipeline.language.translator import language
    from pipeline.lists.pages import write_lists
    from pipeline.lists.risk_list import month_to_list
    from pipeline.lists.rollout import deal
    from pipeline.store.store import Store

    settings = Settings()
    with closing(Store(settings.store_url)) as store:
        with store.reading() as scores:
            published = month_to_list(scores, _month(month))
        deal(store, settings, published)
        out, said_in = out_dir or settings.var / "lists", language(settings.language)
        written = write_lists(store, out, settings.list_rules, month, said_in, settings.list_link)
    err.print(lists_screen(written, settings), crop=False)


@app.command()
def deliver(
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Default: the latest scored month.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many would go out, and send nothing.")] = False,
    resend: Annotated[
        list[str] | None, typer.Option(metavar="MANAGER_ID", help="Send this list again; may be repeated.")
    ] = None,
    resend_uncertain: Annotated[
        bool, typer.Option("--resend-uncertain", help="Send again what may or may not have arrived.")
    ] = False,
    json_file: JsonOption = None,
) -> None:
    """Mail the managers' lists of a scored month, each at most once; exit code 1 where one did not go out."""
    from pipeline.commands.terminal import delivery_screen
    from pipeline.lists.mailing import Resend, as_json
    from pipeline.lists.mailing import deliver as deliver_lists
    from pipeline.store.store import Store

    settings, again = Settings(), Resend(resend or (), resend_uncertain)
    with closing(Store(settings.store_url)) as store, _progress() as told:
        done = deliver_lists(store, settings, _month(month), again, dry_run, told=told)
    counts = as_json(done)
    _write_json(json_file, counts)
    err.print(delivery_screen(counts, dry_run))
    if not (dry_run or done.is_complete):
        raise typer.Exit(1)


@app.command()
def monitor(
    source: SourceArgument,
    json_file: JsonOption = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="The report with plots. Default: under var.")
    ] = None,
) -> None:
    """Hold published scores against what happened since, and today's data against what the model learned from.

    Exit code 3 where something is out of bounds.
    """
    from pipeline.commands.terminal import monitoring_screen
    from pipeline.monitoring.report import monitor as monitor_source

    settings = Settings()
    page = html_file or settings.var / "monitoring.html"
    with _progress() as told:
        report = monitor_source(source, settings, page, told)
    _write_json(json_file, report)
    err.print(monitoring_screen(report, page), crop=False)
    if any(alert["is_current"] for alert in report["alerts"]):
        raise typer.Exit(Refused.exit_code)


@app.command()
def monthly(
    source: SourceArgument,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Default: the source's latest.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Do every step anew; what was mailed stays mailed.")] = False,
    json_file: JsonOption = None,
) -> None:
    """Score, write the lists, mail them and monitor: a month in one run, which may be run again at any time.

    Exit code 1 where a list did not go out, else 3 where something is out of bounds.
    """
    from pipeline.commands.terminal import month_screen
    from pipeline.monthly import monthly as run_month

    with _progress() as told:
        run = run_month(source, Settings(), _month(month), date.today(), again, told)
    _write_json(json_file, asdict(run))
    err.print(month_screen(run), crop=False)
    if not run.is_delivered:
        raise typer.Exit(1)
    if run.is_alerting:
        raise typer.Exit(Refused.exit_code)


@app.command()
def effect(source: SourceArgument, json_file: JsonOption = None) -> None:
    """Did the lists keep people? Exits with managers who get lists against managers who, by lot, do not."""
    from pipeline.commands.terminal import effect_screen
    from pipeline.lists.effect import effect as measure

    report = measure(source, Settings())
    _write_json(json_file, report)
    err.print(effect_screen(report))


@app.command()
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and delete nothing.")] = False,
    json_file: JsonOption = None,
) -> None:
    """Delete scores, lists, answers and contests that are older than the periods of the settings."""
    from pipeline.commands.terminal import purging_screen
    from pipeline.store.periods import purge as purge_store
    from pipeline.store.store import Store

    settings = Settings()
    with closing(Store(settings.store_url)) as store:
        purged = purge_store(store, settings, date.today(), dry_run)
    _write_json(json_file, asdict(purged))
    err.print(purging_screen(purged, dry_run))


@app.command()
def privacy(
    out_file: Annotated[Path | None, typer.Option("--out", help="Markdown file to write. Default: stdout.")] = None,
) -> None:
    """Write a draft of the data protection impact assessment, from the settings and the store."""
    from pipeline.documents.impact_assessment import assessment
    from pipeline.files import write_text
    from pipeline.store.store import Store

    settings = Settings()
    with closing(Store(settings.store_url)) as store:
        draft = assessment(settings, store, date.today())
    if out_file:
        write_text(draft, out_file)
        err.print(f"Wrote {out_file}. Its last part says what is open.")
    else:
        sys.stdout.write(draft)


@app.command()
def token(
    role: Annotated[str, typer.Option(help="hr, manager, data_scientist or auditor.")],
    person: Annotated[str | None, typer.Option(metavar="ID", help="Whose token it is; a manager needs one.")] = None,
) -> None:
    """Print a short-lived bearer token of the embedded identity provider."""
    from pipeline.identity.tokens import issue_token

    sys.stdout.write(issue_token(Settings(), role, person) + os.linesep)


@audit_app.command()
def verify(
    noted: Annotated[
        str | None, typer.Option(metavar="ID:HASH", help="An end of the chain that was noted earlier, elsewhere.")
    ] = None,
    json_file: JsonOption = None,
) -> None:
    """Prove that no row of the audit was changed, taken out or put in; exit code 3 where one was.

    On stdout is the end of the chain, to be noted somewhere else for --noted.
    """
    from pipeline.commands.terminal import audit_screen
    from pipeline.store.audit import Link
    from pipeline.store.store import Store

    with closing(Store(Settings().store_url)) as store:
        chain = store.verify_audit(Link.of(noted) if noted else None)
    _write_json(json_file, asdict(chain) | {"is_whole": chain.is_whole})
    err.print(audit_screen(chain))
    if not chain.is_whole:
        raise typer.Exit(Refused.exit_code)
    if chain.head and json_file != "-":
        sys.stdout.write(f"{chain.head}{os.linesep}")


@models_app.callback(invoke_without_command=True)
def models(context: typer.Context, json_file: JsonOption = None) -> None:
    """The registry, the promotion gate, the model card. Alone: as `list`."""
    if context.invoked_subcommand is None:
        list_models(json_file)


@models_app.command("list")
def list_models(json_file: JsonOption = None) -> None:
    """Every model version, which one is champion, and who served when."""
    from pipeline.commands.terminal import models_screen
    from pipeline.registry.promotion import history
    from pipeline.registry.versions import connect, versions

    settings = Settings()
    found = versions(connect(settings))
    _write_json(json_file, found)
    err.print(models_screen(found, history(settings)))


@models_app.command()
def promote(
    version: VersionArgument,
    reason: Annotated[
        str | None, typer.Option(help="Why it should serve, kept for good; needed where the gate refuses. Name nobody.")
    ] = None,
    json_file: JsonOption = None,
) -> None:
    """Run the gate again for a version and make it champion, a former one too; exit code 3 where the gate refuses."""
    from pipeline.commands.terminal import promotion_screen
    from pipeline.registry.promotion import promote as promote_version

    offered = promote_version(Settings(), version, reason)
    _write_json(json_file, asdict(offered))
    err.print(promotion_screen(offered))


@models_app.command()
def card(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="Of the registry, or: champion.")],
    out_file: Annotated[
        Path | None, typer.Option("--out", help="A page (.html) or Markdown (.md). Default: Markdown to stdout.")
    ] = None,
) -> None:
    """Write a version's model card: what it is for, how it was judged, and who promoted it why."""
    from pipeline.files import write_text
    from pipeline.registry.promotion import card_of

    found = card_of(Settings(), None if version == "champion" else version)
    if out_file is None:
        sys.stdout.write(found.markdown)
        return
    if out_file.suffix not in (".html", ".md"):
        raise BadInput(Finding("a card is .html or .md", "models card", "--out", 0, "Name such a file."))
    write_text(found.html if out_file.suffix == ".html" else found.markdown, out_file)
    err.print(f"Wrote the card of model version {found.version} to {out_file}.")


def main() -> None:
    """Run a command; an error that we raise on purpose, and a fault of the machine, become a message and a code."""
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
        err.print(f"[bold red]error[/] {_escaped(line)}", soft_wrap=True)
    raise SystemExit(error.exit_code) from None


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Says on stderr what is under way: one moving line on a terminal, a line a stage elsewhere."""
    if not err.is_terminal:
        yield lambda stage: err.print(f"· {_escaped(stage)}")
        return
    with err.status("starting") as status:
        yield lambda stage: status.update(_escaped(stage))


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _month(given: str | None) -> str | None:
    """A month as it was asked for. Raises BadInput for one that is none."""
    if given is not None and not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", given):
        raise BadInput(Finding("this is no month", "command line", "--month", 0, "Write it as YYYY-MM."))
    return given


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _write_json(target: str | None, document: Any) -> None:
    """JSON to a file, or to stdout for -; a figure that is not defined is null."""
    if target is None:
        return
    from pipeline.files import json_text, write_text

    if target == "-":
        sys.stdout.write(json_text(document) + os.linesep)
    else:
        write_text(json_text(document), Path(target))
