"""Vertical relationships and colleagues who left: the manager, the team, the reports, the department."""

from typing import Final

import narwhals as nw

from features.calendar import Frame, months_since
from features.catalogue.feature import Family, Feature, family
from features.drivers.conditions import overtime_shares
from features.known.facts import Known
from features.known.memory import shared
from features.known.posts import assignments, leavers, posts, records_begin_at_hire, staff
from features.known.snapshots import present

NO_MANAGER: Final = "no manager recorded"
SHORT_HISTORY: Final = "records do not reach back so far"
LEADS_NOBODY: Final = "nobody reports to the person"


@family(
    Feature("months_with_manager", "relationships", "Time with the manager", "months", "now",
            "no manager recorded, or since before the records begin", worse="lower"),
    needs=("assignments.manager_id",),
)  # fmt: skip
def months_with_manager(known: Known) -> Frame:
    """Months since the current manager took over."""
    months = months_since("manager_id_since", known.snapshot_date)
    return staff(known).select("employee_id", months_with_manager=months)


@family(
    Feature("manager_changes_12m", "relationships", "Changes of manager in 12 months", "changes", "(12, 0]",
            SHORT_HISTORY, worse="higher"),
    Feature("manager_changes_24m", "relationships", "Changes of manager in 24 months", "changes", "(24, 0]",
            SHORT_HISTORY, worse="higher"),
    needs=("assignments.manager_id",),
)  # fmt: skip
def manager_changes(known: Known) -> Frame:
    """How often a new manager took over within the window."""
    return counted(
        known, {"manager_changes_12m": ("manager_changed", 12), "manager_changes_24m": ("manager_changed", 24)}
    )


def counted(known: Known, counts: dict[str, tuple[str, int]]) -> Frame:
    """Changes of post within windows: name = (a flag of `assignments`, months); null where records begin later."""
    changes = (
        assignments(known)
        .group_by("employee_id")
        .agg(
            *(
                nw.when(nw.col("effective_date") > known.ago(months)).then(flag).fill_null(0).sum().alias(name)
                for name, (flag, months) in counts.items()
            ),
            first=nw.col("effective_date").min(),
        )
    )
    people = staff(known).select("employee_id", "hire_date").join(changes, on="employee_id", how="left")
    return people.select(
        "employee_id",
        *(
            nw.when((nw.col("first") <= known.ago(months)) | records_begin_at_hire("first"))
            .then(nw.col(name).cast(nw.Float64))
            .alias(name)
            for name, (_, months) in counts.items()
        ),
    )


@family(
    Feature("team_size", "relationships", "People under the same manager", "people", "now", NO_MANAGER, worse="higher"),
    needs=("assignments.manager_id",),
)
def team_size(known: Known) -> Frame:
    """The manager's span: the number of people with the same manager_id, the person included."""
    return staff(known).select(
        "employee_id", team_size=nw.when(~nw.col("manager_id").is_null()).then(nw.len().over("manager_id"))
    )


@family(
    Feature("direct_reports", "relationships", "People who report to the person", "people", "now", "never null"),
    needs=("assignments.manager_id",),
)
def direct_reports(known: Known) -> Frame:
    """The number of people whose manager is this person; 0 for those who lead nobody."""
    reports = staff(known).filter(~nw.col("manager_id").is_null()).group_by("manager_id").agg(direct_reports=nw.len())
    rows = staff(known).select("employee_id").join(reports, left_on="employee_id", right_on="manager_id", how="left")
    return rows.select("employee_id", nw.col("direct_reports").fill_null(0))


@family(
    Feature("manager_tenure", "relationships", "The manager's own time in the company", "months", "now", NO_MANAGER,
            shows_another=True),
    Feature("manager_has_left", "relationships", "The manager has left or holds no job", "1 or 0", "now", NO_MANAGER,
            worse="higher"),
    needs=("assignments.manager_id",),
)  # fmt: skip
def manager(known: Known) -> Frame:
    """Months since the manager's hire, and 1 where the recorded manager no longer works here."""
    hired = known.spells().select(nw.col("employee_id").alias("manager_id"), nw.col("hire_date").alias("manager_hired"))
    here = present(known).select(nw.col("employee_id").alias("manager_id"), manager_here=nw.lit(1))
    rows = staff(known).select("employee_id", "manager_id")
    rows = rows.join(hired, on="manager_id", how="left").join(here, on="manager_id", how="left")
    known_manager = ~nw.col("manager_hired").is_null()
    return rows.select(
        "employee_id",
        manager_tenure=months_since("manager_hired", known.snapshot_date),
        manager_has_left=nw.when(known_manager).then(nw.col("manager_here").is_null().cast(nw.Float64)),
    )


@family(
    Feature("manager_level", "relationships", "The manager's level", "level", "now", NO_MANAGER, shows_another=True),
    needs=("assignments.manager_id", "assignments.level"),
)
def manager_level(known: Known) -> Frame:
    """The level that the manager holds, or held last."""
    levels = posts(known).select(nw.col("employee_id").alias("manager_id"), manager_level="level")
    rows = staff(known).select("employee_id", "manager_id").join(levels, on="manager_id", how="left")
    return rows.select("employee_id", "manager_level")


@shared
def _exit_counts(known: Known) -> Frame:
    windows = {f"exits_{months}m": months for months in (3, 6, 12)}
    rows = leavers(known).filter(nw.col("exit_date") > known.ago(12))
    return rows.with_columns(
        *((nw.col("exit_date") > known.ago(months)).cast(nw.Int64).alias(name) for name, months in windows.items())
    )


def _share_who_left(known: Known, group: str, prefix: str, windows: tuple[int, ...]) -> Frame:
    """Voluntary exits from the person's group over its other people, including those who left."""
    exits = _exit_counts(known).group_by(group).agg(nw.col(*(f"exits_{months}m" for months in windows)).sum())
    people = staff(known).select("employee_id", group)
    others = people.filter(~nw.col(group).is_null()).group_by(group).agg(others=nw.len() - 1)
    people = people.join(others, on=group, how="left").join(exits, on=group, how="left")
    shares: list[nw.Expr] = []
    for months in windows:
        if known.exits_reach_back(months):
            left = nw.col(f"exits_{months}m").fill_null(0)
            around = nw.col("others") + left
            shares.append(nw.when(around > 0).then(left / around).alias(f"{prefix}_exits_{months}m"))
        else:
            shares.append(nw.lit(None, nw.Float64).alias(f"{prefix}_exits_{months}m"))
    return people.select("employee_id", *shares)


def _exit_features(prefix: str, whose: str, windows: tuple[int, ...]) -> tuple[Feature, ...]:
    return tuple(
        Feature(
            f"{prefix}_exits_{months}m",
            "relationships",
            f"Share of {whose} who left in {months} months",
            "share of people",
            f"({months}, 0]",
            f"{SHORT_HISTORY}, or nobody else in the group",
            worse="higher",
            peers=whose,
        )
        for months in windows
    )


@family(*_exit_features("team", "the team", (3, 6, 12)), needs=("assignments.manager_id", "exits.kind"))
def team_exits(known: Known) -> Frame:
    """Voluntary exits of people under the same manager, as a share of the team."""
    return _share_who_left(known, "manager_id", "team", (3, 6, 12))


@family(*_exit_features("department", "the department", (3, 6, 12)), needs=("assignments.department", "exits.kind"))
def department_exits(known: Known) -> Frame:
    """Voluntary exits from the department, as a share of its people."""
    return _share_who_left(known, "department", "department", (3, 6, 12))


@family(
    Feature("reports_exits_12m", "relationships", "Share of the person's reports who left in 12 months",
            "share of people", "(12, 0]", f"{LEADS_NOBODY}, or {SHORT_HISTORY}", worse="higher"),
    needs=("assignments.manager_id", "exits.kind"),
)  # fmt: skip
def reports_exits(known: Known) -> Frame:
    """Voluntary exits in (12, 0] of people who reported to the person, over these and those who report now."""
    left = _exit_counts(known).group_by("manager_id").agg(nw.col("exits_12m").sum())
    here = staff(known).group_by("manager_id").agg(here=nw.len())
    led = nw.col("here").fill_null(0) + nw.col("exits_12m").fill_null(0)
    rows = of_reports(known, here).join(of_reports(known, left), on="employee_id")
    share = nw.when(led > 0).then(nw.col("exits_12m").fill_null(0) / led)
    return rows.select(
        "employee_id", reports_exits_12m=share if known.exits_reach_back(12) else nw.lit(None, nw.Float64)
    )


@family(
    Feature("reports_overtime_3m", "relationships", "Overtime of the person's reports", "share of contracted hours",
            "(3, 0]", f"{LEADS_NOBODY}, or no working time of theirs is recorded", worse="higher",
            shows_another=True),
    needs=("assignments.manager_id", "working_time.overtime_hours", "working_time.contracted_hours"),
)  # fmt: skip
def reports_overtime(known: Known) -> Frame:
    """Mean overtime of the person's reports over (3, 0]."""
    rows = staff(known).select("employee_id", "manager_id")
    rows = rows.join(overtime_shares(known).select("employee_id", "overtime_3m"), on="employee_id", how="left")
    means = rows.group_by("manager_id").agg(reports_overtime_3m=nw.col("overtime_3m").mean())
    return of_reports(known, means)


def of_reports(known: Known, rows: Frame) -> Frame:
    """Figures by manager_id as figures of the manager: employee_id and the figures, for everyone who works here."""
    people = staff(known).select("employee_id")
    return people.join(rows, left_on="employee_id", right_on="manager_id", how="left")


FAMILIES: Final[tuple[Family, ...]] = (
    months_with_manager,
    manager_changes,
    team_size,
    direct_reports,
    manager,
    manager_level,
    team_exits,
    department_exits,
    reports_exits,
    reports_overtime,
)
