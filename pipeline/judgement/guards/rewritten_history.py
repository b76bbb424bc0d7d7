"""A guard against rewritten history: the features of a snapshot date must be the same each time they are built.

What was known on a day cannot change afterwards. If it does, the source overwrites its past without `recorded_at` (a
status that is set when somebody leaves, say), and the feature contains the future. So each training run stores a few
sums of every feature and date, and the next run compares.

Two such sums, before and after a person was erased, differ by that person's figures. So they are encrypted with a key
of this installation, only their owner can read the file, and an erasure deletes both the file and the key: a copy of
old sums can no longer be read. The training after an erasure has nothing to compare with.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from features.errors import Finding, counted
from pipeline.files import write_whole
from pipeline.settings import Settings
from pipeline.store.feature_sums import FOLDER

_SAME: Final = 1e-9
"""Relative tolerance: sums of the same figures in another order differ by less."""
MOST_ALONE: Final = 3
"""The most features of one table that are one finding each; more are one finding about the table."""
_KEYS: Final = ("employee_id", "snapshot_date")
_HASHES: Final = float(2**64)
_NONCE_BYTES: Final = 12

Sums = dict[str, dict[str, Any]]


def sums_file(settings: Settings, source: str) -> Path:
    """The file that holds a source's sums."""
    return settings.var / FOLDER / f"{hashlib.sha256(source.encode()).hexdigest()[:16]}.sums"


def sums_of(files: Mapping[date, Path]) -> Sums:
    """The sums of each snapshot date, under two keys.

    `people`: the number at risk, and the sum of one weight per person, drawn from the hash of the id. `features`: for
    each, the number known, the sum of its figures times these weights, and the sum of the absolute products.
    """
    return {day.isoformat(): _sums(pl.read_parquet(file)) for day, file in files.items()}


def _sums(table: pl.DataFrame) -> dict[str, Any]:
    weights = table.select(pl.col("employee_id").cast(pl.String).hash(7) / _HASHES).to_series()
    features = [name for name in table.columns if name not in _KEYS]
    figures: dict[str, list[float]] = {}
    for name in features:
        column = table[name]
        numbers = column.hash(7) / _HASHES if column.dtype == pl.String else column.cast(pl.Float64).fill_nan(None)
        weighted = numbers.fill_null(0.0) * weights
        figures[name] = [float(column.count()), float(weighted.sum()), float(weighted.abs().sum())]
    return {"people": [table.height, float(weights.sum())], "features": figures}


def changed_past(
    file: Path,
    key: bytes,
    now: Sums,
    made_by: str,
    allowed: Iterable[str] = (),
    table_of: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Features that differ from what an earlier run stored for the same snapshot date, or the table that they share.

    Only dates with the same people at risk are compared, and only with sums of the same version of the code.
    table_of: the table that each feature is computed from.
    """
    before = _stored(file, key, made_by)
    changed: dict[str, int] = {}
    for day, sums in now.items():
        then = before.get(day)
        if then and _same(then["people"][1], sums["people"][1], sums["people"][0]):
            for name, (known, total, size) in sums["features"].items():
                was = then["features"].get(name)
                if was and not (was[0] == known and _same(was[1], total, max(size, was[2]))):
                    changed[name] = changed.get(name, 0) + 1
    differing = {name: dates for name, dates in sorted(changed.items()) if name not in set(allowed)}
    by_table: dict[str, list[str]] = {}
    for name in differing:
        by_table.setdefault((table_of or {}).get(name, ""), []).append(name)
    found = []
    for table, names in sorted(by_table.items()):
        if table and len(names) > MOST_ALONE:
            found.append(_of_table(table, names, max(differing[name] for name in names)))
        else:
            found += [_of_feature(name, differing[name]) for name in names]
    return found


def write_sums(file: Path, key: bytes, now: Sums, made_by: str) -> None:
    """Writes the sums for the next run, encrypted; dates that this run did not build stay as they were."""
    document = json.dumps({"made_by": made_by, "dates": _stored(file, key, made_by) | now})
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, document.encode(), None)
    write_whole(file, lambda part: _write_privately(part, sealed))
    file.with_suffix(".json").unlink(missing_ok=True)  # an earlier version did not encrypt


def _stored(file: Path, key: bytes, made_by: str) -> Sums:
    """The sums that an earlier run of the same code stored; none if their key was deleted."""
    if not file.is_file():
        return {}
    sealed = file.read_bytes()
    try:
        document = json.loads(AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None))
    except InvalidTag:
        return {}
    return dict(document["dates"]) if document["made_by"] == made_by else {}


def _write_privately(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(content)


def _same(a: float, b: float, size: float) -> bool:
    return abs(a - b) <= _SAME * max(size, 1e-12)


def _of_feature(name: str, dates: int) -> Finding:
    return Finding(
        f"differs from an earlier run on {counted(dates, 'snapshot date')}", "features", name, 0, _remedy(name)
    )


def _of_table(table: str, names: Sequence[str], dates: int) -> Finding:
    rule = f"{len(names)} features differ from an earlier run on up to {counted(dates, 'snapshot date')}"
    rule = f"{rule}: {', '.join(names)}"
    return Finding(rule, table, "", 0, _remedy(table))


def _remedy(name: str) -> str:
    return (
        "What was known on a day cannot change. If rows were lost or changed by mistake, export the table again; if "
        f'facts became known later, give them `recorded_at`; else add "{name}" to `ignore` in source.toml; if the old '
        f"figures were mistakes, train with --allow-suspect {name}."
    )
