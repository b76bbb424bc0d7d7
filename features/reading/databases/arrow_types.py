"""The types of Arrow that raw tables hold: truth, numbers, days, times without a zone, and text for all others."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import pyarrow as pa

BATCH_ROWS: Final = 8192

_DIGITS: Final = 18
"""As many fit into 64 bits."""

_KEPT: Final = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_string, pa.types.is_date32)
_BYTES: Final = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view)


def plain(reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The same rows in plain types, a batch at a time.

    A decimal becomes a whole number or, with decimals, a double; one that may have too many digits becomes text. A time
    with a zone becomes the clock time there. Bytes are text in hexadecimal digits.
    """
    given: pa.Schema = reader.schema
    schema = pa.schema([pa.field(field.name, _plain_type(field.type)) for field in given])

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in reader:
            columns = [_plain(column, field.type) for column, field in zip(batch.columns, schema, strict=True)]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def from_rows(
    fetch: Callable[[int], Sequence[Sequence[Any]]], names: Sequence[str], types: Sequence[pa.DataType]
) -> pa.RecordBatchReader:
    """The rows that `fetch(number)` gives until there are none, as batches."""
    schema = pa.schema(list(zip(names, types, strict=True)))

    def batches() -> Iterator[pa.RecordBatch]:
        while rows := fetch(BATCH_ROWS):
            columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def whole(digits: int) -> pa.DataType:
    """The type of a whole number of up to `digits` digits: text where a number of them could be another one."""
    return pa.int64() if digits <= _DIGITS else pa.string()


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_decimal(kind):
        return pa.float64() if kind.scale > 0 else whole(kind.precision)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    if pa.types.is_date(kind):
        return pa.date32()
    return kind if any(is_kind(kind) for is_kind in _KEPT) else pa.string()


def _plain(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.dictionary_decode(), wanted)
    if kind == wanted:
        return column
    if pa.types.is_timestamp(kind):
        if kind.tz is None:
            return column.cast(wanted, safe=False)
        import pyarrow.compute as pc  # without it, a cast gives the time in UTC

        return pc.local_timestamp(column.cast(pa.timestamp("us", kind.tz), safe=False))
    if any(is_kind(kind) for is_kind in _BYTES):
        return pa.array([None if value is None else value.hex() for value in column.to_pylist()], wanted)
    if pa.types.is_nested(kind):
        texts = (None if value is None else json.dumps(value, default=str) for value in column.to_pylist())
        return pa.array(texts, wanted)
    try:
        return column.cast(wanted)
    except pa.ArrowNotImplementedError:  # an interval, say
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], wanted)
