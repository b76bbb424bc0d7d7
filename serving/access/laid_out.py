"""Answers that were given once and are still current: given again as the same bytes, with a new row in the audit.

A route says of an answer that it depends on nothing but what is compared here: the request, the asker's roles and
scope (and person, for roles that are about one), the day, the file of acknowledgements, and what the store shows. The
last is compared by the store's mark (`pipeline.store.operations.revision`), in the transaction that stores the audit
row. So a publication, an erasure, an objection, a halt or any other change ends every answer laid out before it.
"""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

from fastapi.security.utils import get_authorization_scheme_param
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.errors import BadInput
from pipeline.acknowledgements import version_of
from pipeline.identity.tokens import ABOUT_A_PERSON, Identity, InvalidToken
from pipeline.store.audit.audit import AuditEntry
from pipeline.store.audit.queue import Turn
from serving.access.issuers import IssuerUnavailable
from serving.http.problems import store_unavailable

MOST_BYTES: Final = 64_000_000
"""The most that a process holds; beyond it, the answers that were not asked for longest are dropped."""

HELD_SECONDS: Final = 600
"""How long answers are held, from the first one on. For that long, an answer about an erased person may stay in the
memory of a server that nobody asks for anything."""

_HEADERS: Final = frozenset((b"accept", b"accept-language", b"accept-encoding", b"if-none-match"))
"""The headers of a request that an answer depends on, besides the token, in lower case as ASGI has them."""

_HELD: Final = (200, 304)
"""The statuses of answers that are held."""

_OVERHEAD_BYTES: Final = 3_000
"""What the headers, the key and the audit entries of an answer take, roughly."""


@dataclass(frozen=True)
class Shown:
    """What an answer showed: the store's mark in the transaction that read it, and the audit rows of its release."""

    mark: str
    rows: tuple[AuditEntry, ...]


@dataclass(frozen=True)
class Answer:
    """An answer as it was sent."""

    shown: Shown
    route: BaseRoute
    start: Message
    body: bytes

    def started(self) -> Message:
        """The beginning, which the outer layers add headers to."""
        return {**self.start, "headers": list(self.start["headers"])}


class LaidOut:
    """The answers that this process holds, all of one mark of the store; used in one event loop."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._answers: dict[Hashable, Answer] = {}
        self._bytes = 0
        self._mark = ""

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: Hashable) -> Answer | None:
        """The answer to a request; None where it must be prepared."""
        answer = self._answers.pop(key, None)
        if answer:
            self._answers[key] = answer  # now the last one to be dropped
        return answer

    def add(self, key: Hashable, answer: Answer) -> None:
        """Hold an answer. Those with another mark are dropped."""
        if answer.shown.mark != self._mark:
            self.clear()
            self._mark = answer.shown.mark
        if key in self._answers:
            return
        if not self._answers:
            asyncio.get_running_loop().call_later(HELD_SECONDS, self.clear)
        self._answers[key] = answer
        self._bytes += _size(answer)
        while self._bytes > self._most_bytes:
            self._bytes -= _size(self._answers.pop(next(iter(self._answers))))

    def clear(self) -> None:
        """Drop all answers."""
        self._answers.clear()
        self._bytes = 0


def _size(answer: Answer) -> int:
    return len(answer.body) + _OVERHEAD_BYTES


class LaidOutLayer:
    """ASGI layer around the routes of the API, inside the layers that add headers to every answer.

    A token that is not accepted, and a client that asks too often, go on to the route, which refuses them.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give the answer that is held, or pass the request on and hold its answer if the route says that it may."""
        asker = await _asker(scope)
        if asker is None:
            await self.app(scope, receive, send)
            return
        held: LaidOut = scope["app"].state.laid_out
        key = _key(scope, asker)
        answer = held.get(key)
        if answer and _is_within_rate(scope, asker):
            try:
                is_current = await _recorded(scope, asker, answer.shown)
            except (SQLAlchemyError, BadInput) as error:
                await store_unavailable(scope["state"]["request_id"], error)(scope, receive, send)
                return
            if is_current:
                scope["route"] = answer.route
                await send(answer.started())
                await send({"type": "http.response.body", "body": answer.body})
                return
            held.clear()
        await self._prepared(key, scope, receive, send)

    async def _prepared(self, key: Hashable, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route prepare the answer, and hold it if it may be given again."""
        sent: list[Message] = []

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent.append({**message, "headers": list(message["headers"])})  # the outer layers add to the message
            else:
                sent.append(message)
            await send(message)

        await self.app(scope, receive, send_on)
        shown: Shown | None = scope["state"].get("shown")
        if shown and len(sent) == 2 and sent[0]["status"] in _HELD:
            answer = Answer(shown, scope["route"], sent[0], sent[1].get("body", b""))
            scope["app"].state.laid_out.add(key, answer)


async def _asker(scope: Scope) -> Identity | None:
    """Who asks the API for an answer that may be held; None for any other request. The route need not ask again."""
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/v1/"):
        return None
    scheme, token = get_authorization_scheme_param(Headers(scope=scope).get("Authorization"))
    if scheme.lower() != "bearer":
        return None
    try:
        asker: Identity = await scope["app"].state.issuer.identify(token)
    except (InvalidToken, IssuerUnavailable, SQLAlchemyError, BadInput):
        return None
    scope["state"]["asker"] = asker
    return asker


def _key(scope: Scope, asker: Identity) -> Hashable:
    """What an answer depends on, besides what the store shows."""
    asked = tuple((name, value) for name, value in scope["headers"] if name in _HEADERS)
    acknowledged = version_of(scope["app"].state.settings.acknowledgements)
    person = asker.person if any(asker.has(role) for role in ABOUT_A_PERSON) else None
    return (scope["path"], scope["query_string"], asked, asker.roles, person, asker.scope, _today(), acknowledged)


def _today() -> date:
    return datetime.now(UTC).date()


def _is_within_rate(scope: Scope, asker: Identity) -> bool:
    """Count the request, unless it is refused: then the route counts and refuses it."""
    if scope["app"].state.rates.seconds_to_wait(f"subject {asker.subject}"):
        return False
    scope["state"]["is_counted"] = True
    return True


async def _recorded(scope: Scope, asker: Identity, shown: Shown) -> bool:
    """Store the audit rows of an answer that is given again; False, and none is stored, if it is no longer current."""
    now, request_id = datetime.now(UTC), scope["state"]["request_id"]
    rows = [replace(row, at=now, request_id=request_id, who=asker.subject) for row in shown.rows]
    turn = Turn(rows, shown.mark)
    state = scope["app"].state
    await state.group_commit.append(turn)
    if turn.is_stored:
        state.metrics.count_audit_rows(rows[0].result, len(rows), len([row for row in rows if row.whom]))
    return turn.is_stored
