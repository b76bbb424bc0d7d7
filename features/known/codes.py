"""People as numbers while features are computed: joining and grouping by them takes half as long as by ids."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import narwhals as nw
import polars as pl

from features.calendar import Frame
from features.contract.tables import OWN_DATE, UNKNOWN
from features.known.versions import CONTESTED, key_of

if TYPE_CHECKING:
    from features.source import Source

PERSON_COLUMNS: Final = ("employee_id", "manager_id")
"""Columns with people of `employees`: an assessor need not be one. `collaboration` gets codes when it is summed."""
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "assignments": ("department", "job", "location", "contract"),
    "surveys": ("item",),
    "measures": ("name",),
    "competencies": ("competency",),
}
"""Columns with few distinct words, by which definitions group: a number per word costs less than the word."""
UNKNOWN_CODE: Final = -1
"""The code of UNKNOWN, so that it differs from a null, which means unchanged."""


def everyone(source: "Source") -> pl.Series:
    """The ids of all present and former employees, ascending."""
    return pl.read_parquet(source.tables["employees"], columns=["employee_id"])["employee_id"].unique().sort()


def numbered(ids: pl.Series) -> pl.DataFrame:
    """The code of each person: employee_id, person (Int32, 0, 1, 2 ... in the order given)."""
    return pl.DataFrame({"employee_id": ids, "person": pl.int_range(len(ids), dtype=pl.Int32, eager=True)})


def with_codes(source: "Source", people: pl.DataFrame, folder: Path) -> "Source":
    """The source with codes in place of ids, in copies of its facts under `folder`; `collaboration` is unchanged."""
    tables = {
        table: path if table == "collaboration" else _coded(source, table, people, folder / f"{table}.parquet")
        for table, path in source.tables.items()
        if table in OWN_DATE
    }
    return replace(source, tables=tables)


def with_ids(table: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The table with ids in place of the codes in `employee_id`, sorted by them."""
    ids = people.select(pl.col("person").alias("employee_id"), pl.col("employee_id").alias("id"))
    named = table.join(ids, on="employee_id", how="left")
    return named.with_columns(employee_id="id").drop("id").sort("employee_id")


def with_unknown_as_null(rows: Frame, column: str) -> Frame:
    """The rows with a null where a person, as an id or a code, is known to have changed to somebody unknown.

    Only for rows in which a null no longer means unchanged.
    """
    is_code = rows.collect_schema()[column].is_numeric()
    is_known = nw.col(column) != (UNKNOWN_CODE if is_code else UNKNOWN)
    return rows.with_columns(nw.when(is_known).then(column).alias(column))


def _coded(source: "Source", table: str, people: pl.DataFrame, copy: Path) -> Path:
    rows = pl.scan_parquet(source.tables[table])
    names = rows.collect_schema().names()
    codes = people.lazy()
    for column in PERSON_COLUMNS:
        if column in names:
            rows = rows.join(codes.rename({"employee_id": column}), on=column, how="left")
            code = pl.when(pl.col(column) == UNKNOWN).then(UNKNOWN_CODE).otherwise("person").cast(pl.Int32)
            rows = rows.with_columns(code.alias(column)).drop("person")
    words = [name for name in WORDS.get(table, ()) if name in names]
    values = rows.select(pl.col(words).unique().drop_nulls().sort().implode()).collect() if words else pl.DataFrame()
    rows = rows.select(
        pl.exclude(words),
        *(pl.col(name).cast(pl.Enum(values[name].item())) for name in words),
        (pl.len().over(key_of(source, table)) > 1).alias(CONTESTED),
    )
    rows.sink_parquet(copy, compression="lz4")  # read at every snapshot date
    return copy
