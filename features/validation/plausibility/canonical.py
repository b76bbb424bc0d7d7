"""What the checks of plausibility read: the canonical tables of a source, and its period."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from features.contract.tables import OWN_DATE, UNKNOWN, people_columns


@dataclass(frozen=True)
class Canonical:
    """The canonical tables in a folder. start and until: the first and the last day on which exits are complete."""

    folder: Path
    start: date
    until: date

    @cached_property
    def tables(self) -> tuple[str, ...]:
        return tuple(table for table in OWN_DATE if (self.folder / f"{table}.parquet").exists())

    def scan(self, table: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.folder / f"{table}.parquet")

    def has(self, table: str, *columns: str) -> bool:
        """Whether the source has the table, with these columns and a value in each."""
        return table in self.tables and all(self.filled(table).get(column, 0) for column in columns)

    def filled(self, table: str) -> dict[str, int]:
        """The number of values of each column of a table that are known."""
        if table not in self._filled:
            self._filled[table] = self._values(table)
        return self._filled[table]

    def _values(self, table: str) -> dict[str, int]:
        scan = self.scan(table)
        schema = scan.collect_schema()
        known = [
            (pl.col(name).is_not_null() & (pl.col(name) != UNKNOWN)).sum()
            if kind == pl.String
            else pl.col(name).count()
            for name, kind in schema.items()
        ]
        return {name: int(number) for name, number in scan.select(known).collect().row(0, named=True).items()}

    @cached_property
    def _filled(self) -> dict[str, dict[str, int]]:
        return {}

    @cached_property
    def spells(self) -> pl.DataFrame:
        """employee_id, hire_date, gone: one row a spell; gone is the first exit from the hire on, null for none."""
        hires = self.scan("employees").select("employee_id", "hire_date").unique().sort("hire_date")
        exits = self.scan("exits").select("employee_id", gone="exit_date").sort("gone")
        return hires.join_asof(
            exits, left_on="hire_date", right_on="gone", by="employee_id", strategy="forward", check_sortedness=False
        ).collect()

    @cached_property
    def first_facts(self) -> pl.DataFrame:
        """table, employee_id, first: the day of each person's first row in each table but employees and exits."""
        parts = [
            self.scan(table)
            .select(pl.col(person).alias("employee_id"), day=pl.col(OWN_DATE[table]).cast(pl.Date))
            .group_by("employee_id")
            .agg(first=pl.col("day").min())
            .select(pl.lit(table).alias("table"), "employee_id", "first")
            for table in self.tables
            if table not in ("employees", "exits", "collaboration")
            for person in people_columns(table)
        ]
        empty = pl.LazyFrame(schema={"table": pl.String, "employee_id": pl.String, "first": pl.Date})
        return pl.concat([empty, *parts]).collect()
