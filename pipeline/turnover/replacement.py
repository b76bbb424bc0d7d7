"""How long a place stays empty: from an exit to the next arrival in the same department and job.

Arrivals are hires and transfers. They fill the places of those who left in the order of the exits; an arrival while no
place is empty is growth, and fills none. Places that are still empty at the end count as not filled yet (censored).
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipeline.disclosure import LEAST_PEOPLE
from pipeline.turnover.report import Replacement
from pipeline.turnover.retention.curve import retention_curve

_FILLED = "filled"


def vacancies_of(episodes: pl.DataFrame) -> pl.DataFrame:
    """Every exit: department, job, day, days (until somebody follows, or until the last day observed), is_followed."""
    place = [name for name in ("department", "job") if name in episodes.columns]
    exits = episodes.filter(pl.col("kind").is_not_null()).select(*place, day="last", change=1)
    arrivals = episodes.filter("starts_job").select(*place, day="first", change=-1)
    moves = pl.concat([exits, arrivals]).drop_nulls(place).sort("day", pl.col("change") * -1, maintain_order=True)
    if not place or moves.is_empty():
        return exits.clear().select(*place, "day", days=pl.lit(0), is_followed=pl.lit(False))
    open_now = pl.col("change").cum_sum().over(place)
    lowest = pl.min_horizontal(open_now.cum_min().over(place), 0)
    moves = moves.with_columns(surplus=lowest)
    fills = (pl.col("change") == -1) & (pl.col("surplus") == pl.col("surplus").shift(1, fill_value=0).over(place))
    moves = moves.with_columns(is_fill=fills)
    number = pl.int_range(pl.len()).over(place).alias("number")
    left = moves.filter(pl.col("change") == 1).with_columns(number)
    followed = moves.filter("is_fill").with_columns(number).select(*place, "number", until="day")
    both = left.join(followed, on=[*place, "number"], how="left")
    last_day = episodes["last"].max()
    days = (pl.coalesce("until", pl.lit(last_day)) - pl.col("day")).dt.total_days()
    return both.select(*place, "day", days=days, is_followed=pl.col("until").is_not_null())


def replacements(vacancies: pl.DataFrame, by: str | None) -> Mapping[str | None, Replacement]:
    """The replacement of exits by department or job, or of all (`None`); groups with too few exits are left out."""
    parts = vacancies.partition_by(by, as_dict=True) if by else {(None,): vacancies}
    found = {key[0]: _replacement(part) for key, part in parts.items() if part.height >= LEAST_PEOPLE}
    return {None if name is None else str(name): each for name, each in found.items()}


def _replacement(vacancies: pl.DataFrame) -> Replacement:
    followed = vacancies["is_followed"].to_numpy()
    time = vacancies["days"].to_numpy().astype(float)
    curve = retention_curve(np.full(len(time), -1.0), time, np.where(followed, _FILLED, ""), [_FILLED])
    return Replacement(vacancies.height, int(followed.sum()), curve.quantile(0.5))
