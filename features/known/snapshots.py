"""Which snapshot dates a source has, and who works here and who is at risk on each."""

from datetime import date
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from features.calendar import Frame
from features.contract.snapshot_calendar import Period, counted_back, snapshot_calendar, stays_of
from features.known.facts import Known
from features.known.memory import shared

if TYPE_CHECKING:
    from features.source import Source


def snapshot_dates(source: "Source") -> list[date]:
    """The month-ends on which people are looked at, ascending; see `snapshot_calendar`.

    The last one is the date to score. No date is before `complete_from`: people whom the source holds from before it
    can only have stayed.
    """
    period = Period(source.complete_from, source.complete_until, source.snapshot_every_months, source.horizon_months)
    if period.every_months == 1:
        return counted_back(period)
    stays = stays_of(pl.scan_parquet(source.tables["employees"]), pl.scan_parquet(source.tables["exits"]))
    return snapshot_calendar(stays, period)


@shared
def present(known: Known) -> Frame:
    """The spells of people who work here on the date, including those who have given notice: one row per person."""
    here = known.spells().filter(nw.col("observed_from") <= known.snapshot_date)
    return here.join(known.facts("exits").select("employee_id"), on="employee_id", how="anti")


def at_risk(known: Known) -> Frame:
    """People who could still decide to leave: employee_id, hire_date, one row per person.

    Hired and observed on or before the snapshot date, not known to have left by then, and without notice given:
    people who have given notice are neither scored nor learned from.
    """
    stay = present(known).join(known.notices().select("employee_id"), on="employee_id", how="anti")
    return stay.select("employee_id", "hire_date")
