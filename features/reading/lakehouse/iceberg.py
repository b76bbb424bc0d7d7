"""Iceberg tables, by PyIceberg (extra `iceberg`): by a metadata file, by their folder, or by a catalogue."""

import re
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Final

import pyarrow.fs as arrow_fs

from features.contract.table_version import TableVersion
from features.errors import BadInput, Finding
from features.reading.addresses import Address
from features.reading.definition.source_definition import FILE_NAME
from features.reading.lakehouse.opened import OpenedTable, not_installed
from features.reading.lakehouse.stores import file_system, iceberg_properties

_METADATA: Final = re.compile(r"v?(\d+)(-[^/]*)?(\.gz)?\.metadata\.json")


def open_iceberg(address: Address, snapshot: int | None, place: str) -> OpenedTable:
    """The table at a snapshot, by default its current one. A folder stands for its newest metadata file."""
    try:
        from pyiceberg.catalog.noop import NoopCatalog
        from pyiceberg.io import load_file_io
        from pyiceberg.serializers import FromInputFile
        from pyiceberg.table import StaticTable
    except ImportError:
        raise BadInput(not_installed("iceberg", "pyiceberg", place)) from None
    location = str(address) if address.path.endswith(".metadata.json") else _newest_metadata(address, place)
    # not StaticTable.from_metadata, in which properties of the table replace those of the environment
    files = load_file_io(iceberg_properties(address, place), location)
    metadata = FromInputFile.table_metadata(files.new_input(location))
    table = StaticTable(("table",), metadata, location, files, NoopCatalog("none"))
    return _opened(table, snapshot, str(address), place)


def open_catalogued(catalog: str, name: str, snapshot: int | None, place: str) -> OpenedTable:
    """A table of a catalogue, which PyIceberg's own settings describe (PYICEBERG_CATALOG__NAME__URI and so on)."""
    try:
        from pyiceberg.catalog import load_catalog
        from pyiceberg.utils.config import Config
    except ImportError:
        raise BadInput(not_installed("iceberg", "pyiceberg", place)) from None
    described = Config().get_catalog_config(catalog) or {}  # as the environment is now, not when it was imported
    with closing(load_catalog(catalog, **described)) as opened:  # the table has its own way to its files
        return _opened(opened.load_table(name), snapshot, f"{catalog}:{name}", place)


def _opened(table: Any, snapshot: int | None, shown: str, place: str) -> OpenedTable:
    current = table.current_snapshot()
    pinned = snapshot if snapshot is not None else current and current.snapshot_id
    if snapshot is not None and table.snapshot_by_id(snapshot) is None:
        remedy = "Name a snapshot that the table still has, or leave `version` out for the current one"
        rule = "the table has no such snapshot, or no longer"
        raise BadInput(Finding(rule, FILE_NAME, f"{place.rpartition('.')[0]}.version", 0, remedy))

    def batches(columns: Sequence[str]) -> Any:
        return table.scan(selected_fields=tuple(columns), snapshot_id=pinned).to_arrow_batch_reader()

    names = [column.name for column in table.scan(snapshot_id=pinned).projection().fields]
    return OpenedTable(TableVersion("iceberg", shown, str(pinned or "empty")), names, batches)


def _newest_metadata(address: Address, place: str) -> str:
    folder = f"{address.key}/metadata"
    listed = file_system(address, place).get_file_info(arrow_fs.FileSelector(folder))
    numbered = [(int(found[1]), info) for info in listed if (found := _METADATA.fullmatch(info.base_name))]
    if not numbered:
        raise FileNotFoundError(folder)
    _, newest = max(numbered, key=lambda each: (each[0], each[1].mtime_ns or 0))
    return f"{address}/metadata/{newest.base_name}"
