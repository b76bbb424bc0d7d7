"""Whether what was published came true, and whether the company is still the one that the model learned from."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
from scipy.stats import binomtest, ks_2samp

from features.calendar import month_end
from features.catalogue.catalogue import catalogue
from features.errors import BadInput, Finding
from features.known.snapshots import snapshot_dates
from features.source import Source
from pipeline.dataset.dated import load_dated
from pipeline.dataset.features_of import features_of
from pipeline.dataset.outcome import left_within_horizon
from pipeline.dataset.rows import KEYS
from pipeline.dataset.splits import matured
from pipeline.dataset.workspace import workspace
from pipeline.files import write_text
from pipeline.judgement.drift import Drift, moved, moved_too_far, reference_of, usual_limits
from pipeline.judgement.figures import Bounded, Metrics
from pipeline.judgement.metrics import metrics, metrics_with_intervals
from pipeline.language.translator import language
from pipeline.listing.selection import listed
from pipeline.monitoring.alerts import alerts
from pipeline.monitoring.page import monitoring_page
from pipeline.monitoring.results import DriftedFeature, ListedPeople, MonitoringResults, Month, ScoreDrift
from pipeline.monitoring.results_json import as_json
from pipeline.registry import versions as registry
from pipeline.settings import Settings
from pipeline.store.answers import DONE, last_answers
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store

MONTHS_OF_REFERENCE: Final = 12
"""What is scored is held against the last year that the model could learn from: every season is in it."""
SEED: Final = 1
Told = Callable[[str], None]


def monitor(source: Path, settings: Settings, page: Path, told: Told = lambda _: None) -> MonitoringResults:
    """Hold the published months of a source against what happened since, and against what the model learned from.

    The results are written as a page to `page` and logged to MLflow as a run. Figures are of the whole company, never
    of a person.

    Raises BadInput where nothing of the source is published, or the source has no dates.
    """
    with workspace(settings) as folder:
        told("read and validate")
        loaded = load_dated(source, folder / "tables", "nothing matures", "Monitor a source with dates.")
        with closing(Store(settings.store_url)) as store, store.reading() as scores:
            published = scores.history(loaded.name)
            if not published:
                raise BadInput(_NOTHING_PUBLISHED)
            told("what became of the published scores")
            outcomes = _outcomes(loaded, scores, published)
            months = [_month(scores, head, outcomes.get(head.snapshot_date), settings) for head in published]
            score_drift = _score_drift(scores, published, settings.score_drift_limit)
        drift = _drift(loaded, published, settings, folder, told)
        labels = {name: feature.label_parts for name, feature in catalogue(loaded).items()}
    live, promised = _live(list(outcomes.values())), _promised(settings, published[-1].model_version)
    every = tuple(
        replace(
            month,
            furthest=drift[head.snapshot_date].furthest,
            drifted=_labelled(drift[head.snapshot_date], labels),
            score_drift=score_drift[head.snapshot_date],
        )
        for month, head in zip(months, published, strict=True)
    )
    results = MonitoringResults(loaded.name, str(loaded.complete_until), every, live, promised)
    results = replace(results, alerts=alerts(results, settings))
    document = as_json(results)
    drawn = monitoring_page(document, language(settings.language))
    write_text(drawn, page)
    told("record in MLflow")
    steps = [_step(month) for month in results.months]
    registry.record_monitoring(settings, results.source, document, drawn, steps, len(results.alerts))
    return results


def _step(month: Month) -> dict[str, float | None]:
    """What one compares from month to month in MLflow."""
    return {
        "people": month.people,
        "expected": month.expected,
        "happened": month.happened,
        "furthest": month.furthest,
        "drifted": len(month.drifted),
        **(dict(month.metrics.items()) if month.metrics else {}),
    }


def _outcomes(source: Source, scores: PublishedScores, published: Sequence[Published]) -> dict[date, pl.DataFrame]:
    """Of each matured month: employee_id, snapshot_date, risk, left."""
    found = {}
    for head in published:
        if not matured([head.snapshot_date], head.horizon_months, source.complete_until):
            continue
        people = scores.risks(head).with_columns(snapshot_date=pl.lit(head.snapshot_date))
        found[head.snapshot_date] = left_within_horizon(source, people, [head.snapshot_date], head.horizon_months)
    return found


def _month(scores: PublishedScores, head: Published, outcome: pl.DataFrame | None, settings: Settings) -> Month:
    answers = Counter(answer.outcome for answer in last_answers(scores.connection, head).values())
    chosen = listed(scores.with_everyone().teams(head), head.mean_risk, settings.list_rules)
    chosen = chosen.select("employee_id").unique()
    month = Month(
        month=head.month,
        model_version=head.model_version,
        people=head.people,
        expected=head.mean_risk,
        answers=dict(sorted(answers.items())),
        answered=_share(min(answers.total(), chosen.height), chosen.height),
        acted_on=_share(min(sum(answers[outcome] for outcome in DONE), chosen.height), chosen.height),
    )
    return month if outcome is None else _matured(month, outcome, chosen)


def _matured(month: Month, outcome: pl.DataFrame, chosen: pl.DataFrame) -> Month:
    on_lists = outcome.join(chosen, on="employee_id", how="semi")
    left, risk, base = outcome["left"].to_numpy(), outcome["risk"].to_numpy(), float(outcome["left"].to_numpy().mean())
    precision = _share(int(on_lists["left"].sum()), on_lists.height)
    share = on_lists["left"].mean()
    return replace(
        month,
        happened=base,
        metrics=metrics(left, risk),
        intervals=metrics_with_intervals(left, risk, outcome["employee_id"].to_numpy(), SEED),
        lists=ListedPeople(
            people=on_lists.height,
            precision=float(share) if isinstance(share, float) else None,
            interval=precision,
            lift=precision.value / base if precision and base else None,
        ),
    )


def _share(number: int, people: int) -> Bounded | None:
    """A share with its 95 % interval (Wilson, 1927); None of nobody."""
    if not people:
        return None
    low, high = binomtest(number, people).proportion_ci(0.95, method="wilson")
    return Bounded(number / people, float(low), float(high))


def _score_drift(
    scores: PublishedScores, published: Sequence[Published], limit: float
) -> dict[date, ScoreDrift | None]:
    """Of each published month, how far its scores lie from those of the first: PSI, its limit, and the likelihood of
    so much by chance (two-sample Kolmogorov-Smirnov); None of a company that is too small.
    """
    first = scores.risks(published[0]).select("risk")
    reference = reference_of(first)
    found: dict[date, ScoreDrift | None] = {}
    for head in published:
        now = scores.risks(head).select("risk")
        entry = next(moved(reference, now), None)
        found[head.snapshot_date] = None if entry is None else _far(entry.psi, limit, first, now)
    return found


def _far(psi: float, limit: float, first: pl.DataFrame, now: pl.DataFrame) -> ScoreDrift:
    by_chance = ks_2samp(first["risk"].to_numpy(), now["risk"].to_numpy())
    return ScoreDrift(psi, limit, psi / limit, float(by_chance.pvalue))


def _live(outcomes: Sequence[pl.DataFrame]) -> Metrics | None:
    """Every metric of all matured months together; None while there is none."""
    if not outcomes:
        return None
    rows = pl.concat(outcomes)
    return metrics_with_intervals(
        rows["left"].to_numpy(), rows["risk"].to_numpy(), rows["employee_id"].to_numpy(), SEED
    )


def _drift(
    source: Source, published: Sequence[Published], settings: Settings, folder: Path, told: Told
) -> dict[date, Drift]:
    """Of each published month the features that have moved further than the limit, and than chance would move them."""
    days = [head.snapshot_date for head in published]
    reference = _reference_dates(source, published[0])
    files = features_of(source, sorted({*days, *reference}), folder, settings, told)
    tables = {day: pl.read_parquet(path).drop(KEYS) for day, path in files.items()}
    learned = reference_of(pl.concat([tables[day] for day in reference]))
    limits = usual_limits(learned, [tables[day] for day in reference], settings.drift_limit)
    return {day: moved_too_far(learned, tables[day], limits) for day in days}


def _labelled(drift: Drift, labels: Mapping[str, Mapping[str, Any]]) -> tuple[DriftedFeature, ...]:
    return tuple(
        DriftedFeature(each.name, each.psi, each.p_value, each.limit, **labels[each.name]) for each in drift.drifted
    )


def _reference_dates(source: Source, first: Published) -> list[date]:
    """The last year of snapshot dates that had matured when the first month was scored; else that month itself."""
    known = matured(snapshot_dates(source), first.horizon_months, first.snapshot_date)
    start = month_end(first.snapshot_date, -first.horizon_months - MONTHS_OF_REFERENCE)
    return [day for day in known if day > start] or [first.snapshot_date]


def _promised(settings: Settings, version: str) -> Metrics | None:
    """The metrics of the version's training; None where the registry no longer holds it."""
    try:
        return registry.described(settings, version).report.metrics
    except BadInput:
        return None


_NOTHING_PUBLISHED: Final = Finding(
    "nothing of this source is published", "store", "", 0, "Run `retention score SOURCE` first."
)
