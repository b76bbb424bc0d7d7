"""A person's rights, exercised through HR: a receipt of what is held, a contest, erasure."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from features.errors import counted
from pipeline.store.list_folders import list_folders
from pipeline.store.subject_rights import Contest, contest, erase, erase_files
from serving.access.audit import Audit
from serving.access.permissions import ForHr, SubjectPurpose
from serving.http.answers import as_json
from serving.http.json_body import JsonRoute
from serving.http.problems import responses
from serving.schemas.parameters import EmployeeId
from serving.schemas.subject_rights import (
    ContestedPoint,
    Erasure,
    KeptContest,
    Proof,
    Receipt,
)
from serving.settings import ServerSettings
from serving.views.receipts import receipt_of, require_held

router = APIRouter(route_class=JsonRoute, prefix="/v1", tags=["receipts"])

STAYS: Final = (
    "The audit still records who looked at this person, and that the person was erased, as proof of both. Figures of "
    "groups of five or more people stay too. The company's own tables are not changed: remove the person there, or the "
    "next run scores them again."
)
OUT_OF_REACH: Final = (
    " Lists of {months} are in folders where this server may not delete them, and may name the person: these folders "
    "are listed under lists-elsewhere in the server's state folder."
)


@router.get(
    "/employees/{employee_id:path}/receipt",
    summary="What is held about a person, the factors behind the score, and who looked",
    response_model=Receipt,
    responses=responses(404),
)
def receipt(
    request: Request, employee_id: EmployeeId, _asker: ForHr, _purpose: SubjectPurpose, audit: Audit
) -> Response:
    """Everything in the store about the person. `looks` counts all audit entries; `looked` has the latest 1,000."""
    with audit.release() as release:
        settings: ServerSettings = request.app.state.settings
        content = receipt_of(release.scores, employee_id, hides_answers=settings.surveys_confidential)
        release.names([employee_id])
        return as_json(request, content)


@router.post(
    "/employees/{employee_id:path}/contest",
    summary="Record what a person says is wrong",
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
    """The correction itself is made in the company's tables; next month's score uses them."""
    given = Contest(datetime.now(UTC), asker.subject, employee_id, point.ground, point.feature, point.statement)
    with audit.change() as change:
        require_held(change.connection, employee_id)
        number = contest(change.connection, given)
        change.record("contested", employee_id)
    return as_json(request, KeptContest(id=number, **asdict(given)), 201)


@router.delete(
    "/employees/{employee_id:path}",
    summary="Erase a person, with proof",
    response_model=Erasure,
    responses=responses(404),
)
def erased(
    request: Request, employee_id: EmployeeId, _asker: ForHr, _purpose: SubjectPurpose, audit: Audit
) -> Response:
    """Removes scores, factors, answers, contests, the written lists, and the sums under `var`.

    The proof identifies the audit's row of the erasure: `retention audit verify --noted ID:HASH` shows later that the
    row is unchanged.
    """
    with audit.change() as change:
        require_held(change.connection, employee_id)
        removed = erase(change.connection, employee_id)
        removed |= erase_files(request.app.state.settings.var, employee_id)
        link = change.record("erased", employee_id)
    out_of_reach = list_folders(request.app.state.settings.var).out_of_reach
    stays = STAYS + (OUT_OF_REACH.format(months=counted(out_of_reach, "month")) if out_of_reach else "")
    request.app.state.store.forget_deleted()
    proof = Proof(audit_id=link.id, hash=link.hash)
    return as_json(
        request, Erasure(employee_id=employee_id, at=datetime.now(UTC), removed=removed, stays=stays, proof=proof)
    )
