"""Audit rows of many threads at once: one write to the disk keeps all that wait."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Connection

from pipeline.store import audit
from pipeline.store.audit import AuditEntry


@dataclass
class _Turn:
    """Entries that wait to be kept, and what came of it."""

    entries: Sequence[AuditEntry]
    is_over: bool = False
    failure: Exception | None = None


@dataclass
class AuditQueue:
    """Keeps entries in transactions that `begin` opens. `writing` is held by whoever writes."""

    begin: Callable[[], AbstractContextManager[Connection]]
    writing: Lock = field(default_factory=Lock)
    _queueing: Lock = field(default_factory=Lock)
    _waiting: list[_Turn] = field(default_factory=list)

    def append(self, entries: Sequence[AuditEntry]) -> None:
        """Keep entries; raises what the database said of these, never of another's.

        Whoever gets the lock keeps what all the others are waiting with, so one write to the disk serves them all.
        """
        turn = _Turn(entries)
        with self._queueing:
            self._waiting.append(turn)
        with self.writing:  # in line here, for SQLite's own waiting is a lottery that some threads lose for seconds
            if not turn.is_over:
                self._keep_waiting()
        if turn.failure:
            raise turn.failure

    def _keep_waiting(self) -> None:
        with self._queueing:
            turns, self._waiting = self._waiting, []
        try:
            self._keep(turns)
        except Exception as failure:
            if len(turns) == 1:
                turns[0].failure = failure
            else:
                self._keep_one_by_one(turns)  # what the store does not take of one must not cost the others theirs
        for turn in turns:
            turn.is_over = True

    def _keep_one_by_one(self, turns: Sequence[_Turn]) -> None:
        for turn in turns:
            try:
                self._keep([turn])
            except Exception as failure:
                turn.failure = failure

    def _keep(self, turns: Sequence[_Turn]) -> None:
        with self.begin() as connection:
            audit.add(connection, [entry for turn in turns for entry in turn.entries])
