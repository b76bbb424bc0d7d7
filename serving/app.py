"""The server: `uvicorn serving.app:create_app --factory`."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import ValidationError

from pipeline.settings import unusable
from pipeline.store import Store
from serving import problems
from serving.edge import Edge
from serving.issuers import issuer_of
from serving.rates import Rates
from serving.routes import health, lists, people
from serving.settings import ServerSettings

TITLE = "Retention"
VERSION = "1"
ABOUT = """Who is at risk of leaving voluntarily, why, and what could change it, from published scores.

For conversations that help people stay. Never for a dismissal, a redundancy, a pay cut or an appraisal:
the purpose is asked for wherever a person is named, such purposes are refused, and every answer is audited."""


def create_app(settings: ServerSettings | None = None) -> FastAPI:
    """Build the server from the environment, or from the settings given.

    Raises BadInput for settings that cannot be used. The store may be down: ready turns green when it is back.
    """
    settings = settings or _settings()
    app = FastAPI(title=TITLE, version=VERSION, lifespan=_lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.store = Store(settings.store_url)
    app.state.issuer = issuer_of(settings)
    app.state.rates = Rates(settings.rate_limit)
    for routes in (people, lists, health):
        app.include_router(routes.router)
    problems.install(app)
    app.add_middleware(Edge)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _settings() -> ServerSettings:
    try:
        return ServerSettings()
    except ValidationError as error:
        raise unusable(error) from None


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    logging.getLogger("uvicorn.access").disabled = True  # it writes paths, and a path holds a person's id
    yield
    app.state.store.close()


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The schema, with our problem in place of the framework's own 422."""
    if app.openapi_schema is None:
        schema = get_openapi(title=TITLE, version=VERSION, description=ABOUT, routes=app.routes)
        components = schema["components"]["schemas"]
        components["Problem"] = problems.Problem.model_json_schema()
        for unused in ("HTTPValidationError", "ValidationError"):
            components.pop(unused, None)
        app.openapi_schema = schema
    return app.openapi_schema
