"""A fingerprint of everything that the tables of a source and the findings about them depend on.

It covers the bytes of the files, the mapping, and the code and libraries that read and check: a changed file, a changed
`source.toml` and an upgrade each give another one.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from features.contract.tables import TABLES
from features.errors import BadInput
from features.reading.definition.source_definition import SourceDefinition
from features.reading.files import WORKBOOK
from features.reading.inputs.inputs import input_files
from features.validated.steady_sql import is_steady

_LIBRARIES: Final = ("polars", "pyarrow", "duckdb", "fastexcel", "babel", "numpy")
_OWN_CODE: Final = Path(__file__).parents[1]


def fingerprint(definition: SourceDefinition, directory: Path | None) -> str | None:
    """The fingerprint of a source and of the file that replaces its directory; None where there is none to rely on.

    There is none of a cross-section, a database or a table of a lakehouse, nor of SQL that reads files by name, the
    clock or random numbers. Such a source is read whenever it is needed.
    """
    settings = definition.settings
    if settings.cross_section or settings.database or not _is_steady(definition):
        return None
    try:
        files = _files(definition, directory)
        return _digest([*_about(definition), *(f"{file.name}\0{digest_of(file)}" for file in files)])
    except (OSError, BadInput):  # reading reports it
        return None


def _is_steady(definition: SourceDefinition) -> bool:
    """Whether the queries read nothing but the files under [inputs]."""
    settings = definition.settings
    if any(declared.file is None for declared in settings.inputs.values()):
        return False
    queries = [*settings.prepare.values(), *definition.queries.values()]
    return is_steady(queries, (*definition.input_names, *settings.prepare))


def _files(definition: SourceDefinition, directory: Path | None) -> list[Path]:
    """The files that are read, in an order that depends on their names only."""
    folder = definition.folder
    visible = [path for path in folder.iterdir() if path.is_file() and not path.name.startswith((".", "~$"))]
    if not definition.queries:
        visible = [path for path in visible if path.name.lower().partition(".")[0] in (*TABLES, WORKBOOK)]
    inputs = [input_files(folder, name, declared) for name, declared in definition.settings.inputs.items()]
    return [*sorted({*visible, *(file for files in inputs for file in files)}), *([directory] if directory else [])]


def _about(definition: SourceDefinition) -> Iterable[str]:
    """What decides beside the bytes of the files: the mapping, the names of all files, the code and the libraries."""
    yield definition.name
    yield str(definition.folder)
    yield definition.text
    yield from sorted(path.name for path in definition.folder.iterdir())
    yield code_version()


@cache
def code_version() -> str:
    """A digest of the modules that decide what a table is, and the versions of the libraries that they use."""
    modules = sorted(path for path in _OWN_CODE.rglob("*.py"))
    return _digest([*(f"{library} {version(library)}" for library in _LIBRARIES), *map(digest_of, modules)])


def digest_of(file: Path) -> str:
    """SHA-256 of the bytes of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _digest(parts: Iterable[str]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(f"{len(part)}:{part}\n".encode())
    return total.hexdigest()
