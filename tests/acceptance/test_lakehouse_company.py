"""A simulated company whose tables lie in a bucket has the features of the same company in local files."""

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.fs as arrow_fs
import pyarrow.parquet as pq
import pytest
from object_store import ObjectStore, object_store, s3_server  # noqa: F401
from polars.testing import assert_frame_equal

from features.build import feature_table
from features.known.snapshots import snapshot_dates
from features.simulation.run import simulate
from features.source import Source, load_source
from pipeline.data_counts import DataCounts

Write = Callable[[str, pa.Table], str]
TABLES = ("employees", "assignments", "compensation", "working_time", "exits")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    simulate(folder, employees=120, months=18, seed=1)
    for file in folder.glob("*.parquet"):
        if file.stem not in TABLES:
            file.unlink()
    return folder


def features(source: Path, work: Path) -> tuple[Source, pl.DataFrame]:
    loaded = load_source(source, work / "tables")
    assert isinstance(loaded, Source)
    [file] = feature_table(loaded, [snapshot_dates(loaded)[-1]], work / "features")
    return loaded, pl.read_parquet(file).sort("employee_id")


def writer(kind: str, store: ObjectStore, folder: Path) -> Write:
    if kind == "parquet":
        return lambda name, table: store.write_parquet(f"company/{name}.parquet", table)
    if kind == "delta":
        return lambda name, table: store.write_delta(f"company/{name}", table)
    catalog = store.iceberg_catalog(folder / "catalog.db")

    def write(name: str, table: pa.Table) -> str:
        created = catalog.create_table(f"hr.{name}", schema=table.schema)
        created.append(table)
        return str(created.location())

    return write


def same_source(folder: Path, kind: str, addresses: dict[str, str]) -> Path:
    inputs = [f'[inputs.in_{name}]\n{kind} = "{address}"\n' for name, address in addresses.items()]
    queries = [f'{name} = "select * from in_{name}"' for name in addresses]
    file = folder / "source.toml"
    file.write_text("\n".join([*inputs, "[tables]", *queries]))
    return file


@pytest.mark.parametrize("kind", ["parquet", "delta", "iceberg"])
def test_features_are_those_of_the_local_files(
    kind: str,
    company: Path,
    object_store: ObjectStore,  # noqa: F811
    tmp_path: Path,
) -> None:
    (tmp_path / "local").mkdir()
    local, expected = features(company, tmp_path / "local")
    write = writer(kind, object_store, tmp_path)
    addresses = {name: write(name, pq.read_table(company / f"{name}.parquet")) for name in TABLES}
    remote, found = features(same_source(tmp_path, kind, addresses), tmp_path / "remote")
    assert_frame_equal(found, expected)
    assert remote.data_hash == local.data_hash
    assert {name: version.kind for name, version in remote.report.versions.items()} == {
        f"in_{name}": kind for name in TABLES
    }
    kept = DataCounts.of(remote.report)
    assert DataCounts.from_dict(kept.as_dict()).versions == remote.report.versions


def test_features_are_the_same_from_azure(company: Path, tmp_path: Path) -> None:
    """`RETENTION_TEST_AZURE` holds an address such as az://container/folder; the keys are in AZURE_STORAGE_…"""
    base = os.environ.get("RETENTION_TEST_AZURE", "")
    if not base:
        pytest.skip("RETENTION_TEST_AZURE names no container of Azure")
    store = arrow_fs.AzureFileSystem(
        os.environ["AZURE_STORAGE_ACCOUNT_NAME"], account_key=os.environ["AZURE_STORAGE_ACCOUNT_KEY"]
    )
    addresses = {}
    for name in TABLES:
        addresses[name] = f"{base}/{name}.parquet"
        pq.write_table(pq.read_table(company / f"{name}.parquet"), addresses[name].split("://")[1], filesystem=store)
    (tmp_path / "local").mkdir()
    _, expected = features(company, tmp_path / "local")
    _, found = features(same_source(tmp_path, "parquet", addresses), tmp_path / "remote")
    assert_frame_equal(found, expected)
