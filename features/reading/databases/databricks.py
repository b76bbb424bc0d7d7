"""Databricks through its own driver, which gives Arrow tables of some rows at a time."""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

import pyarrow as pa

from features.reading.databases.address import Address
from features.reading.databases.arrow_types import BATCH_ROWS
from features.reading.databases.connector import Connector, tables_of
from features.reading.databases.dialect import SPARK_SQL
from features.reading.databases.warehouse import Warehouse, opened

_ATTEMPTS: Final = 3
"""The driver's own default are thirty, over a quarter of an hour."""
_SECONDS: Final = 900
"""A query may take that long without a sign of life."""


@contextmanager
def _rows(connection: Any, sql: str) -> Iterator[pa.RecordBatchReader]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        first = cursor.fetchmany_arrow(BATCH_ROWS)

        def batches() -> Iterator[pa.RecordBatch]:
            table = first
            while table.num_rows:
                yield from table.to_batches()
                table = cursor.fetchmany_arrow(BATCH_ROWS)

        yield pa.RecordBatchReader.from_batches(first.schema, batches())


def _connect(address: Address) -> AbstractContextManager[Warehouse]:
    from databricks import sql as databricks

    options = address.options_among("http_path", "catalog", "schema")
    errors = (databricks.Error,)

    logging.getLogger("databricks.sql").setLevel(logging.CRITICAL)  # its lines name the address

    def connect() -> Any:
        try:
            return databricks.connect(
                address.host,
                options.get("http_path", ""),
                address.password,
                catalog=options.get("catalog"),
                schema=options.get("schema"),
                enable_telemetry=False,
                _port=address.port or 443,
                _retry_stop_after_attempts_count=_ATTEMPTS,
                _socket_timeout=_SECONDS,
            )
        except databricks.Error:
            raise
        except Exception:  # of the libraries below it
            raise databricks.OperationalError("not connected") from None

    def made(connection: object) -> Warehouse:
        return Warehouse(connection, SPARK_SQL, errors, lambda schema: tables_of(schema, "current_schema()"), _rows)

    return opened(connect, errors, made)


CONNECTOR: Final = Connector(
    schemes=("databricks",),
    package="databricks.sql",
    extra="databricks",
    example="databricks://token:access_token@host?http_path=/sql/1.0/warehouses/id&catalog=main&schema=hr",
    dialect=SPARK_SQL,
    connect=_connect,
)
