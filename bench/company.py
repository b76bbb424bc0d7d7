"""HR tables with many service events, written directly as canonical tables. Only sizes and shapes are realistic.

`features.simulation` gives meaningful outcomes. Here every draw is vectorised and services are written a few hundred
thousand at a time, so that a hundred million of them need little memory and a few minutes.

The requested number of people is employed in each month; leavers are replaced on the first of the next. A few rows of
every table are recorded late, some pay is corrected afterwards, some services are still open or were never rated.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from bench.part import SEED, Size
from features.calendar import month_end
from features.contract.vocabulary import EXIT_KINDS, SERVICE_KINDS
from features.source import Source
from features.validation.report import Report

Ints = np.ndarray[Any, np.dtype[np.int64]]
Columns = dict[str, Any]

UNTIL: Final = date(2025, 12, 31)
EPOCH: Final = date(1970, 1, 1)
DAY: Final = 86_400
LATE: Final = 0.03
"""Share of rows recorded after their own day."""
TEAM: Final = 8
CIRCLE: Final = 10
"""Typical distance, in seats, between client and provider: the team and its neighbours."""
ROWS_AT_A_TIME: Final = 500_000
RECORDS_BEFORE_DAYS: Final = 730
ITEMS: Final = ("manager", "workload")
_DAYS: Final = {
    "hire_date", "effective_date", "survey_date", "review_date", "month", "exit_date", "recorded_at"
}  # fmt: skip
_PEOPLE: Final = {"employee_id", "manager_id", "client_id", "provider_id"}


def write_company(size: Size, folder: Path) -> None:
    """Write a folder with one Parquet file per table and a source.toml; the same size gives the same data."""
    company = _Company(size, np.random.default_rng(SEED))
    folder.mkdir(parents=True, exist_ok=True)
    _write_services(company, folder / "collaboration.parquet")
    for table, parts in company.rows.items():
        pl.concat([_canonical(part) for part in parts], how="diagonal").write_parquet(folder / f"{table}.parquet")
    lines = (f"name = 'bench-{size.people}'", f"complete_from = {company.start(0)}", f"complete_until = {UNTIL}")
    (folder / "source.toml").write_text("\n".join(lines) + "\n")


def source(folder: Path) -> Source:
    """The tables of `write_company` as a source that is already read and validated."""
    tables = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
    first = pl.scan_parquet(tables["working_time"]).select(pl.col("month").min()).collect().item()
    return Source(
        name="bench",
        tables=tables,
        protected=None,
        protected_names=(),
        employee_features=(),
        complete_from=first.replace(day=1),
        complete_until=UNTIL,
        horizon_months=6,
        snapshot_every_months=1,
        ignore=frozenset(),
        items={},
        data_hash="",
        report=Report(),
    )


class _Company:
    """Seats, the people on them, and the rows that they produce; `live` simulates the months."""

    def __init__(self, size: Size, rng: np.random.Generator) -> None:
        self.size, self.rng = size, rng
        self.rows: dict[str, list[Columns]] = defaultdict(list)
        seats = np.arange(size.people)
        self.seat_of_manager = np.where(seats % TEAM, seats // TEAM * TEAM, seats // TEAM**2 * TEAM**2)
        self.person = seats.copy()
        self.people = size.people
        self.level = rng.integers(1, 6, size.people)
        self.pay = 40_000 * 1.2**self.level * rng.lognormal(0, 0.1, size.people)
        hired = _day(self.start(0)) - rng.integers(0, 15 * 365, size.people)
        self._hire(seats, hired, np.maximum(hired, _day(self.start(0)) - RECORDS_BEFORE_DAYS))

    def start(self, month: int) -> date:
        """First day of a month counted from the beginning of the data."""
        return month_end(UNTIL, month - self.size.months) + timedelta(days=1)

    def live(self) -> Iterator[tuple[int, Ints]]:
        """Yield each month's number and the people on the seats, after recording the month's changes."""
        for month in range(self.size.months):
            first, last = _day(self.start(month)), _day(self.start(month + 1)) - 1
            if month:
                self._replace(first)
            self._promote(first + 14)
            self._raise_pay(first, everyone=self.start(month).month == 4)
            self._record_month(first, last, self.start(month).month)
            yield month, self.person.copy()

    def _replace(self, first: int) -> None:
        """Let some people leave on the last day of the month before, and others take their seats on the first."""
        seats = np.flatnonzero(self.rng.random(self.size.people) < 0.015)
        self._add(
            "exits",
            employee_id=self.person[seats],
            exit_date=np.full(len(seats), first - 1),
            kind=np.array(EXIT_KINDS)[self.rng.choice(3, len(seats), p=[0.7, 0.2, 0.1])],
            recorded_at=self._noticed(np.full(len(seats), first - 1)),
        )
        self.person[seats] = self.people + np.arange(len(seats))
        self.people += len(seats)
        day = np.full(len(seats), first)
        self._hire(seats, day, day)
        gone = np.isin(self.seat_of_manager, seats)
        gone[seats] = False
        self._new_manager(np.flatnonzero(gone), first)

    def _noticed(self, days: Ints) -> Ints:
        """When exits became known: a third up to 60 days before, a few afterwards, the others on the day."""
        draw, rng = self.rng.random(len(days)), self.rng
        early, late = days - rng.integers(1, 61, len(days)), days + rng.integers(1, 41, len(days))
        return np.select([draw < 0.33, draw < 0.33 + LATE], [early, late], days)

    def _hire(self, seats: Ints, hired: Ints, recorded: Ints) -> None:
        person, rng = self.person[seats], self.rng
        self._add("employees", employee_id=person, hire_date=hired, recorded_at=self._late(hired))
        self._add(
            "assignments",
            employee_id=person,
            effective_date=recorded,
            department=np.char.add("D", (seats // TEAM**2).astype(str)),
            job=np.char.add("J", (seats % 12).astype(str)),
            level=self.level[seats],
            manager_id=np.where(self.seat_of_manager == np.arange(self.size.people), -1,
                                self.person[self.seat_of_manager])[seats],
            location=np.char.add("L", (seats // TEAM % 5).astype(str)),
            fte=rng.choice([1.0, 0.5], len(seats), p=[0.85, 0.15]),
            reason=np.full(len(seats), "hire"),
            recorded_at=self._late(recorded),
        )  # fmt: skip
        self._add_pay(seats, recorded)

    def _new_manager(self, seats: Ints, day: int) -> None:
        days = np.full(len(seats), day)
        self._add(
            "assignments",
            employee_id=self.person[seats],
            effective_date=days,
            manager_id=self.person[self.seat_of_manager[seats]],
            reason=np.full(len(seats), "manager_change"),
            recorded_at=self._late(days),
        )

    def _promote(self, day: int) -> None:
        seats = np.flatnonzero(self.rng.random(self.size.people) < 0.01)
        self.level[seats] += 1
        days = np.full(len(seats), day)
        self._add(
            "assignments",
            employee_id=self.person[seats],
            effective_date=days,
            level=self.level[seats],
            reason=np.full(len(seats), "promotion"),
            recorded_at=self._late(days),
        )

    def _raise_pay(self, first: int, *, everyone: bool) -> None:
        """Change pay on the second of the month: everyone's in April, a few otherwise; some raises are zero or cuts."""
        seats = np.flatnonzero(self.rng.random(self.size.people) < (1.0 if everyone else 0.01))
        growth = self.rng.normal(0.03, 0.02, len(seats))
        self.pay[seats] *= np.exp(np.where(self.rng.random(len(seats)) < 0.1, 0.0, growth))
        self._add_pay(seats, np.full(len(seats), first + 1))

    def _add_pay(self, seats: Ints, days: Ints) -> None:
        market = self.pay[seats] * self.rng.lognormal(0, 0.1, len(seats))
        paid = np.round(self.pay[seats], 2)
        unknown = self.rng.random(len(seats)) < 0.2
        row = {
            "employee_id": self.person[seats],
            "effective_date": days,
            "base_pay": paid,
            "market_pay": np.where(unknown, np.nan, np.round(market, 2)),
            "recorded_at": self._late(days),
        }
        self._add("compensation", **row)
        wrong = np.flatnonzero(self.rng.random(len(seats)) < 0.01)
        corrected = {name: values[wrong] for name, values in row.items()}
        corrected |= {"base_pay": np.round(paid[wrong] * 1.01, 2), "recorded_at": days[wrong] + 120}
        self._add("compensation", **corrected)

    def _record_month(self, first: int, last: int, month: int) -> None:
        people, rng = self.person[self.rng.random(self.size.people) > LATE], self.rng
        count = len(people)
        self._add(
            "working_time",
            employee_id=people,
            month=np.full(count, last),
            contracted_hours=rng.choice([160.0, 80.0, 0.0], count, p=[0.85, 0.14, 0.01]),
            worked_hours=np.round(rng.normal(150, 10, count), 1),
            overtime_hours=np.round(rng.gamma(1.0, 8.0, count), 1),
            leave_days=rng.integers(0, 6, count).astype(float),
            remote_days=rng.integers(0, 12, count).astype(float),
            recorded_at=self._late(np.full(count, last)),
        )
        if month % 3 == 0:
            for item in ITEMS:
                self._survey(item, first + 14)
        if month == 3:
            days = np.full(count, first + 9)
            rating = rng.integers(1, 6, count).astype(float)
            self._add("performance", employee_id=people, review_date=days, rating=rating, recorded_at=self._late(days))

    def _survey(self, item: str, day: int) -> None:
        people = self.person[self.rng.random(self.size.people) < 0.75]
        days = np.full(len(people), day)
        self._add(
            "surveys",
            employee_id=people,
            survey_date=days,
            item=np.full(len(people), item),
            score=self.rng.integers(0, 21, len(people)) / 2,
            recorded_at=self._late(days),
        )

    def _late(self, days: Ints) -> Ints:
        """When rows were recorded: on the day itself, and a few up to 75 days later."""
        late = self.rng.random(len(days)) < LATE
        return days + np.where(late, self.rng.integers(1, 76, len(days)), 0)

    def _add(self, table: str, **columns: Any) -> None:
        self.rows[table].append(columns)


def _write_services(company: _Company, path: Path) -> None:
    """Write the services in the order of their requests; each row group is a slice of a month."""
    writer = None
    for month, people in company.live():
        first, end = company.start(month), company.start(month + 1)
        slices = -(-company.size.people * company.size.events // ROWS_AT_A_TIME)
        borders = np.linspace(_day(first) * DAY, _day(end) * DAY, slices + 1).astype(np.int64)
        each = np.diff(np.linspace(0, company.size.events, slices + 1).astype(int))
        for count, begin, stop in zip(each, borders, borders[1:], strict=False):
            rows = _canonical(_services(company.rng, people, int(count), int(begin), int(stop))).to_arrow()
            writer = writer or pq.ParquetWriter(path, rows.schema, compression="zstd")
            writer.write_table(rows)
    if writer:
        writer.close()


def _services(rng: np.random.Generator, people: Ints, each: int, begin: int, stop: int) -> Columns:
    """`each` services requested by everyone between two times (in seconds), mostly from colleagues on nearby seats."""
    client = np.tile(np.arange(len(people)), each)
    count = len(client)
    near = 1 + rng.exponential(CIRCLE, count).astype(np.int64) * rng.choice([-1, 1], count)
    far = rng.integers(1, len(people), count)
    step = np.where(rng.random(count) < 0.05, far, near) % len(people)
    provider = (client + np.where(step == 0, 1, step)) % len(people)
    opened = np.sort(rng.integers(begin, stop, count))
    order = rng.permutation(count)
    closed = opened + 1 + rng.exponential(20 * 3600, count).astype(np.int64)
    is_open = (rng.random(count) < 0.04) | (closed >= (_day(UNTIL) + 1) * DAY)
    late = rng.random(count) < LATE
    return {
        "client_id": people[client[order]],
        "provider_id": people[provider[order]],
        "opened_at": opened,
        "closed_at": np.where(is_open, -1, closed),
        "kind": pl.Series(SERVICE_KINDS).gather(rng.integers(0, len(SERVICE_KINDS), count)),
        "rating": np.where(is_open | (rng.random(count) < 0.3), np.nan, rng.integers(1, 6, count)),
        "effort_hours": np.where(is_open, np.nan, np.round(rng.gamma(1.5, 1.0, count), 2)),
        "recorded_at": np.where(late, opened // DAY + rng.integers(1, 76, count), -1),
    }


def _canonical(columns: Columns) -> pl.DataFrame:
    """Columns in the contract's types; -1 for a person, day or time, and NaN for a number, become null."""
    table = pl.DataFrame(columns)
    return table.with_columns(*(_canonical_column(name, dtype) for name, dtype in table.schema.items()))


def _canonical_column(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    known = pl.when(column >= 0).then(column) if dtype.is_integer() else column
    if name in _PEOPLE:
        return (pl.lit("P") + known.cast(pl.String).str.zfill(7)).alias(name)
    if name in _DAYS:
        return known.cast(pl.Int32).cast(pl.Date).alias(name)
    if name in ("opened_at", "closed_at"):
        return (known * 1_000_000).cast(pl.Datetime("us")).alias(name)
    return column.fill_nan(None) if dtype.is_float() else column


def _day(day: date) -> int:
    return (day - EPOCH).days
