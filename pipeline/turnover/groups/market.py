"""The market's turnover beside the company's."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from features.contract.tables import MARKET_RATES
from pipeline.turnover.groups.monthly import EVERYONE

if TYPE_CHECKING:
    from features.source import Source

_NAMED: Final = ("department", "job", "location")


def market_rates(source: "Source", after: date, until: date) -> Mapping[tuple[str, str | None], float]:
    """The mean voluntary rate of the market's months in (after, until], by dimension and group.

    A row without a group is about the whole company; one with a group about the department, job or location so named.
    """
    rows = source.scan(MARKET_RATES)
    if rows is None:
        return {}
    table = rows.filter(pl.col("month") > after, pl.col("month") <= until).collect()
    if "group" not in table.columns:
        table = table.with_columns(group=pl.lit(None, pl.String))
    means = table.group_by("group").agg(pl.col("voluntary_rate").mean()).rows()
    return {(by, group): rate for group, rate in means for by in (_NAMED if group is not None else (EVERYONE,))}
