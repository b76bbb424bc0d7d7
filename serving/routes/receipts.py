"""What a person may ask for about themselves, through HR: a receipt of what is held, a contest, erasure."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from features.errors import counted
from pipeline.language.translator import ENGLISH, Language
from pipeline.language.wording import factor_text
from pipeline.store.list_folders import list_folders
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.subject_rights import Contest, Held, contest, erase, erase_files, held_of, is_held
from serving.access.audit import Audit
from serving.access.permissions import ForHr, SubjectPurpose
from serving.http.answers import as_json
from serving.http.problems import Refusal, responses
from serving.schemas.audit import Look
from serving.schemas.parameters import EmployeeId
from serving.schemas.subject_rights import (
    ContestedPoint,
    Erasure,
    FactorInWords,
    GivenAnswerOfMonth,
    HeldScore,
    KeptContest,
    Proof,
    Receipt,
)

router = APIRouter(prefix="/v1", tags=["receipts"])

STAYS: Final = (
    "The audit keeps who looked at this person, and that the person was erased, so that both can be proven; figures of "
    "groups of five and more stay too. What the company's own tables hold is not touched: taken from there, the person "
    "is not scored again."
)
OUT_OF_REACH: Final = (
    " Lists of {months} were written where this server may not delete them, and may name the person: their "
    "places are noted under lists-elsewhere in the server's state folder."
)


@router.get(
    "/employees/{employee_id:path}/receipt",
    summary="What is held of a person, what is behind the score, and who looked",
    response_model=Receipt,
    responses=responses(404),
)
def receipt(
    request: Request, employee_id: EmployeeId, _asker: ForHr, _purpose: SubjectPurpose, audit: Audit
) -> Response:
    """Everything in the store that is about the person. `looks` counts all looks, `looked` holds the latest 1,000."""
    with audit.release() as release:
        told = receipt_of(release.scores, employee_id)
        release.names([employee_id])
        return as_json(request, told)


@router.post(
    "/employees/{employee_id:path}/contest",
    summary="Keep what a person says is wrong",
    response_model=KeptContest,
    status_code=201,
    responses=responses(400, 404, 413),
)
def contested(
    request: Request,
    employee_id: EmployeeId,
    point: ContestedPoint,
    asker: ForHr,
    _purpose: SubjectPurpose,
    audit: Audit,
) -> Response:
    """The correction itself is made in the company's tables; the next month's score follows them."""
    kept = Contest(datetime.now(UTC), asker.subject, employee_id, point.ground, point.feature, point.statement)
    with audit.change() as change:
        require_held(change.connection, employee_id)
        number = contest(change.connection, kept)
        change.did("contested", employee_id)
    return as_json(request, KeptContest(id=number, **asdict(kept)), 201)


@router.delete(
    "/employees/{employee_id:path}",
    summary="Erase a person, with a proof",
    response_model=Erasure,
    responses=responses(404),
)
def erased(
    request: Request, employee_id: EmployeeId, _asker: ForHr, _purpose: SubjectPurpose, audit: Audit
) -> Response:
    """Scores, factors, answers and contests, the lists that were written, and the monthly sums under `var`.

    The proof is the place of the audit's row about it: `retention audit verify --noted ID:HASH` shows later that the
    row stands as it was written.
    """
    with audit.change() as change:
        require_held(change.connection, employee_id)
        removed = erase(change.connection, employee_id)
        removed |= erase_files(request.app.state.settings.var, employee_id)
        link = change.did("erased", employee_id)
    out_of_reach = list_folders(request.app.state.settings.var).out_of_reach
    stays = STAYS + (OUT_OF_REACH.format(months=counted(out_of_reach, "month")) if out_of_reach else "")
    request.app.state.store.forget_deleted()
    proof = Proof(audit_id=link.id, hash=link.hash)
    return as_json(
        request, Erasure(employee_id=employee_id, at=datetime.now(UTC), removed=removed, stays=stays, proof=proof)
    )


def receipt_of(scores: PublishedScores, employee_id: str, said_in: Language = ENGLISH) -> Receipt:
    """Everything in the store that is about a person. Raises 404 where nothing is."""
    held = held_of(scores.connection, employee_id)
    if not held.is_anything:
        raise _nothing_held()
    published = scores.by_id(held.scores[0].publication_id) if held.scores else None
    factors = _in_words(scores, published, employee_id, said_in) if published else []
    return _receipt(employee_id, held, factors)


def require_held(connection: Connection, employee_id: str) -> None:
    """Raise 404 where the store holds nothing of a person."""
    if not is_held(connection, employee_id):
        raise _nothing_held()


def _nothing_held() -> Refusal:
    return Refusal(404, "nothing-held", "Nothing is held of such a person.")


def _in_words(
    scores: PublishedScores, published: Published, employee_id: str, said_in: Language
) -> list[FactorInWords]:
    [(_, factors)] = scores.factors_of(published, [employee_id])
    weightiest = sorted(factors, key=lambda factor: (-abs(factor.contribution), factor.feature))
    return [
        FactorInWords(
            driver=factor.driver,
            contribution=factor.contribution,
            text=factor_text(factor, published.about[factor.feature], said_in),
        )
        for factor in weightiest
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
