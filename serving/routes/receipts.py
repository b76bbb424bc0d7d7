"""A person's rights, exercised through HR: a receipt of what is held, a contest, an objection, erasure."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.store.erasure import ERASED, erase, kept
from pipeline.store.purge.erasure_of_files import erase_files
from pipeline.store.subject_rights import contest
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForHr, SubjectPurpose
from serving.http.answers import HTML, JSON, AcceptHeader, as_json, forms, preferred, unless_unchanged
from serving.http.json_body import JsonRoute
from serving.http.language import asked_language
from serving.http.problems import responses
from serving.schemas.parameters import EmployeeId, SourceName
from serving.schemas.subject_rights import (
    ContestedPoint,
    Erasure,
    KeptContest,
    Receipt,
    Withdrawal,
)
from serving.views.erasure import proof_of, require_traces, require_within_scope
from serving.views.own import file_for
from serving.views.receipts import receipt_of, source_asked, stated
from serving.views.rights import withdraw_objection

router = APIRouter(route_class=JsonRoute, prefix="/v1", tags=["receipts"])

FORMS: Final = (JSON, HTML)


@router.get(
    "/employees/{employee_id:path}/receipt",
    summary="What is held about a person, the factors behind the score, and who looked",
    response_model=Receipt,
    responses={**forms(HTML), **responses(404, 406)},
)
def receipt(
    request: Request,
    employee_id: EmployeeId,
    _asker: ForHr,
    _purpose: SubjectPurpose,
    audit: Audit,
    source: SourceName = None,
    accept: AcceptHeader = "*/*",
) -> Response:
    """Everything that one source holds about the person, in the language of `Accept-Language`: two sources can have
    people with equal ids. `looks` counts all audit entries; `looked` has the latest 1,000.

    As HTML it is a file for the person, as on their own page: in the person's language, without accounts, and without
    an estimate before the people were informed.
    """
    form, state = preferred(accept, FORMS), request.app.state
    with audit.release() as release:
        audit.source = source_asked(release.scores, source, employee_id)
        release.names([employee_id])
        language = asked_language(request)
        if form == HTML:
            named = language if "Accept-Language" in request.headers else None
            file = file_for(
                release.scores, audit.source, employee_id, state.settings, state.champion, named, language
            ).encode()
            return unless_unchanged(request, HTML, file, lambda: file)
        return as_json(request, receipt_of(release.scores, audit.source, employee_id, state.settings, language))


@router.post(
    "/employees/{employee_id:path}/contest",
    summary="Record what a person says is wrong, or that the person objects",
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
    source: SourceName = None,
) -> Response:
    """The correction itself is made in the company's tables; next month's score uses them.

    An objection (`ground`: `objection`) takes the person off all lists at once. It can be made before the first score,
    outlives erasure, and holds until it is withdrawn.
    """
    with audit.change(Shows.RECORDS) as change:
        audit.source = source_asked(change.scores, source, employee_id)
        given = stated(change.scores, audit.source, employee_id, asker.subject, point)
        number = contest(change.connection, given)
        change.record("contested", employee_id)
    return as_json(request, KeptContest(id=number, **asdict(given)), 201)


@router.delete(
    "/employees/{employee_id:path}/objection",
    summary="Withdraw a person's objection",
    response_model=Withdrawal,
    responses=responses(404),
)
def withdrawn(
    request: Request,
    employee_id: EmployeeId,
    _asker: ForHr,
    _purpose: SubjectPurpose,
    audit: Audit,
    source: SourceName = None,
) -> Response:
    """For the person, who alone can decide it. From then on lists can name the person again.

    Withdrawing again changes nothing. 404 for HR with a scope that does not include the person.
    """
    with audit.change(Shows.RECORDS) as change:
        audit.source = source_asked(change.scores, source, employee_id)
        was_held = withdraw_objection(change, audit.source, employee_id)
    answer = Withdrawal(employee_id=employee_id, source=audit.source, at=datetime.now(UTC), was_held=was_held)
    return as_json(request, answer)


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
    with audit.change(Shows.RECORDS, is_erasure=True) as change:
        require_within_scope(change.scores, employee_id)
        require_traces(change.connection, var, employee_id)
        change.scores.objections.outlive_erasure(employee_id)
        removed = erase(change.connection, employee_id)
        link = change.record(ERASED, employee_id)
        remains = kept(change.connection, employee_id)
    files = erase_files(var, employee_id)
    proof = proof_of(employee_id, link, removed | files.removed, remains | files.remains, store.forget_deleted())
    return as_json(request, proof)
