"""Every table as known on a snapshot date. This is the only module that reads facts by time.

A fact counts on a snapshot date if both its own date and `recorded_at` are on or before it (a null `recorded_at` is the
fact's own date). If several rows are about one fact, the one recorded last by then counts. For a person who was hired
again, only facts since the latest hire count; for a first spell, facts dated before the hire count too.
Nothing that reads through this module can see the future.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar, cast

import narwhals as nw

from features.calendar import Frame, month_end
from features.contract.ended_spell import with_ended_spell
from features.contract.tables import OWN_DATE
from features.engine.polars import POLARS
from features.engine.protocol import Engine
from features.known.source_columns import columns_of, holds
from features.known.spells import latest_spells, rehired_among, without_earlier_spells
from features.known.versions import CONTESTED, is_single, key_of, last_versions

if TYPE_CHECKING:
    from features.source import Source

Figure = TypeVar("Figure")
Definition = Callable[["Known"], Frame]
"""Takes what is known on a date; gives `employee_id` and the columns it defines, at most one row per person."""


@dataclass(frozen=True)
class Prepared:
    """What is computed once for all snapshot dates of a source.

    `single` names the tables with one row per fact, where no version need be chosen. `services` is what `collaboration`
    reads internal services from and carries from date to date; only that package uses its contents.
    """

    single: frozenset[str] = frozenset()
    services: object = None


@dataclass(frozen=True)
class Known:
    """A source on a snapshot date."""

    source: "Source"
    snapshot_date: date
    prepared: Prepared = Prepared()
    engine: Engine = POLARS
    _frames: dict[str, Frame] = field(default_factory=dict, repr=False, compare=False)
    _figures: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    def ago(self, months: int) -> date:
        """The month-end `months` before the snapshot date: the open start of a window."""
        return month_end(self.snapshot_date, -months)

    def exits_reach_back(self, months: int) -> bool:
        """True where exits are fully recorded over the window (months, 0]."""
        return self.ago(months) + timedelta(days=1) >= self.source.complete_from

    def has(self, need: str) -> bool:
        """True where the source holds the table (`exits`) or the column (`exits.kind`)."""
        return holds(self.source, need)

    def facts(self, table: str, months: int | None = None) -> Frame:
        """Rows of a table known on the date, one per fact; with `months`, those of (snapshot - months, snapshot]."""
        rows = self.versions(table, months)
        columns = columns_of(self.source, table)
        if table in self.prepared.single:
            return rows.drop("recorded_at", "known_day", CONTESTED, strict=False)
        key = key_of(self.source, table)
        values = [name for name in columns if name not in (*key, "recorded_at", CONTESTED)]
        if CONTESTED not in columns:
            return last_versions(rows, key, values)
        contested = rows.filter(nw.col(CONTESTED))  # there are few, so most rows need no window and no grouping
        settled = rows.filter(~nw.col(CONTESTED)).select(*key, *values)
        return nw.concat([settled, last_versions(contested, key, values).select(*key, *values)])

    def versions(self, table: str, months: int | None = None) -> Frame:
        """Like `facts`, but with every row known by then, and the `known_day` that distinguishes versions of a fact."""
        own = nw.col(OWN_DATE[table])
        rows = self._scan(table).filter(own <= self.snapshot_date)
        rows = rows.filter(nw.col("recorded_at").is_null() | (nw.col("recorded_at") <= self.snapshot_date))
        if months is not None:
            rows = rows.filter(own > self.ago(months))
        rows = rows.with_columns(known_day=nw.coalesce("recorded_at", OWN_DATE[table]))
        if table == "employees":
            return rows
        return self._of_latest_spell(rows) if table == "exits" else self.since_rehire(rows, "employee_id", own)

    def notices(self) -> Frame:
        """Exits known on the date that take place after it: employee_id, exit_date."""
        known = nw.col("recorded_at") <= self.snapshot_date
        exits = self._scan("exits").filter(known, nw.col("exit_date") > self.snapshot_date)
        return exits.select("employee_id", "exit_date")  # a future exit never belongs to an earlier spell

    def first_day(self, table: str) -> date | None:
        """The earliest own date in the table on the snapshot date; None where it had no rows yet."""
        own = OWN_DATE[table]
        first = self.engine.to_polars(self.versions(table).select(nw.col(own).min())).collect().item()
        return first if isinstance(first, date) else None

    def spells(self) -> Frame:
        """Each person's current or last spell: `employees` plus `spell`, 1 for the first."""
        return self.once("spells", lambda known: latest_spells(known.facts("employees")))

    def rehired(self) -> Frame:
        """People who were hired again: rehired (the person), rehire_date, rehire_month (year × 12 + month)."""
        return self.once("rehired", lambda known: rehired_among(known.spells()))

    def since_rehire(self, rows: Frame, person: str, when: nw.Expr, *, monthly: bool = False) -> Frame:
        """Drop rows of earlier spells of people who were hired again; by calendar month for monthly sums."""
        if not self.figure_once("is anyone rehired", _is_anyone_rehired):
            return rows
        return without_earlier_spells(rows, self.rehired(), person, when, monthly=monthly)

    def _of_latest_spell(self, exits: Frame) -> Frame:
        """Drop exits that ended an earlier spell of people who were hired again."""
        if not self.figure_once("is anyone rehired", _is_anyone_rehired):
            return exits
        rows = with_ended_spell(exits, self.facts("employees"))
        rows = rows.join(self.rehired(), left_on="employee_id", right_on="rehired", how="left")
        is_of_latest = nw.col("rehire_date").is_null() | (nw.col("ended_hire") == nw.col("rehire_date"))
        return rows.filter(is_of_latest).select(*exits.collect_schema().names())

    def once(self, name: str, define: Definition, *, of_many: bool = False) -> Frame:
        """The frame of that name, computed at the first request and then held by the engine."""
        if name not in self._frames:
            self._frames[name] = self.engine.hold(define(self), of_many=of_many)
        return self._frames[name]

    def figure_once(self, name: str, compute: Callable[["Known"], Figure]) -> Figure:
        """The figure of that name, computed at the first request."""
        if name not in self._figures:
            self._figures[name] = compute(self)
        return cast("Figure", self._figures[name])

    def _scan(self, table: str) -> Frame:
        return self.engine.scan(self.source.tables[table])


def _is_anyone_rehired(known: Known) -> bool:
    return not known.engine.to_polars(known.rehired()).collect().is_empty()


def known_on(source: "Source", snapshot_date: date, prepared: Prepared = Prepared(), engine: Engine = POLARS) -> Known:
    """The source as known at the end of a day. Without `prepared`, no internal services are known."""
    return Known(source, snapshot_date, prepared, engine)


def prepare(source: "Source", engine: Engine = POLARS, services: object = None) -> Prepared:
    """Find the tables in which no fact has two rows. `services` comes from `collaboration`; None without any."""
    tables = [table for table in OWN_DATE if table in source.tables and table != "collaboration"]
    return Prepared(frozenset(table for table in tables if is_single(source, table, engine)), services)


def latest(rows: Frame, by: str) -> Frame:
    """Each person's last row by a date that is unique per person."""
    return rows.filter(nw.col(by) == nw.col(by).max().over("employee_id"))
