"""Tables of Delta, Iceberg and Parquet in an object store, which a real server on this machine plays."""

import json
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from object_store import BUCKET, ObjectStore

from features.reading.definition.source_definition import read_definition
from features.reading.raw_tables import Raw, read_tables

PEOPLE = pa.table(
    {
        "no": ["007", "008"],
        "hired": pa.array([date(2020, 1, 31), date(2021, 2, 28)]),
        "pay": [1500.5, 2000.0],
        "sick_days": [1, 2],
    }
)
MORE = pa.table(
    {"no": ["009"], "hired": pa.array([date(2022, 3, 31)]), "pay": [3000.0], "sick_days": [0]}, schema=PEOPLE.schema
)
QUERY = '[tables]\nemployees = "select no as employee_id, hired as hire_date from people"\n'
ROWS = [("007", date(2020, 1, 31)), ("008", date(2021, 2, 28))]


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def read_input(declared: str, query: str = QUERY) -> Raw:
        (tmp_path / "source.toml").write_text(f"[inputs.people]\n{declared}\n{query}")
        out = tmp_path / f"out-{len(list(tmp_path.iterdir()))}"
        out.mkdir()
        return read_tables(read_definition(tmp_path), out)

    return read_input


def rows(raw: Raw) -> list[tuple[Any, ...]]:
    assert not raw.errors
    return sorted(pl.read_parquet(raw.tables["employees"]).rows())


def error(raw: Raw) -> str:
    [finding] = raw.errors
    assert not raw.tables
    return str(finding)


def iceberg(store: ObjectStore, folder: Path) -> tuple[Any, str]:
    table = store.iceberg_catalog(folder / "catalog.db").create_table("hr.people", schema=PEOPLE.schema)
    table.append(PEOPLE)
    return table, str(table.location())


@pytest.mark.parametrize("kind", ["delta", "iceberg", "parquet"])
def test_a_table_in_a_bucket_keeps_its_types_and_its_version_is_told(
    kind: str, object_store: ObjectStore, tmp_path: Path, read: Any
) -> None:
    version = ""
    if kind == "delta":
        address, version = object_store.write_delta("people", PEOPLE), "0"
    elif kind == "iceberg":
        table, address = iceberg(object_store, tmp_path)
        version = str(table.current_snapshot().snapshot_id)
    else:
        address = object_store.write_parquet("people.parquet", PEOPLE)
    raw = read(f'{kind} = "{address}"')
    assert rows(raw) == ROWS
    version_read = raw.versions["people"]
    assert (version_read.kind, version_read.address) == (kind, address)
    assert version_read.version == version if version else len(version_read.version) == 16
    assert raw.refused == ["people.sick_days"]


def test_a_delta_table_is_read_at_the_declared_version(object_store: ObjectStore, read: Any) -> None:
    address = object_store.write_delta("people", PEOPLE)
    object_store.write_delta("people", MORE, mode="append")
    assert rows(read(f'delta = "{address}"\nversion = 0')) == ROWS
    newest = read(f'delta = "{address}"')
    assert len(rows(newest)) == 3
    assert newest.versions["people"].version == "1"


def test_an_iceberg_table_is_read_at_the_declared_snapshot(
    object_store: ObjectStore, tmp_path: Path, read: Any
) -> None:
    table, address = iceberg(object_store, tmp_path)
    first, file = table.current_snapshot().snapshot_id, table.metadata_location
    table.append(MORE)
    assert rows(read(f'iceberg = "{address}"\nversion = {first}')) == ROWS
    assert rows(read(f'iceberg = "{file}"')) == ROWS
    assert len(rows(read(f'iceberg = "{address}"'))) == 3
    assert "no such snapshot" in error(read(f'iceberg = "{address}"\nversion = 77'))


def test_an_iceberg_table_is_read_by_its_catalogue(
    object_store: ObjectStore, tmp_path: Path, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    iceberg(object_store, tmp_path)
    for key, value in (("URI", f"sqlite:///{tmp_path}/catalog.db"), ("S3__ENDPOINT", object_store.url)):
        monkeypatch.setenv(f"PYICEBERG_CATALOG__LOCAL__{key}", value)
    assert rows(read('iceberg = "hr.people"\ncatalog = "local"')) == ROWS


def test_an_iceberg_table_cannot_redirect_the_reader(object_store: ObjectStore, tmp_path: Path, read: Any) -> None:
    table, address = iceberg(object_store, tmp_path)
    file = table.metadata_location.removeprefix("s3://")
    with object_store.files.open_input_stream(file) as opened:
        metadata = json.loads(opened.read())
    metadata["properties"] = {"s3.endpoint": "http://127.0.0.1:9", "py-io-impl": "no.such.Module"}
    with object_store.files.open_output_stream(file) as opened:
        opened.write(json.dumps(metadata).encode())
    assert rows(read(f'iceberg = "{address}"')) == ROWS


def test_files_of_a_folder_are_joined_with_its_partitions(object_store: ObjectStore, read: Any) -> None:
    object_store.write_parquet("staff/year=2023/a.parquet", PEOPLE)
    object_store.write_parquet("staff/year=2024/a.parquet", MORE.append_column("grade", pa.array(["A"])))
    query = '[tables]\nemployees = "select no as employee_id, year, grade from people"\n'
    raw = read(f'parquet = "s3://{BUCKET}/staff"', query)
    assert rows(raw) == [("007", 2023, None), ("008", 2023, None), ("009", 2024, "A")]
    assert "inputs.people: the column 'grade' is missing in year=2023/a.parquet, so it is unknown there." in raw.notes
    raw = read(f'parquet = "s3://{BUCKET}/staff/year=2024/*.parquet"', query.replace("year, ", ""))
    assert rows(raw) == [("009", "A")]


def test_columns_that_no_query_names_are_not_fetched(object_store: ObjectStore, tmp_path: Path, read: Any) -> None:
    address = object_store.write_delta("people", PEOPLE)
    read(f'delta = "{address}"')
    [part] = tmp_path.glob("out-*/input-0/0.parquet")
    assert pl.read_parquet_schema(part).names() == ["no", "hired"]


@pytest.mark.parametrize(
    "query",
    [
        "select * from people",
        "from people",
        "select to_json(people) as employee_id from people",
        "select employee_id from people natural join (select '007' as no, 1 as employee_id)",
    ],
)
def test_all_columns_are_fetched_where_a_query_may_use_them(
    query: str, object_store: ObjectStore, tmp_path: Path, read: Any
) -> None:
    address = object_store.write_parquet("people.parquet", PEOPLE)
    read(f'parquet = "{address}"', f'[tables]\nemployees = "{query}"\n')
    [part] = tmp_path.glob("out-*/input-0/0.parquet")
    assert pl.read_parquet_schema(part).names() == ["no", "hired", "pay"]


@pytest.mark.parametrize("kind", ["delta", "iceberg", "parquet"])
def test_what_is_missing_is_told_with_a_remedy(kind: str, object_store: ObjectStore, read: Any) -> None:
    for address, rule in (
        (f"s3://{BUCKET}/none", "does not exist. Correct the address or the version"),
        ("s3://no-such-bucket/people", "does not exist"),
    ):
        if kind == "delta":
            pytest.importorskip("deltalake")
        if kind == "iceberg":
            pytest.importorskip("pyiceberg")
        text = error(read(f'{kind} = "{address}"'))
        assert text.startswith(f"source.toml.inputs.people.{kind}: "), text
        assert rule in text


def test_a_version_that_is_gone_is_an_error(object_store: ObjectStore, read: Any) -> None:
    address = object_store.write_delta("people", PEOPLE)
    assert "the Delta table does not exist. Correct the address or the version" in error(
        read(f'delta = "{address}"\nversion = 9')
    )
    for info in object_store.files.get_file_info(_all("people")):
        if info.extension == "parquet":
            object_store.files.delete_file(info.path)
    assert "does not exist" in error(read(f'delta = "{address}"'))


@pytest.mark.parametrize("kind", ["delta", "iceberg", "parquet"])
def test_wrong_credentials_are_told_without_them(
    kind: str, object_store: ObjectStore, tmp_path: Path, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "delta":
        address = object_store.write_delta("people", PEOPLE)
    elif kind == "iceberg":
        address = iceberg(object_store, tmp_path)[0].metadata_location
    else:
        address = object_store.write_parquet("people.parquet", PEOPLE)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret-key")
    _unauthenticated_requests_allowed(object_store, 0)
    try:
        text = error(read(f'{kind} = "{address}"'))
    finally:
        _unauthenticated_requests_allowed(object_store, 1_000_000_000)
    assert "the store refuses to read" in text
    assert "AWS_ACCESS_KEY_ID" in text
    assert not {"known-key", "very-secret-key"} & set(text.split())


@pytest.mark.parametrize("kind", ["delta", "parquet", "iceberg"])
def test_a_store_that_is_down_is_an_error(
    kind: str, object_store: ObjectStore, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    if kind != "parquet":
        pytest.importorskip({"delta": "deltalake", "iceberg": "pyiceberg"}[kind])
    assert "the store cannot be reached" in error(read(f'{kind} = "s3://{BUCKET}/people"'))


def test_a_missing_extra_is_named(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "deltalake", None)
    assert "pip install 'retention[delta]'" in error(read('delta = "people"'))
    monkeypatch.setitem(sys.modules, "pyiceberg.table", None)
    assert "pip install 'retention[iceberg]'" in error(read('iceberg = "people"'))


def test_tables_of_this_machine_are_read_by_their_path(tmp_path: Path, read: Any) -> None:
    deltalake = pytest.importorskip("deltalake", reason="the extra `delta` is not installed")
    deltalake.write_deltalake(str(tmp_path / "people"), PEOPLE)
    assert rows(read('delta = "people"')) == ROWS
    pl.DataFrame(PEOPLE).write_parquet(tmp_path / "people.parquet")
    assert rows(read('parquet = "people.parquet"')) == ROWS


@pytest.mark.parametrize(
    ("declared", "rule"),
    {
        "a key": ('parquet = "s3://key:secret@bucket/people"', "they come from the environment"),
        "a token": ('delta = "abfss://c@account.dfs.core.windows.net/p?sig=secret"', "they come from the environment"),
        "a token of Iceberg": ('iceberg = "s3://bucket/p?sig=secret"', "they come from the environment"),
        "the web": ('parquet = "https://example.com/a.parquet"', "write a path, or an address"),
        "no bucket": ('parquet = "s3:///people"', "write the bucket or container"),
        "two places": ('parquet = "a.parquet"\nfile = "a.csv"', "says several times where it is"),
        "no place": ('sheet = "a"', "does not say where it is"),
        "a sheet of Delta": ('delta = "a"\nsheet = "b"', "no effect beside delta"),
        "a version of Parquet": ('parquet = "a"\nversion = 3', "no effect beside parquet"),
    }.values(),
)
def test_an_address_that_makes_no_sense_is_refused_without_its_secret(declared: str, rule: str, tmp_path: Path) -> None:
    from features.errors import BadInput

    (tmp_path / "source.toml").write_text(f"[inputs.people]\n{declared}\n{QUERY}")
    with pytest.raises(BadInput, match=rule) as refused:
        read_definition(tmp_path)
    assert "secret" not in str(refused.value)


def _all(path: str) -> Any:
    import pyarrow.fs as arrow_fs

    return arrow_fs.FileSelector(f"{BUCKET}/{path}", recursive=True)


def _unauthenticated_requests_allowed(store: ObjectStore, number: int) -> None:
    address, headers = f"{store.url}/moto-api/reset-auth", {"Content-Type": "text/plain"}
    request = urllib.request.Request(address, data=json.dumps(number).encode(), headers=headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
