"""What `retention score` and `retention monthly` print at their end."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from features.errors import counted
from pipeline.commands.screens.data_counts import check_lines
from pipeline.commands.screens.lists import not_briefed, not_informed, not_sent, sent, without_manager
from pipeline.commands.screens.monitoring import alert_lines
from pipeline.commands.screens.notifying import state_line
from pipeline.commands.screens.parts import copyable, people_text
from pipeline.data_counts import DataCheck, DataCounts
from pipeline.store.schema import HINDSIGHT

if TYPE_CHECKING:  # they import MLflow, which takes seconds, or Jinja
    from pipeline.monthly import Month
    from pipeline.scoring.job import Scored


def scoring_screen(scored: "Scored") -> RenderableType:
    """What validation left out, how many people were scored, how many with enough evidence, and the expected exits."""
    publication = scored.publication
    scores = publication.scores
    enough = int((scores["evidence"] == "enough").sum())
    horizon = f" within {publication.horizon_months} months" if publication.horizon_months else ""
    return Group(
        *check_lines(scored.check, scored.before, scored.before_month),
        f"Scored {scores.height:,} people as of {publication.snapshot_date} with model version "
        f"{publication.model_version}: enough evidence for {enough:,}, "
        f"{float(scores['risk'].sum()):,.0f} voluntary exits expected{horizon}.",
        *_hindsight(publication.manifest),
        *_not_scored(publication.manifest),
        *_taken_as_other(publication.manifest),
        f"Published. Next: retention lists --month {publication.snapshot_date:%Y-%m}",
    )


def _hindsight(manifest: Mapping[str, Any]) -> list[str]:
    text = "The model had already learned from exits after this day: these scores are no forecast, and are marked so."
    return [text] if manifest.get(HINDSIGHT) else []


def _not_scored(counts: Mapping[str, Any]) -> list[str]:
    """The people who are not scored, by reason: those of a cross-section who are gone, and those not informed yet."""
    reasons = {"have_left": "having left", "not_informed": "not informed yet"}
    return [
        f"Not scored, {words}: {people_text(counts[reason])}."
        for reason, words in reasons.items()
        if counts.get(reason)
    ]


def _taken_as_other(manifest: Mapping[str, Any]) -> list[str]:
    """Categories that are new since training, so that the model knows less about some people."""
    counts = manifest.get("taken_as_other", {})
    features = ", ".join(f"{feature} of {people_text(rows)}" for feature, rows in counts.items())
    lead = "Too rare or too new for the model to distinguish, so treated as 'other'"
    return [f"{lead}: {escape(features)}. Train again if many of these are new."] * bool(counts)


def month_screen(run: "Month") -> RenderableType:
    """What the month's run did, and what remains to be done by hand."""
    score, lists, delivery, monitored = (run.done[step] for step in ("score", "lists", "deliver", "monitor"))
    earlier = f" (done before: {', '.join(run.earlier)})" if run.earlier else ""
    waiting = f"\n{counted(lists['waiting'], 'manager')} held back by the roll-out" if lists["waiting"] else ""
    missed = "".join(f"\n{line}" for line in without_manager(lists.get("without_manager", 0), lists["managers"]))
    missed += "".join(f"\n{line}" for line in not_informed(lists.get("not_informed", 0)))
    contested = f"{counted(run.contested, 'point')}: GET /v1/contests, and correct them in the source"
    matured = f"{counted(monitored.get('matured', 0), 'published month')} with a known outcome"
    gone = "".join(f"\n{line}" for line in _not_scored(score))
    texts = {
        "scored": f"{people_text(score['people'])}, {score['expected']:,.0f} voluntary exits expected{gone}",
        "lists": f"{people_text(lists['people'])} for {counted(lists['managers'], 'manager')}{waiting}{missed}",
        "delivery": delivery.get("skipped") or "\n".join([sent(delivery), *not_sent(delivery), *not_briefed(delivery)]),
        "webhook": state_line(delivery["webhook"]) if "webhook" in delivery else "",
        "contested": contested if run.contested else "",
        "monitor": monitored.get("skipped") or "\n".join([matured, *alert_lines(run.alerts)]),
    }
    data = DataCheck.from_dict(score["data"]) if "data" in score else None  # absent from months before it was kept
    before = DataCounts.from_dict(score["before"]) if score.get("before") else None
    table = Table.grid(padding=(0, 1))
    for name, text in texts.items():
        if text:
            table.add_row(name, text)
    return Group(
        f"[bold]{escape(run.source)}[/], {run.month}{earlier}",
        *(check_lines(data, before, score.get("before_month")) if data else []),
        table,
        copyable(f"Lists: {Path(lists['folder']) / 'index.html'}"),
        *([copyable(f"Plots: {monitored['page']}")] if "page" in monitored else []),
    )
