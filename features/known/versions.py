"""Versions of a fact: which rows are about the same fact, and which of them counts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import narwhals as nw

from features.calendar import Frame
from features.contract.tables import ALSO_IN_KEY, OWN_DATE
from features.engine.protocol import Engine
from features.known.source_columns import columns_of

if TYPE_CHECKING:
    from features.source import Source

CONTESTED: Final = "has_other_versions"
"""Column of the tables with people as codes: whether another row is about the same fact."""


def key_of(source: "Source", table: str) -> tuple[str, ...]:
    """The columns that identify a row's fact; rows with the same key are versions of one fact."""
    key = ("employee_id", OWN_DATE[table], *ALSO_IN_KEY.get(table, ()))
    return tuple(name for name in key if name in columns_of(source, table))


def is_single(source: "Source", table: str, engine: Engine) -> bool:
    """True where no fact of a table has two rows."""
    facts = engine.scan(source.tables[table]).group_by(*key_of(source, table)).agg(rows=nw.len())
    most = engine.to_polars(facts.select(nw.col("rows").max())).collect().item()
    return most is None or most == 1


def last_versions(rows: Frame, key: Sequence[str], values: Sequence[str]) -> Frame:
    """The version of each fact that became known last, by `known_day`: validation leaves one for each such day."""
    return rows.filter(nw.col("known_day") == nw.col("known_day").max().over(*key)).select(*key, *values)
