"""The briefing of managers."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForManagers, ListPurpose
from serving.http.answers import as_json, forms
from serving.http.json_body import JsonRoute
from serving.http.language import asked_language
from serving.http.problems import responses
from serving.schemas.briefing import Briefing
from serving.views.asker import language_of_asker
from serving.views.briefing import briefing_of, confirm_briefing

router = APIRouter(route_class=JsonRoute, prefix="/v1", tags=["lists"])


@router.get(
    "/briefing",
    summary="What a manager should know before the first list",
    response_model=Briefing,
    responses={**forms(), **responses()},
)
def briefing(request: Request, asker: ForManagers, _purpose: ListPurpose, audit: Audit) -> Response:
    """In the language of `Accept-Language`. A halt does not stop it: it shows nobody."""
    with audit.release(Shows.RECORDS) as release:
        language = asked_language(request, language_of_asker(release.scores, asker))
        settings = request.app.state.settings
        return as_json(request, briefing_of(release.scores.connection, asker, settings, language))


@router.post(
    "/briefing/confirmation",
    summary="Confirm that you have read the briefing",
    response_model=Briefing,
    status_code=201,
    responses=responses(),
)
def confirmation(request: Request, asker: ForManagers, _purpose: ListPurpose, audit: Audit) -> Response:
    """From then on your list is shown, for the months of `RETENTION_BRIEFING_MONTHS`. Doing it again renews it.

    Who confirmed and when stays on record until the person is erased.
    """
    settings, language = request.app.state.settings, asked_language(request)
    confirm_briefing(audit, asker)
    with request.app.state.store.reading() as scores:
        return as_json(request, briefing_of(scores.connection, asker, settings, language), 201)
