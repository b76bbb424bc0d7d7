"""The settings in one file, `retention.toml`: its keys are the names of the settings, and the environment is above it.

Secrets stay out of it: the environment has them, or names a file that holds one (`RETENTION_SMTP_PASSWORD_FILE`). A key
that no setting has is an error.
"""

import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, JsonValue, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from features.errors import BadInput, Finding

PREFIX: Final = "RETENTION_"
FILE_NAME: Final = "retention.toml"
FILE_VARIABLE: Final = "RETENTION_SETTINGS"
EVERY_SETTING: Final = "serving.settings:ServerSettings"
"""The class with the settings of jobs and server, by name, because `pipeline` must not import `serving`."""

HOLDS_PASSWORD: Final[dict[str, JsonValue]] = {"holds_password": True}
"""Marks a setting, other than a SecretStr, whose value may contain a password."""

NAMES_PEOPLE: Final[dict[str, JsonValue]] = {"names_people": True}
"""Marks a setting whose value may be a person's address: of a change it is recorded that there was one, no value."""

Fields = Mapping[str, FieldInfo]


@dataclass(frozen=True)
class Origin:
    """Where a setting comes from; `where` is the variable or the file, empty for a default."""

    kind: Literal["default", "file", "environment"]
    where: str = ""


class SettingsFile(PydanticBaseSettingsSource):
    """The source of settings below the environment."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: `__call__` reads all settings at once."""
        raise NotImplementedError

    def __call__(self) -> dict[str, Any]:
        """The values that neither the caller nor the environment gives. Raises BadInput for an invalid file."""
        fields, above = self.settings_cls.model_fields, self.current_state
        path = path_of(Path(str(above.get("var", fields["var"].default))))
        table = table_of(path)
        _require_valid(path, table, fields)
        given = {name: value for name, value in table.items() if name in fields}
        given |= _secrets_in_files(table, fields)
        keyed = {_key_of(name, fields[name]): value for name, value in given.items()}
        return {key: value for key, value in keyed.items() if key not in above}  # a table is replaced, not merged


def path_of(var: Path) -> Path:
    """The file that `RETENTION_SETTINGS` names, else the one under the state folder, which need not exist."""
    named = os.environ.get(FILE_VARIABLE)
    if named and not Path(named).is_file():
        raise BadInput(Finding("there is no such file", "environment", FILE_VARIABLE, remedy="Correct or unset it."))
    return Path(named) if named else var / FILE_NAME


def table_of(path: Path) -> dict[str, Any]:
    """The content of the file; empty if there is none. Raises BadInput for one that cannot be read."""
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        place = f", at {str(error).rpartition('(at ')[2].rstrip(')')}" if "(at " in str(error) else ""
        remedy = 'Write it in UTF-8 as lines such as list_capacity = 3 or language = "ru".'
        raise BadInput(Finding(f"not TOML{place}", str(path), remedy=remedy)) from None
    except OSError:
        remedy = "Let the account of the program read it."
        raise BadInput(Finding("it cannot be read", str(path), remedy=remedy)) from None


def variable_of(name: str, fields: Fields) -> str:
    """The variable of a setting."""
    alias = fields[name].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"{PREFIX}{name.upper()}"


def is_secret(field: FieldInfo) -> bool:
    """Whether a setting is a secret, which no file of settings holds and nothing shows."""
    return "SecretStr" in str(field.annotation) or field.annotation is SecretStr


def may_hold_secret(field: FieldInfo) -> bool:
    """Whether a setting is a secret, or may contain one."""
    return is_secret(field) or field.json_schema_extra == HOLDS_PASSWORD


def may_name_people(field: FieldInfo) -> bool:
    """Whether a setting may hold an address, or is a path of this machine, which nobody else needs to see."""
    return field.json_schema_extra == NAMES_PEOPLE or "Path" in str(field.annotation)


def origins(settings_class: type[BaseSettings], var: Path) -> dict[str, Origin]:
    """Where each setting comes from."""
    path, fields = path_of(var), settings_class.model_fields
    table = table_of(path)
    return {name: origin_of(name, fields, path, table) for name in fields}


def origin_of(name: str, fields: Fields, path: Path, table: Mapping[str, Any]) -> Origin:
    """Where one setting comes from: the environment, a file that it or the settings file names, or its default."""
    variable, environment = variable_of(name, fields), {each.upper() for each in os.environ}
    variables = [variable, f"{variable}_FILE"] if may_hold_secret(fields[name]) else [variable]
    if used := next((each for each in variables if each in environment), None):
        return Origin("environment", used)
    is_there = name in table or (may_hold_secret(fields[name]) and f"{name}_file" in table)
    return Origin("file", str(path)) if is_there else Origin("default")


def nearest(name: str, known: Collection[str]) -> str:
    """The known name that is spelt most like it; empty if none is."""
    return next(iter(get_close_matches(name, known, 1, 0.6)), "")


def _key_of(name: str, field: FieldInfo) -> str:
    """The key under which the class takes the setting."""
    return str(field.validation_alias.choices[0]) if isinstance(field.validation_alias, AliasChoices) else name


def _require_valid(path: Path, table: Mapping[str, Any], fields: Fields) -> None:
    """Raise BadInput with every unknown key, every secret, and a state folder that its own file would move."""
    every: Fields = resolve_name(EVERY_SETTING).model_fields if table.keys() - fields.keys() else fields
    secret_files = {f"{name}_file" for name, field in every.items() if may_hold_secret(field)}
    known = every.keys() | secret_files
    findings = [_unknown(path, key, known) for key in table if key not in known]
    ours = [(key, value) for key, value in table.items() if key in every]
    findings += [_secret(path, key, every) for key, value in ours if _shows(value, every[key])]
    if "var" in table and FILE_VARIABLE not in os.environ:
        remedy = f"Set RETENTION_VAR, or name the file by {FILE_VARIABLE}."
        findings.append(Finding("the file is looked for in the folder that it would move", str(path), "var", 0, remedy))
    if findings:
        raise BadInput(findings)


def _unknown(path: Path, key: str, known: Collection[str]) -> Finding:
    similar = nearest(key, known)
    remedy = f"Did you mean {similar}?" if similar else "Remove it; `retention settings` shows every name."
    return Finding("unknown setting", str(path), key, 0, remedy)


def _shows(value: Any, field: FieldInfo) -> bool:
    return is_secret(field) or (field.json_schema_extra == HOLDS_PASSWORD and _has_password(str(value)))


def _secret(path: Path, key: str, fields: Fields) -> Finding:
    variable = variable_of(key, fields)
    remedy = f"Set {variable}, or let {variable}_FILE or {key}_file name a file that holds it alone."
    return Finding("a secret in the settings file", str(path), key, 0, remedy)


def _has_password(url: str) -> bool:
    try:
        return urlsplit(url).password is not None
    except ValueError:  # a password with brackets in it
        return "@" in url


def _secrets_in_files(table: Mapping[str, Any], fields: Fields) -> dict[str, str]:
    """The content of the files that the environment or the settings file names, without the line's end."""
    secrets: dict[str, str] = {}
    findings = []
    for name in (name for name, field in fields.items() if may_hold_secret(field)):
        variable = f"{variable_of(name, fields)}_FILE"
        named = os.environ.get(variable) or table.get(f"{name}_file")
        if not named:
            continue
        try:
            secrets[name] = Path(str(named)).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            remedy = "Name a file in UTF-8 that the account of the program can read."
            findings.append(Finding("the file of a secret cannot be read", "settings", variable, 0, remedy))
    if findings:
        raise BadInput(findings)
    return secrets
