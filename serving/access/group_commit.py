"""Audit rows of many requests in one transaction: each request waits, without a thread, until its rows are stored."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from pipeline.store.audit.queue import Turn

_Waiting = tuple[Turn, "asyncio.Future[None]"]


class GroupCommit:
    """Stores the rows of all requests that wait while the previous group is being written, in a thread of its own.

    `store` writes them and notes the outcome in each turn. Used in one event loop at a time.
    """

    def __init__(self, store: Callable[[Sequence[Turn]], None]) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, type(self).__name__)
        self._waiting: list[_Waiting] = []
        self._is_writing = False

    async def append(self, turn: Turn) -> None:
        """Return once the turn is over: its rows survive a power cut, or it is not stored. Raises the store's error."""
        over = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, over))
        if not self._is_writing:
            self._write()
        await over
        if turn.failure:
            raise turn.failure

    def close(self) -> None:
        """Write no further rows; a group that is being written is completed."""
        self._thread.shutdown()

    def _write(self) -> None:
        group, self._waiting = self._waiting, []
        self._is_writing = True
        turns = [turn for turn, _ in group]
        writing = asyncio.get_running_loop().run_in_executor(self._thread, self._store, turns)
        writing.add_done_callback(lambda written: self._go_on(group, written))

    def _go_on(self, group: list[_Waiting], written: "asyncio.Future[None]") -> None:
        failure = written.exception()
        for _, over in group:
            if over.done():  # its client has gone
                continue
            if failure:
                over.set_exception(failure)
            else:
                over.set_result(None)
        self._is_writing = False
        if self._waiting:
            self._write()
