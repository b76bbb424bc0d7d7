"""The definition of a source: its folder and its `source.toml`, with every mistake of the file reported at once."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from features.errors import BadInput, Finding
from features.reading.definition.contradictions import contradictions
from features.reading.definition.source_toml import (
    CrossSectionDefinition,
    Database,
    Drafted,
    FileFormats,
    InputFile,
    ItemDefinition,
    OwnFeatures,
    Queries,
    SourceToml,
    SparkTables,
    TextFormat,
)

FILE_NAME: Final = "source.toml"

_SECTIONS: Final[dict[str, type[BaseModel]]] = {
    "": SourceToml,
    "files": FileFormats,
    "files.*": TextFormat,
    "inputs.*": InputFile,
    "tables": Queries,
    "database": Database,
    "spark": SparkTables,
    "spark.tables": Queries,
    "cross_section": CrossSectionDefinition,
    "surveys.*": ItemDefinition,
    "measures.*": ItemDefinition,
    "competencies.*": ItemDefinition,
    "draft": Drafted,
    "features": OwnFeatures,
}


@dataclass(frozen=True)
class SourceDefinition:
    """A source's folder and the settings of its `source.toml`, or the defaults where there is none."""

    folder: Path
    settings: SourceToml
    text: str = ""

    @property
    def name(self) -> str:
        """The declared name, or the folder's, in which a character that cannot be shown is an underscore."""
        return self.settings.name or "".join(each if each.isprintable() else "_" for each in self.folder.name)

    @property
    def queries(self) -> dict[str, str]:
        """SQL by table; empty when the files of the folder are the tables."""
        return self.settings.tables.model_dump(exclude_none=True) if self.settings.tables else {}

    @property
    def spark_queries(self) -> dict[str, str]:
        """SQL by table, of the tables that Spark reads."""
        return self.settings.spark.tables.model_dump(exclude_none=True) if self.settings.spark else {}

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the views that [inputs] and [database.read] declare."""
        read = self.settings.database.read if self.settings.database else {}
        return (*self.settings.inputs, *read)

    def text_format(self, table: str) -> TextFormat:
        """The format of the text in a table's file."""
        general = self.settings.files or FileFormats()
        own: TextFormat = getattr(general, table)
        return own.over(general)

    def line_of(self, section: str, key: str, offset: int = 0) -> int:
        """The line of `source.toml` that holds the character `offset` of a query; 0 where it is unknown."""
        header = re.search(rf"^[ \t]*\[[ \t]*{re.escape(section)}[ \t]*\].*$", self.text, re.MULTILINE)
        start = header.end() if header else len(self.text)
        match = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=[ \t]*", re.MULTILINE).search(self.text, start)
        if not match:
            return 0
        line, value = self.text.count("\n", 0, match.end()) + 1, self.text[match.end() :]
        if not value.startswith(('"""', "'''")):
            return line
        opening_line_is_empty = value[3:].startswith(("\n", "\r\n"))
        table: Any = self.settings
        for part in (*section.split("."), key):
            table = table[part] if isinstance(table, dict) else getattr(table, part)
        query: str = table
        return line + int(opening_line_is_empty) + query.count("\n", 0, offset)


def read_definition(source: Path) -> SourceDefinition:
    """The definition of a source, which is a folder or a `source.toml`.

    Raises BadInput with every mistake of the file: its syntax (with the line), unknown keys (with the nearest known
    one), wrong types, and keys that contradict one another.
    """
    folder, file = _locate(source)
    if file is None:
        return SourceDefinition(folder, SourceToml())
    text = _read_text(file)
    settings = valid_settings(_parse(text))
    if unanswered := _unanswered(settings):
        raise BadInput(unanswered)
    if wrong := contradictions(settings, FILE_NAME):
        raise BadInput(wrong)
    return SourceDefinition(folder, settings, text)


def valid_settings(document: dict[str, Any]) -> SourceToml:
    """The settings of a document. Raises BadInput with every unknown key and wrong type."""
    try:
        return SourceToml.model_validate(document)
    except ValidationError as invalid:
        raise BadInput([_finding(error) for error in invalid.errors()]) from None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean 'employees'? `, or an empty string where no known word is close. Not case-sensitive."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f"Did you mean '{by_lower[near[0]]}'? " if near else ""


def _locate(source: Path) -> tuple[Path, Path | None]:
    if not source.exists():
        raise BadInput(Finding("the source does not exist", source.name, "", 0, "Name a folder or a source.toml"))
    if source.is_file():
        if source.suffix != ".toml":
            raise BadInput(
                Finding("not a source", source.name, "", 0, "Name the folder that holds it, or a source.toml")
            )
        return source.absolute().parent, source
    file = source / FILE_NAME
    return source.resolve(), file if file.is_file() else None


def _read_text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise BadInput(Finding("not UTF-8", FILE_NAME, "", 0, "Save the file as UTF-8")) from None
    except OSError:
        raise BadInput(Finding("cannot be opened", FILE_NAME, "", 0, "Give read permission for it")) from None


def _parse(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        remedy = "Write lists within lists of a few levels"
        raise BadInput(Finding("nested too deeply", FILE_NAME, "", 0, remedy)) from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"line {line[1] if line else text.count(chr(10)) + 1}"
        message = re.sub(r"\s*\(at .*\)$", "", str(error))
        backslash = r" In SQL write '''…''' around a query with \ in it." if "\\" in message else ""
        remedy = f"Fix {where}: {message}.{backslash}"
        raise BadInput(Finding(f"not valid TOML at {where}", FILE_NAME, "", 0, remedy)) from None


def _finding(error: Any) -> Finding:
    path = [str(part) for part in error["loc"] if part != "[key]"]
    rule, remedy = _rule_and_remedy(path, error)
    return Finding(rule, FILE_NAME, ".".join(path), 0, remedy)


def _rule_and_remedy(path: list[str], error: Any) -> tuple[str, str]:
    details = error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            return "unknown table" if path[0] == "tables" else "unknown key", _unknown_key(path)
        case "missing":
            return "missing key", "Add the key"
        case "literal_error":
            return "unknown value", f"{_nearest(error)}Write one of: {details['expected']}"
        case "date_type":
            return "not a date", "Write a date without quotes, such as 2024-12-31"
        case "int_type":
            return "not a whole number", "Write a whole number without quotes"
        case "string_type":
            return "not a text", "Write a text in quotes"
        case "list_type":
            return "not a list", 'Write a list, such as ["one", "two"]'
        case "dict_type" | "model_type":
            return "not a section", f"Write it as a section of its own, [{'.'.join(path)}]"
        case _:
            return "wrong value", f"{error['msg'].removeprefix('Value error, ')}"


def _nearest(error: Any) -> str:
    expected = re.findall(r"'(\w+)'", error.get("ctx", {}).get("expected", ""))
    return did_you_mean(str(error["input"]), expected) if expected else ""


def _unknown_key(path: list[str]) -> str:
    *section, key = path
    place = ".".join(section)
    if section and key in SourceToml.model_fields:
        return f"It belongs at the top of the file, before the first [section], not in [{place}]"
    model = _SECTIONS.get(place) or _SECTIONS[f"{section[0]}.*"]
    known = [field.alias or name for name, field in model.model_fields.items()]
    return f"{did_you_mean(key, known)}Known here: {', '.join(known)}"


def _unanswered(settings: SourceToml) -> list[Finding]:
    """The questions of `retention draft` that nobody has answered: what depends on them would be a guess."""
    remedy = "Answer it in the file of --answers, and run retention draft again with it"
    keys = settings.draft.open if settings.draft else []
    return [Finding("an open question", FILE_NAME, f"draft.{key}", 0, remedy) for key in keys]
