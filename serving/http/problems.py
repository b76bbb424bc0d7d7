"""Every error as RFC 9457 problem+json: what is wrong and how to fix it, and never anything about a person."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from features.errors import BadInput
from pipeline.language.translator import marked
from serving.http.logs import LOG

MEDIA_TYPE: Final = "application/problem+json"


class Problem(BaseModel):
    """An error as in RFC 9457; `request_id` identifies it in the log and in the audit."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:retention:problem:purpose-refused",
                    "title": "Forbidden",
                    "status": 403,
                    "detail": "Scores are not given for this purpose.",
                    "request_id": "0f4c1c7be7c24b8f9d8f7a3d2f1f3b11",
                }
            ]
        }
    )

    type: str = Field(description="the kind of problem; never changes")
    title: str
    status: int
    detail: str = Field(description="what is wrong, and what to do about it")
    reason: str = Field(default="", description="for a halted system: why it was halted")
    request_id: str
    errors: list[dict[str, str]] = Field(
        default=[], description="for 422: where each error is, and the rule that it breaks"
    )


class Refusal(HTTPException):
    """A refused request. `kind` ends the problem's type; `detail` never reveals whether a person exists.

    `reason` is why somebody halted the system, in their own words.
    """

    def __init__(
        self, status: int, kind: str, detail: str, headers: dict[str, str] | None = None, reason: str = ""
    ) -> None:
        super().__init__(status, detail, headers)
        self.kind = kind
        self.reason = reason


def install(app: FastAPI) -> None:
    """Map every error to its problem."""
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(SQLAlchemyError, _of_store)
    app.add_exception_handler(BadInput, _of_store)


def problem(
    request_id: str,
    status: int,
    kind: str,
    detail: str,
    headers: dict[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
    reason: str = "",
) -> Response:
    """The response for one problem."""
    content = Problem(
        type=f"urn:retention:problem:{kind}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        request_id=request_id,
        errors=errors or [],
        reason=reason,
    )
    return Response(content.model_dump_json(exclude_defaults=True), status, headers, MEDIA_TYPE)


ALWAYS: Final = (401, 403, 422, 429, 500, 503)
"""The problems that any route may return: identity, permission, input, rate, and our own faults."""


def responses(*more: int) -> dict[int | str, dict[str, Any]]:
    """The problems of a route, for OpenAPI: `ALWAYS`, and those of its own."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: schema}}
        for status in sorted({*ALWAYS, *more})
    }


def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    headers = dict(error.headers or {})
    if isinstance(error, Refusal):
        return problem(
            request.state.request_id, error.status_code, error.kind, error.detail, headers, reason=error.reason
        )
    status = HTTPStatus(error.status_code)
    kind = status.phrase.lower().replace(" ", "-")
    return problem(request.state.request_id, status, kind, status.description or status.phrase, headers)


def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    # the rule and the location, never the input: it may be a person's id
    errors = [{"where": ".".join(map(str, each["loc"])), "rule": each["msg"]} for each in error.errors()]
    detail = marked("The request breaks a rule of the API; see `errors`.")
    return problem(request.state.request_id, 422, "invalid-request", detail, errors=errors)


def store_unavailable(request_id: str, error: Exception) -> Response:
    """The answer where the store failed, which the log records."""
    LOG.error("request %s: the store failed: %s", request_id, type(error).__name__)
    detail = marked("The store of scores does not answer. No data was released; try again in a few seconds.")
    return problem(request_id, 503, "store-unavailable", detail, {"Retry-After": "5"})


def _of_store(request: Request, error: Exception) -> Response:
    return store_unavailable(request.state.request_id, error)
