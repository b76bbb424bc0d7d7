"""Whom managers would have talked to, and whom the list names: which of the two were more likely to leave?

Only answers that were given before the manager could have seen the list of the month count. Each row is a person in a
month. This describes what happened: people who were named may have been talked to, and stayed for that reason.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import polars as pl
from scipy.stats import t

from features.source import Source
from pipeline.dataset.dated import load_dated
from pipeline.dataset.workspace import workspace
from pipeline.disclosure import LEAST_FOR_REPRESENTATIVES
from pipeline.judgement.statistics.cluster_regression import coefficient
from pipeline.judgement.statistics.figures import Bounded
from pipeline.judgement.statistics.score_intervals import share_interval
from pipeline.listing.rules import ListRules
from pipeline.listing.selection import listed
from pipeline.lists.named import willing
from pipeline.lists.trial.comparison import FEWEST_EXITS, FEWEST_MANAGERS
from pipeline.lists.trial.effect import matured_heads
from pipeline.lists.trial.outcomes import with_outcomes
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.store import Store
from pipeline.store.trials.nominations import Nomination, nominations

NamedBy = Literal["both", "manager_only", "list_only", "neither"]

_LEVEL: Final = 0.05


@dataclass(frozen=True)
class NamedGroup:
    """The people named by the manager, by the list, by both or by neither; `share` of the rows left, 95 % interval.

    All figures are None for a group of fewer than ten people. `rows`: each person in each month.
    """

    named_by: NamedBy
    people: int | None
    rows: int | None
    left: int | None
    share: Bounded | None


@dataclass(frozen=True)
class JudgementReport:
    """The report of `retention effect --judgement`.

    `answers`, `skipped` and `too_late` count the answers of matured months: too late after the list had been seen.
    `difference` is the share who left of those whom only the manager named less that of those whom only the list named,
    95 % interval over managers; None with too little data.
    """

    source: str
    months: int
    managers: int
    answers: int
    skipped: int
    too_late: int
    groups: Sequence[NamedGroup]
    difference: Bounded | None
    verdict: str


ROWS: Final = {
    "employee_id": pl.String,
    "manager_id": pl.String,
    "is_nominated": pl.Boolean,
    "is_listed": pl.Boolean,
    "left": pl.Boolean,
}
"""The rows that are compared: everyone in the team of a manager who answered, in each matured month."""

_GROUPS: Final[Mapping[NamedBy, tuple[bool, bool]]] = {
    "both": (True, True),
    "manager_only": (True, False),
    "list_only": (False, True),
    "neither": (False, False),
}


def as_json(report: JudgementReport) -> dict[str, Any]:
    """The report as `retention effect --judgement --json` writes it."""
    return asdict(report)


def judgement(source: Path, settings: Settings) -> JudgementReport:
    """Compares nominations and lists of a source. Raises BadInput for a source without dates."""
    with workspace(settings) as folder:
        why, remedy = "no exit can follow an answer", "Compare on a source with dates."
        loaded = load_dated(source, folder / "tables", why, remedy, settings)
        with closing(Store.of(settings)) as store, store.reading() as scores:
            heads = matured_heads(loaded, scores)
            given = {head.month: nominations(scores.connection, loaded.name, head.month) for head in heads}
            months = [teams_in(loaded, scores, head, given[head.month], settings.list_rules) for head in heads]
    return compared(loaded.name, pl.concat([pl.DataFrame(schema=ROWS), *months]), given)


def compared(source: str, rows: pl.DataFrame, given: Mapping[str, Sequence[Nomination]]) -> JudgementReport:
    """The report from rows of `ROWS` and the answers by month."""
    every = [each for answers in given.values() for each in answers]
    groups = [_group(name, _of(rows, name)) for name in _GROUPS]
    shown = {group.named_by for group in groups if group.people is not None}
    difference = _difference(rows) if {"manager_only", "list_only"} <= shown else None
    return JudgementReport(
        source,
        months=sum(bool(answers) for answers in given.values()),
        managers=rows["manager_id"].n_unique(),
        answers=sum(_counts(each) for each in every),
        skipped=sum(each.is_skipped for each in every),
        too_late=sum(not each.is_skipped and not each.is_before_list for each in every),
        groups=groups,
        difference=difference,
        verdict=_verdict(difference, bool(every)),
    )


def _counts(given: Nomination) -> bool:
    return given.is_before_list and not given.is_skipped


def teams_in(
    source: Source, scores: PublishedScores, head: Published, given: Sequence[Nomination], rules: ListRules
) -> pl.DataFrame:
    """`ROWS` of a matured month: without people who object or were not informed, since no list could name them."""
    of_manager = {each.manager_id: each.people for each in given if _counts(each)}
    teams = willing(scores, head, scores.teams_of(head, list(of_manager)))
    chosen = set(listed(teams, head.mean_risk, rules)["employee_id"])
    named = frozenset[str]().union(*of_manager.values())
    people = teams.filter(pl.col("employee_id") != pl.col("manager_id")).with_columns(
        is_nominated=pl.col("employee_id").is_in(sorted(named)),
        is_listed=pl.col("employee_id").is_in(sorted(chosen)),
    )
    return with_outcomes(source, head, people).select(list(ROWS))


def _of(rows: pl.DataFrame, name: NamedBy) -> pl.DataFrame:
    is_nominated, is_listed = _GROUPS[name]
    return rows.filter((pl.col("is_nominated") == is_nominated) & (pl.col("is_listed") == is_listed))


def _group(name: NamedBy, rows: pl.DataFrame) -> NamedGroup:
    people = rows["employee_id"].n_unique()
    if people < LEAST_FOR_REPRESENTATIVES:
        return NamedGroup(name, people=None, rows=None, left=None, share=None)
    left = int(rows["left"].sum())
    return NamedGroup(name, people, rows.height, left, share_interval(left / rows.height, _independent(rows, people)))


def _independent(rows: pl.DataFrame, people: int) -> float:
    """How many independent rows tell as much: at most the people, and fewer if a manager's people are alike."""
    left = rows["left"].cast(pl.Float64).to_numpy()
    variance = float(left.mean() * (1 - left.mean()))
    if not variance or rows["manager_id"].n_unique() == 1:
        return float(people)
    error = coefficient(left, np.ones((rows.height, 1)), rows["manager_id"].to_numpy(), which=0).standard_error
    return min(float(people), variance / error**2) if error else float(people)


def _difference(rows: pl.DataFrame) -> Bounded | None:
    only = rows.filter(pl.col("is_nominated") != pl.col("is_listed"))
    parts = [only.filter(pl.col("is_nominated") == is_nominated) for is_nominated in (True, False)]
    if min(part["manager_id"].n_unique() for part in parts) < FEWEST_MANAGERS or only["left"].sum() < FEWEST_EXITS:
        return None
    left, by_manager = (only[name].cast(pl.Float64).to_numpy() for name in ("left", "is_nominated"))
    design = np.column_stack([np.ones_like(by_manager), by_manager])
    figure = coefficient(left, design, only["manager_id"].to_numpy(), which=1)
    half = float(t.isf(_LEVEL / 2, figure.freedom)) * figure.standard_error
    return Bounded(figure.value, figure.value - half, figure.value + half)


def _verdict(difference: Bounded | None, is_asked: bool) -> str:
    if not is_asked:
        return (
            "No manager has been asked in a month that has matured. To ask whom they would talk to, before they open "
            "the list, set RETENTION_NOMINATIONS=true."
        )
    if difference is None:
        return (
            f"Nothing can be said yet about who judges better: at least {FEWEST_MANAGERS} managers with people whom "
            f"only they named, as many with people whom only the list named, and {FEWEST_EXITS} exits among these are "
            "needed."
        )
    more = f"{100 * abs(difference.value):.1f} percentage points {'more' if difference.value > 0 else 'fewer'}"
    figures = (
        f"of the people whom only their manager named, {more} left than of those whom only the list named "
        f"({100 * difference.low:+.1f} to {100 * difference.high:+.1f})"
    )
    if difference.low > 0:
        return f"Managers know something that the model does not: {figures}."
    if difference.high < 0:
        return f"The list finds people whom managers overlook: {figures}."
    return f"Neither judges better as far as these data show: {figures}."
