"""Internal services between departments, as known on a snapshot date, by client and provider department.

Computed from the services themselves: the figures of a department need counts of people, and the monthly sums hold no
hours by pair.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl
import polars.selectors as cs

from features.calendar import month_end
from features.known.source_columns import columns_of, holds

if TYPE_CHECKING:
    from features.source import Source

WINDOW_MONTHS: Final = 12
RECENT_MONTHS: Final = 3
DIGITS: Final = 9
"""Significant digits of the figures: few enough that they do not depend on the order of summation."""
KEY: Final = ("client_department", "provider_department")
OTHER: Final = "other"
"""The kind of services that belong to no other kind."""
_SECONDS_AN_HOUR: Final = 3600


def department_services(
    source: "Source", snapshot_date: date, people: pl.DataFrame, carried: Sequence[str] = ()
) -> pl.DataFrame:
    """A row for each pair client department × provider department with a service in the last 12 months.

    people: employee_id, department, and the `carried` figures of a person; services of other people do not count.
    Columns: `KEY`, clients and providers (numbers of people), services (asked for), rating (mean, 1 to 5), hours (mean,
    from request to answer), balance ((given − received) / (given + received) of the client department; 1 only gives),
    trend (services a month over 3 months against 12, minus 1; null without a year of services), and each carried
    figure as the mean over clients, weighted by their services. kinds lists each kind that was asked for, by name, as
    kind, services, clients, providers; a service without a kind counts as other. Null where nothing is known.
    """
    if not holds(source, "collaboration"):
        return _pairs_of(_no_services(carried), carried, reaches_back=False)
    columns = columns_of(source, "collaboration")
    events = pl.scan_parquet(source.tables["collaboration"])
    reaches_back = _first_day(events) <= month_end(snapshot_date, -WINDOW_MONTHS) + timedelta(days=1)
    return _pairs_of(_between(_known(events, columns, snapshot_date), people, carried), carried, reaches_back)


def department_askers(source: "Source", snapshot_date: date, people: pl.DataFrame) -> pl.DataFrame:
    """client_id, `KEY`, services: how often each person asked, in the services of `department_services`."""
    if not holds(source, "collaboration"):
        services = _no_services(())
    else:
        events = pl.scan_parquet(source.tables["collaboration"])
        services = _between(_known(events, columns_of(source, "collaboration"), snapshot_date), people, ())
    return services.group_by("client_id", *KEY).agg(services=pl.len().cast(pl.Int64)).collect()


def _first_day(events: pl.LazyFrame) -> date:
    first = events.select(pl.col("opened_at").min().dt.date()).collect().item()
    return first if isinstance(first, date) else date.max


def _known(events: pl.LazyFrame, columns: Sequence[str], day: date) -> pl.LazyFrame:
    """Services asked for in the window and known by the day; an answer after that day is not known yet."""
    opened = pl.col("opened_at").dt.date()
    recorded = pl.col("recorded_at") if "recorded_at" in columns else pl.lit(None, pl.Date)
    is_answered = pl.col("closed_at").dt.date() <= day if "closed_at" in columns else pl.lit(True)
    waited = (pl.col("closed_at") - pl.col("opened_at")).dt.total_seconds() / _SECONDS_AN_HOUR
    return events.filter(
        opened <= day, opened > month_end(day, -WINDOW_MONTHS), recorded.is_null() | (recorded <= day)
    ).select(
        "client_id",
        "provider_id",
        is_recent=opened > month_end(day, -RECENT_MONTHS),
        rating=pl.when(is_answered).then("rating") if "rating" in columns else pl.lit(None, pl.Float64),
        hours=pl.when(is_answered).then(waited) if "closed_at" in columns else pl.lit(None, pl.Float64),
        kind=pl.col("kind").cast(pl.String).fill_null(OTHER) if "kind" in columns else pl.lit(None, pl.String),
    )


def _between(services: pl.LazyFrame, people: pl.DataFrame, carried: Sequence[str]) -> pl.LazyFrame:
    where = people.lazy().filter(pl.col("department").is_not_null())
    clients = where.select(*carried, client_id="employee_id", client_department="department")
    providers = where.select(provider_id="employee_id", provider_department="department")
    return services.join(clients, on="client_id").join(providers, on="provider_id")


def _no_services(carried: Sequence[str]) -> pl.LazyFrame:
    words, numbers = ("client_id", "provider_id", "kind", *KEY), ("rating", "hours", *carried)
    return pl.LazyFrame(
        schema={**dict.fromkeys(words, pl.String), **dict.fromkeys(numbers, pl.Float64), "is_recent": pl.Boolean}
    )


def _pairs_of(services: pl.LazyFrame, carried: Sequence[str], reaches_back: bool) -> pl.DataFrame:
    pairs = services.group_by(KEY).agg(
        clients=pl.col("client_id").n_unique().cast(pl.Int64),
        providers=pl.col("provider_id").n_unique().cast(pl.Int64),
        services=pl.len().cast(pl.Int64),
        recent=pl.col("is_recent").sum(),
        rating=pl.col("rating").mean(),
        hours=pl.col("hours").mean(),
        **{name: pl.col(name).mean() for name in carried},
    )
    turned = pairs.select(
        client_department="provider_department", provider_department="client_department", given="services"
    )
    given, received = pl.col("given").fill_null(0).cast(pl.Float64), pl.col("services").cast(pl.Float64)
    pace = pl.col("recent") / RECENT_MONTHS / (pl.col("services") / WINDOW_MONTHS) - 1
    return (
        pairs.join(turned, on=KEY, how="left")
        .join(_kinds_of(services), on=KEY, how="left")
        .select(
            *KEY,
            *("clients", "providers", "services", "rating", "hours"),
            balance=(given - received) / (given + received),
            trend=pace if reaches_back else pl.lit(None, pl.Float64),
            **{name: pl.col(name) for name in carried},
            kinds=pl.col("kinds"),
        )
        .with_columns(cs.float().round_sig_figs(DIGITS))
        .sort(KEY)
        .collect()
    )


def _kinds_of(services: pl.LazyFrame) -> pl.LazyFrame:
    kinds = (
        services.filter(pl.col("kind").is_not_null())
        .group_by(*KEY, "kind")
        .agg(
            services=pl.len().cast(pl.Int64),
            clients=pl.col("client_id").n_unique().cast(pl.Int64),
            providers=pl.col("provider_id").n_unique().cast(pl.Int64),
        )
    )
    by_name = pl.struct("kind", "services", "clients", "providers").sort_by("kind")
    return kinds.group_by(KEY).agg(kinds=by_name)
