"""A person's own page: what is held, and the forms to contest it and to object; and for HR, its file to hand out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from pipeline.identity.tokens import Identity
from pipeline.language.translator import language as in_language
from pipeline.language.translator import languages
from pipeline.receipts.document import OWN_GROUNDS, receipt_article, receipt_file
from pipeline.receipts.own_receipt import OwnReceipt
from pipeline.store.objections import GROUND
from pipeline.store.subject_rights import Ground
from serving.access.audit import Audit, Trail
from serving.access.halting import Shows
from serving.access.permissions import ForEmployees, ForHr, SubjectPurpose
from serving.http.answers import HTML
from serving.pages.errors import PageRoute
from serving.pages.rendering import language_of, render
from serving.pages.session import checked_form, signed_in
from serving.schemas.parameters import EmployeeId, OptionalText
from serving.views.own import contest_own, file_for, object_to_scoring, person_of, receipt_of_asker, source_of_asker
from serving.views.receipts import source_asked
from serving.views.rights import contested_point, withdraw_objection

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

GROUNDS: Final = {ground: text for ground, text in OWN_GROUNDS.items() if ground != GROUND}


@router.get("/me")
def own_page(request: Request, asker: ForEmployees, _purpose: SubjectPurpose, audit: Audit, done: str = "") -> Response:
    """The receipt, as in the file, and the forms."""
    with _own_receipt(request, asker, audit) as receipt:
        language = language_of(request)
        factors = receipt.scores[0].factors if receipt.scores else ()
        return render(
            request,
            "own.html",
            article=receipt_article(receipt, language, can_act=True),
            receipt=receipt,
            grounds=GROUNDS,
            labels=sorted(((each.feature, each.label) for each in factors), key=lambda each: each[1]),
            done=done,
        )


@router.get("/me/file")
def own_file(request: Request, asker: ForEmployees, _purpose: SubjectPurpose, audit: Audit) -> Response:
    """The receipt as one file, to keep."""
    with _own_receipt(request, asker, audit) as receipt:
        page = receipt_file(receipt, language_of(request))
        headers = {"Content-Disposition": f'attachment; filename="receipt-{receipt.made_on}.html"'}
        return Response(page, headers=headers, media_type=HTML)


@router.post("/me/contest", dependencies=[Depends(checked_form)])
def contested(
    asker: ForEmployees,
    _purpose: SubjectPurpose,
    audit: Audit,
    ground: Annotated[Ground, Form()],
    statement: Annotated[str, Form()] = "",
    feature: Annotated[str, Form()] = "",
) -> Response:
    """Store what the person says is wrong, once."""
    point = contested_point(ground, statement, feature)
    with audit.change(Shows.RECORDS) as change:
        audit.source = source_of_asker(change.scores, asker)
        contest_own(change, audit.source, asker, point)
    return RedirectResponse("/me?done=contest", 303)


@router.post("/me/objection", dependencies=[Depends(checked_form)])
def objected(
    asker: ForEmployees,
    _purpose: SubjectPurpose,
    audit: Audit,
    statement: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Record that the person objects; a reason is not needed."""
    with audit.change(Shows.RECORDS) as change:
        audit.source = source_of_asker(change.scores, asker)
        object_to_scoring(change, audit.source, asker, statement.replace("\x00", "").strip())
    return RedirectResponse("/me?done=objection", 303)


@router.post("/me/objection/withdrawal", dependencies=[Depends(checked_form)])
def withdrawn(asker: ForEmployees, _purpose: SubjectPurpose, audit: Audit) -> Response:
    """Withdraw the person's objection; a second tap changes nothing."""
    with audit.change(Shows.RECORDS) as change:
        audit.source = source_of_asker(change.scores, asker)
        withdraw_objection(change, audit.source, person_of(asker))
    return RedirectResponse("/me?done=withdrawal", 303)


@router.get("/people/{employee_id:path}/receipt/file")
def file_to_hand_out(
    request: Request,
    employee_id: EmployeeId,
    _asker: ForHr,
    _purpose: SubjectPurpose,
    audit: Audit,
    source: OptionalText = None,
    language: str = "",
) -> Response:
    """The receipt as the person's own page shows it, as one file to hand out; by default in the person's language."""
    state = request.app.state
    with audit.release() as release:
        audit.source = source_asked(release.scores, source, employee_id)
        asked, own = (in_language(language) if language in languages() else None), language_of(request)
        page = file_for(release.scores, audit.source, employee_id, state.settings, state.champion, asked, own)
        release.names([employee_id])
        headers = {"Content-Disposition": 'attachment; filename="receipt.html"'}
        return Response(page, headers=headers, media_type=HTML)


@contextmanager
def _own_receipt(request: Request, asker: Identity, audit: Trail) -> Iterator[OwnReceipt]:
    """The asker's receipt in the reader's language, which is released at the end of the block."""
    state = request.app.state
    is_halted = state.halts.current() is not None
    with audit.release(Shows.RECORDS if is_halted else Shows.PEOPLE) as release:
        receipt = receipt_of_asker(
            release.scores, asker, state.settings, state.champion, language_of(request), is_halted=is_halted
        )
        audit.source = receipt.source
        release.names([receipt.employee_id])
        yield receipt
