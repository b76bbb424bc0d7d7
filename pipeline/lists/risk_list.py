"""A manager's list of a month: whom to talk to, the likely reasons, and what to ask.

A list contains no probability, nothing that the manager cannot act on, and no more people than the manager has time
for. See `language.wording` for the words and `lists.pages` for the pages.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import polars as pl

from features.contract.vocabulary import DRIVERS, Driver, is_protected
from features.errors import BadInput, Finding
from pipeline.language.accept_language import language_of_tag
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
from pipeline.listing.rules import HARD_TO_REPLACE, ListRules
from pipeline.lists.named import selection
from pipeline.lists.offered import Offered, offered
from pipeline.score_record import Factor
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.trials.first_offers import FirstOffer, first_offers

Band = Literal["high", "elevated", "moderate", "typical"]
Change = Literal["new", "rising", "continuing"]

BANDS: Final[Mapping[Band, float]] = {"high": 3.0, "elevated": 2.0, "moderate": 1.5, "typical": 0.0}
"""Each band's least lift: a person's risk divided by the mean risk of everyone scored that day."""

REASONS: Final = 3
"""Most reasons for one person: as many as one conversation can cover."""

WEIGHTY: Final = 0.05
"""Least log-odds of a reason: it raises the odds of leaving by 5 %; less is within the model's noise."""

RISING: Final = 1.2
"""Least growth of a person's lift from one list to the next that is called rising; less is within its range."""

MOVED: Final = 0.1
"""Least change of a factor's log-odds from month to month that is shown: the odds of leaving moved by 10 %."""


@dataclass(frozen=True)
class Reason:
    """One reason why a person is on the list, in plain words."""

    driver: Driver
    text: str


@dataclass(frozen=True)
class Entry:
    """A person to talk to, with the post as known on the snapshot date; `moved` is what changed since last month.

    `offers`: actions to choose from, where a first one was drawn; they take the place of what the guides offer.
    `is_hard_to_replace`: shown, whichever order the list has.
    """

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
    offers: tuple[Offered, ...] = ()
    is_hard_to_replace: bool = False

    @property
    def reasons_by_driver(self) -> dict[Driver, list[str]]:
        """The texts of the reasons by driver, the driver of the strongest reason first."""
        texts: dict[Driver, list[str]] = {}
        for reason in self.reasons:
            texts.setdefault(reason.driver, []).append(reason.text)
        return texts


@dataclass(frozen=True)
class RiskList:
    """One manager's list of a month: whom to talk to, most important first, and who no longer needs a conversation.

    `resolved` people were on last month's list, still report to the manager, and no longer stand out; `why_resolved`
    holds what changed for each of them, where it can be shown. `names` are those of the manager and of the people on
    the list, where they are known; `language` is that of the texts.
    """

    manager_id: str
    team_size: int
    entries: tuple[Entry, ...]
    resolved: tuple[str, ...]
    expected: str
    why_resolved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    language: Language = ENGLISH

    @property
    def is_worth_reading(self) -> bool:
        return bool(self.entries or self.resolved)

    @property
    def has_changed(self) -> bool:
        """Whether it differs from last month's list: someone is new, rising or resolved."""
        return bool(self.resolved) or any(entry.change != "continuing" for entry in self.entries)


@dataclass(frozen=True)
class ListSize:
    """The people on a manager's list and those resolved, without reasons."""

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
    """The strongest factors that raise the risk and that a manager can act on; never context, never protected."""
    weighty = [factor for factor in factors if _is_reason(factor, about[factor.feature])]
    weighty.sort(key=lambda factor: (-factor.contribution, factor.feature))
    distinct = dict.fromkeys(
        Reason(factor.driver, reason_text(factor, about[factor.feature], language)) for factor in weighty
    )
    return tuple(distinct)[:REASONS]


def moved(
    factors: Iterable[Factor],
    before: Iterable[Factor],
    about: Mapping[str, Mapping[str, Any]],
    language: Language = ENGLISH,
) -> tuple[str, ...]:
    """The largest changes since last month that a manager may see, without survey answers.

    A month's change of a confidential answer would reveal who answered what.
    """
    earlier = {factor.feature: factor for factor in before}
    changed = [
        (now, earlier[now.feature])
        for now in factors
        if now.feature in earlier and abs(now.contribution - earlier[now.feature].contribution) >= MOVED
    ]
    changed.sort(key=lambda pair: (-abs(pair[0].contribution - pair[1].contribution), pair[0].feature))
    texts: dict[str, None] = {}
    for now, then in changed:
        if (
            len(texts) < REASONS
            and _is_for_manager(now, about[now.feature])
            and not about[now.feature]["is_confidential"]
        ):
            texts[moved_text(now, then, about[now.feature], language)] = None
    return tuple(texts)


def guidance(why: Sequence[Reason], language: Language = ENGLISH) -> tuple[Guidance, ...]:
    """What to ask: one guide for each driver of the reasons, strongest first; without reasons, the open guide."""
    drivers = dict.fromkeys(reason.driver for reason in why)
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
    line_now: pl.DataFrame | None = None,
    *,
    in_own_language: bool = False,
) -> list[RiskList]:
    """The list of one manager, or of every manager in order of id; it is empty if no one in the team stands out.

    line_now: manager_id and employee_id of who reports to whom now; lists then name these people only.
    in_own_language: each list is in the language that the directory gives for its manager, and else in `language`.
    """
    previous = scores.before(published)
    made = selection(scores, published, previous, rules, manager_id, line_now)
    people = [*made.listed["employee_id"], *made.resolved["employee_id"]]
    known = made.before.join(made.listed, on=["manager_id", "employee_id"], how="semi")
    explained = [*known["employee_id"], *made.resolved["employee_id"]]
    directory = scores.directory(published.source).entries([*made.sizes["manager_id"], *people])
    languages = {
        manager: language_of_tag(directory[manager].language, language)
        for manager in made.sizes["manager_id"]
        if in_own_language and manager in directory
    }
    language_about = {
        person: languages.get(manager, language)
        for manager, person in pl.concat(
            each.select("manager_id", "employee_id") for each in (made.listed, made.resolved)
        ).rows()
    }
    why, changes = _explanations(scores, published, previous, people, explained, language_about)
    lifts = (
        {}
        if previous is None
        else {name: risk / previous.mean_risk for name, risk in known["employee_id", "risk"].rows()}
    )
    first = first_offers(scores.connection, published.source, people)
    entries, resolved = _by_manager(made.listed), _by_manager(made.resolved)
    names = {employee_id: entry.name for employee_id, entry in directory.items()}

    def of_manager(manager: str, size: int) -> RiskList:
        own, gone = entries.get(manager, []), [person["employee_id"] for person in resolved.get(manager, [])]
        spoken = languages.get(manager, language)
        mentioned = [manager, *(person["employee_id"] for person in own), *gone]
        return RiskList(
            manager_id=manager,
            team_size=size,
            entries=tuple(
                _entry(person, why[person["employee_id"]], changes, lifts, published.mean_risk, first, spoken)
                for person in own
            ),
            resolved=tuple(gone),
            expected=expected_words([person["risk"] for person in own], published.horizon_months, spoken),
            why_resolved={person: changes[person] for person in gone if changes.get(person)},
            names={person: names[person] for person in mentioned if person in names},
            language=spoken,
        )

    return [of_manager(manager, size) for manager, size in made.sizes.rows()]


def list_sizes(scores: PublishedScores, published: Published, rules: ListRules) -> list[ListSize]:
    """The same lists without reasons, in order of id; no factors are read."""
    made = selection(scores, published, scores.before(published), rules, None)
    listed_by, gone_by = (
        {manager: tuple(person["employee_id"] for person in part) for manager, part in _by_manager(people).items()}
        for people in (made.listed, made.resolved)
    )
    return [
        ListSize(manager, size, listed_by.get(manager, ()), gone_by.get(manager, ()))
        for manager, size in made.sizes.rows()
        if manager in listed_by or manager in gone_by
    ]


def _is_reason(factor: Factor, about: Mapping[str, Any]) -> bool:
    is_weighty = factor.contribution >= WEIGHTY and factor.value is not None
    return is_weighty and _is_for_manager(factor, about) and _is_worse(factor, about)


def _is_for_manager(factor: Factor, about: Mapping[str, Any]) -> bool:
    """Whether a manager can act on it: never context, never protected."""
    return factor.driver in DRIVERS and bool(about.get("actionable", False)) and not is_protected(factor.feature)


def _is_worse(factor: Factor, about: Mapping[str, Any]) -> bool:
    """False if the person is better off than peers: the model may weigh it, but it makes no sensible reason."""
    value, peers, worse = as_number(factor.value), as_number(factor.peer_value), about.get("worse")
    if value is None or peers is None or worse is None:
        return True
    return value > peers if worse == "higher" else value < peers


def _explanations(
    scores: PublishedScores,
    published: Published,
    previous: Published | None,
    people: Sequence[str],
    known: Sequence[str],
    language_about: Mapping[str, Language],
) -> tuple[dict[str, tuple[Reason, ...]], dict[str, tuple[str, ...]]]:
    """The reasons for each of `people`, and what changed for each of `known`, who were listed last month.

    `language_about`: the language of the texts about each person.
    Two models weigh the same feature differently, so changes are shown only if the same model scored both months.
    """
    is_comparable = previous is not None and previous.model_version == published.model_version
    earlier = dict(scores.factors_of(previous, known)) if previous is not None and is_comparable else {}
    why, changes = {}, {}
    for employee_id, factors in scores.factors_of(published, people):
        language = language_about[employee_id]
        why[employee_id] = reasons(factors, published.about, language)
        if employee_id in earlier:
            changes[employee_id] = moved(factors, earlier[employee_id], published.about, language)
    return why, changes


def _by_manager(people: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Each manager's rows, in their order. Rows, because one table per manager takes longer than reading them all."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for person in people.iter_rows(named=True):
        rows[person["manager_id"]].append(person)
    return rows


def _entry(
    person: Mapping[str, Any],
    why: tuple[Reason, ...],
    changes: Mapping[str, tuple[str, ...]],
    lifts: Mapping[str, float],
    mean_risk: float,
    first: Mapping[str, FirstOffer],
    language: Language,
) -> Entry:
    """One entry; `lifts` are last month's, for the people who were listed then."""
    employee_id = person["employee_id"]
    return Entry(
        employee_id=employee_id,
        band=band_of(person["risk"], mean_risk),
        change=_change(person["risk"] / mean_risk, lifts.get(employee_id)),
        department=person["department"],
        job=person["job"],
        level=person["level"],
        location=person["location"],
        reasons=why,
        guidance=guidance(why, language),
        moved=changes.get(employee_id, ()),
        is_hard_to_replace=(person["criticality"] or 0) >= HARD_TO_REPLACE,
        offers=offered(first.get(employee_id), list(dict.fromkeys(reason.driver for reason in why)), language),
    )


def _change(lift: float, before: float | None) -> Change:
    if before is None:
        return "new"
    return "rising" if lift >= RISING * before else "continuing"
