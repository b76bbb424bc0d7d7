"""Spells of employment: each person's current spell, and rows that belong to an earlier one."""

import narwhals as nw

from features.calendar import Frame, month_number


def latest_spells(employees: Frame) -> Frame:
    """Each person's current or last spell: the facts of `employees` plus `spell`, 1 for the first."""
    if "observed_from" not in employees.collect_schema().names():
        employees = employees.with_columns(observed_from=nw.col("hire_date"))
    rows = employees.with_columns(observed_from=nw.coalesce("observed_from", "hire_date"))
    rows = rows.with_columns(spell=nw.len().over("employee_id"), latest=nw.col("hire_date").max().over("employee_id"))
    return rows.filter(nw.col("hire_date") == nw.col("latest")).drop("latest")


def rehired_among(spells: Frame) -> Frame:
    """People who were hired again: rehired (the person), rehire_date, rehire_month (year × 12 + month)."""
    again = spells.filter(nw.col("spell") > 1)
    return again.select(rehired="employee_id", rehire_date="hire_date", rehire_month=month_number("hire_date"))


def without_earlier_spells(rows: Frame, rehired: Frame, person: str, when: nw.Expr, *, monthly: bool) -> Frame:
    """Drop rows from before the day of a person's rehire; with `monthly`, from before its month."""
    names = rows.collect_schema().names()
    start = "rehire_month" if monthly else "rehire_date"
    rows = rows.join(rehired, left_on=person, right_on="rehired", how="left")
    return rows.filter(nw.col(start).is_null() | (when >= nw.col(start))).select(*names)
