"""What a source holds about a person. Two sources can have people with equal ids, so nothing is read by id alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, or_, select, union

from pipeline.score_record import Factor, Score
from pipeline.store.audit.audit import StoredEntry, page
from pipeline.store.operations.briefings import confirmed_at
from pipeline.store.reading import PublishedScores
from pipeline.store.reading.directory import Entry
from pipeline.store.reading.scores import SCORE_COLUMNS
from pipeline.store.schema import AUDIT, CONTEST, DIRECTORY, EMPLOYMENT, LIST_ANSWER, PUBLICATION, SCORE
from pipeline.store.subject_rights import Contest
from pipeline.store.trials.first_offers import FirstOffer, first_offers
from pipeline.store.trials.held_out import HeldOut, held_out
from pipeline.store.trials.nominations import NominatedBy, nominated_by
from pipeline.store.trials.tables import FIRST_OFFER, HELD_OUT, NOMINATED

MOST_LOOKS: Final = 1_000
"""Most looks at a person that a receipt lists, latest first; `looks` counts all of them."""


_SHOWN: Final = ("released", "mailed")
"""Results of audit rows of which the person's data was shown to somebody."""


_OF_PUBLICATION: Final = ("published_at", "snapshot_date", "model_version", "horizon_months", "people")


@dataclass(frozen=True)
class HeldScore:
    """One stored score: the publication, whose `people` were ranked, and the person's figures, place and factors."""

    publication_id: int
    published_at: datetime
    snapshot_date: date
    model_version: str
    horizon_months: int
    people: int
    score: Score
    factors: Sequence[Factor]


@dataclass(frozen=True)
class HeldEmployment:
    """Since when and where a person at risk works, and whether the person has been informed of being scored.

    is_informed: None where the settings require no notice.
    """

    hire_date: date | None
    department: str | None
    location: str | None
    is_informed: bool | None


@dataclass(frozen=True)
class Held:
    """Everything that a source holds about a person, newest first. `entry` is that of the directory,
    `briefed_at` when the person, as a manager, confirmed the briefing. `nominated`: managers named the person before
    they read a list; `first_offer`: the action that lists suggest first for the person; `held_out`: that none was drawn
    because the manager waited.

    `looks` counts the audit rows and `looked` lists the latest; `purposes` counts the rows by purpose, `recipients`
    those that showed the person, by role. `also_in` are other sources that hold somebody with an equal id.
    """

    source: str
    also_in: Sequence[str]
    entry: Entry | None
    employment: HeldEmployment | None
    scores: Sequence[HeldScore]
    answers: Sequence[Mapping[str, Any]]
    contests: Sequence[Contest]
    objected_at: datetime | None
    briefed_at: Sequence[datetime]
    nominated: Sequence[NominatedBy]
    first_offer: FirstOffer | None
    held_out: HeldOut | None
    looks: int
    looked: Sequence[StoredEntry]
    purposes: Mapping[str, int]
    recipients: Mapping[str, int]

    @property
    def is_anything(self) -> bool:
        of_source = self.entry, self.employment, self.scores, self.answers, self.contests
        recorded = self.nominated, self.first_offer, self.held_out
        return any((*of_source, *recorded, self.objected_at, self.briefed_at))


_OTHERS: Final = (DIRECTORY, EMPLOYMENT, LIST_ANSWER, CONTEST, FIRST_OFFER, HELD_OUT, NOMINATED)


def sources_of(connection: Connection, employee_id: str) -> list[str]:
    """The sources that hold anything of somebody with that id (a name, a score, an answer, a contest …), by name."""
    scored = select(PUBLICATION.c.source).join(SCORE, SCORE.c.publication_id == PUBLICATION.c.id)
    rows = connection.execute(
        union(
            scored.where(SCORE.c.employee_id == employee_id),
            *(select(table.c.source).where(table.c.employee_id == employee_id) for table in _OTHERS),
        )
    )
    return sorted(source for source in rows.scalars() if source)


def held_of(scores: PublishedScores, source: str, employee_id: str) -> Held:
    """What a source holds about a person, and who looked at it."""
    connection = scores.connection
    others = [name for name in sources_of(connection, employee_id) if name != source]
    looks = _looks(source, employee_id, is_shared=bool(others))
    purposes = _counts(connection, AUDIT.c.purpose, looks)
    return Held(
        source=source,
        also_in=others,
        entry=scores.directory(source).entry(employee_id),
        employment=_employment(scores, source, employee_id),
        scores=_scores(scores, source, employee_id),
        answers=_answers(connection, source, employee_id),
        contests=contests_of(connection, source, employee_id),
        objected_at=scores.objections.since(source, employee_id),
        briefed_at=confirmed_at(connection, employee_id),
        nominated=nominated_by(connection, source, employee_id),
        first_offer=first_offers(connection, source, [employee_id]).get(employee_id),
        held_out=held_out(connection, source, employee_id).get(employee_id),
        looks=sum(purposes.values()),
        looked=page(connection, looks, None, MOST_LOOKS),
        purposes={purpose: times for purpose, times in purposes.items() if purpose},
        recipients=_counts(connection, AUDIT.c.role, [*looks, AUDIT.c.result.in_(_SHOWN)]),
    )


def _employment(scores: PublishedScores, source: str, employee_id: str) -> HeldEmployment | None:
    staff, notice = scores.staff(source, [employee_id]), scores.notice(source)
    if staff.is_empty():
        return None
    is_informed = None if notice is None else notice.not_informed(staff).is_empty()
    held = staff.row(0, named=True)
    return HeldEmployment(held["hire_date"], held["department"], held["location"], is_informed)


def _looks(source: str, employee_id: str, is_shared: bool) -> list[ColumnElement[bool]]:
    """Looks of an unknown source count if no other source has somebody with that id."""
    of_source = AUDIT.c.source == source
    return [AUDIT.c.whom == employee_id, of_source if is_shared else or_(of_source, AUDIT.c.source.is_(None))]


def _counts(
    connection: Connection, column: ColumnElement[str], conditions: Sequence[ColumnElement[bool]]
) -> dict[str, int]:
    query = select(column, func.count()).where(*conditions).group_by(column).order_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}


def _scores(scores: PublishedScores, source: str, employee_id: str) -> list[HeldScore]:
    columns = [PUBLICATION.c[name] for name in _OF_PUBLICATION]
    rows = scores.connection.execute(
        select(PUBLICATION.c.id.label("publication_id"), *columns, *SCORE_COLUMNS)
        .join(PUBLICATION, PUBLICATION.c.id == SCORE.c.publication_id)
        .where(PUBLICATION.c.source == source, SCORE.c.employee_id == employee_id)
        .order_by(PUBLICATION.c.id.desc())
    )
    return [
        HeldScore(
            **{name: row[name] for name in ("publication_id", *_OF_PUBLICATION)},
            score=Score(**{name: row[name] for name in Score.__dataclass_fields__}),
            factors=_factors(scores, row["publication_id"], employee_id),
        )
        for row in rows.mappings().all()
    ]


def _factors(scores: PublishedScores, publication_id: int, employee_id: str) -> list[Factor]:
    published = scores.by_id(publication_id)
    return [factor for _, each in scores.factors_of(published, [employee_id]) for factor in each] if published else []


def _answers(connection: Connection, source: str, employee_id: str) -> list[dict[str, Any]]:
    is_theirs = (LIST_ANSWER.c.source == source) & (LIST_ANSWER.c.employee_id == employee_id)
    rows = connection.execute(select(LIST_ANSWER).where(is_theirs).order_by(LIST_ANSWER.c.id.desc()))
    return [dict(row) for row in rows.mappings()]


def contests_of(connection: Connection, source: str, employee_id: str) -> list[Contest]:
    """What a person has contested."""
    columns = [CONTEST.c[name] for name in Contest.__dataclass_fields__]
    is_theirs = CONTEST.c.source.in_((source, "")) & (CONTEST.c.employee_id == employee_id)
    return [
        Contest(*row) for row in connection.execute(select(*columns).where(is_theirs).order_by(CONTEST.c.id.desc()))
    ]
