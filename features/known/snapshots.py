"""Which snapshot dates a source has, and who works here and who is at risk on each."""

from datetime import date
from typing import TYPE_CHECKING

import narwhals as nw

from features.calendar import Frame, month_end
from features.known.facts import Known
from features.known.memory import shared

if TYPE_CHECKING:
    from features.source import Source


def snapshot_dates(source: "Source") -> list[date]:
    """Month-ends from `complete_from` to `complete_until`, every `snapshot_every_months` counted back; ascending.

    The last one is the date to score. No date is before `complete_from`: people whom the source holds from before it
    can only have stayed.
    """
    last = month_end(source.complete_until)
    if last > source.complete_until:
        last = month_end(last, -1)
    dates = []
    while last >= source.complete_from:
        dates.append(last)
        last = month_end(last, -source.snapshot_every_months)
    return dates[::-1]


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
