"""How the model is used and checked, in plain words, for a works council or a data protection officer."""

from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from features.contract.vocabulary import CONTEXT, DRIVERS
from pipeline.language.translator import marked
from pipeline.registry.card.words import OUTCOMES
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForRepresentatives, ReviewPurpose
from serving.pages.errors import PageRoute
from serving.pages.rendering import language_of, render
from serving.pages.session import signed_in
from serving.views.models import card_without_small_groups
from serving.views.months import newest
from serving.views.representation import Documents, representation

FINDINGS: Final = {
    "not_measurable": marked("Every manager gets lists, so it is unknown whether the lists keep people."),
    "too_little_data": marked("There is too little data yet to tell."),
    "fewer_exits": marked("Yes: where managers had lists, fewer people left."),
    "more_exits": marked("No: where managers had lists, more people left."),
    "no_difference_shown": marked("No difference could be shown: both more and fewer exits are possible."),
}

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])


@router.get("/representation")
def represented(request: Request, _asker: ForRepresentatives, _purpose: ReviewPurpose, audit: Audit) -> Response:
    """The page; it names no person and shows no group of fewer than ten."""
    settings = request.app.state.settings
    with audit.release(Shows.RECORDS) as release:
        published = newest(release.scores)
        documents = Documents(settings, published.source)
        shown = representation(release.scores, published, documents, settings, language_of(request))
        by_driver = {
            driver: [each for each in shown.features if each.driver == driver] for driver in (*DRIVERS, CONTEXT)
        }
        return render(
            request, "representation.html", shown=shown, by_driver=by_driver, events=OUTCOMES, findings=FINDINGS
        )


@router.get("/representation/card")
def card(request: Request, _asker: ForRepresentatives, _purpose: ReviewPurpose, audit: Audit) -> Response:
    """The champion's card without small groups and without names of accounts."""
    return card_without_small_groups(request, audit)
