"""Internal services summed to person × month and unordered pair × month, once for all snapshot dates.

A service is two facts: it was *asked* for on the day it was opened, and it was *answered* on the day it was closed
(where the source has no `closed_at`, on the day it was opened). Rating, hours and effort belong to the answer: before
it, the service is open and they are not known. Each fact has the month it happened in (`month`) and the month it became
known in (`known_month`, never before `month`). Snapshot dates are month-ends, so sums over whole months are exact.

services: employee_id, month, known_month, and for the roles client and provider `{role}_n`, `{role}_rating`,
`{role}_rating_n`, `{role}_hours`, `{role}_hours_n`, `{role}_effort`, `{role}_effort_n` (sums and counts).
pairs: low, high (the two people, low < high), month, known_month, and for either as the client `{low,high}_asks`,
`{low,high}_asks_rating`, `{low,high}_asks_rating_n`.
"""

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from features.calendar import Frame, day_number, month_number
from features.known import columns_of

if TYPE_CHECKING:
    from features.source import Source

ROWS_AT_A_TIME: Final = 2_000_000
"""Services read into memory together, in whole months: about 0.5 GB with all that is summed from them."""
ROLES: Final = ("client", "provider")
SECONDS_AN_HOUR: Final = 3600


def sum_months(source: "Source", folder: Path) -> Path:
    """Write `services/` and `pairs/` under `folder`, a Parquet file for every few months; replaces what was there."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("services", "pairs"):
        (folder / name).mkdir(parents=True)
    columns = columns_of(source, "collaboration")
    for first, last in _chunks(source):
        events = nw.from_native(pl.scan_parquet(source.tables["collaboration"]))
        # bounds on the stored column let Parquet skip what was opened in other months
        events = events.filter(nw.col("opened_at") >= _start_of(first), nw.col("opened_at") < _start_of(last + 1))
        events = events.with_columns(opened=month_number("opened_at"))
        events = events.select(*_dated(columns), *_measures(columns)).collect().lazy()
        _write(_services(events, measured(columns)), folder / "services" / f"{first}.parquet")
        _write(_pairs(events, measured(columns)), folder / "pairs" / f"{first}.parquet")
    return folder


def measured(columns: list[str]) -> list[str]:
    """Which of rating, hours and effort the source's services have."""
    needs = {"rating": "rating", "hours": "closed_at", "effort": "effort_hours"}
    return [name for name, column in needs.items() if column in columns]


def _chunks(source: "Source") -> list[tuple[int, int]]:
    """First and last month of groups of months with up to ROWS_AT_A_TIME services opened in them."""
    events: Frame = nw.from_native(pl.scan_parquet(source.tables["collaboration"]).select("opened_at"))
    counts = events.group_by(month_number("opened_at").alias("month")).agg(rows=nw.len()).collect().sort("month")
    chunks: list[tuple[int, int]] = []
    held = 0
    for month, rows in counts.iter_rows():
        if chunks and held + rows <= ROWS_AT_A_TIME:
            chunks[-1], held = (chunks[-1][0], month), held + rows
        else:
            chunks.append((month, month))
            held = rows
    return chunks


def _start_of(month: int) -> datetime:
    return datetime((month - 1) // 12, (month - 1) % 12 + 1, 1)


def _dated(columns: list[str]) -> list[nw.Expr]:
    """Both people, and for each of the two facts the months in which it happened and became known."""
    recorded = nw.coalesce(month_number("recorded_at"), nw.lit(0, nw.Int32))
    answered = month_number("closed_at") if "closed_at" in columns else nw.col("opened")
    known_late = nw.when(recorded > answered).then(recorded).otherwise(answered)
    return [
        nw.col("client_id"),
        nw.col("provider_id"),
        nw.col("opened").alias("asked"),
        nw.max_horizontal(nw.col("opened"), recorded).alias("asked_known"),
        answered.alias("answered"),
        nw.when(~answered.is_null()).then(known_late).alias("answered_known"),
    ]


def _measures(columns: list[str]) -> list[nw.Expr]:
    values = {
        "rating": lambda: nw.col("rating"),
        "hours": lambda: (_seconds("closed_at") - _seconds("opened_at")) / SECONDS_AN_HOUR,
        "effort": lambda: nw.col("effort_hours"),
    }
    return [values[name]().alias(name) for name in measured(columns)]


def _seconds(column: str) -> nw.Expr:
    time = nw.col(column).dt
    clock = time.hour().cast(nw.Int64) * 3600 + time.minute().cast(nw.Int64) * 60 + time.second().cast(nw.Int64)
    return day_number(column).cast(nw.Int64) * 86400 + clock


def _sums(events: Frame, fact: str, people: Mapping[str, str], counters: Mapping[str, nw.Expr]) -> Frame:
    """The counters of one fact by people (column in events: its name in the sums), month and known_month."""
    rows = (
        events.filter(~nw.col(fact).is_null())
        .group_by(*people, fact, f"{fact}_known")
        .agg(*(counter.alias(name) for name, counter in counters.items()))
    )
    return rows.rename({**people, fact: "month", f"{fact}_known": "known_month"})


def _of_answers(prefix: str, measures: Sequence[str]) -> dict[str, nw.Expr]:
    sums = {f"{prefix}_{name}": nw.col(name).sum() for name in measures}
    return sums | {f"{prefix}_{name}_n": nw.col(name).count() for name in measures}


def _together(parts: Sequence[Frame], key: Sequence[str]) -> Frame:
    rows = nw.concat(list(parts), how="diagonal")
    sums = [name for name in rows.collect_schema().names() if name not in key]
    return rows.group_by(*key).agg(nw.col(*sums).fill_null(0).sum().cast(nw.Float64))


def _services(events: Frame, measures: Sequence[str]) -> Frame:
    parts = []
    for role in ROLES:
        person = {f"{role}_id": "employee_id"}
        parts.append(_sums(events, "asked", person, {f"{role}_n": nw.len()}))
        if measures:
            parts.append(_sums(events, "answered", person, _of_answers(role, measures)))
    return _together(parts, ("employee_id", "month", "known_month"))


def _pairs(events: Frame, measures: Sequence[str]) -> Frame:
    parts = []
    low_asks = nw.col("client_id") < nw.col("provider_id")
    for side, people, rows in (
        ("low", {"client_id": "low", "provider_id": "high"}, events.filter(low_asks)),
        ("high", {"provider_id": "low", "client_id": "high"}, events.filter(~low_asks)),
    ):
        parts.append(_sums(rows, "asked", people, {f"{side}_asks": nw.len()}))
        if "rating" in measures:
            parts.append(_sums(rows, "answered", people, _of_answers(f"{side}_asks", ["rating"])))
    return _together(parts, ("low", "high", "month", "known_month"))


def _write(rows: Frame, path: Path) -> None:
    unfinished = path.with_suffix(".unfinished")
    nw.to_native(rows).sort("month", "known_month").sink_parquet(unfinished)
    unfinished.rename(path)
