"""Spark on a cluster of two executors, and Spark Connect, compared with Polars: the feature table, scores and factors.

The executors are processes of their own, which share nothing with the driver but the store.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from spark_cluster import SMALL, configured, needs_spark

from features.engine.named import engine_named
from features.errors import BadInput

CLOSE = 1e-9
DATES = (date(2024, 8, 31), date(2025, 12, 31))
"""One near the beginning, where windows reach back before the records, and the last."""
SCRIPT = Path(__file__).parents[1] / "support" / "scored_by_spark.py"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with Spark's configuration, in which nothing else is; commands started meanwhile use it."""
    with configured(tmp_path_factory.mktemp("cluster")) as folder:
        yield folder


@pytest.fixture(scope="module")
def written(
    retention: Callable[..., Any], cluster: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pl.DataFrame]:
    """By engine, the feature table of 150 people over 30 months: every table, some rehires, some late rows."""
    folder, store = tmp_path_factory.mktemp("company"), cluster / "store"
    retention("simulate", "--out", folder / "tables", "--employees", 150, "--months", 30, var=folder / "var")
    days = [argument for day in DATES for argument in ("--snapshot-date", day)]
    written = {}
    for engine in ("polars", "spark"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RETENTION_ENGINE", engine)
            patch.setenv("RETENTION_SPARK_STORE", store.as_uri())
            out = folder / f"{engine}.parquet"
            retention("features", folder / "tables", "--out", out, *days, var=folder / "var")
        written[engine] = pl.read_parquet(out)
    assert not list(store.iterdir())  # a run leaves nothing in the store
    return written


@needs_spark
@pytest.mark.skipif(find_spec("grpc") is None, reason="needs the packages of Spark Connect, pyspark[connect]")
def test_spark_connect_computes_every_feature_as_polars_does(
    retention: Callable[..., Any], cluster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client has neither a Java gateway nor broadcasts; SPARK_REMOTE starts a server on this machine."""
    retention("simulate", "--out", tmp_path / "tables", "--employees", 60, "--months", 24, var=tmp_path / "var")
    command = ("features", tmp_path / "tables", "--snapshot-date", DATES[-1], "--out")
    retention(*command, tmp_path / "polars.parquet", var=tmp_path / "var")
    (tmp_path / "spark-defaults.conf").write_text(SMALL.replace("local-cluster[2,1,1024]", "local[2]"))
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    monkeypatch.setenv("SPARK_REMOTE", "local[2]")
    monkeypatch.setenv("RETENTION_ENGINE", "spark")
    monkeypatch.setenv("RETENTION_SPARK_STORE", (cluster / "store").as_uri())
    retention(*command, tmp_path / "spark.parquet", var=tmp_path / "var")
    ours, theirs = (pl.read_parquet(tmp_path / f"{engine}.parquet") for engine in ("polars", "spark"))
    assert theirs.schema == ours.schema
    assert ours.height
    assert not [name for name in ours.columns if not same(ours[name], theirs[name])]


@needs_spark
def test_spark_computes_every_feature_as_polars_does(written: dict[str, pl.DataFrame]) -> None:
    ours, theirs = written["polars"], written["spark"]
    assert theirs.schema == ours.schema
    keys = ["employee_id", "snapshot_date"]
    assert theirs.select(keys).equals(ours.select(keys))
    assert set(ours["snapshot_date"]) == set(DATES)
    assert not [name for name in ours.columns if not same(ours[name], theirs[name])]


@pytest.fixture(scope="module")
def scored(cluster: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables that each engine made of the same model and people, and where the executors computed."""
    out, store = tmp_path_factory.mktemp("scored"), cluster / "store"
    run = subprocess.run(
        [sys.executable, SCRIPT, out, store.as_uri()], capture_output=True, text=True, cwd=out, check=False
    )
    assert run.returncode == 0, run.stderr
    assert not list(store.iterdir())
    return out


@needs_spark
@pytest.mark.parametrize("table", ["scores", "factors", "plausible", "encoded"])
def test_executors_score_as_this_process_does(scored: Path, table: str) -> None:
    ours, theirs = (pl.read_parquet(scored / f"{engine}-{table}.parquet") for engine in ("polars", "spark"))
    assert theirs.schema == ours.schema
    assert ours.height in (600, 600 * 3)  # people, or a factor of each of their features
    assert not [name for name in ours.columns if not same(*flat(ours[name], theirs[name]))]


@needs_spark
def test_rows_are_scored_on_all_executors_and_come_back_in_order(scored: Path) -> None:
    rows = pl.read_parquet(scored / "processes.parquet")
    assert rows["number"].to_list() == list(range(600))
    assert rows["executor"].n_unique() == 2


def flat(ours: pl.Series, theirs: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Figures of rows that hold several each, one below the other."""
    return (ours.explode(), theirs.explode()) if ours.dtype.is_nested() else (ours, theirs)


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
