"""A table after the first pass of validation: its interim files, and what the second pass needs to know of all rows.

Rows that are added to it are gathered with those before, so that they alone are checked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from features.contract.tables import CURRENCY, OWN_DATE, date_columns, people_columns
from features.validation.batches import column_names, read_batches
from features.validation.columns import Columns

ROW_KEY: Final = "row key"
"""Column of the interim files: a 64-bit hash of all that was read of the row. No name of the contract has a space."""

FACT_KEY: Final = "fact key"
"""Likewise, a hash of what a row is about and when it was recorded: two different rows with the same one contradict
each other. Only in tables of which one such row is preferred."""

_DAYS: Final = {"column": pl.String, "day": pl.Date, "rows": pl.UInt32}
_PEOPLE: Final = {"employee_id": pl.String, "is_whole": pl.Boolean}
_FIRST_FACTS: Final = {"employee_id": pl.String, "first_fact": pl.Date}


@dataclass
class CheckedTable:
    """A table after the first pass. `paths` are its interim files: canonical columns and the row key.

    days: the number of rows of a column on each day. first_facts: the earliest own date of each person's facts.
    everyone: the people of employees, and whether all their rows have been kept so far. currencies: as they are spelt.
    """

    table: str
    paths: list[Path]
    columns: Columns
    rows: int = 0
    days: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_DAYS))
    first_facts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_FIRST_FACTS))
    everyone: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_PEOPLE))
    repeated_keys: np.ndarray = field(default_factory=lambda: np.array([], dtype=np.uint64))
    repeated_facts: np.ndarray = field(default_factory=lambda: np.array([], dtype=np.uint64))
    currencies: set[str] = field(default_factory=set)
    refused_items: set[str] = field(default_factory=set)
    ignored_items: set[str] = field(default_factory=set)

    def followed_by(self, added: "CheckedTable") -> "CheckedTable":
        """The table with further rows of the same columns."""
        both = CheckedTable(self.table, [*self.paths, *added.paths], self.columns, self.rows + added.rows)
        both.days = _summed_days([self.days, added.days])
        both.first_facts = _earliest([self.first_facts, added.first_facts])
        both.everyone = _whole_people([self.everyone, added.everyone])
        both.currencies = self.currencies | added.currencies
        both.refused_items = self.refused_items | added.refused_items
        both.ignored_items = self.ignored_items | added.ignored_items
        find_repeated(both, [pl.read_parquet(path, columns=_keys_in(path)) for path in both.paths])
        return both


def gather_people(checked: CheckedTable, given: pl.DataFrame, kept: pl.DataFrame) -> None:
    """Notes the people of rows of employees, and who of them has lost one."""
    left_out = given.join(kept, on=ROW_KEY, how="anti")
    people = given.select("employee_id", is_whole=~pl.col("employee_id").is_in(left_out["employee_id"].implode()))
    checked.everyone = _whole_people([checked.everyone, people.drop_nulls("employee_id")])


def gather(checked: CheckedTable, frame: pl.DataFrame) -> None:
    """Notes the days, the currencies and the first facts of rows that are kept."""
    for column in date_columns(checked.table):
        if column in frame.columns:
            days = frame.select(column=pl.lit(column), day=pl.col(column).cast(pl.Date)).drop_nulls()
            days = days.group_by("column", "day").agg(rows=pl.len())
            checked.days = _summed_days([checked.days, days])
    if CURRENCY in frame.columns:
        checked.currencies |= set(frame[CURRENCY].drop_nulls().unique())
    own_date = OWN_DATE.get(checked.table)
    if checked.table in ("employees", "exits") or own_date not in frame.columns:
        return
    for person in people_columns(checked.table):
        if person in frame.columns:
            facts = frame.select(employee_id=person, first_fact=pl.col(own_date).cast(pl.Date))
            first = facts.group_by("employee_id").agg(pl.col("first_fact").min())
            checked.first_facts = _earliest([checked.first_facts, first])


def _summed_days(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).group_by("column", "day").agg(pl.col("rows").sum())


def _earliest(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).group_by("employee_id").agg(pl.col("first_fact").min())


def _keys_in(interim: Path) -> list[str]:
    return [name for name in column_names(interim) if name in (ROW_KEY, FACT_KEY)]


def keys_of(rows: pl.DataFrame) -> pl.DataFrame:
    """The keys of rows that the first pass has kept, for `find_repeated`."""
    return rows.select(name for name in (ROW_KEY, FACT_KEY) if name in rows.columns)


def find_repeated(checked: CheckedTable, parts: list[pl.DataFrame]) -> None:
    """Finds the keys that occur more than once in all rows of a table."""
    keys = [part[ROW_KEY].to_numpy() for part in parts]
    checked.repeated_keys = _repeated(keys)
    if FACT_KEY in parts[0].columns:
        facts = np.concatenate([part[FACT_KEY].to_numpy() for part in parts])
        _, distinct = np.unique(np.concatenate(keys), return_index=True)
        checked.repeated_facts = _repeated([facts[distinct]])


def _repeated(keys: list[np.ndarray]) -> np.ndarray:
    """The row keys that occur more than once, ascending. Different rows share a key once in 2^64 pairs."""
    every = np.concatenate(keys)
    every.sort()
    return np.unique(every[1:][every[1:] == every[:-1]])


def _whole_people(parts: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(parts).group_by("employee_id").agg(pl.col("is_whole").all())


def interim_batches(found: CheckedTable) -> Iterator[pl.DataFrame]:
    """The rows that the first pass has kept, in the order of the source."""
    for path in found.paths:
        yield from read_batches(path, {name: name for name in column_names(path)})
