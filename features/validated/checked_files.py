"""The tables of facts after the first pass of validation, in a folder for the next run.

A table belongs to the file that it was read from, to what source.toml says about it, and to the version of the code:
where one of these has changed, its rows are read and checked again, and those of the other tables are not.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from features.reading.known_files import KnownFile
from features.validated import fingerprint
from features.validation.checked_table import FACT_KEY, ROW_KEY, CheckedTable
from features.validation.columns import Columns
from features.validation.expectations import Expectations
from features.validation.first_pass import FirstPass
from features.validation.rules import Tally

MANIFEST: Final = "checked.json"
_FRAMES: Final = ("days", "first_facts")
_SETS: Final = ("currencies", "refused_items", "ignored_items")
_KEYS: Final = {"repeated_keys": ROW_KEY, "repeated_facts": FACT_KEY}


@dataclass
class CheckedFiles:
    """The files of facts that an earlier run has read, and what its first pass found in them."""

    files: dict[str, KnownFile]
    first_pass: FirstPass


def read_checked(folder: Path, expectations: Expectations) -> CheckedFiles:
    """What a folder holds and this run would find too; a table that it would not is left out."""
    known = CheckedFiles({}, FirstPass(folder, is_stored=True))
    manifest = folder / MANIFEST
    document = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    if document.get("code") != fingerprint.code_version():
        return known
    for table, stored in document["tables"].items():
        if stored["about"] == expectations.about_facts(table):
            known.files[table] = KnownFile.from_dict(stored["file"])
            known.first_pass.checked[table] = _table(folder, table, stored)
            known.first_pass.tallies[table] = Tally.from_dict(stored["tally"])
    return known


def write_checked(known: CheckedFiles, files: Mapping[str, KnownFile], expectations: Expectations) -> None:
    """Describe the tables of facts in the folder of their interim files, and delete all files that are not theirs."""
    folder, first_pass = known.first_pass.folder, known.first_pass
    tables = {
        table: {
            "about": expectations.about_facts(table),
            "file": file.as_dict(),
            "tally": first_pass.tallies[table].as_dict(),
            "columns": asdict(first_pass.checked[table].columns),
            "rows": first_pass.checked[table].rows,
            "interim": [path.name for path in first_pass.checked[table].paths],
            **{name: sorted(getattr(first_pass.checked[table], name)) for name in _SETS},
        }
        for table, file in files.items()
    }
    current = {path.name for table in files for path in first_pass.checked[table].paths}
    for path in folder.iterdir():
        if path.name not in current:
            path.unlink()
    for table in files:
        _write_frames(first_pass.checked[table], folder)
    document = {"code": fingerprint.code_version(), "tables": tables}
    (folder / MANIFEST).write_text(json.dumps(document), encoding="utf-8")


def _write_frames(found: CheckedTable, folder: Path) -> None:
    frames = {name: getattr(found, name) for name in _FRAMES}
    frames |= {name: pl.DataFrame({key: getattr(found, name)}) for name, key in _KEYS.items()}
    for name, frame in frames.items():
        frame.write_parquet(_frame_file(folder, found.table, name))


def _table(folder: Path, table: str, stored: Mapping[str, Any]) -> CheckedTable:
    given = stored["columns"]
    columns: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    frames = {name: pl.read_parquet(_frame_file(folder, table, name)) for name in (*_FRAMES, *_KEYS)}
    gathered: dict[str, Any] = {
        **{name: frames[name] for name in _FRAMES},
        **{name: frames[name][key].to_numpy() for name, key in _KEYS.items()},
        **{name: set(stored[name]) for name in _SETS},
    }
    paths = [folder / name for name in stored["interim"]]
    return CheckedTable(table, paths, Columns(**columns), stored["rows"], **gathered)


def _frame_file(folder: Path, table: str, name: str) -> Path:
    return folder / f"{table}.{name}.parquet"
