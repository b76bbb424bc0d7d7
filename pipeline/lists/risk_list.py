"""Which of their people a manager should talk to this month, what is behind it, and what to ask.

A list holds no probability, nothing about a person that the manager could not act on, and no more people than
there is time for. See `wording` for the words and `list_pages` for the files.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import polars as pl

from features.contract.vocabulary import DRIVERS, Driver, is_protected
from features.errors import BadInput, Finding
from pipeline.language.translator import ENGLISH, Language
from pipeline.language.wording import (
    GUIDE,
    OPEN_GUIDANCE,
    Guidance,
    as_number,
    expected_words,
    guidance_text,
    moved_text,
    reason_text,
)
from pipeline.listing.rules import ListRules
from pipeline.listing.selection import listed, standing_out
from pipeline.score_record import ENOUGH, Factor
from pipeline.store.reading import Published, PublishedScores

Band = Literal["high", "elevated", "moderate", "typical"]
Change = Literal["new", "rising", "continuing"]

BANDS: Final[Mapping[Band, float]] = {"high": 3.0, "elevated": 2.0, "moderate": 1.5, "typical": 0.0}
"""Each band's least lift: a person's risk divided by the mean risk of everyone scored that day."""

REASONS: Final = 3
"""Reasons given for a person: as many as one conversation can take up."""

WEIGHTY: Final = 0.05
"""Least log-odds of a reason: it changes the odds of leaving by 5 %; less is within the model's noise."""

RISING: Final = 1.2
"""Least growth, from one list to the next, of a person's lift for it to be called rising; less is within its range."""

MOVED: Final = 0.1
"""Least change of a factor's log-odds from month to month that is worth a word: the odds of leaving moved by 10 %."""


@dataclass(frozen=True)
class Reason:
    """One thing behind a person's place on the list, in plain words."""

    driver: Driver
    text: str


@dataclass(frozen=True)
class Entry:
    """A person to talk to; the place is as known on the snapshot date, `moved` what changed since last month."""

    employee_id: str
    band: Band
    change: Change
    department: str | None
    job: str | None
    level: int | None
    location: str | None
    reasons: tuple[Reason, ...]
    guidance: tuple[Guidance, ...]
    moved: tuple[str, ...] = ()

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

    `resolved` were on last month's list, still report to the manager, and stand out no more; `why_resolved` is what
    moved for each of whom it can be said.
    """

    manager_id: str
    team_size: int
    entries: tuple[Entry, ...]
    resolved: tuple[str, ...]
    expected: str
    why_resolved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_worth_reading(self) -> bool:
        return bool(self.entries or self.resolved)

    @property
    def has_changed(self) -> bool:
        """Whether it says anything that last month's did not: someone is new, rising or resolved."""
        return bool(self.resolved) or any(entry.change != "continuing" for entry in self.entries)


@dataclass(frozen=True)
class ListSize:
    """Whom a manager's list holds, and who needs it no longer; nothing of why."""

    manager_id: str
    team_size: int
    entries: tuple[str, ...]
    resolved: tuple[str, ...]


def band_of(risk: float, mean_risk: float) -> Band:
    """The highest band whose lift the risk reaches."""
    return next(band for band, lift in BANDS.items() if risk >= lift * mean_risk)


def reasons(
    factors: Iterable[Factor], about: Mapping[str, Mapping[str, Any]], language: Language = ENGLISH
) -> tuple[Reason, ...]:
    """The weightiest factors that raise the risk and that a manager can act on; never context, never protected."""
    weighty = [factor for factor in factors if _is_reason(factor, about[factor.feature])]
    weighty.sort(key=lambda factor: (-factor.contribution, factor.feature))
    told = dict.fromkeys(
        Reason(factor.driver, reason_text(factor, about[factor.feature], language)) for factor in weighty
    )
    return tuple(told)[:REASONS]


def moved(
    factors: Iterable[Factor],
    before: Iterable[Factor],
    about: Mapping[str, Mapping[str, Any]],
    language: Language = ENGLISH,
) -> tuple[str, ...]:
    """What changed most since last month, of what may be told; survey answers are left out.

    A month's change of an answer given in confidence would tell who answered what.
    """
    earlier = {factor.feature: factor for factor in before}
    changed = [
        (now, earlier[now.feature])
        for now in factors
        if now.feature in earlier and abs(now.contribution - earlier[now.feature].contribution) >= MOVED
    ]
    changed.sort(key=lambda pair: (-abs(pair[0].contribution - pair[1].contribution), pair[0].feature))
    told: dict[str, None] = {}
    for now, then in changed:
        if len(told) < REASONS and _may_be_told(now, about[now.feature]) and not about[now.feature]["is_confidential"]:
            told[moved_text(now, then, about[now.feature], language)] = None
    return tuple(told)


def guidance(behind: Sequence[Reason], language: Language = ENGLISH) -> tuple[Guidance, ...]:
    """What to ask: one guide for each driver behind it, weightiest first, or the open one."""
    drivers = dict.fromkeys(reason.driver for reason in behind)
    guides = tuple(GUIDE[driver] for driver in drivers) or (OPEN_GUIDANCE,)
    return tuple(guidance_text(guide, language) for guide in guides)


def month_to_list(scores: PublishedScores, month: str | None) -> Published:
    """The publication of a month (YYYY-MM), or the current one. Raises BadInput for a month without scores."""
    published = scores.of_month(month) if month else scores.current()
    if published is None:
        rule = "this month has no published scores" if month else "nothing is published yet"
        raise BadInput(Finding(rule, "store", remedy="Run `retention score` for it first."))
    return published


def risk_lists(
    scores: PublishedScores,
    published: Published,
    rules: ListRules,
    manager_id: str | None = None,
    language: Language = ENGLISH,
) -> list[RiskList]:
    """The list of one manager, or of every manager in order of id; a team where nobody stands out has an empty one."""
    head = scores.before(published)
    teams, chosen, before, gone = _chosen(scores, published, head, rules, manager_id)
    known = before.join(chosen, on=["manager_id", "employee_id"], how="semi")
    people = [*chosen["employee_id"], *gone["employee_id"]]
    behind, why = _told_of(scores, published, head, people, [*known["employee_id"], *gone["employee_id"]], language)
    lifts = {} if head is None else {name: risk / head.mean_risk for name, risk in known["employee_id", "risk"].rows()}
    entries = _by_manager(chosen)
    resolved = _by_manager(gone)
    return [
        RiskList(
            manager_id=manager,
            team_size=size,
            entries=tuple(
                _entry(person, behind[person["employee_id"]], why, lifts, published.mean_risk, language)
                for person in entries.get(manager, [])
            ),
            resolved=tuple(person["employee_id"] for person in resolved.get(manager, [])),
            expected=expected_words(
                [person["risk"] for person in entries.get(manager, [])], published.horizon_months, language
            ),
            why_resolved={
                person["employee_id"]: why[person["employee_id"]]
                for person in resolved.get(manager, [])
                if why.get(person["employee_id"])
            },
        )
        for manager, size in teams.group_by("manager_id").len().sort("manager_id").rows()
    ]


def list_sizes(scores: PublishedScores, published: Published, rules: ListRules) -> list[ListSize]:
    """The same lists without what is said of anybody, so that no factor is read, in order of id."""
    teams, chosen, _, gone = _chosen(scores, published, scores.before(published), rules, None)
    listed_by, gone_by = (
        {manager: tuple(person["employee_id"] for person in part) for manager, part in _by_manager(people).items()}
        for people in (chosen, gone)
    )
    return [
        ListSize(manager, size, listed_by.get(manager, ()), gone_by.get(manager, ()))
        for manager, size in teams.group_by("manager_id").len().sort("manager_id").rows()
        if manager in listed_by or manager in gone_by
    ]


def is_on_list(scores: PublishedScores, published: Published, employee_id: str, rules: ListRules) -> bool:
    """Whether the person is on the list of the manager to whom they report."""
    score = scores.score_of(published, employee_id)
    if score is None or score.manager_id is None:
        return False
    chosen = listed(scores.teams(published, score.manager_id), published.mean_risk, rules)
    return employee_id in chosen["employee_id"]


def _is_reason(factor: Factor, about: Mapping[str, Any]) -> bool:
    is_weighty = factor.contribution >= WEIGHTY and factor.value is not None
    return is_weighty and _may_be_told(factor, about) and _is_worse(factor, about)


def _may_be_told(factor: Factor, about: Mapping[str, Any]) -> bool:
    """Whether a manager can act on it: never context, never protected."""
    return factor.driver in DRIVERS and bool(about.get("actionable", False)) and not is_protected(factor.feature)


def _is_worse(factor: Factor, about: Mapping[str, Any]) -> bool:
    """False where the person is better off than peers: true to the model, but no reason that could be said aloud."""
    value, peers, worse = as_number(factor.value), as_number(factor.peer_value), about.get("worse")
    if value is None or peers is None or worse is None:
        return True
    return value > peers if worse == "higher" else value < peers


def _chosen(
    scores: PublishedScores,
    published: Published,
    head: Published | None,
    rules: ListRules,
    manager_id: str | None,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The teams, who of them is listed, who was listed last month (`head`), and who of those needs it no longer."""
    teams = scores.teams(published, manager_id)
    chosen = listed(teams, published.mean_risk, rules)
    before = teams.clear() if head is None else listed(scores.teams(head, manager_id), head.mean_risk, rules)
    return teams, chosen, before, _resolved(teams, before, standing_out(teams, published.mean_risk, rules.listed_from))


def _told_of(
    scores: PublishedScores,
    published: Published,
    head: Published | None,
    people: Sequence[str],
    known: Sequence[str],
    language: Language,
) -> tuple[dict[str, tuple[Reason, ...]], dict[str, tuple[str, ...]]]:
    """The reasons of each of `people`, and of those `known` last month what moved.

    Two models weigh the same thing differently, so nothing is compared where another one scored last month.
    """
    is_comparable = head is not None and head.model_version == published.model_version
    earlier = dict(scores.factors_of(head, known)) if head is not None and is_comparable else {}
    behind, why = {}, {}
    for employee_id, factors in scores.factors_of(published, people):
        behind[employee_id] = reasons(factors, published.about, language)
        if employee_id in earlier:
            why[employee_id] = moved(factors, earlier[employee_id], published.about, language)
    return behind, why


def _resolved(teams: pl.DataFrame, before: pl.DataFrame, outstanding: pl.DataFrame) -> pl.DataFrame:
    """Listed before, still in the team, and well known not to stand out now; being crowded out is not that."""
    calm = teams.filter(pl.col("evidence") == ENOUGH).join(outstanding, on="employee_id", how="anti")
    return before.join(calm, on=["manager_id", "employee_id"], how="semi").sort("employee_id")


def _by_manager(people: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Each manager's rows, in their order; a table a manager would take longer than all that is read of them."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for person in people.iter_rows(named=True):
        found[person["manager_id"]].append(person)
    return found


def _entry(
    person: Mapping[str, Any],
    behind: tuple[Reason, ...],
    why: Mapping[str, tuple[str, ...]],
    lifts: Mapping[str, float],
    mean_risk: float,
    language: Language,
) -> Entry:
    """`lifts` are last month's, of those who were listed then."""
    employee_id = person["employee_id"]
    return Entry(
        employee_id=employee_id,
        band=band_of(person["risk"], mean_risk),
        change=_change(person["risk"] / mean_risk, lifts.get(employee_id)),
        department=person["department"],
        job=person["job"],
        level=person["level"],
        location=person["location"],
        reasons=behind,
        guidance=guidance(behind, language),
        moved=why.get(employee_id, ()),
    )


def _change(lift: float, before: float | None) -> Change:
    if before is None:
        return "new"
    return "rising" if lift >= RISING * before else "continuing"
