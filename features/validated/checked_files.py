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
    folder, tables, current = known.first_pass.folder, {}, {MANIFEST}
    for table, file in files.items():
        found = known.first_pass.checked[table]
        tables[table] = {
            "about": expectations.about_facts(table),
            "file": file.as_dict(),
            "tally": known.first_pass.tallies[table].as_dict(),
            "columns": asdict(found.columns),
            "rows": found.rows,
            "interim": [path.name for path in found.paths],
            **{name: sorted(getattr(found, name)) for name in _SETS},
        }
        frames = {name: getattr(found, name) for name in _FRAMES}
        frames |= {name: pl.DataFrame({key: getattr(found, name)}) for name, key in _KEYS.items()}
        for name, frame in frames.items():
            path = _frame_file(folder, table, name)
            path.unlink(missing_ok=True)  # it may be a link to that of an earlier run
            frame.write_parquet(path)
            current.add(path.name)
        current |= {path.name for path in found.paths}
    for path in folder.iterdir():
        if path.name not in current:
            path.unlink()
    document = {"code": fingerprint.code_version(), "tables": tables}
    (folder / MANIFEST).unlink(missing_ok=True)
    (folder / MANIFEST).write_text(json.dumps(document), encoding="utf-8")


def _table(folder: Path, table: str, stored: Mapping[str, Any]) -> CheckedTable:
    columns = {key: tuple(value) if isinstance(value, list) else value for key, value in stored["columns"].items()}
    frames = {name: pl.read_parquet(_frame_file(folder, table, name)) for name in (*_FRAMES, *_KEYS)}
    return CheckedTable(
        table,
        [folder / name for name in stored["interim"]],
        Columns(**columns),
        stored["rows"],
        **{name: frames[name] for name in _FRAMES},
        **{name: frames[name][key].to_numpy() for name, key in _KEYS.items()},
        **{name: set(stored[name]) for name in _SETS},
    )


def _frame_file(folder: Path, table: str, name: str) -> Path:
    return folder / f"{table}.{name}.parquet"
