"""An object store of S3 on this machine, with the tables of a source in Parquet, Delta and Iceberg."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.fs as arrow_fs
import pyarrow.parquet as pq
import pytest

BUCKET = "hr-bucket"
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL_S3")


@dataclass(frozen=True)
class ObjectStore:
    """The store's address, and Arrow's view of it."""

    url: str
    files: Any
    catalogs: list[Any] = field(default_factory=list)

    def write_parquet(self, path: str, table: pa.Table) -> str:
        pq.write_table(table, f"{BUCKET}/{path}", filesystem=self.files)
        return f"s3://{BUCKET}/{path}"

    def write_delta(self, path: str, table: pa.Table, mode: str = "error") -> str:
        deltalake = pytest.importorskip("deltalake", reason="the extra `delta` is not installed")
        address = f"s3://{BUCKET}/{path}"
        options = {"allow_http": "true", "aws_endpoint": self.url, "aws_conditional_put": "etag"}
        deltalake.write_deltalake(address, table, mode=mode, storage_options=options)
        return address

    def iceberg_catalog(self, database: Any) -> Any:
        sql = pytest.importorskip("pyiceberg.catalog.sql", reason="the extra `iceberg` is not installed")
        properties = {"s3.endpoint": self.url, "s3.region": "us-east-1", "s3.resolve-region": "false"}
        catalog = sql.SqlCatalog(
            "local", uri=f"sqlite:///{database}", warehouse=f"s3://{BUCKET}/warehouse", **properties
        )
        self.catalogs.append(catalog)
        catalog.create_namespace_if_not_exists("hr")
        return catalog


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    server = pytest.importorskip("moto.server", reason="moto[server], of the extra `dev`, is not installed")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def object_store(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "known-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "known-secret")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    files = arrow_fs.S3FileSystem(
        endpoint_override=s3_server.removeprefix("http://"),
        scheme="http",
        region="us-east-1",
        allow_bucket_creation=True,
        allow_bucket_deletion=True,
    )
    files.create_dir(BUCKET)
    store = ObjectStore(s3_server, files)
    yield store
    for catalog in store.catalogs:
        catalog.close()
    files.delete_dir_contents(BUCKET)
