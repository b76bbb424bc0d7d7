"""The pages of all people and of one person, for HR after stating a purpose."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from features.contract.ids import CHARACTERS, MOST_CHARACTERS
from features.contract.vocabulary import CONTEXT, DRIVERS
from pipeline.identity.tokens import Identity
from pipeline.language.actions import action_of
from pipeline.language.confidence import About
from pipeline.language.record_words import OUTCOMES
from pipeline.language.translator import Language, marked
from pipeline.language.wording import BAND_NAMES, figure_text, label_text
from pipeline.listing.rules import HARD_TO_REPLACE
from pipeline.model.related import together
from pipeline.score_record import Factor
from pipeline.store.held import sources_of
from pipeline.store.objections import GROUND
from pipeline.store.reading import PublishedScores, Sort
from pipeline.store.subject_rights import Ground
from serving.access.audit import Audit, Trail
from serving.access.halting import Shows
from serving.access.permissions import ForHr, SubjectPurpose
from serving.http.answers import CSV, XLSX, spreadsheet
from serving.http.problems import Refusal
from serving.pages import charts
from serving.pages.errors import PageRoute
from serving.pages.rendering import language_of, render
from serving.pages.session import SessionPurpose, checked_form, signed_in
from serving.schemas.parameters import EmployeeId, OptionalText
from serving.schemas.risks import RiskForHr
from serving.schemas.subject_rights import ContestedPoint
from serving.schemas.what_if import LeversToPull, WhatIfForHr
from serving.views.months import current, informed
from serving.views.people import CURSOR, managers_named, managers_to_suggest, risk_page, risk_table
from serving.views.person import course_shown, risk_for_hr, scored, shown_to_hr
from serving.views.receipts import mentioned, receipt_of, source_asked
from serving.views.rights import contested_point, keep_statement, withdraw_objection
from serving.views.what_if import what_if_for_hr

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

ROWS: Final = 25
SORTS: Final[dict[Sort, str]] = {
    "-risk": marked("Highest risk first"),
    "risk": marked("Lowest risk first"),
    "employee_id": marked("By person"),
    "department": marked("By department"),
    "level": marked("Lowest level first"),
    "-level": marked("Highest level first"),
}
GROUNDS: Final[dict[Ground, str]] = {
    "wrong": marked("The figure is wrong"),
    "outdated": marked("It is out of date"),
    "not_about_me": marked("It is about somebody else"),
    "unfair": marked("It should not count"),
    "objection": marked("Objects to being scored at all"),
}
NAMED: Final = {"listed": marked("to talk to"), "resolved": marked("no longer on the list")}
FORMS: Final = {"csv": CSV, "xlsx": XLSX}
Text = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class ShownFactor:
    """A factor on the page: its label, its figure compared with the peers', and what it adds in log-odds."""

    label: str
    figure: str
    contribution: float


@router.get("/people")
def people(
    request: Request,
    _asker: ForHr,
    _purpose: SessionPurpose,
    audit: Audit,
    department: Text = "",
    level: Text = "",
    location: Text = "",
    manager: Text = "",
    manager_id: Text = "",
    band: Text = "",
    sort: Sort = "-risk",
    cursor: Annotated[str | None, Query(pattern=f"^{CURSOR.pattern}$")] = None,
    form: str = "",
) -> Response:
    """A page of the table, or a file of up to `page_limit` people (see the settings).

    `manager` is a name or an id, or a part of them; `manager_id` is its name in older links.
    """
    manager = (manager or manager_id).replace("\x00", "")
    equal: dict[str, str | int | None] = {
        "department": department.replace("\x00", "") or None,
        "location": location.replace("\x00", "") or None,
        "level": int(level) if level.lstrip("-").isdecimal() and len(level) < 10 else None,
    }
    filters = {"department": department, "level": level, "location": location, "manager": manager}
    chosen: Any = band if band in BAND_NAMES else None
    size = request.app.state.settings.page_limit if form in FORMS else ROWS
    with audit.release() as release:
        published = current(release.scores)
        managers = managers_named(release.scores, published, manager) if manager.strip() else None
        page = risk_page(release.scores, request.app.state.settings, equal, chosen, sort, cursor, size, managers)
        release.names([person.employee_id for person in page.people])
        if form in FORMS:
            name = f"people-{page.snapshot_date}.{form}"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(spreadsheet(FORMS[form], risk_table(page)), headers=headers, media_type=FORMS[form])
        choices = {name: release.scores.places(published, name) for name in ("department", "location")}
        return render(
            request,
            "people.html",
            page=page,
            most=max((person.risk for person in page.people), default=1.0),
            choices=choices,
            managers=managers_to_suggest(release.scores, published),
            filters=filters | {"band": band, "sort": sort},
            is_filtered=any((*filters.values(), band)),
            sorts=SORTS,
        )


@router.get("/people/{employee_id:path}/receipt")
def receipt(
    request: Request,
    employee_id: EmployeeId,
    _asker: ForHr,
    _purpose: SubjectPurpose,
    audit: Audit,
    source: OptionalText = None,
    kept: bool = False,
    withdrawn: bool = False,
) -> Response:
    """What is held about a person, who looked, and the forms to contest it and to withdraw an objection."""
    with audit.release() as release:
        language = language_of(request)
        audit.source = source_asked(release.scores, source, employee_id)
        content = receipt_of(release.scores, audit.source, employee_id, request.app.state.settings, language)
        published = release.scores.newest(audit.source)
        release.names([employee_id])
        labels = {name: label_text(about, language) for name, about in published.about.items()} if published else {}
        return render(
            request,
            "receipt.html",
            receipt=content,
            grounds=GROUNDS,
            outcomes=OUTCOMES,
            named=NAMED,
            action_of=action_of,
            names=release.scores.directory(audit.source).names(mentioned(content)),
            labels=labels,
            kept=kept,
            is_withdrawn=withdrawn,
        )


@router.post("/people/objection", dependencies=[Depends(checked_form)])
def objection(
    request: Request,
    asker: ForHr,
    _purpose: SubjectPurpose,
    audit: Audit,
    employee_id: Annotated[str, Form(min_length=1, max_length=MOST_CHARACTERS, pattern=CHARACTERS)],
    statement: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Record that somebody objects who is not in the table, because nobody has scored them yet."""
    return _contested(request, audit, asker, employee_id, ContestedPoint(ground=GROUND, statement=statement or "–"))


@router.post("/people/{employee_id:path}/contest", dependencies=[Depends(checked_form)])
def contested(
    request: Request,
    employee_id: EmployeeId,
    asker: ForHr,
    _purpose: SubjectPurpose,
    audit: Audit,
    ground: Annotated[Ground, Form()],
    statement: Annotated[str, Form()] = "",
    feature: Annotated[str, Form()] = "",
    source: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Store what a person says is wrong, once."""
    point = contested_point(ground, statement, feature)
    return _contested(request, audit, asker, employee_id, point, source or None)


def _contested(
    request: Request,
    audit: Trail,
    asker: Identity,
    employee_id: str,
    point: ContestedPoint,
    source: str | None = None,
) -> Response:
    with audit.change(Shows.RECORDS) as change:
        audit.source = source_asked(change.scores, source, employee_id)
        given = keep_statement(change, audit.source, employee_id, asker.subject, point)
    return RedirectResponse(f"{_receipt_address(request, given.source, employee_id)}&kept=1", 303)


@router.post("/people/{employee_id:path}/objection", dependencies=[Depends(checked_form)])
def objection_withdrawn(
    request: Request,
    employee_id: EmployeeId,
    _asker: ForHr,
    _purpose: SubjectPurpose,
    audit: Audit,
    source: Annotated[str, Form(min_length=1, max_length=200)],
) -> Response:
    """Withdraw a person's objection; a second tap changes nothing."""
    with audit.change(Shows.RECORDS) as change:
        audit.source = source_asked(change.scores, source, employee_id)
        withdraw_objection(change, audit.source, employee_id)
        is_held = source in sources_of(change.connection, employee_id)
    return RedirectResponse(
        f"{_receipt_address(request, source, employee_id)}&withdrawn=1" if is_held else "/people", 303
    )


@router.api_route("/people/{employee_id:path}/what-if", methods=["POST"], dependencies=[Depends(checked_form)])
def what_if(
    request: Request,
    employee_id: EmployeeId,
    _asker: ForHr,
    _purpose: SessionPurpose,
    audit: Audit,
    raise_percent: Annotated[float, Form(ge=0, le=50)] = 0,
    promotion: Annotated[bool, Form()] = False,
    manager_change: Annotated[bool, Form()] = False,
    overtime_hours: Annotated[str, Form(max_length=10)] = "",
    remote_share: Annotated[str, Form(max_length=10)] = "",
    service_rating: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """The person's page with the score after the change."""
    try:
        levers = LeversToPull(
            raise_percent=raise_percent or None,
            promotion=promotion,
            manager_change=manager_change,
            overtime_hours=float(overtime_hours) if overtime_hours else None,
            remote_share=float(remote_share) / 100 if remote_share else None,
            service_rating=float(service_rating) if service_rating else None,
        )
    except (ValidationError, ValueError):
        raise Refusal(
            422, "no-lever", "One of the changes is outside the allowed range. Go back and correct it."
        ) from None
    with audit.release() as release:
        page = _person(request, release.scores, employee_id, levers)
        release.names([employee_id])
        return page


@router.get("/people/{employee_id:path}")
def person(
    request: Request, employee_id: EmployeeId, _asker: ForHr, _purpose: SessionPurpose, audit: Audit
) -> Response:
    """A person's score, its factors, its history, and who looked."""
    with audit.release() as release:
        page = _person(request, release.scores, employee_id, None)
        release.names([employee_id])
        return page


def _person(request: Request, scores: PublishedScores, employee_id: str, levers: LeversToPull | None) -> Response:
    published = informed(current(scores), request.app.state.settings)
    score, factors = scored(scores, published, employee_id)
    hides_answers = request.app.state.settings.surveys_confidential
    names = scores.directory(published.source).names([employee_id, score.manager_id])
    receipt = receipt_of(scores, published.source, employee_id, request.app.state.settings)
    names |= scores.directory(published.source).names(mentioned(receipt))
    name = names.get(employee_id)
    risk = risk_for_hr(published, score, factors, None, hides_answers=hides_answers, name=name)
    shown, about = shown_to_hr(published.about, factors, hides_answers)
    language = language_of(request)
    change, refused = None, ""
    if levers is not None:
        try:
            change = what_if_for_hr(
                request.app.state.champion, published, factors, levers, employee_id, hides_answers=hides_answers
            )
        except Refusal as refusal:
            if refusal.status_code != 422:
                raise
            refused = refusal.detail
    return render(
        request,
        "person.html",
        shown=risk,
        score=score,
        is_hard_to_replace=(score.criticality or 0) >= HARD_TO_REPLACE,
        manager_name=names.get(score.manager_id) if score.manager_id else None,
        mean_risk=None if scores.scope else published.mean_risk,
        has_range_of_calibration=published.has_range_of_calibration,
        curve=[charts.Point(str(point.months), point.risk) for point in risk.curve],
        course=[charts.month(day, *figures) for day, *figures in course_shown(scores, published, employee_id)],
        steps=_steps(risk),
        by_driver={driver: _factors_of(about, shown, driver, language) for driver in (*DRIVERS, CONTEXT)},
        most=max((abs(factor.contribution) for factor in risk.factors), default=1.0),
        levers=levers or LeversToPull(),
        change=change,
        refused=refused,
        moved=_moved(about, change, language),
        receipt=receipt,
        names=names,
    )


def _steps(risk: RiskForHr) -> list[charts.Step]:
    return charts.steps(risk.base_log_odds, list(risk.drivers.items()))


def _factors_of(about: About, factors: Sequence[Factor], driver: str, language: Language) -> list[ShownFactor]:
    """The driver's factors that are not zero, related ones together, largest first."""
    own = [factor for factor in factors if factor.driver == driver and factor.contribution]
    return [
        ShownFactor(
            label_text(about[factor.feature], language),
            figure_text(factor, about[factor.feature], language),
            factor.contribution,
        )
        for factor in together(own, about)
    ]


def _moved(about: About, change: WhatIfForHr | None, language: Language) -> list[tuple[str, float]]:
    if change is None:
        return []
    moved = [
        (label_text(about[each.feature], language), each.contribution_after - each.contribution_before)
        for each in change.changes
    ]
    return [(label, difference) for label, difference in moved if abs(difference) >= 0.005][:8]


def _receipt_address(request: Request, source: str, employee_id: str) -> str:
    return f"{_address(request, employee_id)}/receipt?source={quote(source, safe='')}"


def _address(request: Request, employee_id: str) -> str:
    return str(request.url_for("person", employee_id=employee_id).path)
