"""The scoring job: score everyone at risk on a snapshot date, explain each score, publish."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from functools import singledispatch
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from features.collaboration.department_services import department_askers, department_services
from features.directory import directory_of
from features.engine.named import engine_named
from features.engine.polars import POLARS
from features.engine.protocol import Engine
from features.errors import BadInput, Finding, Refused
from features.source import CrossSection, Source, load_source, source_name
from pipeline.data_counts import DataCheck, DataCounts, RefusedOnData
from pipeline.dataset.horizons import CURVE
from pipeline.dataset.workspace import tables_folder, workspace
from pipeline.disclosure import CARRIED
from pipeline.listing.criticality import criticality_of
from pipeline.model.calibration import risk_of
from pipeline.model.factors import factor_table, peers_of
from pipeline.model.posterior import Errors
from pipeline.model.related import related
from pipeline.model.risk_range import plausible_risks, risk_range
from pipeline.model.stored_model import StoredModel, typed_records
from pipeline.notice import not_informed, require_notice
from pipeline.outlook.parts import publish_parts
from pipeline.outlook.publishing import publish_outlook
from pipeline.registry.account import account, checked_reason
from pipeline.registry.loading import load
from pipeline.scoring.evidence import evidence_of, is_too_wide
from pipeline.scoring.limits import MONTHS_PUBLISHED
from pipeline.scoring.month import Month, gone_from, months_of
from pipeline.scoring.population import Population, population_of
from pipeline.scoring.refusals import refusals, unchecked
from pipeline.scoring.row_scores import row_scores
from pipeline.settings import Settings
from pipeline.store.publication import Publication
from pipeline.store.schema import HINDSIGHT
from pipeline.store.store import Store
from pipeline.turnover.publishing import publish_turnover

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Scored:
    """A publication, the state of its data, and what validation counted for the publication before it.

    before_month: of that publication; if there is none, `before` was counted when the model was trained, or is None.
    objected: people who object to being scored; they count in figures of groups, and their own are in no file.
    """

    publication: Publication
    check: DataCheck
    before: DataCounts | None = None
    before_month: str | None = None
    objected: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Before:
    counts: DataCounts | None
    month: str | None
    rates: list[float]


def score_and_publish(
    source: Path,
    settings: Settings,
    snapshot_date: date | None,
    version: str | None,
    today: date,
    progress: Progress = lambda _: None,
    despite: str | None = None,
) -> Scored:
    """Scores a source with a model (the champion by default) and publishes to the store, all or nothing.

    The latest snapshot date is scored unless another one is given; a cross-section has none, so its scores are
    dated with the end of the month of `today`. People who have not been informed are not scored; people who are erased
    while this runs are left out. `despite` is the reason to publish what `refusals` refuses: it is kept with the
    publication and in the audit.

    Raises BadInput if there is no such model or date, or the model was trained on another source, and Refused if the
    people have not been informed, the system is halted (before publishing too), or the month is far from what the model
    learned from and no reason is given.
    """
    reason = checked_reason(despite, "score", "--despite", "the month should be published")
    name = source_name(source)
    require_notice(settings, name, today)
    with workspace(settings) as folder, closing(Store.of(settings)) as store:
        store.require_running()
        progress("load the model")
        number, model = load(settings, version)
        read_at = store.moment()
        with engine_named(settings.engine, folder, settings.spark_store) as engine:
            progress("read and validate")
            loaded = load_source(
                source,
                folder / "tables",
                settings.directory,
                runs_own_features=settings.own_features,
                stored=tables_folder(settings, name),
                engine=engine,
            )
            _require_same_source(loaded.name, model)
            population = population_of(loaded, snapshot_date, today, folder, settings, progress)
            informed = _informed(population, settings, loaded.name, today)
            progress("score and explain")
            at = loaded.name, loaded.data_hash, population.day
            publication = score_people(model, number, *at, informed.people, informed.X, engine)
        publication = with_services(loaded, publication)
        publication = replace(publication, directory=directory_of(loaded), employment=population.employment)
        publication = replace(publication, criticality=criticality_of(loaded, informed.people, population.day))
        publication = _with_counts(publication, population, informed)
        before = _before(store, publication, model)
        check = _checked(loaded, model, population.X, publication, before, reason)
        progress("publish")
        publication = replace(publication, data_check=check)
        store.publish(publication, read_at)
        publish_parts(store, loaded.name)
        if isinstance(loaded, Source):
            progress("count who left")
            publish_turnover(store, loaded, read_at)
            publish_outlook(store, loaded)
        publication = publication.without(store.erased_since(read_at))  # as it was published
        with store.reading() as scores:
            objected = scores.objections.among(publication.source, publication.scores["employee_id"])
    return Scored(publication, check, before.counts, before.month, frozenset(objected))


def _informed(population: Population, settings: Settings, source: str, today: date) -> Population:
    """Those of the population who have been informed that they are scored. Raises Refused if there is nobody."""
    informed = population.without(not_informed(settings, source, population.employment, today))
    if informed.people.is_empty():
        rule = f"nobody at risk in {source!r} has been informed of being scored"
        remedy = "Give notice where these people work, or to those hired since, and record it."
        raise Refused(Finding(rule, "environment", "RETENTION_NOTICE_GIVEN", population.people.height, remedy))
    return informed


def _with_counts(publication: Publication, population: Population, informed: Population) -> Publication:
    """The publication with the numbers of people who are not scored, by reason, in its manifest."""
    counts = {
        "have_left": population.have_left,
        "not_informed": population.people.height - informed.people.height,
    }
    known = {reason: people for reason, people in counts.items() if people}
    return replace(publication, manifest={**publication.manifest, **known})


def _before(store: Store, publication: Publication, model: StoredModel) -> _Before:
    """The counts of the source's last publication, else of training, and the expected rates of the months before."""
    with store.reading() as scores:
        last = scores.last_data_check(publication.source)
        rates = scores.rates_before(
            publication.source, publication.snapshot_date, publication.horizon_months, MONTHS_PUBLISHED
        )
    if last:
        return _Before(last[1].counts, last[0], rates)
    return _Before(model.learned_from.counts if model.learned_from else None, None, rates)


def _checked(
    loaded: Source | CrossSection,
    model: StoredModel,
    X: pl.DataFrame,
    publication: Publication,
    before: _Before,
    reason: str | None,
) -> DataCheck:
    """The state of the data. Raises RefusedOnData with every refusal if there is one and no reason is given."""
    counts, learned = DataCounts.of(loaded.report), model.learned_from
    if learned is None:
        return DataCheck(counts, unchecked=(unchecked(publication.model_version),))
    day, rate = publication.snapshot_date, float(publication.scores["risk"].to_numpy().mean())
    months = months_of(loaded, learned, day)
    month = Month(day, X, counts, gone_from(loaded, learned), months, rate, before.rates)
    found = refusals(learned, model.features, month)
    if found and reason is None:
        raise RefusedOnData(found, counts, before.counts, before.month)
    return DataCheck(counts, tuple(found), reason, account()) if found else DataCheck(counts)


def score_people(
    model: StoredModel,
    version: str,
    source: str,
    data_hash: str,
    day: date,
    people: pl.DataFrame,
    X: pl.DataFrame,
    engine: Engine = POLARS,
) -> Publication:
    """Scores rows of features: `people` (employee_id and post) and `X` are aligned."""
    X = typed_records(X, model.features)
    by_row = row_scores(model, X, engine)
    low, high = _ends(by_row.log_odds, by_row.errors)
    average = float(risk_of(by_row.base))
    scores = people.with_columns(
        risk=pl.Series(by_row.risks[model.horizon_months]),
        **{f"risk_{months}m": _horizon(by_row.risks, months, X.height) for months in CURVE},
        risk_low=low,
        risk_high=high,
        evidence=evidence_of(X, by_row.share_of_other, is_too_wide(low, high, average)),
        base_log_odds=pl.lit(by_row.base, dtype=pl.Float64),
        log_odds=pl.Series(by_row.log_odds),
    )
    return Publication(
        source=source,
        snapshot_date=day,
        model_version=version,
        horizon_months=model.horizon_months,
        manifest={
            **model.manifest,
            "scored_data_hash": data_hash,
            HINDSIGHT: model.has_seen_after(day),
            "features": _descriptions(model, X),
            "taken_as_other": model.asked.encoding.taken_as_other(X),
        },
        scores=scores,
        factors=factor_table(people, X, by_row.contributions, model.features, peers_of(people)),
        plausible=_plausible(people, by_row.log_odds, by_row.errors),
        encoded=people.select("employee_id").hstack(by_row.encoded),
    )


def _ends(log_odds: np.ndarray, errors: Errors | None) -> tuple[pl.Series, pl.Series]:
    """Both ends of each range; null if the model does not know what its log-odds may be wrong by."""
    if errors is None:
        unknown = pl.Series([None] * len(log_odds), dtype=pl.Float64)
        return unknown, unknown
    low, high = risk_range(log_odds, errors.sd)
    return pl.Series(low), pl.Series(high)


def _plausible(people: pl.DataFrame, log_odds: np.ndarray, errors: Errors | None) -> pl.DataFrame | None:
    return None if errors is None else people.select("employee_id", risks=pl.Series(plausible_risks(log_odds, errors)))


@singledispatch
def with_services(source: Source | CrossSection, publication: Publication) -> Publication:
    """The publication with the services between departments and their clients' risk, if the source has services."""
    return publication


@with_services.register
def _(source: Source, publication: Publication) -> Publication:
    sums = publication.factors.filter(pl.col("driver") == "relationships")
    sums = sums.group_by("employee_id").agg(relationships_log_odds=pl.col("contribution").sum())
    people = publication.scores.select("employee_id", "department", "risk").join(sums, on="employee_id", how="left")
    people = people.with_columns(pl.col("department").cast(pl.String), pl.col("relationships_log_odds").fill_null(0.0))
    services = department_services(source, publication.snapshot_date, people, CARRIED)
    askers = department_askers(source, publication.snapshot_date, people)
    return replace(publication, services=services, askers=askers)


def score_columns(scored: Scored) -> pl.DataFrame:
    """The scores as `retention score --out` writes them, without those of people who object."""
    curve = [f"risk_{months}m" for months in CURVE]
    publication = scored.publication
    return (
        _of_willing(publication.scores, scored)
        .with_columns(model_version=pl.lit(publication.model_version))
        .select(
            "employee_id",
            pl.lit(publication.snapshot_date).alias("snapshot_date"),
            "model_version",
            "risk",
            *curve,
            "risk_low",
            "risk_high",
            "evidence",
            "base_log_odds",
            "log_odds",
        )
    )


def factor_columns(scored: Scored) -> pl.DataFrame:
    """The factors as `retention score --factors` writes them, without those of people who object."""
    factors = _of_willing(scored.publication.factors, scored)
    return factors.select("employee_id", "feature", "driver", "value", "peer_value", "contribution")


def _of_willing(rows: pl.DataFrame, scored: Scored) -> pl.DataFrame:
    return rows.filter(~pl.col("employee_id").is_in(list(scored.objected)))


def _require_same_source(name: str, model: StoredModel) -> None:
    trained_on = model.manifest["source"]
    if name != trained_on:
        rule = f"the model was trained on the source {trained_on!r}, not on {name!r}"
        remedy = "Train on this source, or choose a version with --model (`retention models list`)."
        raise BadInput(Finding(rule, "registry", "", 0, remedy))


def _horizon(curve: Mapping[int, np.ndarray], months: int, rows: int) -> pl.Series:
    """The risk within `months`; null if the history was too short to learn it."""
    return pl.Series(curve[months] if months in curve else [None] * rows, dtype=pl.Float64)


def _descriptions(model: StoredModel, X: pl.DataFrame) -> dict[str, Any]:
    """The description of each feature for the store: its words, and its related features."""
    related_to = related(X, {name: feature.driver for name, feature in model.features.items()})
    return {
        name: {
            **feature.label_parts,
            "unit": feature.unit,
            "driver": feature.driver,
            "worse": feature.worse,
            "actionable": feature.actionable,
            "kind": feature.kind,
            "related": related_to.get(name),
            "is_confidential": feature.is_confidential,
            "shows_another": feature.shows_another,
        }
        for name, feature in model.features.items()
    }
