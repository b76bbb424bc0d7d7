"""The folder of a source's validated tables: one generation, with the report and the fingerprint that it belongs to.

Beside the tables it holds those of facts as the first pass of validation left them (`checked_files.py`), for a run that
finds another fingerprint. Files are linked, not copied, where the disk allows it: they are never changed, only
replaced. Protected attributes are not among them.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow.parquet as pq

from features.files import delete, locked_at_once
from features.validated.fingerprint import digest_of
from features.validation.report import Report

_GENERATION: Final = "tables"
_CHECKED: Final = "checked"
_MANIFEST: Final = "manifest.json"
_LOCK: Final = "lock"
_PEOPLE: Final = ("employee_id", "client_id", "provider_id", "manager_id", "assessor_id")


@dataclass(frozen=True)
class StoredTables:
    """The report and the hash of tables that were validated in an earlier run."""

    report: Report
    data_hash: str


def take(folder: Path, fingerprint: str, out: Path) -> StoredTables | None:
    """Put the tables of a fingerprint into the new folder `out`; None if they are not stored, or another run stores."""
    with locked(folder) as is_free:
        generation = folder / _GENERATION
        manifest = _manifest_in(generation) if is_free else None
        if manifest is None or manifest["fingerprint"] != fingerprint:
            return None
        digests: dict[str, str] = manifest["digests"]
        if digests != _digests(generation):  # a killed run, or a disk that lost something
            return None
        _link(generation, digests, out)
        return StoredTables(Report.from_dict(manifest["report"]), manifest["data_hash"])


def take_checked(folder: Path, out: Path) -> None:
    """Put what the first pass left, of any fingerprint, into the new folder `out`; nothing if a file has been lost."""
    with locked(folder) as is_free:
        generation = folder / _GENERATION
        manifest = _manifest_in(generation) if is_free else None
        digests: dict[str, str] = manifest.get("checked", {}) if manifest else {}
        is_whole = digests == _digests(generation / _CHECKED)
        _link(generation / _CHECKED, digests if is_whole else (), out)


def put(folder: Path, fingerprint: str, tables: Path, validated: StoredTables, checked: Path | None = None) -> None:
    """Replace what is stored by the tables of a folder, and by what the first pass left in the folder `checked`.

    Nothing happens while another run uses the folder.
    """
    with locked(folder) as is_free:
        if not is_free:
            return
        _clear(folder)
        digests = _digests(tables)
        new = Path(tempfile.mkdtemp(prefix=".", dir=folder))
        _link(tables, digests, new / _GENERATION)
        of_first_pass = _digests(checked) if checked else {}
        if checked:
            _link(checked, of_first_pass, new / _GENERATION / _CHECKED)
        manifest = {
            "checked": of_first_pass,
            "fingerprint": fingerprint,
            "digests": digests,
            "data_hash": validated.data_hash,
            "report": validated.report.as_dict() | {"notes_of_reading": list(validated.report.notes_of_reading)},
        }
        (new / _GENERATION / _MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        (new / _GENERATION).rename(folder / _GENERATION)
        new.rmdir()


def forget(folder: Path) -> bool:
    """Delete the tables in a folder; the next run reads the source. False if a run is storing or taking them."""
    with locked(folder) as is_free:
        if is_free:
            _clear(folder)
        return is_free


def holds_tables(folder: Path) -> bool:
    """Whether a folder holds tables, also of a run that was killed while it stored them."""
    return any(path.name != _LOCK for path in folder.iterdir())


def may_hold(folder: Path, employee_id: str) -> bool:
    """Whether the tables in a folder may be about a person: also if a killed run left them unfinished."""
    if any(path.name not in (_LOCK, _GENERATION) for path in folder.iterdir()):
        return True
    return any(_names(file, employee_id) for file in (folder / _GENERATION).rglob("*.parquet"))


def _names(file: Path, employee_id: str) -> bool:
    columns = [name for name in pq.read_schema(file).names if name in _PEOPLE]
    if not columns:
        return False
    is_named = pl.any_horizontal(pl.col(columns).cast(pl.String) == employee_id)
    return bool(pl.scan_parquet(file).select(is_named.any()).collect().item())


def locked(folder: Path) -> AbstractContextManager[bool]:
    """Lock the folder for this process, if no other has (`features.files.locked_at_once`)."""
    return locked_at_once(folder / _LOCK)


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != _LOCK:
            delete(path)


def _digests(folder: Path) -> dict[str, str]:
    files = [path for form in ("*.parquet", "*.json") for path in folder.glob(form) if path.name != _MANIFEST]
    return {path.name: digest_of(path) for path in sorted(files)}


def _link(tables: Path, names: Iterable[str], out: Path) -> None:
    out.mkdir()
    for name in names:
        try:
            os.link(tables / name, out / name)
        except OSError:  # another disk, or one without links
            shutil.copyfile(tables / name, out / name)


def _manifest_in(generation: Path) -> dict[str, Any] | None:
    """The manifest of a generation; None if there is none that can be read."""
    try:
        manifest: dict[str, Any] = json.loads((generation / _MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return manifest
