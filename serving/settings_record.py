"""Records the settings in force when a server starts, as soon as the store answers."""

from asyncio import CancelledError, Task, create_task, sleep
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from anyio.to_thread import run_sync
from sqlalchemy.exc import SQLAlchemyError

from features.errors import RetentionError
from pipeline.store.settings_ledger import record
from pipeline.store.store import Store
from serving.http.logs import LOG
from serving.settings import ServerSettings

PAUSE_SECONDS: Final = 5
"""Pause between two attempts while the store does not answer."""


@asynccontextmanager
async def recorded(store: Store, settings: ServerSettings) -> AsyncIterator[None]:
    """Beside the block: a store that is down must not keep a server from starting."""
    task: Task[None] = create_task(_record(store, settings))
    try:
        yield
    finally:
        task.cancel()
        with suppress(CancelledError):
            await task


async def _record(store: Store, settings: ServerSettings) -> None:
    is_first_attempt = True
    while True:
        try:
            await run_sync(record, store, settings, "server", "server")
        except (SQLAlchemyError, RetentionError):
            if is_first_attempt:
                LOG.warning("the settings in force are not recorded yet: the store does not answer")
            is_first_attempt = False
            await sleep(PAUSE_SECONDS)
        else:
            return
