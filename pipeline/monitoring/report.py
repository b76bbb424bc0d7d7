"""Whether what was published came true, and whether the company is still the one that the model learned from."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
from scipy.stats import binomtest, ks_2samp

from features.build import feature_table
from features.calendar import month_end
from features.catalogue.catalogue import catalogue
from features.engine.named import engine_named
from features.errors import BadInput, Finding
from features.known.snapshots import snapshot_dates
from features.source import CrossSection, Source, load_source
from pipeline.dataset.outcome import left_within_horizon
from pipeline.dataset.rows import KEYS
from pipeline.dataset.splits import matured
from pipeline.dataset.workspace import kept_months, workspace
from pipeline.files import write_text
from pipeline.judgement.drift import CHANCE, moved, moved_too_far, reference_of, usual_limits
from pipeline.judgement.metrics import metrics, metrics_with_intervals
from pipeline.language.translator import language, marked
from pipeline.lists.risk_list import listed
from pipeline.monitoring.page import MOVED, monitoring_page
from pipeline.registry import versions as registry
from pipeline.registry.gate import SLOPE_LIMITS
from pipeline.settings import Settings
from pipeline.store.answers import DONE, last_answers
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store

MONTHS_OF_REFERENCE: Final = 12
"""What is scored is held against the last year that the model could learn from: every season is in it."""
SEED: Final = 1
Told = Callable[[str], None]


@dataclass(frozen=True)
class Alert:
    """Something that a person should look at, and what to do about it.

    `is_current` where the latest month of which it can be said is out of bounds; an earlier one stays in the report
    and calls nobody again. `feature` is the one that has moved; None of anything else.
    """

    rule: str
    month: str
    value: float
    limit: float
    remedy: str
    is_current: bool
    feature: str | None = None


def monitor(source: Path, settings: Settings, page: Path, told: Told = lambda _: None) -> dict[str, Any]:
    """Hold the published months of a source against what happened since, and against what the model learned from.

    Gives the report of `retention monitor --json`: `months[]` (one a published snapshot date, with its metrics once
    it has matured), `live` (all matured months, with intervals by resampling people), `backtest` (what training
    promised), `alerts[]`. It is written as a page to `page` and logged to MLflow as a run. Figures are of the whole
    company, never of a person.

    Raises BadInput where nothing of the source is published, or the source has no dates.
    """
    with workspace(settings) as folder:
        told("read and validate")
        loaded = load_source(source, folder / "tables")
        if isinstance(loaded, CrossSection):
            raise BadInput(_NO_DATES)
        with closing(Store(settings.store_url)) as store, store.reading() as scores:
            published = scores.history(loaded.name)
            if not published:
                raise BadInput(_NOTHING_PUBLISHED)
            told("what became of the published scores")
            outcomes = _outcomes(loaded, scores, published)
            months = [_month(scores, head, outcomes.get(head.snapshot_date), settings) for head in published]
            score_drift = _score_drift(scores, published, settings.score_drift_limit)
        drift = _drift(loaded, published, settings, folder, told)
    report = {
        "source": loaded.name,
        "complete_until": str(loaded.complete_until),
        "months": [
            month | drift[head.snapshot_date] | {"score_drift": score_drift[head.snapshot_date]}
            for month, head in zip(months, published, strict=True)
        ],
        "live": _live(list(outcomes.values())),
        "backtest": _promised(settings, published[-1].model_version),
    }
    report["alerts"] = [asdict(alert) for alert in alerts(report, settings)]
    drawn = monitoring_page(report, language(settings.language))
    write_text(drawn, page)
    told("record in MLflow")
    registry.record_monitoring(settings, report, drawn)
    return report


def alerts(report: Mapping[str, Any], settings: Settings) -> list[Alert]:
    """What of a report is out of bounds. A figure alerts only where its whole interval is."""
    last = report["months"][-1]["month"]
    found = [
        Alert(
            MOVED.format(label=entry["label"], name=entry["name"]),
            month["month"],
            entry["psi"],
            entry["limit"],
            _LOOK_AT_THE_SOURCE,
            month["month"] == last,
            entry["name"],
        )
        for month in report["months"]
        for entry in month["drifted"]
    ]
    found += _alerts_of_months(report["months"], settings)
    live, backtest = report["live"], report["backtest"]
    if live:
        low, high = SLOPE_LIMITS
        slope = live["calibration_slope"]
        if slope["high"] < low or slope["low"] > high:
            limit, rule = low if slope["high"] < low else high, marked("the calibration slope is out of bounds")
            found.append(Alert(rule, last, slope["value"], limit, _TRAIN_AGAIN, is_current=True))
    if live and backtest and live["auc"]["high"] < backtest["auc"]["low"]:
        value, limit, rule = live["auc"]["value"], backtest["auc"]["low"], marked("AUC is below what training promised")
        found.append(Alert(rule, last, value, limit, _TRAIN_AGAIN, is_current=True))
    return found


def _alerts_of_months(months: Sequence[Mapping[str, Any]], settings: Settings) -> list[Alert]:
    """The answers to the latest lists are still to come, so those before them are the latest that can be judged."""
    last, over = months[-1]["month"], [month["month"] for month in months[:-1]]
    mature = [month["month"] for month in months if month["lists"] and month["lists"]["people"]]
    found = []
    for month in months:
        name, scores, lists, answered = (month[key] for key in ("month", "score_drift", "lists", "answered"))
        if scores and scores["of_limit"] > 1 and scores["p_value"] < CHANCE:
            rule, psi, limit = marked("the scores have moved (PSI)"), scores["psi"], scores["limit"]
            found.append(Alert(rule, name, psi, limit, _LOOK_AT_THE_SOURCE, name == last))
        least = settings.list_lift_limit * (month["happened"] or 0.0)
        if lists and lists["people"] and lists["interval"]["high"] < least:
            rule, precision = marked("too few of the listed left"), lists["precision"]
            found.append(Alert(rule, name, precision, least, _TRAIN_AGAIN, name == mature[-1]))
        if name in over and answered and answered["high"] < settings.answered_limit:
            rule, value = marked("too few answers to the lists"), answered["value"]
            found.append(Alert(rule, name, value, settings.answered_limit, _ASK_MANAGERS, name == over[-1]))
    return found


def _outcomes(source: Source, scores: PublishedScores, published: Sequence[Published]) -> dict[date, pl.DataFrame]:
    """Of each matured month: employee_id, snapshot_date, risk, left."""
    found = {}
    for head in published:
        if not matured([head.snapshot_date], head.horizon_months, source.complete_until):
            continue
        people = scores.risks(head).with_columns(snapshot_date=pl.lit(head.snapshot_date))
        found[head.snapshot_date] = left_within_horizon(source, people, [head.snapshot_date], head.horizon_months)
    return found


def _month(
    scores: PublishedScores, head: Published, outcome: pl.DataFrame | None, settings: Settings
) -> dict[str, Any]:
    answers = Counter(answer.outcome for answer in last_answers(scores.connection, head).values())
    teams = scores.with_everyone().teams(head)
    chosen = listed(teams, head.mean_risk, settings.list_rules)
    chosen = chosen.select("employee_id").unique()
    told: dict[str, Any] = {
        "month": head.month,
        "model_version": head.model_version,
        "people": head.people,
        "expected": head.mean_risk,
        "answers": dict(sorted(answers.items())),
        "answered": _share(min(answers.total(), chosen.height), chosen.height),
        "acted_on": _share(min(sum(answers[outcome] for outcome in DONE), chosen.height), chosen.height),
        "happened": None,
        "metrics": None,
        "intervals": None,
        "lists": None,
    }
    if outcome is None:
        return told
    on_lists = outcome.join(chosen, on="employee_id", how="semi")
    left, risk, base = outcome["left"].to_numpy(), outcome["risk"].to_numpy(), float(outcome["left"].to_numpy().mean())
    precision = _share(int(on_lists["left"].sum()), on_lists.height)
    return told | {
        "happened": base,
        "metrics": metrics(left, risk),
        "intervals": metrics_with_intervals(left, risk, outcome["employee_id"].to_numpy(), SEED),
        "lists": {
            "people": on_lists.height,
            "precision": on_lists["left"].mean(),
            "interval": precision,
            "lift": precision["value"] / base if precision and base else None,
        },
    }


def _share(number: int, people: int) -> dict[str, float] | None:
    """A share with its 95 % interval (Wilson, 1927); None of nobody."""
    if not people:
        return None
    low, high = binomtest(number, people).proportion_ci(0.95, method="wilson")
    return {"value": number / people, "low": float(low), "high": float(high)}


def _score_drift(scores: PublishedScores, published: Sequence[Published], limit: float) -> dict[date, Any]:
    """Of each published month, how far its scores lie from those of the first: PSI, its limit, and the likelihood of
    so much by chance (two-sample Kolmogorov-Smirnov); None of a company that is too small.
    """
    first = scores.risks(published[0]).select("risk")
    reference = reference_of(first)
    found: dict[date, Any] = {}
    for head in published:
        now = scores.risks(head).select("risk")
        entry = next(moved(reference, now), None)
        found[head.snapshot_date] = entry and {
            "psi": entry.psi,
            "limit": limit,
            "of_limit": entry.psi / limit,
            "p_value": float(ks_2samp(first["risk"].to_numpy(), now["risk"].to_numpy()).pvalue),
        }
    return found


def _live(outcomes: Sequence[pl.DataFrame]) -> dict[str, Any] | None:
    """Every metric of all matured months together; None while there is none."""
    if not outcomes:
        return None
    rows = pl.concat(outcomes)
    return metrics_with_intervals(
        rows["left"].to_numpy(), rows["risk"].to_numpy(), rows["employee_id"].to_numpy(), SEED
    )


def _drift(
    source: Source, published: Sequence[Published], settings: Settings, folder: Path, told: Told
) -> dict[date, dict[str, Any]]:
    """Of each published month the features that have moved further than the limit, and than chance would move them."""
    days = [head.snapshot_date for head in published]
    reference = _reference_dates(source, published[0])
    with engine_named(settings.engine, folder) as engine:
        wanted = sorted({*days, *reference})
        paths = feature_table(
            source,
            wanted,
            folder / "features",
            lambda day: told(f"features of {day:%Y-%m}"),
            kept_months(settings, source.name),
            engine,
        )
    tables = {day: pl.read_parquet(path).drop(KEYS) for day, path in zip(wanted, paths, strict=True)}
    learned = reference_of(pl.concat([tables[day] for day in reference]))
    limits = usual_limits(learned, [tables[day] for day in reference], settings.drift_limit)
    labels = {name: feature.label_parts for name, feature in catalogue(source).items()}
    return {day: _labelled(moved_too_far(learned, tables[day], limits), labels) for day in days}


def _labelled(found: Mapping[str, Any], labels: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {**found, "drifted": [{**entry, **labels[entry["name"]]} for entry in found["drifted"]]}


def _reference_dates(source: Source, first: Published) -> list[date]:
    """The last year of snapshot dates that had matured when the first month was scored; else that month itself."""
    known = matured(snapshot_dates(source), first.horizon_months, first.snapshot_date)
    start = month_end(first.snapshot_date, -first.horizon_months - MONTHS_OF_REFERENCE)
    return [day for day in known if day > start] or [first.snapshot_date]


def _promised(settings: Settings, version: str) -> dict[str, Any] | None:
    """The metrics of the version's training; None where the registry no longer holds it."""
    try:
        return dict(registry.described(settings, version)["report"]["metrics"])
    except BadInput:
        return None


_NO_DATES: Final = Finding(
    "a cross-section has no dates, so nothing matures", "source", "", 0, "Monitor a source with dates."
)
_NOTHING_PUBLISHED: Final = Finding(
    "nothing of this source is published", "store", "", 0, "Run `retention score SOURCE` first."
)
_LOOK_AT_THE_SOURCE: Final = marked("Look for a change of recording or of the company; train again if it stays.")
_TRAIN_AGAIN: Final = marked("Train again (`retention train SOURCE`) and compare.")
_ASK_MANAGERS: Final = marked("Ask managers what keeps them from answering.")
