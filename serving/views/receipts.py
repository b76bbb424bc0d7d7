"""What is held about a person."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from pipeline.language.translator import ENGLISH, Language
from pipeline.language.wording import factor_text
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.subject_rights import Held, held_of, is_held
from serving.http.problems import Refusal
from serving.schemas.audit import Look
from serving.schemas.subject_rights import ContestedPoint, FactorInWords, GivenAnswerOfMonth, HeldScore, Receipt
from serving.views.person import shown_to_hr


def receipt_of(
    scores: PublishedScores, employee_id: str, language: Language = ENGLISH, *, hides_answers: bool
) -> Receipt:
    """Everything in the store about a person. Raises 404 where there is nothing.

    HR hands the receipt out and reads it, so answers given in confidence (`hides_answers`) are not in it either: the
    person gets these from whoever runs the survey.
    """
    held = held_of(scores.connection, employee_id)
    if not held.is_anything:
        raise _nothing_held()
    published = scores.by_id(held.scores[0].publication_id) if held.scores else None
    factors = _in_words(scores, published, employee_id, language, hides_answers) if published else []
    return _receipt(employee_id, held, factors)


def require_held(connection: Connection, employee_id: str) -> None:
    """Raise 404 where the store has nothing about a person."""
    if not is_held(connection, employee_id):
        raise _nothing_held()


def _nothing_held() -> Refusal:
    return Refusal(404, "nothing-held", "No data is held about such a person.")


def _in_words(
    scores: PublishedScores, published: Published, employee_id: str, language: Language, hides_answers: bool
) -> list[FactorInWords]:
    [(_, stored)] = scores.factors_of(published, [employee_id])
    factors, about = shown_to_hr(published.about, stored, hides_answers)
    largest_first = sorted(factors, key=lambda factor: (-abs(factor.contribution), factor.feature))
    return [
        FactorInWords(
            driver=factor.driver,
            contribution=factor.contribution,
            text=factor_text(factor, about[factor.feature], language),
        )
        for factor in largest_first
    ]


def _receipt(employee_id: str, held: Held, factors: list[FactorInWords]) -> Receipt:
    return Receipt(
        employee_id=employee_id,
        scores=[HeldScore(**_without(asdict(score), "publication_id")) for score in held.scores],
        factors=factors,
        answers=[GivenAnswerOfMonth(**_without(answer, "source", "employee_id")) for answer in held.answers],
        contests=[ContestedPoint(**_without(asdict(each), "at", "who", "employee_id")) for each in held.contests],
        looks=held.looks,
        looked=[Look(**_without(asdict(entry), "id", "hash", "whom", "request_id")) for entry in held.looked],
    )


def _without(row: Any, *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
