"""Working conditions: hours, leave, place of work and terms."""

from typing import Final

import narwhals as nw

from features.calendar import DAYS_A_MONTH, Frame, month_index, month_number
from features.catalogue.feature import Family, Feature, family
from features.drivers.peers import over_median
from features.known.facts import Known
from features.known.memory import shared
from features.known.posts import post_before, staff

LATE_BY_MONTHS: Final = 3
"""Working time may be recorded a little late: `now` is the last known month, at most this old."""
HIGH_OVERTIME: Final = 0.1
"""Overtime above a tenth of the contracted hours counts as a month of high overtime."""
WEEKDAYS_A_MONTH: Final = DAYS_A_MONTH * 5 / 7
MONTHS: Final = 12
MOST_FTE: Final = 2
"""The highest `assignments.fte`, in full-time posts: some people have more than one."""
NO_MONTH: Final = "no working time recorded in the window"
NO_MONTH_BEFORE: Final = "no working time recorded in (3, 0], or none before it"


@shared
def working_time(known: Known) -> Frame:
    """The last 12 months of working time, with `overtime` as a share of contracted hours where both are recorded."""
    rows = known.facts("working_time", months=MONTHS)
    if not (known.has("working_time.overtime_hours") and known.has("working_time.contracted_hours")):
        return rows
    contracted = nw.when(nw.col("contracted_hours") > 0).then("contracted_hours")
    return rows.with_columns(overtime=nw.col("overtime_hours") / contracted, contracted=contracted)


@shared
def overtime_shares(known: Known) -> Frame:
    """Overtime hours as a share of contracted hours: last month, sums over windows, their shares and difference.

    The trend is null where no month before the last 3 is known: it would compare these months with themselves.
    """
    rows = working_time(known).filter(~nw.col("overtime").is_null())
    rows = rows.with_columns(last_month=nw.col("month").max().over("employee_id"))
    recent = nw.col("month") > known.ago(3)
    is_now = (nw.col("month") == nw.col("last_month")) & (nw.col("month") > known.ago(LATE_BY_MONTHS))
    people = rows.group_by("employee_id").agg(
        nw.when(is_now).then("overtime").max().alias("overtime_now"),
        nw.when(recent).then("overtime_hours").sum().alias("hours_3m"),
        nw.when(recent).then("contracted").sum().alias("contracted_3m"),
        nw.col("overtime_hours").sum().alias("hours_12m"),
        nw.col("contracted").sum().alias("contracted_12m"),
        (nw.col("overtime") > HIGH_OVERTIME).cast(nw.Float64).mean().alias("high_overtime_months_12m"),
    )
    people = people.with_columns(
        overtime_3m=nw.when(nw.col("contracted_3m") > 0).then(nw.col("hours_3m") / nw.col("contracted_3m")),
        overtime_12m=nw.col("hours_12m") / nw.col("contracted_12m"),
    )
    trend = nw.col("overtime_3m") - nw.col("overtime_12m")
    has_past = nw.col("contracted_12m") > nw.col("contracted_3m")
    return people.with_columns(overtime_trend=nw.when(has_past).then(trend))


@family(
    Feature("overtime_now", "conditions", "Overtime in the last month", "share of contracted hours", "now", NO_MONTH,
            worse="higher", monotone=True),
    Feature("overtime_12m", "conditions", "Overtime over 12 months", "share of contracted hours", "(12, 0]", NO_MONTH,
            worse="higher", monotone=True),
    Feature("overtime_trend", "conditions", "Overtime of 3 months against 12 months", "share of contracted hours",
            "(12, 0]", NO_MONTH_BEFORE, worse="higher", is_difference=True, trend_of="overtime_12m"),
    Feature("high_overtime_months_12m", "conditions", "Months with overtime above a tenth", "share of months",
            "(12, 0]", NO_MONTH, worse="higher"),
    needs=("working_time.overtime_hours", "working_time.contracted_hours"),
)  # fmt: skip
def overtime(known: Known) -> Frame:
    """Overtime hours as a share of contracted hours: in the last month, over 12 months, and 3 months minus 12."""
    return overtime_shares(known).select(
        "employee_id", "overtime_now", "overtime_12m", "overtime_trend", "high_overtime_months_12m"
    )


@family(
    Feature("overtime_against_team", "conditions", "Overtime against the team's", "share of contracted hours", "(3, 0]",
            "fewer than 5 others in the team, or " + NO_MONTH, worse="higher", peers="median of the team",
            is_difference=True, monotone=True),
    needs=("working_time.overtime_hours", "working_time.contracted_hours", "assignments.manager_id"),
)  # fmt: skip
def overtime_against_team(known: Known) -> Frame:
    """Overtime over (3, 0] minus the median of those under the same manager."""
    lately = overtime_shares(known).select("employee_id", "overtime_3m")
    rows = staff(known).join(lately, on="employee_id", how="left")
    return rows.select("employee_id", overtime_against_team=over_median("overtime_3m", "manager_id"))


@family(
    Feature("remote_share_3m", "conditions", "Share of remote work", "share of weekdays not on leave", "(3, 0]",
            NO_MONTH, worse="lower"),
    Feature("remote_share_change", "conditions", "Share of remote work of 3 months against 12 months",
            "share of weekdays not on leave", "(12, 0]", NO_MONTH_BEFORE, worse="lower", is_difference=True),
    needs=("working_time.remote_days",),
)  # fmt: skip
def remote(known: Known) -> Frame:
    """Remote days over weekdays less days of leave in (3, 0], at most 1; and that minus the same over (12, 0].

    Assumes five days a week: people who work fewer have a lower share. The change is null without a month before
    (3, 0].
    """
    on_leave = nw.col("leave_days").fill_null(0.0) if known.has("working_time.leave_days") else nw.lit(0.0)
    recent = nw.col("month") > known.ago(3)
    rows = working_time(known).filter(~nw.col("remote_days").is_null())
    rows = rows.with_columns(at_work=nw.max_horizontal(WEEKDAYS_A_MONTH - on_leave, nw.lit(0.0)))
    people = rows.group_by("employee_id").agg(
        nw.when(recent).then("remote_days").sum().alias("remote_3m"),
        nw.when(recent).then("at_work").sum().alias("at_work_3m"),
        nw.col("remote_days").sum().alias("remote_12m"),
        nw.col("at_work").sum().alias("at_work_12m"),
    )
    lately, year = _remote_share("3m"), _remote_share("12m")
    change = nw.when(nw.col("at_work_12m") > nw.col("at_work_3m")).then(lately - year)
    return people.select("employee_id", remote_share_3m=lately, remote_share_change=change)


def _remote_share(window: str) -> nw.Expr:
    at_work = nw.col(f"at_work_{window}")
    return nw.when(at_work > 0).then(nw.min_horizontal(nw.col(f"remote_{window}") / at_work, nw.lit(1.0)))


@family(
    Feature("leave_days_12m", "conditions", "Leave taken over 12 months", "days a month", "(12, 0]", NO_MONTH,
            worse="lower"),
    Feature("months_since_leave", "conditions", "Months without leave, at most 12", "months", "(12, 0]",
            "leave not recorded lately, or none taken in fewer than 9 months of records", worse="higher", upper=MONTHS),
    needs=("working_time.leave_days",),
)  # fmt: skip
def leave(known: Known) -> Frame:
    """Mean leave days a month over (12, 0], and calendar months since the last one with leave, 0 for this month.

    A person who took none in (12, 0] has 12 months without leave, if all but LATE_BY_MONTHS of them are recorded.
    """
    rows = working_time(known).filter(~nw.col("leave_days").is_null())
    people = rows.group_by("employee_id").agg(
        nw.col("leave_days").mean().alias("leave_days_12m"),
        nw.col("month").max().alias("last_month"),
        nw.when(nw.col("leave_days") > 0).then("month").max().alias("leave_month"),
        nw.len().alias("recorded"),
    )
    since = month_index(known.snapshot_date) - month_number("leave_month")
    none_taken = nw.col("leave_month").is_null() & (nw.col("recorded") >= MONTHS - LATE_BY_MONTHS)
    months = nw.when(none_taken).then(nw.lit(MONTHS)).otherwise(since)
    recorded_lately = nw.col("last_month") > known.ago(LATE_BY_MONTHS)
    return people.select("employee_id", "leave_days_12m", months_since_leave=nw.when(recorded_lately).then(months))


@family(
    Feature("full_time_share", "conditions", "Share of full time", "share", "now", "not recorded", upper=MOST_FTE),
    needs=("assignments.fte",),
)
def full_time_share(known: Known) -> Frame:
    """`fte` of the current post."""
    return staff(known).select("employee_id", full_time_share="fte")


@family(
    Feature("contract", "conditions", "Kind of contract", "category", "now", "not recorded", kind="category"),
    needs=("assignments.contract",),
)
def contract(known: Known) -> Frame:
    """`contract` of the current post."""
    return staff(known).select("employee_id", "contract")


@family(
    Feature("location_changed_12m", "conditions", "Moved to another location within 12 months", "1 or 0", "(12, 0]",
            "location not known now or 12 months ago", worse="higher"),
    needs=("assignments.location",),
)  # fmt: skip
def location_changed(known: Known) -> Frame:
    """1 where the location differs from that of 12 months before."""
    rows = staff(known).join(post_before(known, 12), on="employee_id", how="left")
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
