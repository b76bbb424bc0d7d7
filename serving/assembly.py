"""Assembles the server: its state, routes, pages and middleware, and how it starts and stops."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from prometheus_client import start_http_server
from pydantic import ValidationError
from pydantic_settings import SettingsError
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from pipeline.file_access import WARNINGS, keep_private
from pipeline.settings import unusable
from pipeline.store.store import Store
from pipeline.tracebacks import data_kept_out
from serving.access.group_commit import GroupCommit
from serving.access.halting import HaltGauge, HaltState
from serving.access.issuers import issuer_of
from serving.access.laid_out import LaidOut, LaidOutLayer
from serving.access.rates import PROBE_RATE, Rates
from serving.access.shared_reading import SharedReading
from serving.http import garbage, problems
from serving.http.edge import Edge
from serving.http.logs import LOG, write_json_lines
from serving.http.metrics import Metrics
from serving.pages import errors
from serving.pages import routes as pages
from serving.pages.outcomes import Outcomes
from serving.pages.session import session_key_of
from serving.routes import (
    audit,
    briefing,
    contests,
    groups,
    halts,
    health,
    line,
    lists,
    models,
    outlook,
    own,
    people,
    plans,
    receipts,
    representation,
    scores,
    turnover,
    what_if,
)
from serving.settings import ServerSettings
from serving.settings_record import recorded
from serving.views.champion import Champion
from serving.views.overview import RecentLists
from serving.views.plans import Planning

TITLE = "Retention"
VERSION = "1"
MAX_CONCURRENT = 8
"""Requests handled at the same time; the others wait in order of arrival. Python runs one thread at a time, so more of
them only overtake each other: with forty, the default, the slowest one in a hundred takes a fifth longer."""
ABOUT = """Who is at risk of leaving voluntarily, why, and what could change it, from published scores.

For conversations that help people stay. Never for a dismissal, a redundancy, a pay cut or an appraisal.
A request that names a person must state its purpose, those purposes are refused, and every answer is audited."""


def assemble(settings: ServerSettings | None) -> FastAPI:
    """The server that `app.create_app` returns."""
    settings = settings or _settings()
    access = keep_private(settings.var)
    app = FastAPI(
        title=TITLE, version=VERSION, lifespan=_lifespan, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    app.state.settings = settings
    app.state.access_to_var = access
    store = app.state.store = Store.of(settings)
    app.state.readiness = SharedReading(partial(health.state_of, store), health.PROBED_SECONDS)
    app.state.halts = HaltState(store.current_halt)
    app.state.issuer = issuer_of(settings, store.revoked_tokens)
    app.state.session_key = session_key_of(settings)
    app.state.champion = Champion(settings)
    app.state.outcomes = outcomes = Outcomes(settings)
    app.state.planning = Planning(app.state.champion, settings, lambda source: outcomes.of(source).offers)
    app.state.recent_lists = RecentLists(settings)
    app.state.group_commit = GroupCommit(store.append_audit_of)
    app.state.laid_out = LaidOut()
    app.state.rates = Rates(settings.rate_limit)
    app.state.probe_rates = Rates(PROBE_RATE)
    app.state.metrics = Metrics(HaltGauge(app.state.halts))
    for routes in (
        people,
        what_if,
        scores,
        line,
        groups,
        plans,
        lists,
        briefing,
        receipts,
        contests,
        own,
        models,
        representation,
        turnover,
        outlook,
        audit,
        halts,
        health,
    ):
        app.include_router(routes.router)
    pages.include(app)
    problems.install(app)
    errors.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)
    app.add_middleware(LaidOutLayer)
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, allow_origins=settings.cors_origins, allow_headers=["Authorization"])
    app.add_middleware(Edge, body_limit=settings.body_limit, body_seconds=settings.body_seconds)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _settings() -> ServerSettings:
    try:
        return ServerSettings()
    except (ValidationError, SettingsError) as error:
        raise unusable(error) from None


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    write_json_lines()
    if warning := WARNINGS.get(app.state.access_to_var):
        LOG.warning(warning)
    garbage.freeze("the server")
    current_default_thread_limiter().total_tokens = MAX_CONCURRENT
    with data_kept_out(LOG.error), _inner_port(app):
        async with recorded(app.state.store, app.state.settings):
            yield
    app.state.outcomes.close()
    app.state.issuer.close()
    app.state.readiness.close()
    app.state.group_commit.close()
    app.state.laid_out.clear()
    app.state.store.close()
    garbage.unfreeze()


@contextmanager
def _inner_port(app: FastAPI) -> Iterator[None]:
    """Serve the counters on a port of their own, if the settings name one; the first of several workers has it."""
    settings: ServerSettings = app.state.settings
    if settings.inner_port is None:
        yield
        return
    try:
        server, thread = start_http_server(settings.inner_port, settings.inner_host, app.state.metrics.registry)
    except OSError:
        LOG.warning("the inner port is in use by another worker or program")
        yield
        return
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, with `Problem` in place of the framework's own 422."""
    if app.openapi_schema is None:
        schema = get_openapi(title=TITLE, version=VERSION, description=ABOUT, routes=app.routes)
        components = schema["components"]["schemas"]
        components["Problem"] = problems.Problem.model_json_schema()
        for unused in ("HTTPValidationError", "ValidationError"):
            components.pop(unused, None)
        app.openapi_schema = schema
    return app.openapi_schema
