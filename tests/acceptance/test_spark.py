"""`RETENTION_ENGINE=spark` on this machine compared with Polars, through the command that writes the feature table."""

import os
import shutil
import sys
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.engine.named import engine_named
from features.errors import BadInput

CLOSE = 1e-9
DATES = (date(2024, 8, 31), date(2025, 12, 31))
"""One near the beginning, where windows reach back before the records, and the last."""
SMALL = """
spark.master                         local[2]
spark.ui.enabled                     false
spark.driver.host                    127.0.0.1
spark.driver.bindAddress             127.0.0.1
spark.driver.memory                  1g
spark.driver.extraJavaOptions        -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.shuffle.partitions         2
spark.sql.codegen.wholeStage         false
spark.sql.codegen.factoryMode        NO_CODEGEN
"""
"""For tables of a few thousand rows: compiling a plan takes longer than running it."""
MISSING = [name for name, found in (("pyspark", find_spec("pyspark")), ("Java", shutil.which("java"))) if found is None]


@pytest.fixture(scope="module")
def written(retention: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """By engine, the feature table of 150 people over 30 months: every table, some rehires, some late rows."""
    folder = tmp_path_factory.mktemp("company")
    (folder / "spark-defaults.conf").write_text(SMALL)
    retention("simulate", "--out", folder / "tables", "--employees", 150, "--months", 30, var=folder / "var")
    days = [argument for day in DATES for argument in ("--snapshot-date", day)]
    written = {}
    for engine in ("polars", "spark"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RETENTION_ENGINE", engine)
            patch.setenv("SPARK_CONF_DIR", str(folder))
            patch.setenv("SPARK_LOCAL_DIRS", str(folder))
            out = folder / f"{engine}.parquet"
            retention("features", folder / "tables", "--out", out, *days, var=folder / "var")
        written[engine] = pl.read_parquet(out)
    return written


@pytest.mark.skipif(
    bool(MISSING) and "CI" not in os.environ, reason=f"needs Java 17 and `make setup SPARK=1`; without {MISSING}"
)
def test_spark_computes_every_feature_as_polars_does(written: dict[str, pl.DataFrame]) -> None:
    ours, theirs = written["polars"], written["spark"]
    assert theirs.schema == ours.schema
    keys = ["employee_id", "snapshot_date"]
    assert theirs.select(keys).equals(ours.select(keys))
    assert set(ours["snapshot_date"]) == set(DATES)
    assert not [name for name in ours.columns if not same(ours[name], theirs[name])]


def same(ours: pl.Series, theirs: pl.Series) -> bool:
    """Nulls in the same places, categories equal, numbers within CLOSE (of themselves, where they exceed 1)."""
    if not ours.dtype.is_numeric():
        return ours.equals(theirs)
    apart = (ours - theirs).abs() / ours.abs().clip(lower_bound=1)
    return ours.is_null().equals(theirs.is_null()) and not (apart > CLOSE).any()


def test_missing_spark_is_bad_input_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(BadInput, match="make setup SPARK=1"), engine_named("spark", tmp_path):
        pass
