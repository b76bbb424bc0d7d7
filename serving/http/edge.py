"""The outermost layer: an id, a size limit, a log line and headers for each request, and an answer for each fault."""

import asyncio
import re
import time
from typing import Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.tracebacks import described
from serving.http.logs import LOG
from serving.http.problems import Refusal, problem

REQUEST_ID_HEADER: Final = "X-Request-ID"
SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""For answers that set none of their own: they have their style inline, load nothing and run nothing."""

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Edge:
    """Outermost ASGI layer. Logs the route's template, never the path, because a path can contain a person's id."""

    def __init__(self, app: ASGIApp, body_limit: int, body_seconds: float) -> None:
        self.app = app
        self.body_limit = body_limit
        self.body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer 413 if it is too large, and 500 after an unhandled exception."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope.setdefault("state", {})["request_id"] = request_id
        status, started = 0, time.perf_counter()

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            if _declared_length(headers) > self.body_limit:
                await _problem_of(self._too_large(), request_id)(scope, receive, send_on)
            else:
                await self.app(scope, self._bounded(receive), send_on)
        except Exception as fault:
            LOG.error("request %s: %s", request_id, described(fault), extra={"fields": {"request_id": request_id}})
            if status:
                raise RuntimeError("a fault occurred while the answer was being sent") from None
            answer = problem(request_id, 500, "fault", "Something went wrong on our side. No data was released.")
            await answer(scope, receive, send_on)
        finally:
            _log(scope, request_id, status, time.perf_counter() - started)

    def _bounded(self, receive: Receive) -> Receive:
        """Stop reading a body that exceeds the limit, whatever its header declares, or that arrives too slowly."""
        read, is_complete = 0, False
        deadline = asyncio.get_running_loop().time() + self.body_seconds

        async def receive_on() -> Message:
            nonlocal read, is_complete
            try:
                async with asyncio.timeout_at(None if is_complete else deadline):
                    message = await receive()
            except TimeoutError:
                raise self._too_slow() from None
            read += len(message.get("body", b""))
            is_complete = not message.get("more_body", False)
            if read > self.body_limit:
                raise self._too_large()
            return message

        return receive_on

    def _too_slow(self) -> Refusal:
        detail = f"A request must arrive within {self.body_seconds:g} seconds. Send less at a time."
        return Refusal(408, "too-slow", detail, {"Connection": "close"})

    def _too_large(self) -> Refusal:
        return Refusal(413, "too-large", f"A request may have up to {self.body_limit:,} bytes. Send less at a time.")


def _problem_of(refusal: Refusal, request_id: str) -> ASGIApp:
    return problem(request_id, refusal.status_code, refusal.kind, refusal.detail)


def _add_headers(headers: MutableHeaders, request_id: str) -> None:
    headers[REQUEST_ID_HEADER] = request_id
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)


def _log(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    method, route = scope["method"], getattr(scope.get("route"), "path", "-")
    fields = {
        "request_id": request_id,
        "method": method,
        "route": route,
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
    }
    LOG.info(
        "request %s: %s %s %d in %.1f ms", request_id, method, route, status, seconds * 1000, extra={"fields": fields}
    )
    scope["app"].state.metrics.count_answer(method, route, status, seconds)


def _request_id(headers: Headers) -> str:
    """The client's own request id if it is well-formed, else a new one."""
    given = headers.get(REQUEST_ID_HEADER, "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _declared_length(headers: Headers) -> int:
    length = headers.get("Content-Length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else 0
