"""One table of a lakehouse -> raw Parquet with the columns that the queries use, without the refused ones."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from features.contract.table_version import TableVersion
from features.reading.addresses import Address, parse_address
from features.reading.definition.source_toml import InputFile
from features.reading.file_checks import readable_columns
from features.reading.lakehouse.delta import open_delta
from features.reading.lakehouse.iceberg import open_catalogued, open_iceberg
from features.reading.lakehouse.opened import OpenedTable
from features.reading.lakehouse.parquet import open_parquet
from features.reading.lakehouse.stores import told_without_messages

KINDS: Final = ("delta", "iceberg", "parquet")
_WHAT: Final = {"delta": "the Delta table", "iceberg": "the Iceberg table", "parquet": "the Parquet file or folder"}


@dataclass
class ReadTable:
    """What was read: the version, the refused columns, and the notes."""

    version: TableVersion
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def kind_of(declared: InputFile) -> str:
    """The kind of table that an input names; empty for files."""
    return next((kind for kind in KINDS if getattr(declared, kind) is not None), "")


def read_table(folder: Path, name: str, declared: InputFile, is_used: Callable[[str], bool], out: Path) -> ReadTable:
    """Streams the used columns of one version to `out`. Raises BadInput, without a message of a store."""
    kind = kind_of(declared)
    place = f"inputs.{name}.{kind}"
    address = _address(folder, str(getattr(declared, kind)))
    with told_without_messages(address, place, _WHAT[kind]):
        opened = _opened(kind, address, declared, place)
        wanted, refused = readable_columns(opened.columns, f"inputs.{name}")
        used = [column for _, column in wanted if is_used(column)] or [wanted[0][1]]
        _write(opened, used, out)
        opened.check()
    return ReadTable(opened.version, refused, opened.notes)


def _address(folder: Path, given: str) -> Address:
    address = parse_address(given)
    return address if address.store else Address("", "", str((folder / given).absolute()))


def _opened(kind: str, address: Address, declared: InputFile, place: str) -> OpenedTable:
    if kind == "delta":
        return open_delta(address, declared.version, place)
    if kind == "parquet":
        return open_parquet(address, place)
    if declared.catalog:
        return open_catalogued(declared.catalog, declared.iceberg or "", declared.version, place)
    return open_iceberg(address, declared.version, place)


def _write(opened: OpenedTable, columns: list[str], out: Path) -> None:
    with opened.batches(columns) as batches, pq.ParquetWriter(out, batches.schema, compression="zstd") as file:
        for batch in batches:
            file.write_batch(batch)
