"""A guard against rewritten history: the features of a snapshot date must be the same each time they are worked out.

What was known on a day cannot change afterwards. Where it does, the source overwrites its past (a status that is set
when somebody leaves, say) without `recorded_at`, and the feature knows the future. So each training run keeps, of every
feature and date, a few sums from which no person's figure can be read, and the next one compares.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from features.errors import Finding
from pipeline.files import write_text
from pipeline.settings import Settings

_SAME: Final = 1e-9
"""Relative: sums over the same figures in another order differ by less."""
_KEYS: Final = ("employee_id", "snapshot_date")
_HASHES: Final = float(2**64)

Sums = dict[str, dict[str, Any]]


def kept_sums(settings: Settings, source: str) -> Path:
    """The file of a source's sums."""
    return settings.var / "kept_features" / f"{hashlib.sha256(source.encode()).hexdigest()[:16]}.json"


def sums_of(files: Mapping[date, Path]) -> Sums:
    """Of each snapshot date: who was at risk (`people`, one number for all), and of each feature how many are known,
    the sum of its figures, each times a number drawn from the person's id, and how large that sum could be."""
    return {day.isoformat(): _sums(pl.read_parquet(file)) for day, file in files.items()}


def _sums(table: pl.DataFrame) -> dict[str, Any]:
    drawn = table.select(pl.col("employee_id").cast(pl.String).hash(7) / _HASHES).to_series()
    features = [name for name in table.columns if name not in _KEYS]
    figures: dict[str, list[float]] = {}
    for name in features:
        column = table[name]
        numbers = column.hash(7) / _HASHES if column.dtype == pl.String else column.cast(pl.Float64).fill_nan(None)
        weighed = numbers.fill_null(0.0) * drawn
        figures[name] = [float(column.count()), float(weighed.sum()), float(weighed.abs().sum())]
    return {"people": [table.height, float(drawn.sum())], "features": figures}


def changed_past(kept: Path, now: Sums, made_by: str, allowed: Iterable[str] = ()) -> list[Finding]:
    """Features that are not what they were on a snapshot date that an earlier run has kept.

    Compared are dates on which the same people were at risk, and only with what the same version of the code made.
    """
    if not kept.is_file():
        return []
    before = json.loads(kept.read_text(encoding="utf-8"))
    if before["made_by"] != made_by:
        return []
    changed: dict[str, int] = {}
    for day, sums in now.items():
        then = before["dates"].get(day)
        if then and _same(then["people"][1], sums["people"][1], sums["people"][0]):
            for name, (known, total, size) in sums["features"].items():
                was = then["features"].get(name)
                if was and not (was[0] == known and _same(was[1], total, max(size, was[2]))):
                    changed[name] = changed.get(name, 0) + 1
    return [_finding(name, dates) for name, dates in sorted(changed.items()) if name not in set(allowed)]


def keep(kept: Path, now: Sums, made_by: str) -> None:
    """Keeps the sums for the next run; dates that this run did not work out stay as they were."""
    before: Sums = {}
    if kept.is_file():
        document = json.loads(kept.read_text(encoding="utf-8"))
        before = document["dates"] if document["made_by"] == made_by else {}
    write_text(json.dumps({"made_by": made_by, "dates": before | now}), kept)


def _same(a: float, b: float, size: float) -> bool:
    return abs(a - b) <= _SAME * max(size, 1e-12)


def _finding(name: str, dates: int) -> Finding:
    return Finding(
        f"is not what it was on {dates} snapshot dates when they were worked out before",
        "features",
        name,
        0,
        "What was known on a day cannot change: give the rows `recorded_at`, or add "
        f'"{name}" to `ignore` in source.toml; if the old figures were mistakes, train with --allow-suspect {name}.',
    )
