"""Every table as known on a snapshot date: the only reader of time.

A fact counts on a snapshot date when its own date and `recorded_at` both lie on or before it (a null `recorded_at`
is the fact's own date). Of several rows for one fact, the one recorded last by then counts. Of a person who was
hired again, only facts since the latest hire count; for a first spell also those dated before it.
Nothing that reads through here can see the future.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from features.calendar import Frame, month_end, month_index, month_number
from features.catalogue.feature import figure, shared
from features.collaboration.carried_windows import LastService, PairWindow
from features.collaboration.pairs import first_of, second_of
from features.engine.engines import POLARS, Engine

if TYPE_CHECKING:
    from features.source import Source

OWN_DATE: Final[Mapping[str, str]] = {
    "employees": "hire_date",
    "assignments": "effective_date",
    "compensation": "effective_date",
    "surveys": "survey_date",
    "competencies": "assessed_at",
    "performance": "review_date",
    "working_time": "month",
    "measures": "measured_at",
    "exits": "exit_date",
}
CONTESTED: Final = "has_other_versions"
"""Column of the tables with people as codes: whether another row is about the same fact."""
SIDES: Final = ("low", "high")
"""The two people of a pair, by their codes."""
_ALSO_IN_KEY: Final[Mapping[str, tuple[str, ...]]] = {
    "surveys": ("item",),
    "competencies": ("competency", "assessor_id"),
    "measures": ("name",),
}


@dataclass(frozen=True)
class Prepared:
    """What is worked out once for all snapshot dates of a source.

    `months` is the folder that `months.sum_months` wrote, None where there are no services, and `codes` the first and
    the last of its people; `single` names the tables with one row a fact, of which no version need be chosen;
    `first_month` says, for each month in which services became known, which is the first that these are of;
    `pair_window` and `last_service` go from date to date.
    """

    months: Path | None = None
    codes: tuple[int, int] = (0, 0)
    single: frozenset[str] = frozenset()
    first_month: Mapping[int, int] = field(default_factory=dict)
    pair_window: PairWindow = field(default_factory=PairWindow)
    last_service: LastService = field(default_factory=LastService)


@dataclass(frozen=True)
class Known:
    """A source on a snapshot date."""

    source: "Source"
    snapshot_date: date
    prepared: Prepared = Prepared()
    engine: Engine = POLARS
    worked_out: dict[str, Frame] = field(default_factory=dict, repr=False, compare=False)
    figures: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    def ago(self, months: int) -> date:
        """The month-end that lies `months` before the snapshot date: the open start of a window."""
        return month_end(self.snapshot_date, -months)

    def exits_reach_back(self, months: int) -> bool:
        """True where exits are fully recorded over the window (months, 0]."""
        return self.ago(months) + timedelta(days=1) >= self.source.complete_from

    def has(self, need: str) -> bool:
        """True where the source holds the table (`exits`) or the column (`exits.kind`)."""
        return holds(self.source, need)

    def facts(self, table: str, months: int | None = None) -> Frame:
        """Rows of a table known on the date, one a fact; with `months`, those of (snapshot - months, snapshot]."""
        rows = self.versions(table, months)
        columns = columns_of(self.source, table)
        if table in self.prepared.single:
            return rows.drop("recorded_at", "known_day", CONTESTED, strict=False)
        key = key_of(self.source, table)
        values = [name for name in columns if name not in (*key, "recorded_at", CONTESTED)]
        if CONTESTED not in columns:
            return _last_versions(rows, key, values)
        contested = rows.filter(nw.col(CONTESTED))  # few, so that most rows need no window and no group
        settled = rows.filter(~nw.col(CONTESTED)).select(*key, *values)
        return nw.concat([settled, _last_versions(contested, key, values).select(*key, *values)])

    def versions(self, table: str, months: int | None = None) -> Frame:
        """As `facts`, but every row known by then, with the `known_day` that tells the versions of a fact apart."""
        own = nw.col(OWN_DATE[table])
        rows = self._scan(table).filter(own <= self.snapshot_date)
        rows = rows.filter(nw.col("recorded_at").is_null() | (nw.col("recorded_at") <= self.snapshot_date))
        if months is not None:
            rows = rows.filter(own > self.ago(months))
        rows = rows.with_columns(known_day=nw.coalesce("recorded_at", OWN_DATE[table]))
        return rows if table == "employees" else since_rehire(self, rows, "employee_id", own)

    def notices(self) -> Frame:
        """Exits that are known on the date and lie after it: employee_id, exit_date."""
        known = nw.col("recorded_at") <= self.snapshot_date
        exits = self._scan("exits").filter(known, nw.col("exit_date") > self.snapshot_date)
        return exits.select("employee_id", "exit_date")  # what lies ahead is of no earlier spell

    def services(self, months: int) -> Frame:
        """Sums of internal services by person and month, as `months.py` describes them."""
        return since_rehire(self, self.services_of_all_spells(months), "employee_id", nw.col("month"), monthly=True)

    def services_of_all_spells(self, months: int | None = None) -> Frame:
        """As `services`, with what belongs to an earlier spell."""
        return self._months("services", months)

    def last_services(self) -> Frame:
        """The last month (year × 12 + month) in which each person asked for or gave a service: employee_id, month."""
        last = self.prepared.last_service.on(self)
        return since_rehire(self, last, "employee_id", nw.col("month"), monthly=True)

    def pairs(self, months: int | None = None) -> Frame:
        """Sums of internal services by pair and month, as `months.py` describes them, and `low` and `high` of it."""
        rows = self.pairs_of_all_spells(months)
        for side in SIDES:
            rows = since_rehire(self, rows, side, nw.col("month"), monthly=True)
        return rows

    def pairs_of_all_spells(self, months: int | None = None) -> Frame:
        """As `pairs`, with what belongs to an earlier spell of either."""
        return self._months("pairs", months).with_columns(low=first_of("pair"), high=second_of("pair"))

    def pairs_of_earlier_spells(self, months: int) -> Frame | None:
        """What `pairs` leaves out; None where nobody has been hired again within so many months."""
        rehired = _rehired(self).filter(nw.col("rehire_date") > self.ago(months))
        if self.engine.to_polars(rehired).collect().is_empty():
            return None
        rows = self.pairs_of_all_spells(months)
        for side in SIDES:
            again = rehired.select(nw.col("rehired").alias(side), nw.col("rehire_month").alias(f"{side}_rehired"))
            rows = rows.join(again, on=side, how="left")
        is_earlier = [(nw.col("month") < nw.col(f"{side}_rehired")).fill_null(value=False) for side in SIDES]
        return rows.filter(nw.any_horizontal(*is_earlier, ignore_nulls=False))

    def first_month_of_services(self) -> int | None:
        """The earliest month (year × 12 + month) of whose services anything was known, None where nothing was."""
        now = month_index(self.snapshot_date)
        return min((first for month, first in self.prepared.first_month.items() if month <= now), default=None)

    def first_day(self, table: str) -> date | None:
        """The earliest own date that the table held on the snapshot date, None where it held nothing yet."""
        own = OWN_DATE[table]
        first = self.engine.to_polars(self.versions(table).select(nw.col(own).min())).collect().item()
        return first if isinstance(first, date) else None

    def _scan(self, table: str) -> Frame:
        return self.engine.scan(self.source.tables[table])

    def _months(self, name: str, months: int | None) -> Frame:
        if self.prepared.months is None:
            raise ValueError("internal services are read from the sums that months.sum_months writes")
        now = month_index(self.snapshot_date)
        rows = self.engine.scan(self.prepared.months / name / "*.parquet").filter(nw.col("known_month") <= now)
        return rows if months is None else rows.filter(nw.col("month") > now - months)


def known_on(source: "Source", snapshot_date: date, prepared: Prepared = Prepared(), engine: Engine = POLARS) -> Known:
    """The source as it was known at the end of a day. Without `prepared` it knows nothing of internal services."""
    return Known(source, snapshot_date, prepared, engine)


def prepare(source: "Source", months: Path | None, engine: Engine = POLARS) -> Prepared:
    """Find the tables in which no fact has two rows; `months` is what `months.sum_months` gave."""
    tables = [table for table in OWN_DATE if table in source.tables]
    single = frozenset(table for table in tables if _is_single(source, table, engine))
    if months is None:
        return Prepared(single=single)
    people = pl.scan_parquet(months / "people.parquet").select(pl.len()).collect().item()
    return Prepared(months, (0, people - 1), single, _first_months(months, engine))


def _first_months(months: Path, engine: Engine) -> dict[int, int]:
    rows = engine.scan(months / "services" / "*.parquet").group_by("known_month").agg(nw.col("month").min())
    return dict(engine.to_polars(rows.select("known_month", "month")).collect().iter_rows())


def _last_versions(rows: Frame, key: tuple[str, ...], values: list[str]) -> Frame:
    """Of each fact the version known last; of two known on one day, the greater values."""
    rows = rows.filter(nw.col("known_day") == nw.col("known_day").max().over(*key))
    return rows.group_by(*key).agg(nw.col(*values).max()) if values else rows.select(*key).unique()


def _is_single(source: "Source", table: str, engine: Engine) -> bool:
    facts = engine.scan(source.tables[table]).group_by(*key_of(source, table)).agg(rows=nw.len())
    most = engine.to_polars(facts.select(nw.col("rows").max())).collect().item()
    return most is None or most == 1


def key_of(source: "Source", table: str) -> tuple[str, ...]:
    """The columns that say which fact a row is about; rows with the same key are versions of one fact."""
    key = ("employee_id", OWN_DATE[table], *_ALSO_IN_KEY.get(table, ()))
    return tuple(name for name in key if name in columns_of(source, table))


def columns_of(source: "Source", table: str) -> list[str]:
    """Names of the columns that the source has of a table."""
    return list(pl.read_parquet_schema(source.tables[table]))


def holds(source: "Source", need: str) -> bool:
    """True where the source holds the table (`exits`) or the column (`exits.kind`); `a or b` where it holds either."""
    return any(_holds(source, *either.split(".")) for either in need.split(" or "))


def _holds(source: "Source", table: str, column: str = "") -> bool:
    return table in source.tables and (not column or column in columns_of(source, table))


@shared
def spells(known: Known) -> Frame:
    """The spell that each person is in, or was in last: `employees` plus `spell`, 1 for the first."""
    rows = known.facts("employees")
    if "observed_from" not in columns_of(known.source, "employees"):
        rows = rows.with_columns(observed_from=nw.col("hire_date"))
    rows = rows.with_columns(observed_from=nw.coalesce("observed_from", "hire_date"))
    rows = rows.with_columns(spell=nw.len().over("employee_id"), latest=nw.col("hire_date").max().over("employee_id"))
    return rows.filter(nw.col("hire_date") == nw.col("latest")).drop("latest")


@shared
def _rehired(known: Known) -> Frame:
    again = spells(known).filter(nw.col("spell") > 1)
    return again.select(rehired="employee_id", rehire_date="hire_date", rehire_month=month_number("hire_date"))


@figure
def _is_anyone_rehired(known: Known) -> bool:
    return not known.engine.to_polars(_rehired(known)).collect().is_empty()


def since_rehire(known: Known, rows: Frame, person: str, when: nw.Expr, *, monthly: bool = False) -> Frame:
    """Drop what belongs to an earlier spell of a person who was hired again; by calendar month for monthly sums."""
    rehired = _rehired(known)
    if not _is_anyone_rehired(known):
        return rows
    names = rows.collect_schema().names()
    start = "rehire_month" if monthly else "rehire_date"
    rows = rows.join(rehired, left_on=person, right_on="rehired", how="left")
    return rows.filter(nw.col(start).is_null() | (when >= nw.col(start))).select(*names)


@shared
def present(known: Known) -> Frame:
    """The spells of those who work here on the date, with those who have given notice: one row a person."""
    here = spells(known).filter(nw.col("observed_from") <= known.snapshot_date)
    return here.join(known.facts("exits").select("employee_id"), on="employee_id", how="anti")


def latest(rows: Frame, by: str) -> Frame:
    """Each person's last row by a date that is unique within the person."""
    return rows.filter(nw.col(by) == nw.col(by).max().over("employee_id"))
