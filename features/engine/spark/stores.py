"""Stores that are addressed by a URL, as this process reaches them: by Arrow, with the cloud's usual credentials.

Spark reaches the same address by its own means, which the cluster's configuration holds.
"""

import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from features.errors import BadInput, Finding

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

SETTING: Final = "RETENTION_SPARK_STORE"
SCHEMES: Final = ("abfs", "abfss", "dbfs", "file", "gs", "hdfs", "s3", "s3a")
"""Schemes that both Spark and this process understand."""
_S3: Final = ("s3", "s3a")


@dataclass(frozen=True)
class StoreFolder:
    """A folder of a store: its URL for Spark, and its path in `files`, Arrow's view of the store, for this process."""

    url: str
    files: "FileSystem"
    path: str

    @staticmethod
    def of_a_run(store: str) -> "StoreFolder":
        """A new folder under the address of a store. Raises BadInput for an address that cannot be used."""
        files, path = file_system_of(store)
        name = f"retention-{uuid.uuid4().hex}"
        return StoreFolder(f"{store.rstrip('/')}/{name}", files, f"{path.rstrip('/')}/{name}")

    def address(self, name: str) -> str:
        """The URL of a name in this folder."""
        return f"{self.url}/{name}"

    def upload(self, source: Path, address: str) -> None:
        """Copy a file, or the files of a folder, to an address in this folder."""
        target = self._path_of(address)
        self.files.create_dir(target)
        for file in sorted(source.glob("*.parquet")) if source.is_dir() else [source]:
            _copy(str(file), f"{target}/{file.name}", to=self.files)

    def download(self, address: str, target: Path) -> None:
        """Copy the Parquet files of an address in this folder to a folder of this machine."""
        from pyarrow.fs import FileSelector

        target.mkdir()
        for found in self.files.get_file_info(FileSelector(self._path_of(address))):
            if found.base_name.endswith(".parquet"):
                _copy(found.path, str(target / found.base_name), out_of=self.files)

    def delete(self, address: str) -> None:
        """Delete what is at an address in this folder."""
        self.files.delete_dir(self._path_of(address))

    def delete_all(self) -> None:
        """Delete this folder, if anything was written to it."""
        from pyarrow.fs import FileType

        if self.files.get_file_info(self.path).type != FileType.NotFound:
            self.files.delete_dir(self.path)

    def _path_of(self, address: str) -> str:
        return self.path + address.removeprefix(self.url)


def file_system_of(store: str) -> tuple["FileSystem", str]:
    """Arrow's file system for a URL, and the path in it. Raises BadInput for a URL that cannot be used."""
    from pyarrow import fs

    parts = urlsplit(store)
    if parts.scheme not in SCHEMES:
        raise _unusable(f"a store of Spark has one of the schemes {', '.join(SCHEMES)}", "s3a://bucket/folder")
    if parts.password is not None or parts.query:
        raise _unusable("the address of a store holds a secret or an option", "s3a://bucket/folder")
    if parts.scheme in _S3:
        return _s3(fs), f"{parts.netloc}{parts.path}"
    if parts.scheme == "dbfs":  # a volume of Databricks is a folder under /Volumes, the root one under /dbfs
        return fs.LocalFileSystem(), parts.path if parts.path.startswith("/Volumes/") else f"/dbfs{parts.path}"
    try:
        files, path = fs.FileSystem.from_uri(store)
    except (OSError, ValueError) as error:
        raise _unusable(f"the store cannot be opened: {type(error).__name__}", "abfss://container@account…") from error
    return files, str(path)


def _s3(fs: Any) -> "FileSystem":
    """With the credentials that every client of S3 looks for: environment, profile, role of the machine."""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    scheme, _, server = (endpoint or "").rpartition("://")
    return fs.S3FileSystem(region=region, endpoint_override=server or None, scheme=scheme or "https")


def _copy(source: str, target: str, *, to: "FileSystem | None" = None, out_of: "FileSystem | None" = None) -> None:
    from pyarrow.fs import LocalFileSystem, copy_files

    here = LocalFileSystem()
    copy_files(source, target, source_filesystem=out_of or here, destination_filesystem=to or here)


def _unusable(rule: str, example: str) -> BadInput:
    return BadInput(Finding(rule, "environment", SETTING, 0, f"Name a folder of a store, such as {example}."))
