"""Which of their people a manager should talk to this month, what is behind it, and what to ask.

A list holds no probability, nothing about a person that the manager could not act on, and no more people than
there is time for. See `wording` for the words and `list_pages` for the files.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import polars as pl

from features.errors import BadInput, Finding
from features.vocabulary import DRIVERS, Driver, is_protected
from pipeline.published import ENOUGH, Factor, Published, PublishedScores
from pipeline.wording import GUIDE, OPEN_GUIDANCE, Guidance, as_number, expected_words, reason_text

Band = Literal["high", "elevated", "moderate", "typical"]
Change = Literal["new", "continuing"]

BANDS: Final[Mapping[Band, float]] = {"high": 3.0, "elevated": 2.0, "moderate": 1.5, "typical": 0.0}
"""Each band's least lift: a person's risk divided by the mean risk of everyone scored that day."""

LISTED_LIFT: Final = BANDS["moderate"]
"""Below one and a half times the mean, a conversation is too rarely the right one to ask for it."""

REASONS: Final = 3
"""Reasons given for a person: as many as one conversation can take up."""

WEIGHTY: Final = 0.05
"""Least log-odds of a reason: it changes the odds of leaving by 5 %; less is within the model's noise."""


@dataclass(frozen=True)
class Reason:
    """One thing behind a person's place on the list, in plain words."""

    driver: Driver
    text: str


@dataclass(frozen=True)
class Entry:
    """A person to talk to; the place is as known on the snapshot date."""

    employee_id: str
    band: Band
    change: Change
    department: str | None
    job: str | None
    level: int | None
    location: str | None
    reasons: tuple[Reason, ...]
    guidance: tuple[Guidance, ...]

    @property
    def reasons_by_driver(self) -> dict[Driver, list[str]]:
        """The driver of the weightiest reason first."""
        texts: dict[Driver, list[str]] = {}
        for reason in self.reasons:
            texts.setdefault(reason.driver, []).append(reason.text)
        return texts


@dataclass(frozen=True)
class RiskList:
    """One manager's list of a month: whom to talk to first, and who needs it no longer.

    `resolved` were on last month's list, still report to the manager, and stand out no more.
    """

    manager_id: str
    team_size: int
    entries: tuple[Entry, ...]
    resolved: tuple[str, ...]
    expected: str

    @property
    def is_worth_reading(self) -> bool:
        return bool(self.entries or self.resolved)


def band_of(risk: float, mean_risk: float) -> Band:
    """The highest band whose lift the risk reaches."""
    return next(band for band, lift in BANDS.items() if risk >= lift * mean_risk)


def standing_out(teams: pl.DataFrame, mean_risk: float) -> pl.DataFrame:
    """Those of `PublishedScores.teams` whose evidence is enough and whose risk is well above the mean."""
    return teams.filter(
        (pl.col("evidence") == ENOUGH)
        & (pl.col("risk") >= LISTED_LIFT * mean_risk)
        & (pl.col("manager_id") != pl.col("employee_id"))
    )


def listed(teams: pl.DataFrame, mean_risk: float, capacity: int) -> pl.DataFrame:
    """Of each manager's people who stand out, the `capacity` with the highest risk, in that order."""
    by_risk = standing_out(teams, mean_risk).sort("manager_id", "risk", "employee_id", descending=[False, True, False])
    return by_risk.group_by("manager_id", maintain_order=True).head(capacity)


def reasons(factors: Iterable[Factor], about: Mapping[str, Mapping[str, Any]]) -> tuple[Reason, ...]:
    """The weightiest factors that raise the risk and that a manager can act on; never context, never protected."""
    weighty = [factor for factor in factors if _is_reason(factor, about[factor.feature])]
    weighty.sort(key=lambda factor: (-factor.contribution, factor.feature))
    told = [Reason(factor.driver, reason_text(factor, about[factor.feature])) for factor in weighty]
    return tuple(dict.fromkeys(told))[:REASONS]


def guidance(behind: Sequence[Reason]) -> tuple[Guidance, ...]:
    """What to ask: one guide for each driver behind it, weightiest first, or the open one."""
    drivers = dict.fromkeys(reason.driver for reason in behind)
    return tuple(GUIDE[driver] for driver in drivers) or (OPEN_GUIDANCE,)


def month_to_list(scores: PublishedScores, month: str | None) -> Published:
    """The publication of a month (YYYY-MM), or the current one. Raises BadInput for a month without scores."""
    published = scores.of_month(month) if month else scores.current()
    if published is None:
        rule = "this month has no published scores" if month else "nothing is published yet"
        raise BadInput(Finding(rule, "store", "", 0, "Run `retention score` for it first."))
    return published


def risk_lists(
    scores: PublishedScores, published: Published, capacity: int, manager_id: str | None = None
) -> list[RiskList]:
    """The list of one manager, or of every manager in order of id; a team where nobody stands out has an empty one."""
    teams = scores.teams(published, manager_id)
    chosen = listed(teams, published.mean_risk, capacity)
    before = _listed_before(scores, published, capacity, manager_id)
    behind = {
        employee_id: reasons(factors, published.about)
        for employee_id, factors in scores.factors_of(published, chosen["employee_id"].to_list())
    }
    continuing = set(chosen.join(before, on=["manager_id", "employee_id"], how="semi")["employee_id"])
    resolved = _by_manager(_resolved(teams, before, published.mean_risk))
    people = _by_manager(chosen)
    sizes = teams.group_by("manager_id").len().sort("manager_id").rows()
    return [
        _one_list(manager, size, people.get(manager, []), behind, continuing, resolved.get(manager, []), published)
        for manager, size in sizes
    ]


def is_on_list(scores: PublishedScores, published: Published, employee_id: str, capacity: int) -> bool:
    """Whether the person is on the list of the manager to whom they report."""
    score = scores.score_of(published, employee_id)
    if score is None or score.manager_id is None:
        return False
    chosen = listed(scores.teams(published, score.manager_id), published.mean_risk, capacity)
    return employee_id in chosen["employee_id"]


def _is_reason(factor: Factor, about: Mapping[str, Any]) -> bool:
    is_for_a_manager = factor.driver in DRIVERS and about.get("actionable", False) and not is_protected(factor.feature)
    return is_for_a_manager and factor.contribution >= WEIGHTY and factor.value is not None and _is_worse(factor, about)


def _is_worse(factor: Factor, about: Mapping[str, Any]) -> bool:
    """False where the person is better off than peers: true to the model, but no reason that could be said aloud."""
    value, peers, worse = as_number(factor.value), as_number(factor.peer_value), about.get("worse")
    if value is None or peers is None or worse is None:
        return True
    return value > peers if worse == "higher" else value < peers


def _listed_before(
    scores: PublishedScores, published: Published, capacity: int, manager_id: str | None
) -> pl.DataFrame:
    before = scores.before(published)
    if before is None:
        return scores.teams(published, manager_id).clear()
    return listed(scores.teams(before, manager_id), before.mean_risk, capacity)


def _resolved(teams: pl.DataFrame, before: pl.DataFrame, mean_risk: float) -> pl.DataFrame:
    """Listed before, still in the team, and well known not to stand out now; being crowded out is not that."""
    calm = teams.filter(pl.col("evidence") == ENOUGH).join(standing_out(teams, mean_risk), on="employee_id", how="anti")
    return before.join(calm, on=["manager_id", "employee_id"], how="semi").sort("employee_id")


def _by_manager(people: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    return {key[0]: group.to_dicts() for key, group in people.partition_by("manager_id", as_dict=True).items()}


def _one_list(
    manager_id: str,
    team_size: int,
    people: Sequence[Mapping[str, Any]],
    behind: Mapping[str, tuple[Reason, ...]],
    continuing: set[str],
    resolved: Sequence[Mapping[str, Any]],
    published: Published,
) -> RiskList:
    return RiskList(
        manager_id=manager_id,
        team_size=team_size,
        entries=tuple(
            Entry(
                employee_id=person["employee_id"],
                band=band_of(person["risk"], published.mean_risk),
                change="continuing" if person["employee_id"] in continuing else "new",
                department=person["department"],
                job=person["job"],
                level=person["level"],
                location=person["location"],
                reasons=behind[person["employee_id"]],
                guidance=guidance(behind[person["employee_id"]]),
            )
            for person in people
        ),
        resolved=tuple(person["employee_id"] for person in resolved),
        expected=expected_words([person["risk"] for person in people], published.horizon_months),
    )
