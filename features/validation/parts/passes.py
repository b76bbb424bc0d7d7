"""The two passes of validation over one part of a table, as work for an engine's machines."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from features.validation.checked_table import FACT_KEY, ROW_KEY, CheckedTable, find_repeated, keys_of
from features.validation.columns import Columns
from features.validation.cross_checks import People
from features.validation.expectations import Expectations
from features.validation.id_spellings import Spellings
from features.validation.parts import noted
from features.validation.rules import Tally
from features.validation.second_pass import usable_rows
from features.validation.table_checks import check_batch


@dataclass(frozen=True)
class FirstPassOfPart:
    """Raw rows -> usable rows with their keys, as signed numbers, and what was noted of them."""

    table: str
    columns: Columns
    expectations: Expectations

    def __call__(self, batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        checked, tally = CheckedTable(self.table, [], self.columns), Tally()
        names = {**self.columns.read, **self.columns.unused}
        kept = None
        for batch in batches:
            raw = batch.select(pl.col(given).alias(name) for name, given in names.items())
            kept = with_signed_keys(check_batch(checked, raw, self.expectations, tally))
            yield noted.with_nothing_noted(kept)
        if kept is not None:
            yield noted.beside(kept, [noted.of_table(checked), noted.of_tally(tally)])


@dataclass(frozen=True)
class SecondPassOfPart:
    """Rows that the first pass has kept -> canonical rows, and what was noted of them.

    All rows with one `key_of` are in the part, so that rows which repeat or contradict each other are found in it.
    """

    table: str
    people: People
    currencies: frozenset[str]

    def __call__(self, batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        rows = list(batches)
        if not rows:
            return
        found, tally, ids = (
            CheckedTable(self.table, [], Columns(), currencies=set(self.currencies)),
            Tally(),
            Spellings(),
        )
        find_repeated(found, [keys_of(batch) for batch in rows])
        done = rows[0].clear().drop(ROW_KEY, FACT_KEY, strict=False)
        for frame in usable_rows(found, rows, self.people, tally, ids):
            done = frame.select(done.columns)
            yield noted.with_nothing_noted(done)
        yield noted.beside(done, [noted.of_tally(tally), noted.of_spellings(ids)])


def key_of(columns: list[str]) -> str:
    """The column that decides which rows must be looked at together: equal rows are about one fact."""
    return FACT_KEY if FACT_KEY in columns else ROW_KEY


def with_signed_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with keys of a type that every engine has."""
    return rows.with_columns(pl.col(keys_of(rows).columns).reinterpret(signed=True))
