"""Audit rows from many threads: one write to the disk stores the rows of all waiting threads."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Connection

from pipeline.store.audit import audit
from pipeline.store.audit.audit import AuditEntry


@dataclass
class Turn:
    """Entries that wait to be stored, and the outcome. With a `mark`, they are stored only while that is the store's
    mark (`operations.revision`) and the system is not halted.
    """

    entries: Sequence[AuditEntry]
    mark: str | None = None
    is_over: bool = False
    is_stored: bool = False
    failure: Exception | None = None


@dataclass
class AuditQueue:
    """Stores entries in transactions that `begin` opens. The thread that writes holds `writing`.

    `current_mark` reads the store's mark; None while the system is halted.
    """

    begin: Callable[[], AbstractContextManager[Connection]]
    current_mark: Callable[[Connection], str | None]
    writing: Lock = field(default_factory=Lock)
    _queueing: Lock = field(default_factory=Lock)
    _waiting: list[Turn] = field(default_factory=list)

    def append(self, entries: Sequence[AuditEntry]) -> None:
        """Store entries. Raises the database's error for these entries, never for those of another thread."""
        turn = Turn(entries)
        self.append_all([turn])
        if turn.failure:
            raise turn.failure

    def append_all(self, turns: Sequence[Turn]) -> None:
        """Store the entries of several turns, and note the outcome of each.

        The thread that gets the lock stores the entries of all waiting threads, so one write to the disk serves all.
        """
        with self._queueing:
            self._waiting.extend(turns)
        with self.writing:  # a fair queue: with SQLite's own waiting, some threads starve for seconds
            if not all(turn.is_over for turn in turns):
                self._store_waiting()

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

    def _store_one_by_one(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            try:
                self._store([turn])
            except Exception as failure:
                turn.failure = failure

    def _store(self, turns: Sequence[Turn]) -> None:
        with self.begin() as connection:
            audit.take_turns(connection)  # first: a change that is being committed must show in the mark
            mark = self.current_mark(connection) if any(turn.mark for turn in turns) else None
            current = [turn for turn in turns if turn.mark in (None, mark)]
            if entries := [entry for turn in current for entry in turn.entries]:
                audit.add(connection, entries)
        for turn in current:
            turn.is_stored = True
