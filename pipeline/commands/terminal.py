"""What a command says at its end: a screen that a person can act on. No person's data."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from features.errors import counted
from pipeline.faults import without_secrets
from pipeline.registry.gate import Gate
from pipeline.registry.ledger import SERVES, LedgerEntry
from pipeline.settings import Settings
from pipeline.store.audit import Chain
from pipeline.store.periods import Purged
from pipeline.store.publication import Publication

if TYPE_CHECKING:  # they bring MLflow with them, which takes seconds, or Jinja
    from pipeline.lists.pages import WrittenLists
    from pipeline.monthly import Month
    from pipeline.registry.promotion import Offer

_LABELS = {
    "auc": "AUC ↑",
    "average_precision": "average precision ↑",
    "log_loss": "log loss ↓",
    "brier": "Brier score ↓",
    "ece": "calibration error ↓",
    "calibration_slope": "slope (1 is right)",
    "calibration_intercept": "intercept (0)",
    "lift_10": "lift, top tenth ↑",
    "recall_10": "recall, top tenth ↑",
}
_LIVE = {"auc": "AUC", "average_precision": "average precision", "calibration_slope": "calibration slope (1 is right)"}


def training_screen(report: Mapping[str, Any], settings: Settings) -> RenderableType:
    """Figures with intervals, baselines, what the drivers add, what the gate said, what to do next; 80 columns wide."""
    horizon = f"within {report['horizon_months']} months" if report["horizon_months"] else "at any time"
    added: list[RenderableType] = [_ablation(report["ablation"]), ""] if report["ablation"] else []
    return Group(
        f"\n[bold]{report['source']}[/]: {report['rows']:,} rows of {report['people']:,} people, "
        f"{report['voluntary_exits']:,} of whom left",
        f"{report['base_rate']:.1%} of the tested rows left {horizon}\n",
        _metrics(report),
        "",
        *added,
        *_distance_to_the_truth(report.get("true_hazard")),
        f"Outcomes dealt out at random: AUC {_bounds(report['shuffled_auc'])}; it should hold .5\n",
        _gates([Gate(**entry) for entry in report["gate"]]),
        f"\nModel version {report['model_version']} is {'now' if report['promoted'] else 'not'} the champion.",
        _line("Next: " + _next(report)),
        _line(f"Runs: mlflow ui --backend-store-uri {without_secrets(settings.tracking_uri)}"),
    )


def _distance_to_the_truth(truth: Mapping[str, float] | None) -> list[str]:
    """Only a simulated company knows it; .5 is where chance stands."""
    if truth is None:
        return []
    best = _figure(truth["oracle_auc"])
    return [f"The true hazard reaches AUC {best}; the model goes {truth['share']:.0%} of the way there from .5\n"]


def _next(report: Mapping[str, Any]) -> str:
    if report["promoted"]:
        return "retention score SOURCE"
    return f"see the gate above, and retention models card {report['model_version']}"


def _line(command: str) -> Text:
    """Not broken, so that it can be copied."""
    return Text(command, no_wrap=True, overflow="ignore")


def scoring_screen(publication: Publication) -> RenderableType:
    """How many were scored, with enough evidence for how many, and the expected exits."""
    scores = publication.scores
    enough = int((scores["evidence"] == "enough").sum())
    horizon = f" within {publication.horizon_months} months" if publication.horizon_months else ""
    return Group(
        f"Scored {scores.height:,} people as of {publication.snapshot_date} with model version "
        f"{publication.model_version}: enough evidence for {enough:,}, "
        f"{float(scores['risk'].sum()):.0f} voluntary exits expected{horizon}.",
        *_taken_as_other(publication.manifest),
        f"Published. Next: retention lists --month {publication.snapshot_date:%Y-%m}",
    )


def _taken_as_other(manifest: Mapping[str, Any]) -> list[str]:
    """Where the company has changed since training, so that the model says less of some people."""
    counts = manifest.get("taken_as_other", {})
    told = ", ".join(f"{feature} of {_people(rows)}" for feature, rows in counts.items())
    lead = "Too rare or too new for the model to tell apart, so taken as 'other'"
    return [f"{lead}: {told}. Train again if many of these are new."] * bool(counts)


def _people(number: int) -> str:
    return f"{number:,} {'person' if number == 1 else 'people'}"


def audit_screen(chain: Chain) -> str:
    """Whether the audit is whole, and what to note for the next time."""
    if chain.broken_at is not None:
        return f"The audit is broken at row {chain.broken_at}: it, or one before it, was changed, taken out or put in."
    if not chain.holds_noted:
        return "The audit is not the one that was noted: rows up to that end were changed, taken out or put in."
    end = "Its end, to be noted somewhere else for --noted:" if chain.head else "There is no end to note yet."
    return f"The audit is whole: {chain.rows:,} rows. {end}"


def lists_screen(written: "WrittenLists", settings: Settings) -> RenderableType:
    """How many lists there are, where, and how they reach their managers."""
    waiting = f" {counted(written.waiting, 'manager')} held back by the roll-out." if written.waiting else ""
    deliver = f"retention deliver --month {written.month}"
    by_hand = f"hand them out, or name a mail server (RETENTION_SMTP_HOST) and run\n{deliver}"
    return Group(
        f"Lists of {written.month}: {_people(written.people)} for {counted(written.managers, 'manager')}.{waiting}",
        _line(f"Open: {written.folder / 'index.html'}"),
        f"Next: {deliver if settings.smtp_host else by_hand}",
    )


def monitoring_screen(report: Mapping[str, Any], page: Path) -> RenderableType:
    """Each published month against what happened, all matured months against training, and what to look at."""
    table = _narrow(f"{report['source']}: published scores against what happened")
    table.add_column("month")
    for column in ("model", "people", "expected", "happened", "AUC", "listed\nwho left", "moved\nfeatures"):
        table.add_column(column, justify="right")
    for month in report["months"]:
        figures, lists = month["metrics"] or {}, month["lists"] or {}
        table.add_row(
            month["month"],
            month["model_version"],
            f"{month['people']:,}",
            _figure(month["expected"], ".1%"),
            _figure(month["happened"], ".1%"),
            _figure(figures.get("auc")),
            _figure(lists.get("precision"), ".1%"),
            str(len(month["drifted"])),
        )
    return Group(table, "", *_live(report), "", *_alerts(report["alerts"]), _line(f"Plots: {page}"))


def _live(report: Mapping[str, Any]) -> list[RenderableType]:
    live, promised = report["live"], report["backtest"] or {}
    if not live:
        return ["No published month has matured yet: nothing can be said of how right the scores are."]
    table = _narrow("all matured months together, 95 % intervals")
    table.add_column("")
    for column in ("live", "training promised"):
        table.add_column(column, justify="right")
    for name, label in _LIVE.items():
        table.add_row(label, _bounds(live[name]), _bounds(promised[name]) if name in promised else "–")
    return [table]


def _alerts(alerts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Those of now, each with what to do; earlier ones are counted, for they were told in their month."""
    lines = [
        f"[red]look at[/] {alert['month']}: {escape(alert['rule'])} {_figure(alert['value'])} "
        f"(limit {_figure(alert['limit'])}). {alert['remedy']}"
        for alert in alerts
        if alert["is_current"]
    ]
    earlier = len(alerts) - len(lines)
    past = [f"Out of bounds in earlier months: {earlier:,}; the page shows them."] if earlier else []
    return [*(lines or ["[green]Nothing is out of bounds now.[/]"]), *past]


_WHAT_TO_DO = {
    "no_address": "Add them to the file of RETENTION_ADDRESSES and run this again.",
    "manager_gone": "They are no longer scored: correct manager_id in the source, and score again.",
    "recipient_refused": "The server does not know the mailbox: correct the address and run this again.",
    "sender_refused": "The server does not take our sender: correct RETENTION_SMTP_FROM and run this again.",
    "mail_refused": "The server does not take the mail itself: ask whoever runs it why, then run this again.",
    "resend": "Run this again.",
}


def delivery_screen(done: Mapping[str, Any], is_rehearsal: bool) -> str:
    """What became of the lists of a month (`delivery.as_json`), and what to do about those that did not go out."""
    if is_rehearsal:
        return f"Lists of {done['month']}: {done['to_send']:,} would be sent. Nothing was sent or written."
    return "\n".join([f"Lists of {done['month']}: {_sent(done)}.", *_not_sent(done)])


def _sent(done: Mapping[str, Any]) -> str:
    sent, unchanged, failed, uncertain = (
        done["states"].get(state, 0) for state in ("sent", "unchanged", "failed", "uncertain")
    )
    nothing_new = f"{unchanged:,} not sent because they say nothing new"
    return f"{sent:,} sent, {nothing_new}, {failed:,} failed, {uncertain:,} uncertain"


def _not_sent(done: Mapping[str, Any]) -> list[str]:
    """Why lists did not go out, and what to do about each reason."""
    lines = [
        f"[red]failed[/] {number:,} ({reason.replace('_', ' ')}). {_WHAT_TO_DO.get(reason, 'Run this again.')}"
        for reason, number in done["failed"].items()
    ]
    if done["states"].get("uncertain"):
        lines.append(
            "[red]uncertain[/] A run was killed, or the server never answered: they may have arrived, so they are not "
            "sent again. Ask the managers, or use `retention deliver --resend-uncertain`: to a mail system it is the "
            "same mail."
        )
    if changed := done["changed_since_sent"]:
        lines.append(f"{changed:,} lists have changed since they were sent; the page shows them as now.")
    if done["stopped"]:
        lines.append(f"[red]stopped[/] {escape(done['stopped'])}")
    return lines


def month_screen(run: "Month") -> RenderableType:
    """What the month's run did and what a person should do now."""
    score, lists, delivery, monitored = (run.done[step] for step in ("score", "lists", "deliver", "monitor"))
    earlier = f" (done before: {', '.join(run.earlier)})" if run.earlier else ""
    waiting = f"\n{counted(lists['waiting'], 'manager')} held back by the roll-out" if lists["waiting"] else ""
    contested = f"{counted(run.contested, 'point')}: GET /v1/contests, and correct them in the source"
    matured = f"{counted(monitored.get('matured', 0), 'published month')} of which the outcome is known"
    told = {
        "scored": f"{_people(score['people'])}, {score['expected']:.0f} voluntary exits expected",
        "lists": f"{_people(lists['people'])} for {counted(lists['managers'], 'manager')}{waiting}",
        "delivery": delivery.get("skipped") or "\n".join([_sent(delivery), *_not_sent(delivery)]),
        "contested": contested if run.contested else "",
        "monitor": monitored.get("skipped") or "\n".join([matured, *_alerts(run.alerts)]),
    }
    table = Table.grid(padding=(0, 1))
    for name, said in told.items():
        if said:
            table.add_row(name, said)
    return Group(
        f"[bold]{run.source}[/], {run.month}{earlier}",
        table,
        _line(f"Lists: {Path(lists['folder']) / 'index.html'}"),
        *([_line(f"Plots: {monitored['page']}")] if "page" in monitored else []),
    )


def effect_screen(report: Mapping[str, Any]) -> str:
    """Both parts, and what the difference says."""
    parts = [
        f"{name.replace('_', ' ')}: {part['managers']:,} managers, {part['people']:,} people who would be listed, "
        f"{part['left']:,} of whom left ({_figure(part['share'], '.1%')})"
        for name, part in report["parts"].items()
    ]
    return "\n".join([*(parts if report["is_randomised"] else []), report["verdict"]])


def purging_screen(purged: Purged, is_rehearsal: bool) -> str:
    """What went, or would go."""
    rows = ", ".join(f"{number:,} of {name.replace('_', ' ')}" for name, number in purged.rows.items())
    return (
        f"{'Would delete' if is_rehearsal else 'Deleted'} scores and lists up to {purged.scores_until}, answers and "
        f"contests up to {purged.answers_until}. Rows: {rows}. Folders of lists: {purged.list_folders:,}."
    )


def models_screen(versions: Sequence[Mapping[str, Any]], history: Sequence[LedgerEntry]) -> RenderableType:
    """The registry, newest first, and who served from when on."""
    if not versions:
        return "There is no model yet. Train one: retention train SOURCE"
    table = Table("version", "source", "trained", "AUC", "average precision", "gate", title="model versions")
    for entry in versions:
        table.add_row(
            f"{entry['version']} ✓ champion" if entry["champion"] else entry["version"],
            escape(entry["source"]),
            f"{entry['registered_at']:%Y-%m-%d}",
            *map(_figure, (entry["auc"], entry["average_precision"])),
            escape(entry["gate"]) + (" [bold](overridden)[/]" if entry["reason"] else ""),
        )
    champion = next((entry["version"] for entry in versions if entry["champion"]), None)
    return Group(table, *_history(history, champion))


def _history(history: Sequence[LedgerEntry], champion: str | None) -> list[RenderableType]:
    served = [entry for entry in history if entry.event in SERVES]
    if not served:
        return []
    table = Table("from", "version", "how", "by", "reason", title="who served when")
    for entry in served:
        table.add_row(
            f"{entry.at:%Y-%m-%d %H:%M}", entry.version, entry.event, escape(entry.who), escape(entry.reason or "")
        )
    moved = champion is not None and served[-1].version != champion
    told = f"[red]The alias was moved to version {champion} past the gate[/], or a promotion was cut short."
    return [table, *[told] * moved]


def promotion_screen(offered: "Offer") -> RenderableType:
    """What the gate said, and who serves now."""
    if offered.event is None:
        return f"Model version {offered.version} is the champion already."
    instead = f" in place of version {offered.replaces}" if offered.replaces else ""
    how = "Against the gate, for the reason given, model" if offered.event == "overridden" else "Model"
    return Group(
        _gates(offered.gates),
        f"\n{how} version {offered.version} is now the champion{instead}.",
        "Next: retention score SOURCE",
    )


def _metrics(report: Mapping[str, Any]) -> Table:
    how = "out of time" if report["horizon_months"] else "cross-validated"
    table = _narrow(f"{how}, 95 % intervals; ↑ higher is better, ↓ lower is better")
    names = list(report["baselines"])
    for column in ("", "model", *(name.replace("_", "\n") for name in names)):
        table.add_column(column, justify="right" if column else "left")
    for metric, bounds in report["metrics"].items():
        baselines = (_figure(report["baselines"][name][metric]) for name in names)
        table.add_row(_LABELS[metric], _bounds(bounds), *baselines)
    return table


def _ablation(ablation: Mapping[str, Mapping[str, Any]]) -> Table:
    table = _narrow("what it adds")
    table.add_column("the whole model against")
    for column in ("AUC", "average precision"):
        table.add_column(column, justify="right")
    for name, differences in ablation.items():
        table.add_row(name, *(_bounds(differences[metric], "+.3f") for metric in ("auc", "average_precision")))
    return table


def _gates(gates: Sequence[Gate]) -> Table:
    """Each condition of the gate: passed, open (its interval alone reaches the limit; it passes) or refused."""
    table = _narrow("the promotion gate")
    for column in ("", "condition", "figure", "asked"):
        table.add_column(column)
    for gate in gates:
        said = "[red]refused[/]" if not gate.passed else "[yellow]open[/]" if gate.is_open else "[green]passed[/]"
        short = f"\nshort by {gate.short_by:.3f}" if gate.short_by is not None else ""
        table.add_row(said, escape(gate.gate), gate.figure, escape(f"{gate.limit}{short}"))
    return table


def _narrow(title: str) -> Table:
    """A table that holds an interval and four baselines in 80 columns."""
    return Table(title=title, box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0, title_justify="left")


def _bounds(bounds: Mapping[str, float], form: str = ".3f") -> str:
    return f"{_figure(bounds['value'], form)} ({_figure(bounds['low'], form)} to {_figure(bounds['high'], form)})"


def _figure(value: float | None, form: str = ".3f") -> str:
    return "–" if value is None or value != value else format(value, form)
