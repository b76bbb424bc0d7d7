"""Episodes: the parts of a stay in one post and one band of tenure, and their days in each month.

What is not known is a group of its own (null): a post before the first record of it is not filled in from later
records, because only people who stayed have those.
"""

from typing import TYPE_CHECKING, Final

import polars as pl

from features.contract.tables import UNKNOWN

if TYPE_CHECKING:
    from features.source import Source

POST: Final = ("department", "level", "location", "job", "contract", "manager_id")
TENURE_BANDS: Final = (
    ("0mo", "under 3 months"),
    ("3mo", "3 to 12 months"),
    ("1y", "1 to 2 years"),
    ("2y", "2 to 5 years"),
    ("5y", "5 to 10 years"),
    ("10y", "10 years and more"),
)
"""When each band of tenure begins, counted from the hire, and its name."""


def episodes_of(source: "Source", stays: pl.DataFrame) -> pl.DataFrame:
    """Every episode: stay, employee_id, first, last (days, both included), the columns of `POST` that the source has,
    tenure, cohort (year of the hire), and of the episode that ends with an exit kind and is_regretted.

    starts_stay, starts_job: whether the stay begins with it by a hire, and whether department or job are new with it.
    """
    posts, tenures = _posts(source, stays), _tenures(stays)
    days = pl.concat([stays.select("stay", day="entry"), posts.select("stay", "day"), tenures.select("stay", "day")])
    days = days.unique().join(stays.select("stay", "entry", "end"), on="stay")
    days = days.filter(pl.col("day").is_between("entry", "end")).sort("day")
    for known in (posts, tenures):
        days = days.join_asof(known.sort("day"), on="day", by="stay", check_sortedness=False)
    days = days.sort("stay", "day").with_columns(
        last=pl.coalesce(pl.col("day").shift(-1).over("stay").dt.offset_by("-1d"), "end"),
        is_last=pl.col("day").shift(-1).over("stay").is_null(),
        is_first=pl.col("day").shift(1).over("stay").is_null(),
    )
    about = stays.select("stay", "employee_id", "hire_date", "kind", "is_regretted", "is_hire")
    rows = days.drop("entry", "end").rename({"day": "first"}).join(about, on="stay", maintain_order="left")
    work = [name for name in ("department", "job") if name in rows.columns]
    moved = pl.any_horizontal([pl.col(name).ne_missing(pl.col(name).shift(1)) for name in work] or [pl.lit(False)])
    return rows.with_columns(
        kind=pl.when("is_last").then("kind"),
        is_regretted=pl.when("is_last").then("is_regretted"),
        cohort=pl.col("hire_date").dt.year().cast(pl.String),
        starts_stay=pl.col("is_first") & pl.col("is_hire"),
        starts_job=pl.when("is_first").then("is_hire").otherwise(moved),
    ).drop("is_first", "is_hire", "is_last", "hire_date")


def months_of(episodes: pl.DataFrame) -> pl.DataFrame:
    """Each episode in each month: its columns, month (its last day), days_share (of the month's days) and is_staff.

    is_staff: employed at the end of the month, or on the last observed day of it. exit, hire: 1 in the month of each.
    """
    first = pl.col("first").dt.month_start()
    count = (pl.col("last").dt.year() - first.dt.year()) * 12 + pl.col("last").dt.month() - first.dt.month()
    rows = episodes.drop("employee_id").with_columns(pl.col(pl.String).exclude("kind").cast(pl.Categorical))
    rows = rows.with_columns(step=pl.int_ranges(0, count.cast(pl.Int64) + 1)).explode("step")
    start = rows.select(first.dt.offset_by(pl.format("{}mo", "step"))).to_series()
    rows = rows.with_columns(start=start).with_columns(month=pl.col("start").dt.month_end())
    until = pl.min_horizontal("last", "month")
    ends_here = pl.col("last") <= pl.col("month")
    days = (until - pl.max_horizontal("first", "start")).dt.total_days() + 1
    horizon = episodes["last"].max()
    is_end = (pl.col("last") >= pl.min_horizontal("month", pl.lit(horizon))) & ~(
        ends_here & pl.col("kind").is_not_null()
    )
    return rows.with_columns(
        days_share=days / pl.col("month").dt.day(),
        is_staff=is_end,
        kind=pl.when(ends_here).then("kind"),
        is_regretted=pl.when(ends_here).then("is_regretted"),
        hire=pl.col("starts_stay") & (pl.col("first") >= pl.col("start")),
    ).drop("step", "start", "starts_stay", "starts_job")


def _posts(source: "Source", stays: pl.DataFrame) -> pl.DataFrame:
    """stay, day, and the whole post from that day on; a null is not known."""
    table = source.scan("assignments")
    empty = pl.DataFrame(schema={"stay": stays.schema["stay"], "day": pl.Date})
    if table is None:
        return empty
    rows = table.collect()
    post = [name for name in POST if name in rows.columns]
    if not post:
        return empty
    rows = _with_stay(rows.rename({"effective_date": "day"}), stays)
    rows = rows.with_columns(known=pl.max_horizontal("day", "recorded_at"))
    rows = rows.group_by("stay", "day", "known").agg(pl.col(post).max())  # the parts of one change
    rows = rows.sort("stay", "day", "known").with_columns(pl.col(post).forward_fill().over("stay"))
    rows = rows.unique(["stay", "day"], keep="last", maintain_order=True).drop("known")
    if "manager_id" in post:
        rows = rows.with_columns(manager_id=pl.when(pl.col("manager_id") != UNKNOWN).then("manager_id"))
    if "level" in post:
        rows = rows.with_columns(pl.col("level").cast(pl.String))
    return rows


def _with_stay(rows: pl.DataFrame, stays: pl.DataFrame) -> pl.DataFrame:
    """The rows with the stay that each belongs to: the last to begin by then; before the first hire, the first one."""
    hires = stays.select("employee_id", "stay", "hire_date").sort("hire_date")
    first = stays.filter("is_first_spell").select("employee_id", first_stay="stay")
    placed = rows.sort("day").join_asof(
        hires, left_on="day", right_on="hire_date", by="employee_id", check_sortedness=False
    )
    placed = placed.join(first, on="employee_id", how="left")
    placed = placed.with_columns(stay=pl.coalesce("stay", "first_stay")).drop_nulls("stay")
    return placed.drop("first_stay", "hire_date")


def _tenures(stays: pl.DataFrame) -> pl.DataFrame:
    """stay, day, tenure: the band that begins on each day."""
    return pl.concat(
        stays.select("stay", day=pl.col("hire_date").dt.offset_by(after), tenure=pl.lit(name))
        for after, name in TENURE_BANDS
    )
