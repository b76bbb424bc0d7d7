"""What one scoring run publishes: checked, ranked and converted to rows. Pure functions; the store writes the rows."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Self

import polars as pl

from features.contract import ids
from features.errors import Finding, Refused
from pipeline.data_counts import DataCheck
from pipeline.disclosure import CARRIED, Pair, pairs_shown

TOLERANCE: Final = 1e-6
"""Largest difference between base + factors and the log-odds served, and between risks: what the API promises."""

BATCH_PEOPLE: Final = 5_000
"""People converted at a time: limits memory to their factors."""

_DIGITS: Final = {"rating": 2, "hours": 1, "balance": 2, "trend": 2, "risk": 3, "relationships_log_odds": 2}
"""Decimals of a pair's figures that are published."""

_FORMAT: Final = 4
"""Version of a publication's content: one of an earlier format is published again even if its scores are the same."""

_NUMBERS: Final = ["risk", "risk_3m", "risk_6m", "risk_12m", "risk_low", "risk_high", "base_log_odds", "log_odds"]
_WORDS: Final = ["evidence", "department", "job", "location", "manager_id"]


@dataclass(frozen=True)
class Publication:
    """The scores of everyone at risk on one snapshot date, by one model.

    scores: employee_id, risk (at `horizon_months`), risk_3m, risk_6m, risk_12m, risk_low, risk_high, evidence,
        base_log_odds, log_odds, department, level, job, location, manager_id; one row per person.
    factors: employee_id, feature, driver, value, peer_value, contribution (log-odds); values as text.
        Each person's base_log_odds + Σ contribution = log_odds, and its logistic is `risk`.
    services: what departments ask of each other, as returned by `collaboration.department_services`, with `CARRIED`;
        None if the source has no services.
    askers: how often each person asked, as returned by `collaboration.department_askers`; None without services.
    manifest: how it was made (data hash, code version, seed …); `manifest["features"]` holds label, unit, driver,
        worse, actionable and kind of each feature, as in the catalogue.
    data_check: the state of the data behind the scores; None where it is not known.
    employment: hire date and establishment (`pipeline.informed.WHERE_AND_SINCE`) of everyone at risk, also of those
        who are not scored because they were not informed, which the store keeps apart; None where it is not known.
    plausible: employee_id and `risks`, an array of equally plausible risks, drawn jointly for everyone; for the ranges
        of groups, and not stored. None if the model does not know how uncertain its risks are.
    directory: names and addresses as returned by `features.directory`, which the store keeps apart; None without any.
    criticality: employee_id and criticality (1 to 5) of those of whom the source says how hard they are to replace;
        None where it says nothing.
    encoded: employee_id, `trees` (the raw log-odds of the model's trees) and each feature as the model reads it, named
        by its position: what plans are computed from (`store.staff_files`). None where only factors are known.
    """

    source: str
    snapshot_date: date
    model_version: str
    horizon_months: int
    manifest: Mapping[str, Any]
    scores: pl.DataFrame
    factors: pl.DataFrame
    services: pl.DataFrame | None = None
    askers: pl.DataFrame | None = None
    data_check: DataCheck | None = None
    employment: pl.DataFrame | None = field(default=None, repr=False)
    plausible: pl.DataFrame | None = field(default=None, repr=False)
    directory: pl.DataFrame | None = field(default=None, repr=False)
    criticality: pl.DataFrame | None = field(default=None, repr=False)
    encoded: pl.DataFrame | None = field(default=None, repr=False)

    def without(self, people: Collection[str]) -> Self:
        """The publication without these people, also where they lead others."""
        if not people:
            return self
        leads, gone = pl.col("manager_id").cast(pl.String), list(people)
        is_left = ~pl.col("employee_id").is_in(gone)
        names, employment, plausible, criticality, encoded = (
            None if rows is None else rows.filter(is_left)
            for rows in (self.directory, self.employment, self.plausible, self.criticality, self.encoded)
        )
        return replace(
            self,
            scores=self.scores.filter(is_left).with_columns(manager_id=pl.when(~leads.is_in(gone)).then(leads)),
            factors=self.factors.filter(is_left),
            plausible=plausible,
            directory=names,
            employment=employment,
            criticality=criticality,
            encoded=encoded,
        )

    def features(self) -> list[dict[str, Any]]:
        """Each feature that has a factor, by name, with its description from the manifest."""
        described = self.manifest.get("features", {})
        pairs = self.factors.select("feature", "driver").unique(subset="feature").sort("feature").rows()
        return [{"label": name, **described.get(name, {}), "feature": name, "driver": driver} for name, driver in pairs]


def check_publication(publication: Publication) -> None:
    """Raise Refused unless everyone is scored once, every risk is a probability, and the factors add up to it."""
    if not publication.scores.height:
        raise Refused(Finding("no one was scored", "publication", "", 0, "Choose a snapshot date with people."))
    remedy = "Nothing was published: score again, and report this if it recurs."
    broken = _broken_rules(publication.scores, publication.factors)
    findings = [Finding(rule, "publication", "", rows, remedy) for rule, rows in broken.items() if rows]
    if findings:
        raise Refused(findings)


def _broken_rules(scores: pl.DataFrame, factors: pl.DataFrame) -> dict[str, int]:
    """Each rule and the number of rows that break it; a null breaks a rule."""
    sums = factors.group_by("employee_id").agg(pl.col("contribution").sum())
    added = scores.join(sums, on="employee_id", how="left").with_columns(pl.col("contribution").fill_null(0.0))
    gap = pl.col("base_log_odds") + pl.col("contribution") - pl.col("log_odds")
    logistic = 1 / (1 + (-pl.col("log_odds")).exp())
    is_first = pl.col("employee_id").is_first_distinct() & pl.col("employee_id").is_not_null()
    rules = {
        "a person is scored twice, or without an id": is_first,
        ids.SENTENCE: pl.all_horizontal(
            ids.is_nameable(pl.col(name).cast(pl.String)).fill_null(True) for name in ("employee_id", "manager_id")
        ),
        "a risk is not a probability": pl.col("risk").is_between(0, 1),
        "base and factors do not add up to the log-odds": gap.abs() <= TOLERANCE,
        "the log-odds do not give the risk": (logistic - pl.col("risk")).abs() <= TOLERANCE,
    }
    broken = {rule: added.filter(~holds.fill_null(False)).height for rule, holds in rules.items()}
    strangers = factors.join(scores, on="employee_id", how="anti").height
    return broken | {"a factor belongs to a person who is not scored": strangers}


def ranked(publication: Publication) -> pl.DataFrame:
    """The scores, highest risk first (ties by employee_id), with `rank` from 1."""
    typed = publication.scores.with_columns(
        *(pl.col(name).cast(pl.Float64) for name in _NUMBERS),
        *(pl.col(name).cast(pl.String) for name in _WORDS),
        pl.col("level").cast(pl.Int64),
    )
    columns = ["employee_id", *_NUMBERS, *_WORDS, "level", "criticality"]
    by_risk = (
        _with_criticality(typed, publication.criticality)
        .select(columns)
        .sort("risk", "employee_id", descending=[True, False])
    )
    return by_risk.with_row_index("rank", offset=1).with_columns(pl.col("rank").cast(pl.Int64))


def _with_criticality(scores: pl.DataFrame, criticality: pl.DataFrame | None) -> pl.DataFrame:
    if criticality is None:
        return scores.with_columns(criticality=pl.lit(None, pl.Float64))
    return scores.join(criticality, on="employee_id", how="left", maintain_order="left")


def rows_in_batches(publication: Publication, scores: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The `ranked` scores with each person's factors as one JSON text, `BATCH_PEOPLE` at a time."""
    features = publication.features()
    number_of = pl.DataFrame(
        {"feature": [feature["feature"] for feature in features], "index": list(range(len(features)))},
        schema={"feature": pl.String, "index": pl.Int64},
    )
    factors = publication.factors.join(number_of, on="feature", how="left")
    for start in range(0, scores.height, BATCH_PEOPLE):
        people = scores.slice(start, BATCH_PEOPLE)
        texts = _factor_texts(factors.join(people.select("employee_id"), on="employee_id", how="semi"))
        with_factors = people.join(texts, on="employee_id", how="left", maintain_order="left")
        yield with_factors.with_columns(pl.col("factors").fill_null("{}"))


def content_hash(publication: Publication, scores: pl.DataFrame) -> str:
    """SHA-256 of the published content; it does not depend on the order of rows or the time of the run."""
    digest = hashlib.sha256(f"{_FORMAT};{publication.horizon_months};{publication.features()}".encode())
    for batch in rows_in_batches(publication, scores):
        digest.update(batch.write_csv().encode())
    for row in service_rows(publication):
        digest.update(repr(sorted(row.items())).encode())
    if publication.data_check and publication.data_check.despite:
        digest.update(publication.data_check.despite.encode())  # a reason must not get lost
    return digest.hexdigest()


def service_rows(
    publication: Publication, hidden: Collection[Pair] = (), carrying: Collection[Pair] | None = None
) -> list[dict[str, Any]]:
    """The figures of services between departments as rows of the store; null if they concern too few people.

    hidden: pairs that are not shown for another reason. carrying: those that may show `CARRIED`; None for all.
    """
    if publication.services is None:
        return []
    rows = pairs_shown(publication.services, ["services", "rating", "hours", "balance", "trend", *CARRIED], hidden)
    silent = [
        row
        for row in rows
        if carrying is not None and (row["client_department"], row["provider_department"]) not in carrying
    ]
    for row in silent:
        row.update(dict.fromkeys(CARRIED))
    return [
        row | {name: None if row[name] is None else round(row[name], digits) for name, digits in _DIGITS.items()}
        for row in rows
    ]


def _factor_texts(factors: pl.DataFrame) -> pl.DataFrame:
    """employee_id, factors: JSON text as in `schema.SCORE`, ordered by feature; floats read back exactly equal."""
    columns = factors.select(
        "employee_id",
        "index",
        pl.col("value", "peer_value").cast(pl.String),
        pl.col("contribution").cast(pl.Float64),
    )
    lists = columns.sort("employee_id", "index").group_by("employee_id", maintain_order=True).all()
    return lists.select("employee_id", pl.struct(pl.exclude("employee_id")).struct.json_encode().alias("factors"))
