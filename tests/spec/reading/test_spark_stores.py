"""The store through which this process and Spark's machines exchange files, without Spark: on S3 and in a folder."""

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from object_store import BUCKET, ObjectStore

from features.engine.spark.exchange import Store, exchange_in
from features.engine.spark.stores import StoreFolder, file_system_of
from features.errors import BadInput

ADDRESS = f"s3a://{BUCKET}/spark"


def file_in(folder: Path, name: str, *values: int) -> Path:
    folder.mkdir(exist_ok=True)
    pl.DataFrame({"value": values}).write_parquet(folder / name)
    return folder / name


def names_in(store: ObjectStore, folder: str = "spark") -> list[str]:
    from pyarrow.fs import FileSelector

    found = store.files.get_file_info(FileSelector(f"{BUCKET}/{folder}", recursive=True, allow_not_found=True))
    return [info.path for info in found if info.is_file]


def test_a_file_is_copied_to_the_store_once_and_again_if_it_changes(object_store: ObjectStore, tmp_path: Path) -> None:
    path = file_in(tmp_path, "pay.parquet", 1, 2)
    with exchange_in(tmp_path, ADDRESS) as exchange:
        [first] = exchange.addresses(path)
        assert first.startswith(f"{ADDRESS}/retention-")
        assert exchange.addresses(path) == [first]
        assert len(names_in(object_store)) == 1
        [name] = names_in(object_store)
        assert pq.read_table(name, filesystem=object_store.files)["value"].to_pylist() == [1, 2]
        file_in(tmp_path, "pay.parquet", 3)
        assert exchange.addresses(path) != [first]
    assert names_in(object_store) == []


def test_what_spark_wrote_comes_back_and_is_not_copied_again_when_it_is_renamed(
    object_store: ObjectStore, tmp_path: Path
) -> None:
    def write(address: str) -> None:
        object_store.write_parquet(
            f"{address.removeprefix(f's3a://{BUCKET}/')}/part-0.parquet", pl.DataFrame({"a": [7]}).to_arrow()
        )
        with object_store.files.open_output_stream(f"{BUCKET}/{address.removeprefix(f's3a://{BUCKET}/')}/_SUCCESS"):
            pass

    with exchange_in(tmp_path, ADDRESS) as exchange:
        exchange.write(write, tmp_path / "part")
        assert [path.name for path in (tmp_path / "part").iterdir()] == ["part-0.parquet"]
        files = len(names_in(object_store))
        [address] = exchange.addresses((tmp_path / "part").rename(tmp_path / "sums"))
        assert len(names_in(object_store)) == files
        assert pl.read_parquet(tmp_path / "sums" / "*.parquet")["a"].to_list() == [7]
        exchange.remove(address)
        assert names_in(object_store) == []


def test_a_folder_of_files_is_copied_whole(object_store: ObjectStore, tmp_path: Path) -> None:
    for number in (1, 2):
        file_in(tmp_path / "sums", f"part-{number}.parquet", number)
    with exchange_in(tmp_path, ADDRESS) as exchange:
        [address] = exchange.addresses(tmp_path / "sums")
        copied = pq.read_table(address.removeprefix("s3a://"), filesystem=object_store.files)
        assert sorted(copied["value"].to_pylist()) == [1, 2]


def test_a_run_that_fails_leaves_nothing_in_the_store(tmp_path: Path) -> None:
    store = tmp_path / "store"

    def fail(path: Path) -> None:
        with exchange_in(tmp_path, store.as_uri()) as exchange:
            [address] = exchange.addresses(path)
            raise RuntimeError(pl.read_parquet(address.removeprefix("file://") + "/*.parquet")["value"].item())

    with pytest.raises(RuntimeError, match="5"):
        fail(file_in(tmp_path / "tables", "pay.parquet", 5))
    assert list(store.iterdir()) == []


def test_two_runs_share_a_store_and_delete_only_their_own(tmp_path: Path) -> None:
    store = (tmp_path / "store").as_uri()
    path = file_in(tmp_path / "tables", "pay.parquet", 1)
    with exchange_in(tmp_path, store) as one:
        [kept] = one.addresses(path)
        with exchange_in(tmp_path, store) as other:
            assert other.addresses(path) != [kept]
        assert Path(kept.removeprefix("file://")).exists()


def test_without_a_store_files_are_read_where_they_are(tmp_path: Path) -> None:
    path = file_in(tmp_path, "pay.parquet", 1)
    with exchange_in(tmp_path, "") as exchange:
        assert not isinstance(exchange, Store)
        assert exchange.addresses(path) == [f"file://{path}"]
        assert exchange.new() != exchange.new()


@pytest.mark.parametrize("address", ["/mnt/share", "ftp://server/folder", "bucket"])
def test_an_address_that_spark_cannot_read_is_bad_input(address: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="RETENTION_SPARK_STORE"), exchange_in(tmp_path, address):
        pass


@pytest.mark.parametrize("address", ["s3a://KEY:hidden@bucket/x", "s3a://bucket/x?secret_key=hidden"])
def test_an_address_with_a_secret_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(BadInput, match="secret") as refused:
        file_system_of(address)
    assert "hidden" not in str(refused.value)


def test_each_scheme_is_reached_as_its_cloud_names_it() -> None:
    assert file_system_of("abfss://staff@company.dfs.core.windows.net/spark")[1] == "staff/spark"
    assert file_system_of("gs://bucket/spark")[1] == "bucket/spark"
    assert file_system_of("dbfs:/Volumes/hr/spark")[1] == "/Volumes/hr/spark"
    assert file_system_of("dbfs:/spark")[1] == "/dbfs/spark"
    assert StoreFolder.of_a_run("file:///srv/spark/").url.startswith("file:///srv/spark/retention-")
