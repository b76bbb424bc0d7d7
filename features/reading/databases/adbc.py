"""What the drivers of Arrow Database Connectivity have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa


@contextmanager
def stream(connection: Any, sql: str) -> Iterator[pa.RecordBatchReader]:
    """The rows of a query, in the batches of the driver."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        yield cursor.fetch_record_batch()


def names(connection: Any, sql: str) -> list[str]:
    """The first column of a short result, sorted."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(str(row[0]) for row in cursor.fetchall())


def sqlstate(error: Exception) -> str:
    """The five characters of the standard, or nothing."""
    return str(getattr(error, "sqlstate", None) or "")
