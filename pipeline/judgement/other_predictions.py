"""Reads the predictions of another system: a Parquet file with employee_id, snapshot_date and risk."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from features.errors import BadInput, Finding

_RISK: Final = "risk"
_COLUMNS: Final = ("employee_id", "snapshot_date", _RISK)


@dataclass(frozen=True)
class OtherPredictions:
    """`rows`: employee_id (text), snapshot_date (a date; not for a cross-section) and `other_risk`, a row a key.

    `name` is the file's, without its folder. Rows without a risk are left out.
    """

    name: str
    rows: pl.DataFrame


def read_predictions(file: Path, is_dated: bool) -> OtherPredictions:
    """The predictions in a file. Raises BadInput with everything that is wrong with it.

    `is_dated` is false for a cross-section: then snapshot_date is not needed, and ignored.
    """
    table = _read(file)
    columns = [name for name in _COLUMNS if is_dated or name != "snapshot_date"]
    if missing := [name for name in columns if name not in table.columns]:
        remedy = f"Give the columns {', '.join(columns)}: a row for each person and month-end that was scored."
        raise BadInput([Finding("a required column is missing", file.name, name, remedy=remedy) for name in missing])
    rows = table.select(
        pl.col("employee_id").cast(pl.String),
        *([_as_date(table.schema["snapshot_date"])] if is_dated else []),
        other_risk=pl.col(_RISK).cast(pl.Float64, strict=False).fill_nan(None),
    )
    if findings := _findings(file.name, table, rows, columns[:-1]):
        raise BadInput(findings)
    return OtherPredictions(file.name, rows.drop_nulls("other_risk"))


def _read(file: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(file)
    except (OSError, pl.exceptions.PolarsError) as error:
        rule = "no such file" if isinstance(error, FileNotFoundError) else "not a Parquet file that can be read"
        remedy = "Write the predictions as Parquet, and give the path of the file."
        raise BadInput(Finding(rule, file.name, remedy=remedy)) from error


def _as_date(dtype: pl.DataType) -> pl.Expr:
    day = pl.col("snapshot_date")
    return day.str.to_date("%Y-%m-%d", strict=False) if dtype == pl.String else day.cast(pl.Date, strict=False)


def _findings(file: str, table: pl.DataFrame, rows: pl.DataFrame, keys: list[str]) -> list[Finding]:
    unreadable = rows["other_risk"].is_null() & table[_RISK].is_not_null() & ~_is_nan(table[_RISK])
    outside = ~rows["other_risk"].is_between(0, 1).fill_null(value=True)
    rules = [
        (unreadable, _RISK, "a risk is not a number", "Give numbers from 0 to 1, or null where nobody was scored."),
        (outside, _RISK, "a risk is not a probability", "Give numbers from 0 to 1; a rank or a score is none."),
        (
            rows.select(keys).is_duplicated(),
            keys[0],
            "more than one row of a key",
            f"Keep one row a {' and '.join(keys)}.",
        ),
    ]
    rules += [(rows[key].is_null(), key, "a key cannot be read", "Give ids, and days as dates.") for key in keys]
    return [
        Finding(rule, file, column, int(broken.sum()), remedy) for broken, column, rule, remedy in rules if broken.any()
    ]


def _is_nan(values: pl.Series) -> pl.Series:
    return (
        values.is_nan().fill_null(value=False) if values.dtype.is_float() else pl.repeat(False, len(values), eager=True)
    )
