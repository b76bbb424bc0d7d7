"""Every API route and every page checks identity, role and purpose, and leaves an audit row."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from serving.access.audit import audited
from serving.access.permissions import DefaultPurpose, Permit, stated_purpose
from serving.app import create_app
from serving.pages.session import checked_form, purpose_of_session, signed_in
from serving.settings import ServerSettings

PAGES = {
    "/overview",
    "/turnover",
    "/outlook",
    "/groups",
    "/services",
    "/services/pair",
    "/plans",
    "/find",
    "/people",
    "/people/{employee_id:path}",
    "/people/{employee_id:path}/receipt",
    "/people/{employee_id:path}/receipt/file",
    "/people/{employee_id:path}/what-if",
    "/people/{employee_id:path}/contest",
    "/people/{employee_id:path}/objection",
    "/people/objection",
    "/list",
    "/briefing",
    "/nominations",
    "/nominations/{month}",
    "/lists",
    "/list/{month}/{employee_id:path}/answer",
    "/model",
    "/model/{version}/card",
    "/audit",
    "/halt",
    "/organisation",
    "/representation",
    "/representation/card",
    "/me",
    "/me/file",
    "/me/contest",
    "/me/objection",
    "/me/objection/withdrawal",
}
DOORS = {"/", "/sign-in", "/sign-in/openid", "/sign-in/back", "/sign-out", "/purpose", "/language/{language}"}
"""The pages for signing in and out, which name nobody."""
ASSETS = "/static/{tag}/{name}"
OPEN = {"/health/live", "/health/ready", "/metrics", "/openapi.json"}


def routes_of(routes: Any) -> Iterator[Any]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from routes_of(included.routes)


def calls_of(dependant: Dependant) -> Iterator[Any]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from calls_of(dependency)


@pytest.fixture
def routes(tmp_path: Path) -> list[Any]:
    return list(routes_of(create_app(ServerSettings(var=tmp_path)).routes))


def test_the_walk_finds_the_routes(routes: list[Any]) -> None:
    assert {
        "/v1/employees/{employee_id:path}/risk",
        "/v1/employees/{employee_id:path}/receipt",
        "/v1/employees/{employee_id:path}/contest",
        "/v1/employees/{employee_id:path}/objection",
        "/v1/employees/{employee_id:path}",
        "/v1/employees/{employee_id:path}/what-if",
        "/v1/people",
        "/v1/risks",
        "/v1/scores",
        "/v1/groups/{dimension}",
        "/v1/plans",
        "/v1/plans/{name}",
        "/v1/groups/line",
        "/v1/representation",
        "/v1/turnover",
        "/v1/outlook",
        "/v1/internal-services",
        "/v1/lists/{month}",
        "/v1/briefing",
        "/v1/briefing/confirmation",
        "/v1/lists/{month}/nominations",
        "/v1/lists/{month}/{employee_id:path}/answer",
        "/v1/models/champion",
        "/v1/models/{version}",
        "/v1/audit",
        "/v1/contests",
        "/v1/me/receipt",
        "/v1/me/contest",
        "/v1/me/objection",
        "/v1/halt",
        *PAGES,
        *DOORS,
        ASSETS,
        *OPEN,
    } == {route.path for route in routes}


def test_only_health_and_the_schema_are_open(routes: list[Any]) -> None:
    for route in routes:
        if route.path in OPEN | DOORS | {ASSETS}:
            continue
        assert isinstance(route, APIRoute), f"{route.path} is not a route with dependencies"
        calls = list(calls_of(route.dependant))
        assert any(isinstance(call, Permit) for call in calls), f"{route.path} asks for no role"
        assert audited in calls, f"{route.path} leaves no audit row"
        asks = any(call in (stated_purpose, purpose_of_session) or isinstance(call, DefaultPurpose) for call in calls)
        assert asks, f"{route.path} asks for no purpose"


def test_every_page_requires_a_session_and_every_form_its_token(routes: list[Any]) -> None:
    for route in routes:
        calls = list(calls_of(route.dependant)) if isinstance(route, APIRoute) else []
        if route.path in PAGES:
            assert calls[0] is signed_in, f"{route.path} does not ask for the session first"
        if route.path in PAGES | DOORS and "POST" in route.methods:
            assert checked_form in calls, f"{route.path} takes a form that anybody could send"
        assert route.path in PAGES | DOORS or signed_in not in calls, f"{route.path} takes a cookie"
