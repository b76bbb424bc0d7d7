"""One fingerprint of a source's canonical tables: the same whatever the order of their rows."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq

from features.sql import connect, parquet, quoted, select_from


def data_hash(tables: Mapping[str, Path], work: Path) -> str:
    """SHA-256 over each table's name, columns, types, number of rows, and the exclusive or of its rows' 128-bit MD5.

    Independent of the order of rows and of the versions of the libraries: a row is hashed as text. It shows whether
    two runs saw the same data; it does not protect against forgery.
    """
    total = hashlib.sha256()
    with connect(work) as connection:
        for table, path in sorted(tables.items()):
            schema = pq.read_schema(path)
            described = [(field.name, str(field.type)) for field in schema]
            texts = ", ".join(f"coalesce({quoted(name)}::varchar, chr(30))" for name in schema.names)
            row = f"md5_number(concat_ws(chr(31), {texts}))"
            query = select_from(f"count(*), bit_xor({row})", parquet(path))
            total.update(repr((table, described, connection.execute(query).fetchone())).encode())
    return total.hexdigest()
