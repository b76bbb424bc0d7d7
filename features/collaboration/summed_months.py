"""Reads the sums that `monthly_sums` wrote, as known on a date, with the services of all spells."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import polars as pl

from features.calendar import Frame, month_index
from features.collaboration.pairs import first_of, second_of
from features.engine.protocol import Engine
from features.known.facts import Known


@dataclass(frozen=True)
class SummedMonths:
    """A folder of `monthly_sums.sum_months`.

    `codes` is the first and the last code of its people; `first_month` maps each month in which services became known
    to the earliest month of these services. Months are year × 12 + month.
    """

    folder: Path
    codes: tuple[int, int]
    first_month: Mapping[int, int]

    def services(self, known: Known, months: int | None = None) -> Frame:
        """Sums by person and month, as described in `monthly_sums`; with `months`, over the last months only."""
        return self._rows("services", known, months)

    def pairs(self, known: Known, months: int | None = None) -> Frame:
        """Sums by pair and month, as described in `monthly_sums`, with `low` and `high`, the two people."""
        return self._rows("pairs", known, months).with_columns(low=first_of("pair"), high=second_of("pair"))

    def first_month_known(self, known: Known) -> int | None:
        """The earliest month with a service known on the date; None where there is none."""
        now = month_index(known.snapshot_date)
        return min((first for month, first in self.first_month.items() if month <= now), default=None)

    def _rows(self, kind: str, known: Known, months: int | None) -> Frame:
        now = month_index(known.snapshot_date)
        rows = known.engine.scan(self.folder / kind / "*.parquet").filter(nw.col("known_month") <= now)
        return rows if months is None else rows.filter(nw.col("month") > now - months)


def summed_months(folder: Path, engine: Engine) -> SummedMonths:
    """The sums in a folder, with facts looked up once for all snapshot dates."""
    people = pl.scan_parquet(folder / "people.parquet").select(pl.len()).collect().item()
    rows = engine.scan(folder / "services" / "*.parquet").group_by("known_month").agg(nw.col("month").min())
    first_month = dict(engine.to_polars(rows.select("known_month", "month")).collect().iter_rows())
    return SummedMonths(folder, (0, people - 1), first_month)
