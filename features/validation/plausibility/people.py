"""People who are two, who vanish, or whose records do not fit their hire."""

from datetime import timedelta

import polars as pl

from features.contract.tables import OWN_DATE
from features.validation.plausibility.canonical import Canonical
from features.validation.plausibility.rules import (
    BEFORE_HIRE,
    HIRED_AGAIN,
    HIRED_ELSEWHEN,
    HIRED_LONG_BEFORE,
    HIRED_TOGETHER,
    INTERRUPTED,
    NOT_IN_TABLE,
    TWO_SPELLINGS,
    UNOBSERVED,
    VANISHED,
)
from features.validation.rules import Tally

OF_EVERYONE = ("assignments", "compensation", "working_time")
"""Tables in which everyone has rows where they are kept at all; surveys and reviews leave people out."""
NEARLY_ALL = 0.95
MOST = 0.9
FEWEST = 3
SMALLEST_SHARE = 0.005
"""A person in 200: fewer are single mistakes, such as a hire and an exit on one day."""
TWO_MONTHS = 62
A_MONTH = 31
A_WEEK = 7
TOGETHER = 0.2
FEWEST_BEFORE = 20
MANY_BEFORE = 0.25
"""Of the people, the share hired before the records from which their survival decides what a model learns of tenure."""
FEW_HIRES = 50
LAST_DATES = 6
MOST_DATES_A_YEAR = 54
"""A table with a row a week has 52."""
A_YEAR = 400
VANISHING = 0.0175
"""Of the exits, the share above which people who vanish are a list of leavers that is not complete. Of a public source
of monthly rows, 1.5 % vanish without an exit."""


def count_people(source: Canonical, tally: Tally) -> None:
    """Counts people whose id, hire or records are doubtful."""
    _count_spellings(source, tally)
    _count_hires(source, tally)
    for table in OF_EVERYONE:
        if source.has(table, "employee_id"):
            _count_missing(source, table, tally)
            _count_presence(source, table, tally)
    _count_late_records(source, tally)
    _count_spells(source, tally)
    if source.has("assignments", "reason"):
        _count_other_hires(source, tally)


def _count_spellings(source: Canonical, tally: Tally) -> None:
    ids = source.spells.select(pl.col("employee_id").unique())
    bare = pl.col("employee_id").str.strip_chars().str.to_lowercase().str.strip_chars_start("0")
    alike = ids.filter(bare.len().over(bare) > 1, bare != "")
    tally.add(TWO_SPELLINGS, "employees", "employee_id", alike.height)


def _count_hires(source: Canonical, tally: Tally) -> None:
    hires = source.spells["hire_date"]
    most = int(hires.value_counts()["count"].max() or 0)  # type: ignore[arg-type]
    if len(hires) >= FEW_HIRES and most > TOGETHER * len(hires):
        tally.add(HIRED_TOGETHER, "employees", "hire_date", most)


def _count_missing(source: Canonical, table: str, tally: Tally) -> None:
    seen = source.first_facts.filter(pl.col("table") == table)
    begins = pl.max_horizontal("hire_date", pl.lit(seen["first"].min()))
    stayed = pl.col("gone").fill_null(source.until) - begins >= timedelta(days=TWO_MONTHS)
    everyone = source.spells.filter(stayed).select("employee_id").unique()
    missing = everyone.join(seen, on="employee_id", how="anti").height
    if missing >= max(FEWEST, SMALLEST_SHARE * everyone.height) and missing < (1 - MOST) * everyone.height:
        tally.add(NOT_IN_TABLE, table, "employee_id", missing)


def _count_presence(source: Canonical, table: str, tally: Tally) -> None:
    """Counts people without rows on the last two dates, or for two months, where nearly everyone has one on each."""
    day = pl.col(OWN_DATE[table]).cast(pl.Date).alias("day")
    rows = source.scan(table).select("employee_id", day).filter(pl.col("day") <= source.until).unique().collect()
    dates = rows["day"].unique().sort()
    recent = dates.filter(dates > source.until - timedelta(days=A_YEAR)).tail(LAST_DATES)
    if len(recent) < LAST_DATES or len(dates) > MOST_DATES_A_YEAR * ((dates[-1] - dates[0]).days / 365 + 1):
        return
    staff = source.spells.join(pl.DataFrame({"day": recent}), how="cross")
    staff = staff.filter(pl.col("hire_date") <= pl.col("day"), pl.col("gone").fill_null(source.until) >= pl.col("day"))
    seen = staff.join(rows.with_columns(is_there=True), on=["employee_id", "day"], how="left")
    seen = seen.with_columns(pl.col("is_there").fill_null(value=False))
    if seen.is_empty() or float(seen["is_there"].mean() or 0) < MOST:  # type: ignore[arg-type]
        return
    last = seen.filter(pl.col("day") >= recent[-2]).group_by("employee_id").agg(pl.col("is_there").any(), n=pl.len())
    lost = last.filter(~pl.col("is_there"), pl.col("n") == 2).join(rows, on="employee_id", how="semi").height
    if lost > VANISHING * source.filled("exits")["exit_date"]:
        tally.add(VANISHED, table, OWN_DATE[table], lost)
    _count_interruptions(source, table, rows, tally)


def _count_interruptions(source: Canonical, table: str, rows: pl.DataFrame, tally: Tally) -> None:
    hires = source.spells.select("employee_id", "hire_date").sort("hire_date")
    in_spells = rows.sort("day").join_asof(
        hires, left_on="day", right_on="hire_date", by="employee_id", check_sortedness=False
    )
    pause = (pl.col("day") - pl.col("day").shift(1)).dt.total_days().over("employee_id", "hire_date")
    back = in_spells.sort("employee_id", "day").filter(pause > TWO_MONTHS)["employee_id"].n_unique()
    if back > SMALLEST_SHARE * rows["employee_id"].n_unique():
        tally.add(INTERRUPTED, table, OWN_DATE[table], back)


def _count_spells(source: Canonical, tally: Tally) -> None:
    """Counts people who are back at once, rows before the first hire, and a company that nobody is left of."""
    spells = source.spells.sort("employee_id", "hire_date")
    back = (pl.col("hire_date").shift(-1).over("employee_id") - pl.col("gone")).dt.total_days()
    exits = source.scan("exits").filter(pl.col("kind") == "voluntary").select("employee_id", gone="exit_date").collect()
    again = spells.filter(back.is_between(1, A_WEEK)).join(exits, on=["employee_id", "gone"], how="semi").height
    if again >= FEWEST:
        tally.add(HIRED_AGAIN, "exits", "exit_date", again)
    facts = source.first_facts.filter(pl.col("table").is_in(OF_EVERYONE))
    both = spells.group_by("employee_id").agg(pl.col("hire_date").min()).join(facts, on="employee_id")
    early = both.filter((pl.col("hire_date") - pl.col("first")).dt.total_days() > A_MONTH)["employee_id"].n_unique()
    if early >= max(FEWEST, SMALLEST_SHARE * spells["employee_id"].n_unique()):
        tally.add(BEFORE_HIRE, "employees", "hire_date", early)


def _count_late_records(source: Canonical, tally: Tally) -> None:
    facts = source.first_facts.filter(pl.col("table").is_in(OF_EVERYONE))
    first = facts.group_by("employee_id").agg(pl.col("first").min())
    if first.is_empty():
        return
    employees = source.scan("employees").collect()
    observed = pl.col("observed_from") if "observed_from" in employees.columns else pl.col("hire_date")
    begins = employees.group_by("employee_id").agg(pl.max_horizontal("hire_date", observed).min().alias("begins"))
    start = pl.max_horizontal("begins", pl.lit(first["first"].min()))
    waited = begins.join(first, on="employee_id").select(days=(pl.col("first") - start).dt.total_days())["days"]
    late = int((waited > TWO_MONTHS).sum())
    if "observed_from" not in employees.columns:
        _count_unobserved(source, facts, tally)
    if FEWEST <= late <= (1 - NEARLY_ALL) * len(waited):
        tally.add(HIRED_LONG_BEFORE, "employees", "hire_date", late)


def _count_unobserved(source: Canonical, facts: pl.DataFrame, tally: Tally) -> None:
    """Counts people hired a year before the records begin, where these begin for all of them on one day."""
    first = facts.group_by("employee_id").agg(pl.col("first").min())
    start = pl.lit(first["first"].min())
    hires = source.spells.group_by("employee_id").agg(pl.col("hire_date").min()).join(first, on="employee_id")
    before = hires.filter(start - pl.col("hire_date") > timedelta(days=366))
    at_once = before.filter(pl.col("first") - start <= timedelta(days=A_MONTH)).height
    if before.height > max(FEWEST_BEFORE, MANY_BEFORE * hires.height) and at_once > MOST * before.height:
        tally.add(UNOBSERVED, "employees", "observed_from", before.height)


def _count_other_hires(source: Canonical, tally: Tally) -> None:
    rows = source.scan("assignments").filter(pl.col("reason") == "hire").select("employee_id", day="effective_date")
    hires = source.spells.lazy().select("employee_id", hire_date="hire_date").sort("hire_date")
    near = rows.sort("day").join_asof(
        hires, left_on="day", right_on="hire_date", by="employee_id", strategy="nearest", check_sortedness=False
    )
    waited = (pl.col("day") - pl.col("hire_date")).dt.total_days().abs()
    tally.add(HIRED_ELSEWHEN, "assignments", "effective_date", near.filter(waited > A_MONTH).collect().height)
