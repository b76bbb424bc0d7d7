"""Audit rows from many threads: one write to the disk stores the rows of all waiting threads."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Connection

from pipeline.store.audit import audit
from pipeline.store.audit.audit import AuditEntry


@dataclass
class _Turn:
    """Entries that wait to be stored, and the outcome."""

    entries: Sequence[AuditEntry]
    is_over: bool = False
    failure: Exception | None = None


@dataclass
class AuditQueue:
    """Stores entries in transactions that `begin` opens. The thread that writes holds `writing`."""

    begin: Callable[[], AbstractContextManager[Connection]]
    writing: Lock = field(default_factory=Lock)
    _queueing: Lock = field(default_factory=Lock)
    _waiting: list[_Turn] = field(default_factory=list)

    def append(self, entries: Sequence[AuditEntry]) -> None:
        """Store entries. Raises the database's error for these entries, never for those of another thread.

        The thread that gets the lock stores the entries of all waiting threads, so one write to the disk serves all.
        """
        turn = _Turn(entries)
        with self._queueing:
            self._waiting.append(turn)
        with self.writing:  # a fair queue: with SQLite's own waiting, some threads starve for seconds
            if not turn.is_over:
                self._store_waiting()
        if turn.failure:
            raise turn.failure

    def _store_waiting(self) -> None:
        with self._queueing:
            turns, self._waiting = self._waiting, []
        try:
            self._store(turns)
        except Exception as failure:
            if len(turns) == 1:
                turns[0].failure = failure
            else:
                self._store_one_by_one(turns)  # one thread's bad entry must not fail the others
        for turn in turns:
            turn.is_over = True

    def _store_one_by_one(self, turns: Sequence[_Turn]) -> None:
        for turn in turns:
            try:
                self._store([turn])
            except Exception as failure:
                turn.failure = failure

    def _store(self, turns: Sequence[_Turn]) -> None:
        with self.begin() as connection:
            audit.add(connection, [entry for turn in turns for entry in turn.entries])
