"""What happens to every request: an id, a line in the log, headers, and an answer to every fault."""

import logging
import re
import time
import traceback
from typing import Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.problems import problem

REQUEST_ID_HEADER: Final = "X-Request-ID"
SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""The pages carry their style inline, load nothing and run nothing."""

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LOG: Final = logging.getLogger("retention.server")


class Edge:
    """Outermost ASGI layer. Logs the route's template, never the path: a path holds a person's id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and answer for what nobody below did."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        status, began = 0, time.perf_counter()

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID_HEADER] = request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        except Exception as fault:
            _LOG.error("request %s: %s at %s", request_id, type(fault).__name__, _places(fault))
            if status:
                raise RuntimeError("a fault while the answer was being sent") from None
            answer = problem(request_id, 500, "fault", "A fault on our side. Nothing was released.")
            await answer(scope, receive, send_on)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            took_ms = (time.perf_counter() - began) * 1000
            _LOG.info("request %s: %s %s %d in %.1f ms", request_id, scope["method"], route, status, took_ms)


def _request_id(headers: Headers) -> str:
    """The client's own id if it is a plain one, else a new one."""
    given = headers.get(REQUEST_ID_HEADER, "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _places(fault: Exception) -> str:
    """File and line of each frame; the message is left out, since it may quote a value of a person."""
    frames = traceback.extract_tb(fault.__traceback__)
    return " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[-6:])
