"""A person's rights, exercised through HR: a receipt of what is held, a contest, erasure."""

from dataclasses import asdict
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.store.erasure import ERASED, erase, kept
from pipeline.store.erasure_of_files import erase_files
from pipeline.store.subject_rights import Contest, contest
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
    Receipt,
)
from serving.views.erasure import proof_of, require_traces
from serving.views.receipts import receipt_of, require_held

router = APIRouter(route_class=JsonRoute, prefix="/v1", tags=["receipts"])


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
        content = receipt_of(release.scores, employee_id)
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
    """Removes the person from the store and from the files under `var`, also where they lead others.

    `remains` counts what still names the person, or may until a job ends. The proof identifies the audit's row of the
    erasure: `retention audit verify --noted ID:HASH` shows later that the row is unchanged.
    """
    var, store = request.app.state.settings.var, request.app.state.store
    with audit.change(is_erasure=True) as change:
        require_traces(change.connection, var, employee_id)
        removed = erase(change.connection, employee_id)
        link = change.record(ERASED, employee_id)
        remains = kept(change.connection, employee_id)
    files = erase_files(var, employee_id)
    proof = proof_of(employee_id, link, removed | files.removed, remains | files.remains, store.forget_deleted())
    return as_json(request, proof)
