"""The audit as a dependency: an answer is released only once its audit row is written; a refusal is recorded too."""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from features.contract.ids import MOST_CHARACTERS
from features.errors import BadInput
from pipeline.identity.tokens import Identity, Role
from pipeline.store.audit.audit import AuditEntry, Link, append
from pipeline.store.operations.halts import HaltEvent, current_halt
from pipeline.store.operations.revision import mark_of
from pipeline.store.reading import PublishedScores
from pipeline.store.store import Store
from serving.access.auth import Asker
from serving.access.halting import FRESH_SECONDS, HALTED, Shows, refusal
from serving.access.laid_out import Shown
from serving.http.logs import LOG
from serving.http.metrics import Metrics
from serving.http.problems import Refusal

RELEASED: Final = "released"
_RESULTS: Final = {403: "refused", 404: "not found", 406: "invalid", 422: "invalid"}


class Trail:
    """The audit of one request. The asker and the route are known from the start; the rest is added later."""

    def __init__(self, store: Store, asker: Identity, request: Request) -> None:
        self._store = store
        self._request = request
        self._keeps_groups: bool = request.app.state.settings.halt_keeps_groups
        self._metrics: Metrics = request.app.state.metrics
        self._asker = asker
        self._request_id: str = request.state.request_id
        self._what = f"{request.method} {request.scope['route'].path}"
        asked_about = request.path_params.get("employee_id")
        self._asked_about = _storable(asked_about) if asked_about else None
        self.role: Role = asker.roles[0]
        """Under which the answer is given, where the asker has several. The permission and the route set it."""
        self.purpose: str | None = None
        self.source: str | None = None
        """Of the people named; by default the current source. A route that reads another one sets it."""
        self.is_recorded = False

    @contextmanager
    def release(self, shows: Shows = Shows.PEOPLE) -> Iterator["Release"]:
        """Read the data and build the answer inside this block; it is sent only after its audit rows are written.

        Raises 503 while the system is halted, unless the answer `shows` what a halt does not stop. `Release.names`
        takes the people whom the answer names. The rows are written after reading, because a long
        answer would otherwise block all others. That is safe, because published data never changes.
        """
        started = time.monotonic()
        with self._store.reading(self._asker.scope) as scores:
            self._require_running(scores.connection, shows)
            self._note_source(scores)
            release = Release(scores)
            yield release
            mark = mark_of(scores.connection) if release.may_repeat else None
        started = self._require_still_running(started, shows)
        named = release.named or [self._asked_about]
        rows = [self._entry(RELEASED, whom) for whom in dict.fromkeys(named)]
        self._store.append_audit(rows)
        self._require_still_running(started, shows)  # on SQLite the rows may have waited while a month was published
        self._metrics.count_audit_rows(RELEASED, len(rows), len([row for row in rows if row.whom]))
        if mark:
            self._request.state.shown = Shown(mark, tuple(rows))
        self.is_recorded = True

    def _require_still_running(self, looked_at: float, shows: Shows) -> float:
        """Look at the halt again if that was too long ago; returns when it was last looked at."""
        if time.monotonic() - looked_at <= FRESH_SECONDS:
            return looked_at
        self.require_running(shows)
        return time.monotonic()

    def require_running(self, shows: Shows = Shows.PEOPLE) -> None:
        """Raise 503 if the system is halted and the halt stops what is shown."""
        with self._store.reading() as scores:
            self._require_running(scores.connection, shows)

    @contextmanager
    def change(self, shows: Shows = Shows.PEOPLE, *, is_erasure: bool = False) -> Iterator["Change"]:
        """Change data about a person inside this block, in one transaction with the audit row.

        The block must record what it did with `Change.record`. Raises 503 as `release` does.
        """
        with self._store.erasing() if is_erasure else self._store.changing() as connection:
            self._require_running(connection, shows)
            scores = self._store.scores_on(connection, self._asker.scope)
            self._note_source(scores)
            change = Change(connection, scores, self._entry)
            yield change
            if not change.is_recorded:
                raise RuntimeError("a change without an audit row")
        self._metrics.count_audit_rows("changed", 1, 0)
        self.is_recorded = True

    def announcing(self, event: HaltEvent) -> AbstractContextManager[None]:
        """Change the stop button inside this block (`Store.announcing`)."""
        return self._store.announcing(event)

    def record_refusal(self, error: Exception) -> None:
        """Record that nothing was released, and why."""
        result = _result(error)
        self._store.append_audit([self._entry(result, self._asked_about)])
        self._metrics.count_audit_rows(result, 1, 0)

    def _require_running(self, connection: Connection, shows: Shows) -> None:
        event = self._request.state.halt = current_halt(connection)
        if event and shows.is_stopped(self._keeps_groups):
            raise refusal(event)

    def _note_source(self, scores: PublishedScores) -> None:
        served = scores.current()
        self.source = served.source if served else None
        if served and (unknown := scores.unknown_scope(served)):
            kinds = ", ".join(f"{kind} {number}" for kind, number in unknown.items())
            LOG.warning("request %s: values of the scope that no post has: %s", self._request_id, kinds)

    def _entry(self, result: str, whom: str | None) -> AuditEntry:
        return AuditEntry(
            at=datetime.now(UTC),
            request_id=self._request_id,
            who=self._asker.subject,
            role=self.role,
            what=self._what,
            whom=whom,
            purpose=self.purpose,
            result=result,
            source=self.source if whom else None,
        )


class Release:
    """One answer in preparation: the scores that it can read, and the people whom it names."""

    def __init__(self, scores: PublishedScores) -> None:
        self.scores = scores
        self.named: list[str | None] = []
        self.may_repeat = False
        """Whether the answer depends on nothing but what `serving.access.laid_out` compares. The route sets it."""

    def names(self, employee_ids: Sequence[str]) -> None:
        """Add people whom the answer names."""
        self.named.extend(employee_ids)


class Change:
    """A change in preparation, in one transaction with its audit row."""

    def __init__(
        self, connection: Connection, scores: PublishedScores, entry: Callable[[str, str | None], AuditEntry]
    ) -> None:
        self.connection = connection
        self.scores = scores
        self.is_recorded = False
        self._entry = entry

    def record(self, result: str, employee_id: str | None) -> Link:
        """Record what was done, and about whom, if about a person; returns the row's position in the audit's chain."""
        self.is_recorded = True
        return append(self.connection, [self._entry(result, employee_id)])


async def audited(request: Request, asker: Asker) -> AsyncIterator[Trail]:
    """A trail for the request. An answer without an audit row is not sent: that is a fault of the route."""
    trail = Trail(request.app.state.store, asker, request)
    try:
        yield trail
    except (SQLAlchemyError, BadInput):
        raise  # the store failed, so it cannot record this; the log does
    except Exception as error:
        await run_in_threadpool(trail.record_refusal, error)
        raise
    if not trail.is_recorded:
        raise RuntimeError("a route answered without an audit row")


Audit = Annotated[Trail, Depends(audited, scope="function")]
"""The request's trail, which closes before the answer is sent."""


def _result(error: Exception) -> str:
    if isinstance(error, RequestValidationError):
        return _RESULTS[422]
    if isinstance(error, Refusal) and error.kind == HALTED:
        return _RESULTS[403]
    return _RESULTS.get(error.status_code, "failed") if isinstance(error, HTTPException) else "failed"


def _storable(asked_about: str) -> str:
    """An id from a path, shortened and without NUL, which PostgreSQL does not store."""
    return asked_about[:MOST_CHARACTERS].replace("\x00", "�")
