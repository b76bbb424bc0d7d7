"""Each person's post, past and present: its parts from `assignments`, each change's kind, and since when parts hold."""

from datetime import date
from typing import Final

import narwhals as nw

from features.calendar import Frame, day_number
from features.known.codes import with_unknown_as_null
from features.known.facts import Known, latest
from features.known.memory import shared
from features.known.snapshots import present

POST: Final = ("department", "job", "level", "manager_id", "location", "contract", "fte")
"""Columns of `assignments` in which a null means unchanged since the previous row."""
SINCE: Final = ("department", "job", "level", "manager_id")
"""Columns for which `assignments` also gives the day since which they hold (`level_since` ...)."""
DAYS_TO_FIRST_RECORD: Final = 366
"""A first assignment at most this many days after the hire counts from the hire (yearly records)."""
REASONS: Final = {
    "promoted": "promotion",
    "transferred": "transfer",
    "manager_changed": "manager_change",
    "reorganised": "reorganisation",
}
"""The columns with the kind of a change of post, and the contract's reason for each."""


@shared
def staff(known: Known) -> Frame:
    """Everyone who works here on the date, with the hire date and, where the source has it, the post."""
    here = present(known).select("employee_id", "hire_date")
    if not known.has("assignments"):
        return here
    return here.join(posts(known).drop("hire_date"), on="employee_id", how="left")


@shared
def leavers(known: Known) -> Frame:
    """Voluntary exits known on the date: employee_id, exit_date, and the post held last."""
    exits = known.facts("exits").filter(nw.col("kind") == "voluntary").select("employee_id", "exit_date")
    return exits.join(posts(known), on="employee_id", how="left") if known.has("assignments") else exits


@shared
def assignments(known: Known) -> Frame:
    """One row per change of post: the whole post, since when each part holds, and what kind of change it was.

    `promoted`, `transferred`, `manager_changed` and `reorganised` are 1 or 0. They follow the source's reason; without
    one, a rise in level, a new department and a new manager count: one known manager after another. `..._since` is null
    where the person's records begin too late to know, and where the manager is unknown.
    """
    post = [name for name in POST if known.has(f"assignments.{name}")]
    when = ("effective_date", "known_day")
    rows = known.versions("assignments").with_columns(*_given_reasons(known))
    rows = rows.group_by("employee_id", *when).agg(nw.col(*post, *REASONS).max())  # the parts of one change
    rows = known.engine.fill_forward(rows, post, when)
    if "manager_id" in post:
        rows = with_unknown_as_null(rows, "manager_id")
    last_version = nw.col("known_day") == nw.col("known_day").max().over("employee_id", "effective_date")
    rows = rows.filter(last_version).drop("known_day")
    rows = rows.join(known.spells().select("employee_id", "hire_date"), on="employee_id")
    changing = [name for name in SINCE if name in post]
    if not changing:
        return rows.with_columns(*_reasons(post))
    rows = known.engine.with_row_before(rows, changing, "effective_date")
    rows = rows.with_columns(first_date=nw.col("effective_date").min().over("employee_id"))
    rows = rows.with_columns(
        is_first=nw.col("effective_date") == nw.col("first_date"),
        start=nw.when(records_begin_at_hire("first_date")).then("hire_date"),
    )
    rows = rows.with_columns(*_reasons(post), *(_change_of(name) for name in changing))
    rows = rows.drop("first_date", "is_first", "start")
    rows = known.engine.fill_forward(rows, [f"{name}_since" for name in changing], ["effective_date"])
    return rows.with_columns(
        *(nw.when(~nw.col(name).is_null()).then(f"{name}_since").alias(f"{name}_since") for name in changing)
    )


def _given_reasons(known: Known) -> list[nw.Expr]:
    if not known.has("assignments.reason"):
        return [nw.lit(None, nw.Int8).alias(name) for name in REASONS]
    return [(nw.col("reason") == reason).cast(nw.Int8).alias(name) for name, reason in REASONS.items()]


def _reasons(post: list[str]) -> list[nw.Expr]:
    unknown = nw.lit(0, nw.Int8)
    rise = (nw.col("level") > nw.col("level_before")).cast(nw.Int8) if "level" in post else unknown
    move = (nw.col("department") != nw.col("department_before")).cast(nw.Int8) if "department" in post else unknown
    new = (nw.col("manager_id") != nw.col("manager_id_before")).cast(nw.Int8) if "manager_id" in post else unknown
    return [
        nw.coalesce(nw.col("promoted"), rise, unknown).alias("promoted"),
        nw.coalesce(nw.col("transferred"), move, unknown).alias("transferred"),
        # a new manager is a fact, whatever else the same row was recorded for
        nw.coalesce(nw.max_horizontal(nw.col("manager_changed"), new), unknown).alias("manager_changed"),
        nw.coalesce(nw.col("reorganised"), unknown).alias("reorganised"),
    ]


def _change_of(name: str) -> nw.Expr:
    """The day on which a part of the post changed to the row's value; null where it did not change or is not known."""
    first, before = nw.col("is_first"), nw.col(f"{name}_before")
    changed = ~first & (before.is_null() | (nw.col(name) != before)) & ~nw.col(name).is_null()
    at_hire = nw.when(first).then("start")
    return nw.when(changed).then("effective_date").otherwise(at_hire).alias(f"{name}_since")


def records_begin_at_hire(first: str) -> nw.Expr:
    """True where a person's first record (column `first`) is close enough to `hire_date` to count from then."""
    return day_number(first) - day_number("hire_date") <= DAYS_TO_FIRST_RECORD


@shared
def posts(known: Known) -> Frame:
    """The post that each person holds on the date, or held last: one row of `assignments` per person."""
    return posts_on(known, known.snapshot_date)


def posts_on(known: Known, day: date) -> Frame:
    """The post that each person held on an earlier day, as known on the snapshot date."""
    return latest(assignments(known).filter(nw.col("effective_date") <= day), "effective_date")


def post_before(known: Known, months: int) -> Frame:
    """Department, level and location `months` ago, as far as recorded: employee_id, `department_12m` and so on."""
    names = [name for name in ("department", "level", "location") if known.has(f"assignments.{name}")]
    rows = posts_on(known, known.ago(months))
    return rows.select("employee_id", *(nw.col(name).alias(f"{name}_{months}m") for name in names))
