"""The managers' lists of a month, as JSON, CSV or a page."""

from collections.abc import Sequence
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from pipeline.list_pages import index_page, list_csv, list_page
from pipeline.published import Published
from pipeline.risk_list import RiskList, risk_lists
from pipeline.tokens import Identity, Role
from serving.audit import Audit
from serving.permissions import ForHrAndManagers, ListPurpose, not_for_you
from serving.problems import Refusal, responses
from serving.schemas import (
    GuidanceForManager,
    ListedPerson,
    ManagerList,
    Month,
    MonthlyLists,
    OptionalText,
    ReasonForManager,
)

router = APIRouter(prefix="/v1", tags=["lists"])

JSON: Final = "application/json"
CSV: Final = "text/csv"
HTML: Final = "text/html"
FORMS: Final = (JSON, CSV, HTML)
"""The forms of a list, the one that is sent unasked first."""


@router.get(
    "/lists/{month}",
    summary="Whom to talk to this month",
    response_model=MonthlyLists,
    responses={200: {"content": {CSV: {}, HTML: {}}}, **responses(404, 406)},
)
def lists(
    request: Request,
    month: Month,
    asker: ForHrAndManagers,
    _purpose: ListPurpose,
    audit: Audit,
    manager_id: OptionalText = None,
    accept: Annotated[str, Header(description="application/json, text/csv or text/html")] = "*/*",
) -> Response:
    """A manager gets the own list; HR any manager's, or without `manager_id` all that hold something to read."""
    form = preferred(accept)
    wanted = _whose(asker, manager_id)
    with audit.release() as release:
        published = release.scores.of_month(month)
        if published is None:
            raise Refusal(404, "month-not-scored", "This month has no published scores.")
        found = risk_lists(release.scores, published, request.app.state.settings.list_capacity, wanted)
        if wanted is None:
            found = [each for each in found if each.is_worth_reading]
        elif not found:
            raise Refusal(404, "no-team", "Nobody who was scored in this month reports to this manager.")
        if wanted is None and form == HTML:
            return Response(
                index_page(published, found, lambda manager: f"?manager_id={quote(manager, safe='')}"), media_type=HTML
            )
        release.names([employee_id for each in found for employee_id in _named(each)])
        return Response(_written(form, published, found), media_type=form)


def preferred(accept: str) -> str:
    """The form that the client likes best (RFC 9110 12.5.1, without parameters but q). Raises 406."""
    likes = [_like(part) for part in accept.split(",")]
    best = max(FORMS, key=lambda form: _quality(form, likes))  # max keeps the first of equals
    if _quality(best, likes) <= 0:
        raise Refusal(406, "no-such-form", f"A list is given as one of: {', '.join(FORMS)}.")
    return best


def _like(part: str) -> tuple[str, float]:
    media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return media_range, float(quality)
    except ValueError:
        return media_range, 0.0


def _quality(form: str, likes: Sequence[tuple[str, float]]) -> float:
    """The most exact range that covers the form decides."""
    for media_range in (form, f"{form.split('/')[0]}/*", "*/*"):
        for liked, quality in likes:
            if liked == media_range:
                return quality
    return 0.0


def _whose(asker: Identity, manager_id: str | None) -> str | None:
    """Whose list is wanted, None for everyone's. Raises 403 for a manager who asks for another's."""
    if asker.role == Role.HR:
        return manager_id
    if manager_id not in (None, asker.person):
        raise not_for_you()
    return asker.person


def _named(risk_list: RiskList) -> list[str]:
    return [*(entry.employee_id for entry in risk_list.entries), *risk_list.resolved]


def _written(form: str, published: Published, found: Sequence[RiskList]) -> str:
    if form == CSV:
        return list_csv(published, found)
    if form == HTML:
        return list_page(published, found[0])
    return _answer(published, found).model_dump_json()


def _answer(published: Published, found: Sequence[RiskList]) -> MonthlyLists:
    return MonthlyLists(
        month=published.month,
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        lists=[_one(each) for each in found],
    )


def _one(risk_list: RiskList) -> ManagerList:
    return ManagerList(
        manager_id=risk_list.manager_id,
        team_size=risk_list.team_size,
        expected=risk_list.expected,
        entries=[
            ListedPerson(
                employee_id=entry.employee_id,
                band=entry.band,
                change=entry.change,
                department=entry.department,
                job=entry.job,
                level=entry.level,
                location=entry.location,
                reasons=[ReasonForManager(driver=reason.driver, text=reason.text) for reason in entry.reasons],
                guidance=[GuidanceForManager(**vars(guide)) for guide in entry.guidance],
            )
            for entry in risk_list.entries
        ],
        resolved=list(risk_list.resolved),
    )
