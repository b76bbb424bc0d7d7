"""What the passes note beside the rows that they keep, as rows of its own: parts of a table are added up by an engine.

A pass over a part gives both in one frame: the columns of its rows are null in what is noted, and these are null there.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import narwhals as nw
import polars as pl

from features.calendar import Frame
from features.validation.checked_table import CheckedTable
from features.validation.id_spellings import Spellings
from features.validation.rules import Tally

KIND: Final = "noted kind"
NAME: Final = "noted name"
DAY: Final = "noted day"
ROWS: Final = "noted rows"
SCHEMA: Final = {KIND: pl.String(), NAME: pl.String(), DAY: pl.Date(), ROWS: pl.Int64()}
"""No name of the contract has a space."""

_RULE: Final = "rule"
_READ: Final = "read"
_ITEMS: Final = "items"
_SPELLING: Final = "spelling"
_ON_A_DAY: Final = "on a day"
_FIRST_FACT: Final = "first fact"
_SETS: Final = ("currencies", "refused_items", "ignored_items")


@dataclass(frozen=True)
class Noted:
    """What all parts of a table have noted. rows: KIND, NAME, DAY, ROWS, one row for each of the first three; of first
    facts, one for each person."""

    rows: pl.DataFrame

    def tally(self) -> Tally:
        """The broken rules."""
        rules = [[*json.loads(name), rows] for name, rows in self._counts(_RULE).items()]
        return Tally.from_dict({"rows": rules, "read": self._counts(_READ), "items": self._counts(_ITEMS)})

    def spellings(self) -> Spellings:
        """The unknown ids by their spelling."""
        return Spellings(Counter({_place(name): rows for name, rows in self._counts(_SPELLING).items()}))

    def give(self, checked: CheckedTable) -> None:
        """Hands a table what the first pass has gathered about all its rows."""
        checked.rows = sum(self._counts(_READ).values())
        days = self._of(_ON_A_DAY).select(column=NAME, day=DAY, rows=ROWS)
        facts = self._of(_FIRST_FACT).select(employee_id=NAME, first_fact=DAY)
        checked.days = days.cast(checked.days.schema)
        checked.first_facts = facts.cast(checked.first_facts.schema)
        for name in _SETS:
            getattr(checked, name).update(self._of(name)[NAME])

    def _of(self, kind: str) -> pl.DataFrame:
        return self.rows.filter(pl.col(KIND) == kind)

    def _counts(self, kind: str) -> dict[str, int]:
        return dict(self._of(kind).select(NAME, ROWS).iter_rows())


def rows_of(frame: Frame) -> Frame:
    """The rows that a pass has kept."""
    return frame.filter(nw.col(KIND).is_null()).drop(*SCHEMA)


def added_up(frame: Frame) -> Frame:
    """What a pass has noted of all parts: days and counts added up, of first facts the earliest of each person."""
    noted = frame.filter(~nw.col(KIND).is_null()).select(*SCHEMA)
    by_day = noted.with_columns(nw.when(nw.col(KIND) != _FIRST_FACT).then(nw.col(DAY)).alias("by day"))
    summed = by_day.group_by(KIND, NAME, "by day").agg(nw.col(DAY).min(), nw.col(ROWS).sum())
    return summed.select(*SCHEMA)


def with_nothing_noted(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that a pass keeps, as a part of its result."""
    return rows.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in SCHEMA.items())


def beside(rows: pl.DataFrame, noted: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """What a pass has noted, as a part of its result, of which `rows` are a part too."""
    return pl.concat([rows.clear(), *noted], how="diagonal")


def of_tally(tally: Tally) -> pl.DataFrame:
    """The broken rules."""
    document: dict[str, Any] = tally.as_dict()
    entries = [(_RULE, json.dumps(rule), rows) for *rule, rows in document["rows"]]
    entries += [(kind, table, rows) for kind in (_READ, _ITEMS) for table, rows in document[kind].items()]
    return _noted(entries)


def of_spellings(ids: Spellings) -> pl.DataFrame:
    """The unknown ids by their spelling."""
    return _noted((_SPELLING, json.dumps(place), rows) for place, rows in ids.rows.items())


def of_table(checked: CheckedTable) -> pl.DataFrame:
    """What the first pass has gathered about the rows of a part."""
    number = pl.col("rows").cast(pl.Int64)
    days = checked.days.select(*_named(_ON_A_DAY, "column"), pl.col("day").alias(DAY), number.alias(ROWS))
    facts = checked.first_facts.select(*_named(_FIRST_FACT, "employee_id"), pl.col("first_fact").alias(DAY))
    words = _noted((name, word, 0) for name in _SETS for word in sorted(getattr(checked, name)))
    return pl.concat([days, facts, words], how="diagonal").select(*SCHEMA)


def _named(kind: str, column: str) -> tuple[pl.Expr, pl.Expr]:
    return pl.lit(kind).alias(KIND), pl.col(column).alias(NAME)


def _noted(entries: Iterable[tuple[str, str, int]]) -> pl.DataFrame:
    return pl.DataFrame([(kind, name, None, rows) for kind, name, rows in entries], schema=SCHEMA, orient="row")


def _place(name: str) -> tuple[str, str, str]:
    table, column, kind = json.loads(name)
    return table, column, kind
