"""Working conditions: hours, leave, place of work and terms."""

from typing import Final

import narwhals as nw

from features.calendar import Frame
from features.definition import Family, Feature, family, shared
from features.known import Known
from features.peers import over_median
from features.places import place_before, staff

LATE_BY_MONTHS: Final = 3
"""The month's working time may be recorded a little late: `now` is the last month known, at most this old."""
HIGH_OVERTIME: Final = 0.1
"""Overtime above a tenth of the contracted hours counts as a month of high overtime."""
NO_MONTH: Final = "no working time recorded in the window"


@shared
def working_time(known: Known) -> Frame:
    """The last 12 months of working time with `overtime`, a share of the contracted hours where both are there."""
    rows = known.facts("working_time", months=12)
    if not (known.has("working_time.overtime_hours") and known.has("working_time.contracted_hours")):
        return rows
    contracted = nw.when(nw.col("contracted_hours") > 0).then("contracted_hours")
    return rows.with_columns(overtime=nw.col("overtime_hours") / contracted, contracted=contracted)


def _recent(known: Known, column: str, months: int = LATE_BY_MONTHS) -> nw.Expr:
    return nw.when(nw.col("month") > known.ago(months)).then(column)


@family(
    Feature("overtime_now", "conditions", "Overtime in the last month", "share of contracted hours", "now", NO_MONTH,
            worse="higher"),
    Feature("overtime_3m", "conditions", "Overtime over 3 months", "share of contracted hours", "(3, 0]", NO_MONTH,
            worse="higher"),
    Feature("overtime_12m", "conditions", "Overtime over 12 months", "share of contracted hours", "(12, 0]", NO_MONTH,
            worse="higher"),
    Feature("overtime_trend", "conditions", "Overtime of 3 months against 12 months", "share of contracted hours",
            "(12, 0]", NO_MONTH, worse="higher"),
    Feature("high_overtime_months_12m", "conditions", "Months with overtime above a tenth", "share of months",
            "(12, 0]", NO_MONTH, worse="higher"),
    needs=("working_time.overtime_hours", "working_time.contracted_hours"),
)  # fmt: skip
def overtime(known: Known) -> Frame:
    """Overtime hours as a share of contracted hours: last month, means over windows and their difference."""
    rows = working_time(known).filter(~nw.col("overtime").is_null())
    recent = nw.col("month") > known.ago(3)
    people = rows.group_by("employee_id").agg(
        nw.col("month").max().alias("last_month"),
        nw.col("overtime").last(order_by="month").alias("overtime_now"),
        nw.when(recent).then("overtime_hours").sum().alias("hours_3m"),
        nw.when(recent).then("contracted").sum().alias("contracted_3m"),
        nw.col("overtime_hours").sum().alias("hours_12m"),
        nw.col("contracted").sum().alias("contracted_12m"),
        (nw.col("overtime") > HIGH_OVERTIME).cast(nw.Float64).mean().alias("high_overtime_months_12m"),
    )
    people = people.with_columns(
        overtime_now=nw.when(nw.col("last_month") > known.ago(LATE_BY_MONTHS)).then("overtime_now"),
        overtime_3m=nw.when(nw.col("contracted_3m") > 0).then(nw.col("hours_3m") / nw.col("contracted_3m")),
        overtime_12m=nw.col("hours_12m") / nw.col("contracted_12m"),
    )
    trend = nw.col("overtime_3m") - nw.col("overtime_12m")
    return people.select(
        "employee_id", "overtime_now", "overtime_3m", "overtime_12m", "high_overtime_months_12m", overtime_trend=trend
    )


@family(
    Feature("overtime_against_team", "conditions", "Overtime against the team's", "share of contracted hours", "(3, 0]",
            "fewer than 5 others in the team, or " + NO_MONTH, worse="higher", peers="median of the team"),
    needs=("working_time.overtime_hours", "working_time.contracted_hours", "assignments.manager_id"),
)  # fmt: skip
def overtime_against_team(known: Known) -> Frame:
    """Overtime over (3, 0] minus the median of those under the same manager."""
    rows = overtime.define(known).select("employee_id", "overtime_3m")
    rows = staff(known).join(rows, on="employee_id", how="left")
    return rows.select("employee_id", overtime_against_team=over_median("overtime_3m", "manager_id"))


@family(
    Feature("remote_days_3m", "conditions", "Days of remote work", "days a month", "(3, 0]", NO_MONTH, worse="lower"),
    Feature("remote_days_change", "conditions", "Remote work of 3 months against 12 months", "days a month", "(12, 0]",
            NO_MONTH, worse="lower"),
    needs=("working_time.remote_days",),
)  # fmt: skip
def remote(known: Known) -> Frame:
    """Mean remote days a month over (3, 0], and minus that over (12, 0]."""
    people = (
        working_time(known)
        .group_by("employee_id")
        .agg(
            _recent(known, "remote_days").mean().alias("remote_days_3m"),
            nw.col("remote_days").mean().alias("remote_days_12m"),
        )
    )
    change = nw.col("remote_days_3m") - nw.col("remote_days_12m")
    return people.select("employee_id", "remote_days_3m", remote_days_change=change)


@family(
    Feature("leave_days_3m", "conditions", "Leave taken lately", "days a month", "(3, 0]", NO_MONTH),
    Feature("leave_days_12m", "conditions", "Leave taken over 12 months", "days a month", "(12, 0]", NO_MONTH,
            worse="lower"),
    needs=("working_time.leave_days",),
)  # fmt: skip
def leave(known: Known) -> Frame:
    """Mean leave days a month over (3, 0] and (12, 0]."""
    return (
        working_time(known)
        .group_by("employee_id")
        .agg(
            _recent(known, "leave_days").mean().alias("leave_days_3m"),
            nw.col("leave_days").mean().alias("leave_days_12m"),
        )
    )


@family(
    Feature("full_time_share", "conditions", "Share of full time", "share", "now", "not recorded"),
    needs=("assignments.fte",),
)
def full_time_share(known: Known) -> Frame:
    """`fte` of the place in force."""
    return staff(known).select("employee_id", full_time_share="fte")


@family(
    Feature("contract", "conditions", "Kind of contract", "category", "now", "not recorded", kind="category"),
    needs=("assignments.contract",),
)
def contract(known: Known) -> Frame:
    """`contract` of the place in force."""
    return staff(known).select("employee_id", "contract")


@family(
    Feature("location_changed_12m", "conditions", "Moved to another location within 12 months", "1 or 0", "(12, 0]",
            "location not known now or 12 months ago", worse="higher"),
    needs=("assignments.location",),
)  # fmt: skip
def location_changed(known: Known) -> Frame:
    """1 where the location differs from the one in force 12 months before."""
    rows = staff(known).join(place_before(known, 12), on="employee_id", how="left")
    changed = (nw.col("location") != nw.col("location_12m")).cast(nw.Float64)
    return rows.select("employee_id", location_changed_12m=changed)


FAMILIES: Final[tuple[Family, ...]] = (
    overtime,
    overtime_against_team,
    remote,
    leave,
    full_time_share,
    contract,
    location_changed,
)
