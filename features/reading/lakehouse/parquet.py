"""Parquet files: one, those of a folder (with `name=value` folders as columns), or those of a pattern."""

import hashlib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

import pyarrow as pa
import pyarrow.fs as arrow_fs
import pyarrow.parquet as pq

from features.contract.table_version import TableVersion
from features.errors import BadInput, Finding
from features.reading.addresses import Address
from features.reading.definition.source_definition import FILE_NAME
from features.reading.lakehouse.opened import OpenedTable
from features.reading.lakehouse.stores import file_system
from features.reading.limits import ROWS_ALWAYS_READ, ROWS_PER_BYTE
from features.reading.union import missing_columns

_DIGITS: Final = 16
_WILD: Final = frozenset("*[")


def open_parquet(address: Address, place: str) -> OpenedTable:
    """The files of an address; its version is a digest of their names, sizes and times of change."""
    import pyarrow.dataset as ds  # it imports pandas, half a second

    store = file_system(address, place)
    base, files = _files(store, address)
    schemas = {info.path: pq.read_schema(info.path, filesystem=store).remove_metadata() for info in files}
    schema = pa.unify_schemas(list(schemas.values()), promote_options="permissive")
    partitions = ds.partitioning(flavor="hive")
    given = {"filesystem": store, "format": "parquet", "partitioning": partitions, "partition_base_dir": base}
    folders = ds.dataset([info.path for info in files], **given).schema
    whole = pa.unify_schemas([schema, *(pa.schema([each]) for each in folders if each.name not in schema.names)])
    dataset = ds.dataset([info.path for info in files], schema=whole, **given)
    _check_size(dataset, files, place)
    before = _digest(files)

    def check() -> None:
        if _digest(_files(store, address)[1]) != before:
            rule, remedy = "its files changed while they were read", "Run it again when nothing writes to them"
            raise BadInput(Finding(rule, FILE_NAME, place, 0, remedy))

    def batches(columns: Sequence[str]) -> Any:
        return dataset.scanner(columns=list(columns)).to_reader()

    names = {info.path.removeprefix(f"{base}/"): schemas[info.path].names for info in files}
    notes = missing_columns(place.rpartition(".")[0], names)
    return OpenedTable(TableVersion("parquet", str(address), before), whole.names, batches, notes, check)


def _files(store: Any, address: Address) -> tuple[str, list[Any]]:
    """The folder and the files. Raises FileNotFoundError where there are none."""
    key = address.key
    if not _WILD & set(key):
        found = store.get_file_info(key)
        if found.type == arrow_fs.FileType.File:
            return key.rpartition("/")[0], [found]
    parts = key.split("/")
    fixed = next((place for place, part in enumerate(parts) if _WILD & set(part)), len(parts))
    base = "/".join(parts[:fixed])
    listed = store.get_file_info(arrow_fs.FileSelector(base, recursive=True))
    files = [
        info
        for info in sorted(listed, key=lambda each: str(each.path))
        if info.type == arrow_fs.FileType.File and info.extension == "parquet" and info.base_name[0] not in "._"
    ]
    if fixed < len(parts):
        files = [info for info in files if fnmatchcase(info.path, key)]
    if not files:
        raise FileNotFoundError(key)
    return base, files


def _digest(files: Sequence[Any]) -> str:
    state = repr([(info.path, info.size, info.mtime_ns) for info in files])
    return hashlib.sha256(state.encode()).hexdigest()[:_DIGITS]


def _check_size(dataset: Any, files: Sequence[Any], place: str) -> None:
    if dataset.count_rows() > max(ROWS_ALWAYS_READ, ROWS_PER_BYTE * sum(info.size for info in files)):
        rule = "too large to be read: it holds far more rows than its size allows"
        raise BadInput(Finding(rule, FILE_NAME, place, 0, "Export it again, with the rows that are needed"))
