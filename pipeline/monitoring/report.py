"""Monitors a source: published scores compared with what happened, and features with those of training."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from features.errors import BadInput, Finding
from features.source import Source, source_name
from pipeline.data_counts import DataCounts
from pipeline.dataset.dated import load_dated
from pipeline.dataset.outcome import left_within_horizon
from pipeline.dataset.splits import matured
from pipeline.dataset.workspace import tables_without_names, workspace
from pipeline.files import write_text
from pipeline.judgement.drift import moved, reference_of
from pipeline.judgement.statistics.figures import Bounded, Metrics
from pipeline.judgement.statistics.metrics import metrics, metrics_with_intervals
from pipeline.language.translator import language
from pipeline.listing.selection import listed
from pipeline.model.stored_model import StoredModel
from pipeline.monitoring.alerts import alerts
from pipeline.monitoring.data_drift import data_of, models_of
from pipeline.monitoring.expected_quality import ScoredMonth
from pipeline.monitoring.results import ListedPeople, MonitoringResults, Month, ScoreDrift
from pipeline.monitoring.results_json import as_json
from pipeline.registry.documents import described
from pipeline.settings import Settings
from pipeline.store.answers import DONE, last_answers
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store

SEED: Final = 1
Progress = Callable[[str], None]


def monitor(source: Path, settings: Settings, page: Path, progress: Progress = lambda _: None) -> MonitoringResults:
    """Compares the published months of a source with what happened since, and with the training data.

    Writes the results as a page to `page`, and logs them to MLflow as a run. Figures describe the whole company, never
    a person.

    Raises BadInput if nothing of the source is published, or if the source has no dates.
    """
    with workspace(settings) as folder:
        progress("read and validate")
        loaded = load_dated(
            source,
            folder / "tables",
            "nothing matures",
            "Monitor a source with dates.",
            settings,
            runs_own_features=settings.own_features,
            stored=tables_without_names(settings, source_name(source)),
        )
        with closing(Store.of(settings)) as store, store.reading() as scores:
            published = scores.history(loaded.name)
            if not published:
                raise BadInput(_NOTHING_PUBLISHED)
            progress("compare published scores with what happened")
            outcomes, models = _outcomes(loaded, scores, published), models_of(published, settings)
            hindsight = scores.hindsight(loaded.name)
            check = scores.data_check(published[-1])
            months = [
                _month(scores, head, outcomes.get(head.snapshot_date), models[head.model_version], settings)
                for head in published
            ]
            score_drift = _score_drift(scores, published, settings.score_drift_limit)
        data = data_of(loaded, published, models, settings, folder, progress)
    forecasts = [rows for day, rows in outcomes.items() if day not in hindsight]
    live, promised = _live(forecasts), _promised(settings, published[-1].model_version)
    complete = tuple(
        replace(
            month,
            is_hindsight=head.snapshot_date in hindsight,
            furthest=data.months[head.snapshot_date].furthest,
            drifted=data.months[head.snapshot_date].drifted,
            lost=data.months[head.snapshot_date].lost,
            score_drift=score_drift[head.snapshot_date],
        )
        for month, head in zip(months, published, strict=True)
    )
    results = MonitoringResults(
        loaded.name,
        str(loaded.complete_until),
        complete,
        live,
        promised,
        lost_tables=data.lost_tables,
        without_reference=data.without_reference,
        data=DataCounts.of(loaded.report),
        data_before=check.counts if check else None,
    )
    results = replace(results, alerts=alerts(results, settings))
    _publish(results, settings, page, progress)
    return results


def _publish(results: MonitoringResults, settings: Settings, page: Path, progress: Progress) -> None:
    """Write the page and log the run."""
    from pipeline.monitoring.page import monitoring_page  # Matplotlib, and below MLflow: seconds to import both

    html = monitoring_page(results, language(settings.language))
    write_text(html, page)
    progress("record in MLflow")
    from pipeline.registry.versions import record_monitoring

    steps = [_step(month) for month in results.months]
    record_monitoring(settings, results.source, as_json(results), html, steps, len(results.alerts))


def _step(month: Month) -> dict[str, float | None]:
    """The figures of a month that MLflow shows as a trend."""
    return {
        "people": month.people,
        "expected": month.expected,
        "happened": month.happened,
        "furthest": month.furthest,
        "drifted": len(month.drifted),
        **(dict(month.metrics.items()) if month.metrics else {}),
    }


def _outcomes(source: Source, scores: PublishedScores, published: Sequence[Published]) -> dict[date, pl.DataFrame]:
    """The rows of each matured month, by snapshot date: employee_id, snapshot_date, risk, left."""
    outcomes = {}
    for head in published:
        if not matured([head.snapshot_date], head.horizon_months, source.complete_until):
            continue
        people = scores.risks(head).with_columns(snapshot_date=pl.lit(head.snapshot_date))
        outcomes[head.snapshot_date] = left_within_horizon(source, people, [head.snapshot_date], head.horizon_months)
    return outcomes


def _month(
    scores: PublishedScores,
    head: Published,
    outcome: pl.DataFrame | None,
    model: StoredModel | None,
    settings: Settings,
) -> Month:
    answers = Counter(answer.outcome for answer in last_answers(scores.connection, head).values())
    on_list = listed(scores.teams(head), head.mean_risk, settings.list_rules)
    people = on_list.select("employee_id").unique()
    month = Month(
        month=head.month,
        model_version=head.model_version,
        people=head.people,
        expected=head.mean_risk,
        answers=dict(sorted(answers.items())),
        answered=_share(min(answers.total(), people.height), people.height),
        acted_on=_share(min(sum(answers[outcome] for outcome in DONE), people.height), people.height),
        expected_quality=_scored(scores.risks(head), people, model).expected() if model else None,
    )
    return month if outcome is None else _matured(month, outcome, people, model)


def _scored(risks: pl.DataFrame, listed_people: pl.DataFrame, model: StoredModel) -> ScoredMonth:
    """The scores of a month (employee_id, risk), and what its model knows of the levels of periods."""
    is_listed = risks["employee_id"].is_in(listed_people["employee_id"].implode()).to_numpy()
    return ScoredMonth(risks["risk"].to_numpy(), is_listed, model.asked.choice.level_sd, SEED)


def _matured(month: Month, outcome: pl.DataFrame, listed_people: pl.DataFrame, model: StoredModel | None) -> Month:
    on_lists = outcome.join(listed_people, on="employee_id", how="semi")
    left, risk, base = outcome["left"].to_numpy(), outcome["risk"].to_numpy(), float(outcome["left"].to_numpy().mean())
    precision = _share(int(on_lists["left"].sum()), on_lists.height)
    share = on_lists["left"].mean()
    return replace(
        month,
        happened=base,
        departure=_scored(outcome, listed_people, model).departure(left) if model else None,
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
    """A share with its 95 % interval (Wilson, 1927); None without people."""
    if not people:
        return None
    from scipy.stats import binomtest  # half a second to import

    low, high = binomtest(number, people).proportion_ci(0.95, method="wilson")
    return Bounded(number / people, float(low), float(high))


def _score_drift(
    scores: PublishedScores, published: Sequence[Published], limit: float
) -> dict[date, ScoreDrift | None]:
    """How far the scores of each published month lie from those of the first, with the p-value of a two-sample
    Kolmogorov-Smirnov test; None if the company is too small.
    """
    first = scores.risks(published[0]).select("risk")
    reference = reference_of(first)
    drifts: dict[date, ScoreDrift | None] = {}
    for head in published:
        now = scores.risks(head).select("risk")
        entry = next(moved(reference, now), None)
        drifts[head.snapshot_date] = None if entry is None else _drifted(entry.psi, limit, first, now)
    return drifts


def _drifted(psi: float, limit: float, first: pl.DataFrame, now: pl.DataFrame) -> ScoreDrift:
    from scipy.stats import ks_2samp  # half a second to import

    test = ks_2samp(first["risk"].to_numpy(), now["risk"].to_numpy())
    return ScoreDrift(psi, limit, psi / limit, float(test.pvalue))


def _live(outcomes: Sequence[pl.DataFrame]) -> Metrics | None:
    """Every metric of all matured months together; None if there is none."""
    if not outcomes:
        return None
    rows = pl.concat(outcomes)
    return metrics_with_intervals(
        rows["left"].to_numpy(), rows["risk"].to_numpy(), rows["employee_id"].to_numpy(), SEED
    )


def _promised(settings: Settings, version: str) -> Metrics | None:
    """The metrics of the version's training; None if the registry no longer has it."""
    try:
        return described(settings, version).report.metrics
    except BadInput:
        return None


_NOTHING_PUBLISHED: Final = Finding(
    "nothing of this source is published", "store", "", 0, "Run `retention score SOURCE` first."
)
