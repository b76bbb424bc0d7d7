"""What is held about the person who asks, and their rights, exercised by themselves."""

from dataclasses import asdict
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from pipeline.receipts.document import IS_NOT, RIGHTS, receipt_file
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForEmployees, SubjectPurpose
from serving.http.answers import HTML, JSON, AcceptHeader, as_json, forms, preferred, unless_unchanged
from serving.http.json_body import JsonRoute
from serving.http.language import asked_language
from serving.http.problems import responses
from serving.schemas.own_receipt import OwnObjection, OwnReceipt
from serving.schemas.subject_rights import ContestedPoint
from serving.views.asker import language_of_asker
from serving.views.own import contest_own, object_to_scoring, person_of, receipt_of_asker, source_of_asker
from serving.views.rights import withdraw_objection

router = APIRouter(route_class=JsonRoute, prefix="/v1/me", tags=["me"])

FORMS: Final = (JSON, HTML)


@router.get(
    "/receipt",
    summary="What is held about you, what the estimate is, and who looked",
    response_model=OwnReceipt,
    responses={**forms(HTML), **responses(404, 406)},
)
def own_receipt(
    request: Request, asker: ForEmployees, _purpose: SubjectPurpose, audit: Audit, accept: AcceptHeader = "*/*"
) -> Response:
    """About nobody else, where `RETENTION_EMPLOYEE_ACCESS` allows it; in the language of
    `Accept-Language`, else of the directory. Without an estimate before the people are informed, and while the system
    is halted. As HTML it is one file.
    """
    form = preferred(accept, FORMS)
    state = request.app.state
    is_halted = state.halts.current() is not None
    with audit.release(Shows.RECORDS if is_halted else Shows.PEOPLE) as release:
        language = asked_language(request, language_of_asker(release.scores, asker))
        receipt = receipt_of_asker(release.scores, asker, state.settings, state.champion, language, is_halted=is_halted)
        audit.source = receipt.source
        release.names([receipt.employee_id])
        if form == HTML:
            page = receipt_file(receipt, language).encode()
            return unless_unchanged(request, HTML, page, lambda: page)
        texts = {"is_not": language.text(IS_NOT), "rights": [language.text(right) for right in RIGHTS]}
        return as_json(request, OwnReceipt.model_validate(asdict(receipt) | texts))


@router.post(
    "/contest",
    summary="State what is wrong about your data, or that you object",
    response_model=ContestedPoint,
    status_code=201,
    responses=responses(400, 404, 413),
)
def contested(
    request: Request, point: ContestedPoint, asker: ForEmployees, _purpose: SubjectPurpose, audit: Audit
) -> Response:
    """HR sees it and has it corrected in the company's tables; next month's estimate uses them. The same statement
    again changes nothing. It goes on while the system is halted.
    """
    with audit.change(Shows.RECORDS) as change:
        audit.source = source_of_asker(change.scores, asker)
        contest_own(change, audit.source, asker, point)
    return as_json(request, point, 201)


@router.post(
    "/objection",
    summary="Object to being scored",
    response_model=OwnObjection,
    status_code=201,
    responses=responses(404),
)
def objected(request: Request, asker: ForEmployees, _purpose: SubjectPurpose, audit: Audit) -> Response:
    """You are on no list from then on, and your estimate is in your receipt only. No reason is needed; to give one,
    contest on the ground `objection`.
    """
    with audit.change(Shows.RECORDS) as change:
        audit.source = source_of_asker(change.scores, asker)
        object_to_scoring(change, audit.source, asker)
        since = change.scores.objections.since(audit.source, person_of(asker))
    return as_json(request, OwnObjection(objects=True, since=since), 201)


@router.delete("/objection", summary="Withdraw your objection", response_model=OwnObjection, responses=responses(404))
def withdrawn(request: Request, asker: ForEmployees, _purpose: SubjectPurpose, audit: Audit) -> Response:
    """From then on lists can name you again. Withdrawing again changes nothing."""
    with audit.change(Shows.RECORDS) as change:
        audit.source = source_of_asker(change.scores, asker)
        withdraw_objection(change, audit.source, person_of(asker))
    return as_json(request, OwnObjection(objects=False, since=None))
