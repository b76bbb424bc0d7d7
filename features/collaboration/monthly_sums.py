"""Internal services summed by person and month, and by unordered pair and month, once for all snapshot dates.

A service is two facts: it was *asked* for on the day it was opened, and it was *answered* on the day it was closed
(where the source has no `closed_at`, on the day it was opened). Rating, hours and effort belong to the answer: before
it, the service is open and they are not known. Each fact has the month in which it happened (`month`) and the month in
which it became known (`known_month`, never before `month`). Snapshot dates are month-ends, so sums of whole months are
exact.

services: employee_id (the person's code), month, known_month, and for the roles client and provider `{role}_n`,
`{role}_rating`, `{role}_rating_n`, `{role}_hours`, `{role}_hours_n`, `{role}_effort`, `{role}_effort_n` (sums and
counts); where the source has the kinds, `kind_{kind}` (asked for or given), `provider_kind_n` (given, of any kind) and
`provider_time_n` (given, of the KINDS_OF_TIME). Two counts share a column (`pairs.two_by_two`).
pairs: `pair` (see `pairs.py`), month, known_month, and for either person as the client `{low,high}_asks`,
`{low,high}_asks_rating`, `{low,high}_asks_rating_n`; here too, two counts share a column.

A file holds the services opened in one month. `sum_store.py` decides which files are still valid for the source.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import narwhals as nw

from features.calendar import Frame, month_number
from features.collaboration.fast_paths import fast_paths
from features.collaboration.pairs import SIDES, flag, pair_of, two_by_two
from features.collaboration.sum_store import MonthStore
from features.contract.vocabulary import SERVICE_KINDS
from features.engine.packing import Packing
from features.engine.polars import POLARS
from features.engine.protocol import Engine
from features.files import write_whole
from features.known.source_columns import columns_of

if TYPE_CHECKING:
    from features.source import Source

ROLES: Final = ("client", "provider")
KINDS_OF_TIME: Final = ("working_time", "resources")
"""Kinds of service that cost the provider more than an answer."""
SECONDS_AN_HOUR: Final = 3600
MONTHS: Final = ("opened", "month", "known_month")


def sum_months(source: "Source", folder: Path, engine: Engine = POLARS, *, is_persistent: bool = True) -> Path:
    """Bring `services/`, `pairs/` and the codes `people.parquet` under `folder` up to date with the source.

    Only months whose services have changed since they were summed are read. A month's files appear whole, and count
    only once all of them exist. `is_persistent` is False for a folder that no later run will see.
    """
    store = MonthStore(source, folder, engine.name, is_persistent=is_persistent)
    chunks = _chunks(store.stale, engine.rows_at_a_time)

    def write(months: list[int]) -> list[int]:
        sums = _sums_of(months, source, store, engine)
        for month in months:
            for kind, rows in sums.items():
                of_month = rows.filter(nw.col("opened") == month).drop("opened")
                write_whole(store.file(kind, month), partial(engine.write, of_month))
        engine.release()
        return months

    at_a_time = engine.at_a_time if all(rows <= engine.rows_at_a_time for _, rows in store.stale) else 1
    with ThreadPoolExecutor(at_a_time) as pool:
        for months in pool.map(write, chunks):
            for month in months:
                store.finish(month)
    return folder


def _sums_of(months: list[int], source: "Source", store: MonthStore, engine: Engine) -> dict[str, Frame]:
    """The sums of the services opened in consecutive months, with `opened`, by kind of file."""
    columns = columns_of(source, "collaboration")
    events = engine.scan(source.tables["collaboration"])
    # bounds on the stored column let Parquet skip services opened in other months
    events = events.filter(nw.col("opened_at") >= _start_of(months[0]))
    events = events.filter(nw.col("opened_at") < _start_of(months[-1] + 1))
    events = fast_paths(engine).with_codes(events.with_columns(opened=_opened(months)), ROLES, store.people)
    services = engine.hold(_asked_and_answered(events, columns, engine), of_many=True)
    facts = engine.hold(_facts(services, columns), of_many=True)
    months_of = _ranges(facts, engine)
    services_of = _services(facts, columns, Packing(months_of | {"employee_id": store.codes}), engine)
    pairs_of = _pairs(facts, columns, Packing({"low": store.codes, "high": store.codes} | months_of), engine)
    return {"services": engine.hold(services_of), "pairs": engine.hold(pairs_of, of_many=True)}


def measured(columns: list[str]) -> list[str]:
    """Which of rating, hours and effort the source's services have."""
    needs = {"rating": "rating", "hours": "closed_at", "effort": "effort_hours"}
    return [name for name, column in needs.items() if column in columns]


def _chunks(stale: Sequence[tuple[int, int]], rows_at_a_time: float) -> list[list[int]]:
    """Groups of consecutive months of at most `rows_at_a_time` rows; `stale` gives each month's number of rows."""
    chunks: list[list[int]] = []
    held = 0
    for month, rows in stale:
        if chunks and chunks[-1][-1] + 1 == month and held + rows <= rows_at_a_time:
            chunks[-1].append(month)
            held += rows
        else:
            chunks.append([month])
            held = rows
    return chunks


def _start_of(month: int) -> date:
    return date((month - 1) // 12, (month - 1) % 12 + 1, 1)


def _opened(months: Sequence[int]) -> nw.Expr:
    """The month of `opened_at`, one of a few: comparing costs a fraction of calendar arithmetic."""
    later = (flag(nw.col("opened_at") >= _start_of(month)) * (month - before) for before, month in pairwise(months))
    return nw.sum_horizontal(nw.lit(months[0], nw.Int32), *later).cast(nw.Int32)


def _asked_and_answered(events: Frame, columns: list[str], engine: Engine) -> Frame:
    """One row per service: the people, its kind, the months of request and answer, and the answer's measures."""
    return events.select("opened", *ROLES, *_dated(columns), *_measures(columns, engine), *_kind(columns))


def _facts(services: Frame, columns: list[str]) -> Frame:
    """One row per service: its month and known month, `asked` 1, its kind, and the answer's measures.

    An answer that came or became known in another month than the request is a row of its own, with `asked` 0.
    """
    together = (nw.col("answered") == nw.col("asked")) & (nw.col("answered_known") == nw.col("asked_known"))
    measures = measured(columns)
    requests = services.with_columns(nw.when(together).then(name).alias(name) for name in measures)
    requests = requests.drop("answered", "answered_known").rename({"asked": "month", "asked_known": "known_month"})
    if not measures:
        return requests.with_columns(asked=nw.lit(1))
    answers = services.filter(~together).select(
        "opened", *ROLES, *measures, month=nw.col("answered"), known_month=nw.col("answered_known"), asked=nw.lit(0)
    )
    return nw.concat([requests.with_columns(asked=nw.lit(1)), answers], how="diagonal")


def _dated(columns: list[str]) -> list[nw.Expr]:
    """The months in which each of the two facts happened and became known."""
    recorded = nw.coalesce(month_number("recorded_at"), nw.lit(0, nw.Int32))
    answered = month_number("closed_at") if "closed_at" in columns else nw.col("opened")
    known_late = nw.when(recorded > answered).then(recorded).otherwise(answered)
    return [
        nw.col("opened").alias("asked"),
        nw.max_horizontal(nw.col("opened"), recorded).alias("asked_known"),
        answered.alias("answered"),
        nw.when(~answered.is_null()).then(known_late).alias("answered_known"),
    ]


def _measures(columns: list[str], engine: Engine) -> list[nw.Expr]:
    values = {
        "rating": lambda: nw.col("rating"),
        "hours": lambda: (engine.seconds("closed_at") - engine.seconds("opened_at")) / SECONDS_AN_HOUR,
        "effort": lambda: nw.col("effort_hours"),
    }
    return [values[name]().alias(name) for name in measured(columns)]


def _kind(columns: list[str]) -> list[nw.Expr]:
    """The kind as its index in `SERVICE_KINDS`, which is compared faster than its name."""
    if "kind" not in columns:
        return []
    indices = (nw.when(nw.col("kind") == kind).then(index) for index, kind in enumerate(SERVICE_KINDS))
    return [nw.coalesce(*indices).cast(nw.Int32).alias("kind")]


def _ranges(facts: Frame, engine: Engine) -> dict[str, tuple[int, int]]:
    """The lowest and the highest value of each month column of the facts."""
    lowest, highest = (nw.col(*MONTHS).min().name.prefix("lowest_"), nw.col(*MONTHS).max())
    limits = engine.to_polars(facts.select(lowest, highest)).collect().row(0, named=True)
    return {name: (limits[f"lowest_{name}"] or 0, limits[name] or 0) for name in MONTHS}


def _services(facts: Frame, columns: list[str], keys: Packing, engine: Engine) -> Frame:
    parts = []
    for role in ROLES:
        figures = two_by_two(_counts(role, columns)) | two_by_two(_kinds(columns))
        figures |= {f"{role}_{name}": nw.col(name) for name in measured(columns)}
        theirs = facts.filter(~nw.col(role).is_null()).with_columns(employee_id=role)
        parts.append(theirs.select(*keys.ranges, **figures))
    return fast_paths(engine).sum_by(parts, keys)


def _counts(role: str, columns: list[str]) -> dict[str, nw.Expr]:
    """The counts of the services in which a person had the role."""
    counts = {f"{role}_n": nw.col("asked")}
    counts |= {f"{role}_{name}_n": flag(~nw.col(name).is_null()) for name in measured(columns)}
    if "kind" in columns and role == "provider":
        takes_time = nw.col("kind").is_in([SERVICE_KINDS.index(kind) for kind in KINDS_OF_TIME])
        counts |= {
            "provider_kind_n": flag(~nw.col("kind").is_null()),
            "provider_time_n": flag(takes_time.fill_null(value=False)),
        }
    return counts


def _kinds(columns: list[str]) -> dict[str, nw.Expr]:
    """1 where a service is of the kind."""
    if "kind" not in columns:
        return {}
    kinds = {f"kind_{kind}": nw.col("kind") == index for index, kind in enumerate(SERVICE_KINDS)}
    return {name: flag(is_kind.fill_null(value=False)) for name, is_kind in kinds.items()}


def _pairs(facts: Frame, columns: list[str], keys: Packing, engine: Engine) -> Frame:
    low_asks = nw.col("client") < nw.col("provider")
    asks = {"low": flag(low_asks), "high": flag(~low_asks)}
    figures = two_by_two({f"{side}_asks": asks[side] * nw.col("asked") for side in SIDES})
    if "rating" in columns:
        is_rated = flag(~nw.col("rating").is_null())
        figures |= two_by_two({f"{side}_asks_rating_n": asks[side] * is_rated for side in SIDES})
        figures |= {f"{side}_asks_rating": asks[side] * nw.col("rating") for side in SIDES}
    facts = facts.filter(~nw.col("client").is_null(), ~nw.col("provider").is_null())
    facts = facts.with_columns(low=nw.min_horizontal(*ROLES), high=nw.max_horizontal(*ROLES))
    rows = fast_paths(engine).sum_by([facts.select(*keys.ranges, **figures)], keys)
    return rows.with_columns(pair=pair_of("low", "high")).drop("low", "high")
