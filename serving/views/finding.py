"""People by part of a name or id."""

from collections.abc import Collection, Mapping
from typing import Final

from pipeline.score_record import Score
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.schema import SCORE
from serving.access.permissions import Purpose
from serving.schemas.people import FoundPerson, PeopleFound

FOUND: Final = 20
MOST_FOUND: Final = 50
"""More namesakes than anybody reads; a longer query tells them apart."""


def people_found(
    scores: PublishedScores, published: Published, query: str, purpose: Purpose, limit: int
) -> PeopleFound:
    """Up to `limit` people. Those who object are named to nobody, except to answer what they ask themselves."""
    directory = scores.directory(published.source)
    ids = scores.find(published, query, limit + 1)
    objected = scores.objections.among(published.source, ids)
    hidden = scores.hidden(published, ids)
    shown = [each for each in ids[:limit] if each not in objected or purpose == Purpose.DATA_SUBJECT_REQUEST]
    posts = _scores_of(scores, published, shown)
    names = directory.names([*shown, *(score.manager_id for score in posts.values())])
    return PeopleFound(
        people=[_found(each, posts.get(each), names, is_hidden=each in hidden) for each in shown],
        is_more=len(ids) > limit,
    )


def _scores_of(scores: PublishedScores, published: Published, ids: Collection[str]) -> dict[str, Score]:
    found = scores.page(published, [SCORE.c.employee_id.in_(ids)], "employee_id", None, max(len(ids), 1))
    return {score.employee_id: score for score in found}


def _found(employee_id: str, score: Score | None, names: Mapping[str, str], *, is_hidden: bool) -> FoundPerson:
    manager = score.manager_id if score else None
    return FoundPerson(
        employee_id=employee_id,
        name=names.get(employee_id),
        department=score.department if score else None,
        job=score.job if score else None,
        level=score.level if score else None,
        location=score.location if score else None,
        manager_id=manager,
        manager_name=names.get(manager) if manager else None,
        is_scored=score is not None and not is_hidden,
    )
