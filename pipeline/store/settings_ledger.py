"""The ledger of settings: each change of what is in force is one row, so that it can be shown later what held when.

The server compares its settings with the last recorded ones when it starts, and each command that scores, lists, mails
or decides about models does. Both have a history of their own, since a setting comes into force where it is read.
Secrets and addresses are never recorded: of a secret only whether it is set; of an address or a path also that it
changed. Rows are added and never changed; the database refuses anything else.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Connection, insert, make_url, select, text

from pipeline.settings import Settings
from pipeline.settings_file import may_hold_secret, may_name_people
from pipeline.store.operations.tables import SETTINGS_LEDGER
from pipeline.store.store import Store

Program = Literal["server", "commands"]
IS_SET: Final = "(set)"
"""Recorded in place of a secret, an address or a path."""

NOT_RECORDED: Final = frozenset({"var"})
"""The folder with the store itself: a relative path to it differs from command to command."""

MOST_CHANGES: Final = 200

_LOCK: Final = 7_265_751
"""Number of the PostgreSQL advisory lock of those who record; any constant will do. SQLite has one writer at a time."""


@dataclass(frozen=True)
class Value:
    """A setting in force: what may be shown of it, and what a change is noticed by if that is not all of it."""

    shown: Any
    hidden: str | None = None


@dataclass(frozen=True)
class SettingChange:
    """A change of a setting. `is_first`: the value that was found when it was first recorded; `before` is unknown."""

    at: datetime
    program: Program
    command: str
    setting: str
    before: Any
    after: Any
    is_first: bool

    @property
    def is_hidden(self) -> bool:
        """Whether the values differ and neither is shown."""
        return not self.is_first and self.before == self.after


def values_of(settings: Settings) -> dict[str, Value]:
    """Every setting in force, by name, without secrets, addresses and paths."""
    fields, shown = type(settings).model_fields, json.loads(settings.model_dump_json(warnings=False))
    return {name: _value(shown[name], field) for name, field in fields.items() if name not in NOT_RECORDED}


def _value(value: Any, field: Any) -> Value:
    if may_hold_secret(field):
        return Value(IS_SET if value else None)
    if may_name_people(field):
        return Value(IS_SET, str(value)) if value else Value(None)
    return Value(value)


def record(store: Store, settings: Settings, program: Program, command: str) -> int:
    """Record what changed since the last record of the program; returns the number of changes."""
    values = values_of(settings)
    with store.reading() as scores:
        if not any(_changes(scores.connection, values, program)):
            return 0
    with store.changing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        rows = [
            {"at": datetime.now(UTC), "program": program, "command": command, "mark": _mark(values[row["setting"]])}
            | row
            for row in _changes(connection, values, program)
        ]
        if rows:
            connection.execute(insert(SETTINGS_LEDGER), rows)
        return len(rows)


@contextmanager
def on_record(settings: Settings, command: str) -> Iterator[None]:
    """Around the job of a command: what changed is recorded before it, or after it if the job makes the store."""
    was_there = _is_there(settings)
    if was_there:
        record_command(settings, command)
    yield
    if not was_there and _is_there(settings):
        record_command(settings, command)


def record_command(settings: Settings, command: str) -> None:
    """Record what changed since the last command."""
    with closing(Store.of(settings)) as store:
        record(store, settings, "commands", f"retention {command}")


def changes(connection: Connection) -> list[SettingChange]:
    """The latest changes, newest first, without the values that were found first."""
    query = select(*_COLUMNS).where(SETTINGS_LEDGER.c.is_first.is_(False))
    rows = connection.execute(query.order_by(SETTINGS_LEDGER.c.id.desc()).limit(MOST_CHANGES))
    return [SettingChange(*row) for row in rows]


def recorded_since(connection: Connection) -> datetime | None:
    """When settings were first recorded; None before that."""
    at: datetime | None = connection.execute(select(SETTINGS_LEDGER.c.at).order_by(SETTINGS_LEDGER.c.id)).scalar()
    return at


_COLUMNS: Final = [SETTINGS_LEDGER.c[name] for name in SettingChange.__dataclass_fields__]


def _changes(connection: Connection, values: Mapping[str, Value], program: Program) -> Iterator[dict[str, Any]]:
    """The settings whose value is not the last recorded one, with both."""
    last = _last(connection, program)
    for name, value in values.items():
        row = last.get(name)
        if row is None:
            yield {"setting": name, "before": None, "after": value.shown, "is_first": True}
        elif row.after != value.shown or not _is_marked(row.mark, value):
            yield {"setting": name, "before": row.after, "after": value.shown, "is_first": False}


def _last(connection: Connection, program: Program) -> dict[str, Any]:
    rows: Sequence[Any] = connection.execute(
        select(SETTINGS_LEDGER.c.setting, SETTINGS_LEDGER.c.after, SETTINGS_LEDGER.c.mark)
        .where(SETTINGS_LEDGER.c.program == program)
        .order_by(SETTINGS_LEDGER.c.id)
    ).all()
    return {row.setting: row for row in rows}


def _mark(value: Value, salt: str = "") -> str | None:
    """A salted hash, slow to guess from."""
    if value.hidden is None:
        return None
    salt = salt or secrets.token_hex(8)
    return f"{salt}:{hashlib.scrypt(value.hidden.encode(), salt=salt.encode(), n=2**12, r=8, p=1).hex()}"


def _is_marked(mark: str | None, value: Value) -> bool:
    if mark is None or value.hidden is None:
        return mark is None and value.hidden is None
    return hmac.compare_digest(mark, _mark(value, mark.partition(":")[0]) or "")


def _is_there(settings: Settings) -> bool:
    """Whether there is a store already: a command that fails makes none."""
    url = make_url(settings.store_url)
    return not url.drivername.startswith("sqlite") or Path(url.database or "").exists()
