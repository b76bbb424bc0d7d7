"""Relationships up the line and with those who left: the manager, the team, the department."""

from typing import Final

import narwhals as nw

from features.calendar import Frame, months_since
from features.definition import Family, Feature, family, shared
from features.known import Known, present, spells
from features.places import assignments, leavers, records_begin_at_hire, staff

NO_MANAGER: Final = "no manager recorded"
SHORT_HISTORY: Final = "records do not reach back so far"


@family(
    Feature("months_with_manager", "relationships", "Time with the manager", "months", "now",
            "no manager recorded, or since before the records begin", worse="lower"),
    needs=("assignments.manager_id",),
)  # fmt: skip
def months_with_manager(known: Known) -> Frame:
    """Months since the day from which the current manager_id holds."""
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
    """Changes of place within windows: name = (a flag of `assignments`, months); null before the records begin."""
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
    """The manager's span: how many people have the same manager_id, the person included."""
    return staff(known).select(
        "employee_id", team_size=nw.when(~nw.col("manager_id").is_null()).then(nw.len().over("manager_id"))
    )


@family(
    Feature("direct_reports", "relationships", "People who report to the person", "people", "now", "never null"),
    needs=("assignments.manager_id",),
)
def direct_reports(known: Known) -> Frame:
    """How many people have this person as manager; 0 for those who lead nobody."""
    reports = staff(known).filter(~nw.col("manager_id").is_null()).group_by("manager_id").agg(direct_reports=nw.len())
    rows = staff(known).select("employee_id").join(reports, left_on="employee_id", right_on="manager_id", how="left")
    return rows.select("employee_id", nw.col("direct_reports").fill_null(0))


@family(
    Feature("manager_tenure", "relationships", "The manager's own time in the company", "months", "now", NO_MANAGER),
    Feature("manager_has_left", "relationships", "The manager has left or gives no place", "1 or 0", "now", NO_MANAGER,
            worse="higher"),
    needs=("assignments.manager_id",),
)  # fmt: skip
def manager(known: Known) -> Frame:
    """Months since the manager's hire, and 1 where the manager recorded no longer works here."""
    hired = spells(known).select(nw.col("employee_id").alias("manager_id"), nw.col("hire_date").alias("manager_hired"))
    here = present(known).select(nw.col("employee_id").alias("manager_id"), manager_here=nw.lit(1))
    rows = staff(known).select("employee_id", "manager_id")
    rows = rows.join(hired, on="manager_id", how="left").join(here, on="manager_id", how="left")
    known_manager = ~nw.col("manager_hired").is_null()
    return rows.select(
        "employee_id",
        manager_tenure=months_since("manager_hired", known.snapshot_date),
        manager_has_left=nw.when(known_manager).then(nw.col("manager_here").is_null().cast(nw.Float64)),
    )


@shared
def _exit_counts(known: Known) -> Frame:
    windows = {f"exits_{months}m": months for months in (3, 6, 12)}
    rows = leavers(known).filter(nw.col("exit_date") > known.ago(12))
    return rows.with_columns(
        *((nw.col("exit_date") > known.ago(months)).cast(nw.Int64).alias(name) for name, months in windows.items())
    )


def _share_who_left(known: Known, group: str, prefix: str, windows: tuple[int, ...]) -> Frame:
    """Voluntary exits from the person's group over its other people, those who left included."""
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
    """Voluntary exits of people under the same manager, a share of the team."""
    return _share_who_left(known, "manager_id", "team", (3, 6, 12))


@family(*_exit_features("department", "the department", (3, 6, 12)), needs=("assignments.department", "exits.kind"))
def department_exits(known: Known) -> Frame:
    """Voluntary exits from the department, a share of its people."""
    return _share_who_left(known, "department", "department", (3, 6, 12))


@family(*_exit_features("job", "those in the same job", (6, 12)), needs=("assignments.job", "exits.kind"))
def job_exits(known: Known) -> Frame:
    """Voluntary exits of people in the same job, a share of them."""
    return _share_who_left(known, "job", "job", (6, 12))


FAMILIES: Final[tuple[Family, ...]] = (
    months_with_manager,
    manager_changes,
    team_size,
    direct_reports,
    manager,
    team_exits,
    department_exits,
    job_exits,
)
