"""How near the scores come to the true hazard, which only a simulated company has."""

from pathlib import Path
from typing import Final

import polars as pl

from features.errors import Finding
from pipeline.judgement.reporting.report import TrueHazard
from pipeline.judgement.statistics.metrics import one_metric

TRUTH: Final = "truth.parquet"
"""Written by `retention simulate` beside its tables; not a table of the contract, so nothing else reads it."""
_KEYS: Final = ["employee_id", "snapshot_date"]
_REMEDY: Final = (
    "Remove the file if the source is not simulated; else copy it again from what `retention simulate` wrote."
)


def true_hazard(source: Path, tested: pl.DataFrame) -> TrueHazard | Finding | None:
    """How near the scores come to the true hazard; None for a source without true hazards.

    `tested` are the test rows: employee_id, snapshot_date, `risk` and whether the person `left`.

    `oracle_auc` is the AUC of the true hazard of the month after the snapshot date, `auc` that of the scores on the
    same `rows`, and `share` is (auc − 0.5) / (oracle_auc − 0.5). A file that cannot be used is a finding, never an
    error: nothing else depends on it.
    """
    file = (source if source.is_dir() else source.parent) / TRUTH
    if not file.is_file():
        return None
    try:
        truth = _read(file)
    except (OSError, pl.exceptions.PolarsError) as fault:
        return _unusable(f"cannot be read: {type(fault).__name__}")
    if isinstance(truth, Finding):
        return truth
    rows = tested.join(truth, on=_KEYS, how="inner")
    if rows.is_empty():
        return _unusable("holds none of the people and dates that were tested")
    if rows["left"].n_unique() < 2:
        return _unusable("holds people with one outcome only")
    left = rows["left"].to_numpy()
    oracle, auc = (one_metric(left, rows[name].to_numpy(), "auc") for name in ("hazard", "risk"))
    return TrueHazard(rows.height, oracle, auc, (auc - 0.5) / (oracle - 0.5) if oracle != 0.5 else float("nan"))


def _read(file: Path) -> pl.DataFrame | Finding:
    """Person, date and hazard, each pair once and with a finite hazard; or the first thing that is wrong with them."""
    schema = pl.read_parquet_schema(file)
    wanted: dict[str, type[pl.DataType]] = {"employee_id": pl.String, "snapshot_date": pl.Date, "hazard": pl.Float64}
    for name in wanted:
        if name not in schema:
            return _unusable("a column is missing", name)
        if name == "hazard" and not schema[name].is_numeric():
            return _unusable("is not a number", name)
    truth = pl.read_parquet(file).select(pl.col(name).cast(dtype) for name, dtype in wanted.items())
    if repeated := truth.height - truth.unique(_KEYS).height:
        return _unusable("more than one row of a person and date", rows=repeated)
    unknown = truth.filter(~pl.col("hazard").is_finite().fill_null(False)).height
    return _unusable("is not a finite number", "hazard", unknown) if unknown else truth


def _unusable(rule: str, column: str = "", rows: int = 0) -> Finding:
    return Finding(f"{rule}; the model is not compared with the true hazard", TRUTH, column, rows, remedy=_REMEDY)
