"""The settings in force and the advice about them, as lines of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from features.errors import counted
from pipeline.deployment import Advice
from pipeline.faults import without_secrets
from pipeline.settings import Settings
from pipeline.settings_file import may_hold_secret, origins


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
