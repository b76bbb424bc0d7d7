"""The monthly run: score, write the lists, mail them, monitor.

Steps that are done are not repeated: after an interruption, run it again and it continues where it stopped.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Connection, delete, insert, select

from features.calendar import month_end
from features.errors import BadInput
from features.source import source_name
from pipeline.language.translator import language
from pipeline.lists.delivery.mailing import as_json, deliver
from pipeline.lists.delivery.notifying import notify
from pipeline.lists.offers.registered import draw_first_offers
from pipeline.lists.risk_list import month_to_list
from pipeline.lists.rollout import allocate
from pipeline.lists.written.month_folder import write_lists
from pipeline.monitoring.report import monitor
from pipeline.monitoring.results import Alert
from pipeline.monitoring.results_json import alert_json, alerts_of
from pipeline.notice import require_notice
from pipeline.scoring.job import Scored, score_and_publish
from pipeline.settings import Settings
from pipeline.store.contests import contested
from pipeline.store.list_folders import lists_under
from pipeline.store.reading import Published
from pipeline.store.schema import MONTH_STEP
from pipeline.store.store import Store

Step = Literal["score", "lists", "deliver", "monitor"]
STEPS: Final[tuple[Step, ...]] = ("score", "lists", "deliver", "monitor")
Progress = Callable[[str], None]


@dataclass
class Month:
    """The results of a run by step, and the steps that an earlier run had done. Counts only; nobody is named."""

    source: str
    month: str = ""
    done: dict[Step, Mapping[str, Any]] = field(default_factory=dict)
    earlier: list[Step] = field(default_factory=list)
    contested: int = 0

    @property
    def is_delivered(self) -> bool:
        return bool(self.done["deliver"].get("is_complete", True))

    @property
    def alerts(self) -> tuple[Alert, ...]:
        return alerts_of(self.done["monitor"].get("alerts", []))

    @property
    def is_alerting(self) -> bool:
        return any(alert.is_current for alert in self.alerts)


def monthly(
    source: Path,
    settings: Settings,
    month: str | None,
    today: date,
    again: bool = False,
    progress: Progress = lambda _: None,
    despite: str | None = None,
) -> Month:
    """Runs the steps of a month that have not been done yet, in order, and records each once it is done.

    A step counts as done only for the scores that are served now: if a month is scored again, its lists and all later
    steps are repeated too, except that a list already mailed is not mailed again. Without `month` the latest snapshot
    date is scored; scoring what is already published changes nothing. With `month`, scoring is not repeated unless
    `again` is set. `despite` is the reason to publish what scoring refuses.

    Raises what the steps raise; earlier steps stay recorded. If scoring refuses, nothing is published or mailed.
    """
    run = Month(source_name(source))
    require_notice(settings, run.source, today)
    with closing(Store.of(settings)) as store:
        store.require_running()
        published = None if again or month is None else _scored_before(store, run.source, month)
        if published is None:
            day = month_end(date.fromisoformat(f"{month}-01")) if month else None
            scored = score_and_publish(source, settings, day, None, today, progress, despite)
            with store.reading() as scores:
                published = month_to_list(scores, f"{scored.publication.snapshot_date:%Y-%m}")
            run.done["score"] = _scored(scored, published)
            _record(store, published, "score", run.done["score"])
        run.month = published.month
        steps: dict[Step, Callable[[], Mapping[str, Any]]] = {
            "lists": lambda: _write_lists(store, settings, published),
            "deliver": lambda: _deliver(store, settings, published, progress),
            "monitor": lambda: _monitor(source, settings, progress),
        }
        known = _recorded(store, published)
        for step in STEPS:
            if step in run.done:
                continue
            if step in known and not again:
                run.done[step] = known[step]
                run.earlier.append(step)
                continue
            progress(step)
            run.done[step] = steps[step]()
            if run.done[step].get("is_complete", True):
                _record(store, published, step, run.done[step])
        with store.reading() as scores:
            run.contested = len(contested(scores, published))
    return run


def _scored_before(store: Store, source: str, month: str) -> Published | None:
    with store.reading() as scores:
        published = scores.of_month(month)
    is_ours = published is not None and published.source == source
    return published if published and is_ours and "score" in _recorded(store, published) else None


def _write_lists(store: Store, settings: Settings, published: Published) -> dict[str, Any]:
    allocate(store, settings, published)
    draw_first_offers(store, settings, published)
    folder = lists_under(settings.var)
    in_language = language(settings.language)
    written = write_lists(store, folder, settings.list_rules, published.month, in_language, settings.list_link)
    names = ("managers", "people", "waiting", "without_manager", "not_informed")
    return {**{name: getattr(written, name) for name in names}, "folder": str(written.folder)}


def _deliver(store: Store, settings: Settings, published: Published, progress: Progress) -> dict[str, Any]:
    done: dict[str, Any] = {"skipped": "No mail server is named (RETENTION_SMTP_HOST): hand the lists out yourself."}
    if settings.smtp_host:
        done = as_json(deliver(store, settings, published.month, progress=progress))
    if settings.webhook_url:
        called = notify(store, settings, published.month)
        done |= {"webhook": asdict(called), "is_complete": done.get("is_complete", True) and called.is_complete}
    return done


def _monitor(source: Path, settings: Settings, progress: Progress) -> dict[str, Any]:
    page = settings.var / "monitoring.html"
    try:
        results = monitor(source, settings, page, progress)
    except BadInput as error:  # a cross-section: nothing matures
        return {"skipped": str(error), "alerts": []}
    return {
        "alerts": [alert_json(alert) for alert in results.alerts],
        "page": str(page),
        "matured": sum(month.metrics is not None for month in results.months),
    }


def _scored(scored: Scored, published: Published) -> dict[str, Any]:
    """The counts of scoring, with the state of the data; `before` is what was counted for the publication before."""
    return {
        "people": published.people,
        "expected": published.mean_risk * published.people,
        "have_left": scored.publication.manifest.get("have_left", 0),
        "not_informed": scored.publication.manifest.get("not_informed", 0),
        "data": scored.check.as_dict(),
        "before": scored.before.as_dict() if scored.before else None,
        "before_month": scored.before_month,
    }


def _recorded(store: Store, published: Published) -> dict[Step, Mapping[str, Any]]:
    """The results of the steps done for the publication that is served."""
    columns = (MONTH_STEP.c.step, MONTH_STEP.c["told"].label("results"))
    with store.reading() as scores:
        rows = scores.connection.execute(select(*columns).where(_of(published))).all()
    return {row.step: row.results for row in rows if row.results["publication"] == published.id}


def _record(store: Store, published: Published, step: Step, result: Mapping[str, Any]) -> None:
    with store.changing() as connection:
        _write(connection, published, step, result)


def _write(connection: Connection, published: Published, step: Step, result: Mapping[str, Any]) -> None:
    connection.execute(delete(MONTH_STEP).where(_of(published), MONTH_STEP.c.step == step))
    row = {"source": published.source, "month": published.month, "step": step, "at": datetime.now(UTC)}
    connection.execute(insert(MONTH_STEP).values(row | {"told": {**result, "publication": published.id}}))


def _of(published: Published) -> Any:
    return (MONTH_STEP.c.source == published.source) & (MONTH_STEP.c.month == published.month)
