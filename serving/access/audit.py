"""The audit as a dependency: an answer is released only if its audit row is kept; a refusal leaves one too."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from features.errors import BadInput
from pipeline.identity.tokens import Identity
from pipeline.store.audit import AuditEntry, Link, append
from pipeline.store.reading import PublishedScores
from pipeline.store.store import Store
from serving.access.auth import Asker
from serving.http.metrics import Metrics

RELEASED: Final = "released"
_RESULTS: Final = {403: "refused", 404: "not found", 406: "invalid", 422: "invalid"}
_LONGEST_WHOM: Final = 200


class Trail:
    """What the audit will say of this request: who and what are known from the start, the rest as it comes."""

    def __init__(self, store: Store, asker: Identity, request: Request) -> None:
        self._store = store
        self._metrics: Metrics = request.app.state.metrics
        self._asker = asker
        self._request_id: str = request.state.request_id
        self._what = f"{request.method} {request.scope['route'].path}"
        asked_about = request.path_params.get("employee_id")
        self._asked_about = _storable(asked_about) if asked_about else None
        self.purpose: str | None = None
        self.is_kept = False

    @contextmanager
    def release(self) -> Iterator["Release"]:
        """Read and write out the answer inside this block; it leaves only after its audit rows are kept.

        Whom the answer names goes into `Release.names`. The rows are not written while reading, for a long answer
        would keep everybody else's from being released; what is published never changes, so nothing comes between.
        """
        with self._store.reading() as scores:
            release = Release(scores)
            yield release
        named = release.named or [self._asked_about]
        rows = [self._entry(RELEASED, whom) for whom in dict.fromkeys(named)]
        self._store.append_audit(rows)
        self._metrics.kept(RELEASED, len(rows), len([row for row in rows if row.whom]))
        self.is_kept = True

    @contextmanager
    def change(self) -> Iterator["Change"]:
        """Change something of a person inside this block: the change and its audit row are kept together or not at all.

        The block must say what it did by `Change.did`.
        """
        with self._store.changing() as connection:
            change = Change(connection, self._entry)
            yield change
            if not change.is_told:
                raise RuntimeError("a change without an audit row")
        self._metrics.kept("changed", 1, 0)
        self.is_kept = True

    def keep_refusal(self, error: Exception) -> None:
        """Keep that nothing was released, and why."""
        result = _result(error)
        self._store.append_audit([self._entry(result, self._asked_about)])
        self._metrics.kept(result, 1, 0)

    def _entry(self, result: str, whom: str | None) -> AuditEntry:
        return AuditEntry(
            at=datetime.now(UTC),
            request_id=self._request_id,
            who=self._asker.subject,
            role=self._asker.role,
            what=self._what,
            whom=whom,
            purpose=self.purpose,
            result=result,
        )


class Release:
    """One answer under way: what may be read for it, and whom it names."""

    def __init__(self, scores: PublishedScores) -> None:
        self.scores = scores
        self.named: list[str | None] = []

    def names(self, employee_ids: Sequence[str]) -> None:
        """Say whom the answer names."""
        self.named.extend(employee_ids)


class Change:
    """A change under way, in one transaction with what the audit says of it."""

    def __init__(self, connection: Connection, entry: Callable[[str, str | None], AuditEntry]) -> None:
        self.connection = connection
        self.scores = PublishedScores(connection)
        self.is_told = False
        self._entry = entry

    def did(self, result: str, employee_id: str) -> Link:
        """Say what was done to whom; gives the row's place in the audit's chain."""
        self.is_told = True
        return append(self.connection, [self._entry(result, employee_id)])


async def audited(request: Request, asker: Asker) -> AsyncIterator[Trail]:
    """A trail for the request. An answer that left none is not sent; it is a fault of the route."""
    trail = Trail(request.app.state.store, asker, request)
    try:
        yield trail
    except (SQLAlchemyError, BadInput):
        raise  # the store failed, so the store cannot say so; the log does
    except Exception as error:
        await run_in_threadpool(trail.keep_refusal, error)
        raise
    if not trail.is_kept:
        raise RuntimeError("a route answered without an audit row")


Audit = Annotated[Trail, Depends(audited, scope="function")]
"""The request's trail; it ends before the answer is sent."""


def _result(error: Exception) -> str:
    if isinstance(error, RequestValidationError):
        return _RESULTS[422]
    return _RESULTS.get(error.status_code, "failed") if isinstance(error, HTTPException) else "failed"


def _storable(asked_about: str) -> str:
    """An id from a path may be anything; PostgreSQL takes no NUL."""
    return asked_about[:_LONGEST_WHOM].replace("\x00", "�")
