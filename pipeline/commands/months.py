"""Commands of the month: scores, lists, mail, monitoring, and the effect of the lists."""

from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from features.errors import Refused
from pipeline.commands.options import (
    DayOption,
    DespiteOption,
    JsonOption,
    MonthOption,
    SourceArgument,
    data_of_refused,
    day_asked,
    err,
    month_asked,
    progress,
    write_json,
)
from pipeline.settings import Settings

app = typer.Typer()


@app.command()
def score(
    source: SourceArgument,
    snapshot_date: DayOption = None,
    model: Annotated[str | None, typer.Option(metavar="VERSION", help="Default: the champion.")] = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="Parquet: the scores.")] = None,
    factors: Annotated[Path | None, typer.Option(help="Parquet: the factors.")] = None,
    despite: DespiteOption = None,
) -> None:
    """Score everyone at risk, with factors, and publish to the store.

    Exit code 3, and nothing is published, if the data lack what the model learned from.
    """
    from pipeline.commands.screens.months import scoring_screen
    from pipeline.files import write_parquet
    from pipeline.scoring.job import factor_columns, score_and_publish, score_columns
    from pipeline.store.settings_ledger import on_record

    settings = Settings()
    with on_record(settings, "score"), data_of_refused(), progress() as report:
        day, today = day_asked(snapshot_date), date.today()
        scored = score_and_publish(source, settings, day, model, today, report, despite)
    if out_file:
        write_parquet(score_columns(scored), out_file)
    if factors:
        write_parquet(factor_columns(scored), factors)
    err.print(scoring_screen(scored))


@app.command()
def lists(
    month: MonthOption = None,
    out_dir: Annotated[Path | None, typer.Option("--out", help="Folder to write. Default: lists under var.")] = None,
) -> None:
    """Write the managers' lists of a scored month."""
    from pipeline.commands.screens.lists import lists_screen
    from pipeline.language.translator import language
    from pipeline.lists.briefing import lists_unread
    from pipeline.lists.offers.registered import draw_first_offers
    from pipeline.lists.risk_list import month_to_list
    from pipeline.lists.rollout import allocate
    from pipeline.lists.written.month_folder import write_lists
    from pipeline.notice import require_notice
    from pipeline.store.list_folders import lists_under, note_folder
    from pipeline.store.settings_ledger import on_record
    from pipeline.store.store import Store

    settings = Settings()
    with on_record(settings, "lists"), closing(Store.of(settings)) as store:
        with store.reading() as scores:
            published = month_to_list(scores, month_asked(month))
        require_notice(settings, published.source, date.today())
        store.require_running()
        allocate(store, settings, published)
        draw_first_offers(store, settings, published)
        out = out_dir or lists_under(settings.var)
        is_elsewhere = note_folder(settings.var, out / published.month)
        in_language = language(settings.language)
        written = write_lists(store, out, settings.list_rules, month, in_language, settings.list_link)
        with store.reading() as scores:
            unread = lists_unread(scores, published, settings, datetime.now(UTC))
    err.print(lists_screen(written, settings, is_elsewhere, unread), crop=False)


@app.command()
def deliver(
    month: MonthOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how many would be sent; send nothing.")] = False,
    resend: Annotated[
        list[str] | None, typer.Option(metavar="MANAGER_ID", help="Send this list again; may be repeated.")
    ] = None,
    resend_uncertain: Annotated[
        bool, typer.Option("--resend-uncertain", help="Send again the lists that may not have arrived.")
    ] = False,
    json_file: JsonOption = None,
) -> None:
    """Mail the managers' lists of a scored month, each at most once; exit code 1 if a list was not sent."""
    from pipeline.commands.screens.lists import delivery_screen
    from pipeline.lists.delivery.mailing import Resend, as_json
    from pipeline.lists.delivery.mailing import deliver as deliver_lists
    from pipeline.store.settings_ledger import on_record
    from pipeline.store.store import Store

    settings, again = Settings(), Resend(resend or (), resend_uncertain)
    with on_record(settings, "deliver"), closing(Store.of(settings)) as store, progress() as report:
        done = deliver_lists(store, settings, month_asked(month), again, dry_run, progress=report)
    counts = as_json(done)
    write_json(json_file, counts)
    err.print(delivery_screen(counts, dry_run))
    if not (dry_run or done.is_complete):
        raise typer.Exit(1)


@app.command()
def notify(month: MonthOption = None, json_file: JsonOption = None) -> None:
    """Call the webhook once for a month whose lists are ready, without names; exit code 1 if it did not accept."""
    from pipeline.commands.screens.notifying import call_line
    from pipeline.lists.delivery.notifying import notify as call_webhook
    from pipeline.store.settings_ledger import on_record
    from pipeline.store.store import Store

    settings = Settings()
    with on_record(settings, "notify"), closing(Store.of(settings)) as store:
        called = call_webhook(store, settings, month_asked(month))
    write_json(json_file, asdict(called))
    err.print(call_line(called))
    if not called.is_complete:
        raise typer.Exit(1)


@app.command()
def remind(json_file: JsonOption = None) -> None:
    """Remind managers, once a month, whose list has no answer after some days; exit code 1 if one was not sent."""
    from pipeline.commands.screens.notifying import reminder_lines
    from pipeline.lists.delivery.notifying import remind as remind_managers
    from pipeline.store.settings_ledger import on_record
    from pipeline.store.store import Store

    settings = Settings()
    with on_record(settings, "remind"), closing(Store.of(settings)) as store:
        done = remind_managers(store, settings)
    write_json(json_file, asdict(done))
    err.print("\n".join(reminder_lines(done)))
    if not done.is_complete:
        raise typer.Exit(1)


@app.command()
def monitor(
    source: SourceArgument,
    json_file: JsonOption = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="The report with plots. Default: under var.")
    ] = None,
) -> None:
    """Compare published scores with what happened, and current data with the training data.

    Exit code 3 if something is out of bounds.
    """
    from pipeline.commands.screens.monitoring import monitoring_screen
    from pipeline.monitoring.report import monitor as monitor_source
    from pipeline.monitoring.results_json import as_json
    from pipeline.store.settings_ledger import on_record

    settings = Settings()
    page = html_file or settings.var / "monitoring.html"
    with on_record(settings, "monitor"), progress() as report:
        results = monitor_source(source, settings, page, report)
    write_json(json_file, as_json(results))
    err.print(monitoring_screen(results, page), crop=False)
    if any(alert.is_current for alert in results.alerts):
        raise typer.Exit(Refused.exit_code)


@app.command()
def monthly(
    source: SourceArgument,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Default: the source's latest.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Repeat every step; sent lists are not sent again.")] = False,
    despite: DespiteOption = None,
    json_file: JsonOption = None,
) -> None:
    """Score, write the lists, mail them and monitor: a month in one run, which can be repeated at any time.

    Exit code 1 if a list was not sent, otherwise 3 if something is out of bounds, or if scoring refused; then nothing
    is published or mailed.
    """
    from pipeline.commands.screens.months import month_screen
    from pipeline.monthly import monthly as run_month
    from pipeline.store.settings_ledger import on_record

    settings = Settings()
    with on_record(settings, "monthly"), data_of_refused(json_file), progress() as report:
        run = run_month(source, settings, month_asked(month), date.today(), again, report, despite)
    write_json(json_file, asdict(run))
    err.print(month_screen(run), crop=False)
    if not run.is_delivered:
        raise typer.Exit(1)
    if run.is_alerting:
        raise typer.Exit(Refused.exit_code)


@app.command()
def effect(
    source: SourceArgument,
    offers: Annotated[bool, typer.Option("--offers", help="Which first offer helps whom, by driver.")] = False,
    own_judgement: Annotated[
        bool, typer.Option("--judgement", help="Whom managers would have talked to, beside the lists.")
    ] = False,
    json_file: JsonOption = None,
) -> None:
    """Do the lists reduce exits? Compare managers who get lists with managers who, at random, do not."""
    if offers and own_judgement:
        raise typer.BadParameter("choose --offers or --judgement")
    settings = Settings()
    if offers:
        _offers(source, settings, json_file)
    elif own_judgement:
        _judgement(source, settings, json_file)
    else:
        _effect(source, settings, json_file)


def _effect(source: Path, settings: Settings, json_file: str | None) -> None:
    from pipeline.commands.screens.monitoring import effect_screen
    from pipeline.lists.trial.effect import as_json
    from pipeline.lists.trial.effect import effect as measure
    from pipeline.registry.versions import record_effect

    report = measure(source, settings)
    record_effect(settings, report.source, as_json(report))
    write_json(json_file, as_json(report))
    err.print(effect_screen(report))


def _offers(source: Path, settings: Settings, json_file: str | None) -> None:
    from pipeline.commands.screens.trials import offers_screen
    from pipeline.lists.offers.effect import as_json, offers_effect
    from pipeline.registry.versions import record_offers

    report = offers_effect(source, settings)
    record_offers(settings, report.source, as_json(report))
    write_json(json_file, as_json(report))
    err.print(offers_screen(report))


def _judgement(source: Path, settings: Settings, json_file: str | None) -> None:
    from pipeline.commands.screens.trials import judgement_screen
    from pipeline.lists.trial.own_judgement import as_json, judgement

    report = judgement(source, settings)
    write_json(json_file, as_json(report))
    err.print(judgement_screen(report))
