"""The settings in force and the advice about them, as lines of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from features.errors import counted
from pipeline.deployment import Advice
from pipeline.faults import without_secrets
from pipeline.settings import Settings
from pipeline.settings_file import may_hold_secret, origins
from pipeline.store.settings_ledger import SettingChange


@dataclass(frozen=True)
class SettingRow:
    """A setting: its name in the file, its value without secrets, and where it comes from."""

    name: str
    value: Any
    origin: str
    where: str


def rows_of(settings: Settings) -> list[SettingRow]:
    """Every setting, by name."""
    found = origins(type(settings), settings.var)
    return [SettingRow(name, _shown(settings, name), found[name].kind, found[name].where) for name in sorted(found)]


def lines_of(rows: Sequence[SettingRow]) -> list[str]:
    """A line for each setting, as TOML would write it, with its origin behind it."""
    return [f"{row.name} = {_text(row.value)}  # {' '.join(filter(None, (row.origin, row.where)))}" for row in rows]


def advice_lines(found: Sequence[Advice]) -> list[str]:
    """A line for each error and warning, errors first, and their number."""
    ordered = sorted(found, key=lambda each: not each.is_error)
    lines = [f"{'error' if each.is_error else 'warning'}: {each.finding}" for each in ordered]
    errors = sum(each.is_error for each in found)
    return [*lines, f"{counted(errors, 'error')}, {counted(len(found) - errors, 'warning')}"]


def change_lines(found: Sequence[SettingChange], since: datetime | None) -> list[str]:
    """A line for each change, newest first, and since when changes are recorded."""
    lines = [f"{each.at:%Y-%m-%d %H:%M} UTC  {each.setting}: {change_text(each)}  # {each.command}" for each in found]
    if since is None:
        return ["Nothing is recorded yet: the next start of the server, or the next `retention score`, begins."]
    return [*lines, f"{counted(len(found), 'change')} since {since:%Y-%m-%d %H:%M} UTC"]


def change_text(change: SettingChange) -> str:
    """`3 to 4`; `changed` where neither value is recorded."""
    return "changed" if change.is_hidden else f"{_text(change.before)} to {_text(change.after)}"


def _shown(settings: Settings, name: str) -> Any:
    value = getattr(settings, name)
    if isinstance(value, SecretStr):
        return "(set)" if value.get_secret_value() else None
    if may_hold_secret(type(settings).model_fields[name]):
        return without_secrets(value) if value else ""
    return settings.model_dump(mode="json", include={name})[name]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return '""' if value is None else f'"{value}"' if isinstance(value, str) else str(value)
