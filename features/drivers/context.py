"""Context: features that are shown beside the drivers and that nobody can act on."""

from dataclasses import replace
from typing import Final

import narwhals as nw

from features.calendar import Frame, months_since
from features.catalogue.feature import Family, Feature, family
from features.known.facts import Known
from features.known.posts import assignments, post_before, staff
from features.known.snapshots import present

NOT_RECORDED: Final = "not recorded"


def _context(name: str, label: str, unit: str, null_means: str = NOT_RECORDED, window: str = "now") -> Feature:
    kind = "category" if unit == "category" else "number"
    return Feature(name, "context", label, unit, window, null_means, actionable=False, kind=kind)  # type: ignore[arg-type]


@family(_context("tenure_months", "Time since the hire", "months", "never null"), needs=("employees",))
def tenure(known: Known) -> Frame:
    """Months since the hire date of the current spell."""
    return staff(known).select("employee_id", tenure_months=months_since("hire_date", known.snapshot_date))


@family(_context("spell", "Spell of employment, 1 for the first", "count", "never null"), needs=("employees",))
def spell(known: Known) -> Frame:
    """1 for the first spell, 2 after a rehire, and so on."""
    return present(known).select("employee_id", "spell")


@family(_context("level", "Level", "level"), needs=("assignments.level",))
def level(known: Known) -> Frame:
    """The level of the current post."""
    return staff(known).select("employee_id", "level")


def _post_category(column: str, label: str) -> Family:
    def define(known: Known) -> Frame:
        return staff(known).select("employee_id", column)

    return Family((_context(column, label, "category"),), define, (f"assignments.{column}",))


@family(_context("season", "Quarter of the year", "category", "never null"), needs=("employees",))
def season(known: Known) -> Frame:
    """The calendar quarter of the snapshot date, Q1 to Q4."""
    return staff(known).select("employee_id", season=nw.lit(f"Q{(known.snapshot_date.month + 2) // 3}"))


@family(
    _context("department_size", "People in the department", "people"),
    _context("department_growth_12m", "Change of the department's size in 12 months", "log ratio",
             "the department is younger, or the records are", "(12, 0]"),
    needs=("assignments.department", "exits"),
)  # fmt: skip
def department_size(known: Known) -> Frame:
    """People in the department now, and log(now / 12 months ago) as far as exits are recorded."""
    rows = staff(known).select("employee_id", "department")
    now = rows.group_by("department").agg(department_size=nw.len())
    rows = rows.filter(~nw.col("department").is_null()).join(now, on="department", how="left")
    if not known.exits_reach_back(12):
        return rows.select("employee_id", "department_size", department_growth_12m=nw.lit(None, nw.Float64))
    before = _staff_before(known).group_by("department").agg(size_before=nw.len())
    rows = rows.join(before, on="department", how="left")
    growth = (nw.col("department_size") / nw.col("size_before")).log()
    return rows.select("employee_id", "department_size", department_growth_12m=growth)


def _staff_before(known: Known) -> Frame:
    """The people who worked here 12 months ago, with their department then."""
    day = known.ago(12)
    here = known.spells().filter(nw.col("hire_date") <= day, nw.col("observed_from") <= day).select("employee_id")
    gone = known.facts("exits").filter(nw.col("exit_date") <= day).select("employee_id")
    here = here.join(gone, on="employee_id", how="anti").join(post_before(known, 12), on="employee_id")
    return here.select("employee_id", nw.col("department_12m").alias("department"))


@family(
    _context("reorganised_12m", "Department reorganised within 12 months", "share of people",
             "department not recorded, or the records do not reach back so far", "(12, 0]"),
    needs=("assignments.department", "assignments.reason"),
)  # fmt: skip
def reorganised(known: Known) -> Frame:
    """Share of the department's people with a reorganisation in (12, 0]; null where assignments begin later."""
    first = known.first_day("assignments")
    if first is None or first > known.ago(12):
        return staff(known).select("employee_id", reorganised_12m=nw.lit(None, nw.Float64))
    changes = (
        assignments(known)
        .filter(nw.col("effective_date") > known.ago(12))
        .group_by("employee_id")
        .agg(nw.col("reorganised").max())
    )
    rows = staff(known).select("employee_id", "department").join(changes, on="employee_id", how="left")
    rows = rows.with_columns(hit=nw.col("reorganised").fill_null(0).cast(nw.Float64))
    share = nw.when(~nw.col("department").is_null()).then(nw.col("hit").mean().over("department"))
    return rows.select("employee_id", reorganised_12m=share)


def attribute_family(column: str, name: str, is_number: bool) -> Family:
    """A personal attribute that the source lists under `employee_features`, as the feature `name`."""

    def define(known: Known) -> Frame:
        return present(known).select("employee_id", nw.col(column).alias(name))

    label = column.replace("_", " ").capitalize()
    attribute = replace(_context(name, label, "as recorded" if is_number else "category"), is_dated=False)
    return Family((attribute,), define, ("employees",))


FAMILIES: Final[tuple[Family, ...]] = (
    tenure,
    spell,
    level,
    _post_category("department", "Department"),
    _post_category("job", "Job"),
    _post_category("location", "Location"),
    season,
    department_size,
    reorganised,
)
