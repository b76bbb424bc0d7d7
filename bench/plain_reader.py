"""The least that a server of these answers can do: read the bytes of a risk by the person's id, and send them.

No token, permission, purpose, language or audit. Only the bench uses it, beside the server that has them all.
"""

import json
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any, Final

FOLDER_VARIABLE: Final = "PLAIN_READER_FOLDER"
_FILE: Final = "plain.db"
_HEADERS: Final = [(b"content-type", b"application/json")]

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


def write_answers(folder: Path, answers: Iterable[tuple[str, bytes]]) -> None:
    """Store people's answers in an SQLite file like that of the store."""
    with sqlite3.connect(folder / _FILE) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE answer (employee_id TEXT PRIMARY KEY, body BLOB NOT NULL)")
        connection.executemany("INSERT INTO answer VALUES (?, ?)", answers)
    connection.close()


def plain_app() -> App:
    """The reader, over the file in the folder that the environment names."""
    connection = sqlite3.connect(Path(os.environ[FOLDER_VARIABLE], _FILE))

    async def app(scope: Message, receive: Any, send: Callable[[Message], Awaitable[None]]) -> None:
        if scope["type"] != "http":
            return
        employee_id = scope["path"].split("/")[3]
        row = connection.execute("SELECT body FROM answer WHERE employee_id = ?", (employee_id,)).fetchone()
        await send({"type": "http.response.start", "status": 200 if row else 404, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": row[0] if row else json.dumps(None).encode()})

    return app
