"""Delta tables, by delta-rs (extra `delta`)."""

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from features.contract.table_version import TableVersion
from features.errors import BadInput
from features.reading.addresses import Address
from features.reading.lakehouse.opened import OpenedTable, not_installed
from features.reading.lakehouse.stores import delta_options
from features.sql import quoted

_CONFIG: Final = {"datafusion.execution.parquet.schema_force_view_types": "false"}


def open_delta(address: Address, version: int | None, place: str) -> OpenedTable:
    """The table at a version, by default the newest."""
    try:
        from deltalake import DeltaTable, QueryBuilder
    except ImportError:
        raise BadInput(not_installed("delta", "deltalake", place)) from None
    table = DeltaTable(str(address), version=version, storage_options=delta_options(address, place))

    def batches(columns: Sequence[str]) -> Any:
        query = f"select {', '.join(map(quoted, columns))} from opened"  # noqa: S608 (names are quoted)
        return pa.RecordBatchReader.from_stream(QueryBuilder(_CONFIG).register("opened", table).execute(query))

    names = [column.name for column in table.schema().fields]
    return OpenedTable(TableVersion("delta", str(address), str(table.version())), names, batches)
