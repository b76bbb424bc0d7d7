"""The notice of a halt beside an SQLite file, which has one writer: a halt must not wait until a month is published.

The notice counts until the ledger (`halts`) has its event, so a file that is left behind means nothing.
"""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine


def notice_file(engine: Engine) -> Path | None:
    """Where the notice of a store lies; None where a halt waits for no other writer, or the file is only read."""
    database = engine.url.database or ""
    is_file = engine.dialect.name == "sqlite" and database and not database.startswith(("file:", ":memory:"))
    return Path(f"{database}.halt") if is_file else None


def read_notice(engine: Engine) -> dict[str, Any] | None:
    """The event in the notice; None without one."""
    path = notice_file(engine)
    if path is None:
        return None
    try:
        return dict(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None


def write_notice(engine: Engine, event: dict[str, Any]) -> None:
    """Write the notice: readers see all of it or nothing, also after a power cut."""
    path = notice_file(engine)
    if path is None:
        return
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False) as file:
        json.dump(event, file)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def remove_notice(engine: Engine) -> None:
    """Remove the notice, whose event is in the ledger."""
    if path := notice_file(engine):
        with suppress(FileNotFoundError):
            path.unlink()
