"""The types that a driver may give, and what raw tables hold of them."""

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from features.reading.databases.arrow_types import from_rows, plain

EAST = timezone(timedelta(hours=3))

CASES: dict[str, tuple[pa.DataType, Any, Any]] = {
    "truth": (pa.bool_(), True, True),
    "a small number": (pa.int8(), 7, 7),
    "a decimal": (pa.decimal128(12, 3), Decimal("42.700"), 42.7),
    "a whole decimal": (pa.decimal128(10, 0), Decimal(1001), 1001),
    "a whole decimal beyond 64 bits": (pa.decimal128(38, 0), Decimal(10**30 + 1), "1" + "0" * 29 + "1"),
    "a day": (pa.date32(), date(2020, 1, 15), date(2020, 1, 15)),
    "a day in milliseconds": (pa.date64(), date(2020, 1, 15), date(2020, 1, 15)),
    "a moment in nanoseconds": (pa.timestamp("ns"), datetime(2020, 5, 6, 12), datetime(2020, 5, 6, 12)),
    "a moment with a zone": (
        pa.timestamp("us", "+03:00"),
        datetime(2020, 5, 6, 1, tzinfo=EAST),
        datetime(2020, 5, 6, 1),
    ),
    "a time of day": (pa.time64("us"), time(8, 30), "08:30:00.000000"),
    "long text": (pa.large_string(), "Zoë", "Zoë"),
    "a value of a list": (pa.dictionary(pa.int8(), pa.string()), "Sales", "Sales"),
    "bytes": (pa.binary(), b"\x0a\xff", "0aff"),
    "bytes of one length": (pa.binary(2), b"\x0a\xff", "0aff"),
    "several values": (pa.list_(pa.int64()), [1, 2], "[1, 2]"),
    "nothing": (pa.null(), None, None),
    "an interval": (
        pa.month_day_nano_interval(),
        pa.MonthDayNano([1, 2, 3]),
        "MonthDayNano(months=1, days=2, nanoseconds=3)",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_value_becomes_one_of_a_plain_type(case: str) -> None:
    kind, given, expected = CASES[case]
    batch = pa.record_batch([pa.array([given, None], kind)], names=["x"])
    rows = plain(pa.RecordBatchReader.from_batches(batch.schema, [batch])).read_all()
    assert rows.column("x").to_pylist() == [expected, None]


def test_rows_become_batches_until_there_are_none() -> None:
    left = [[(1, "a"), (None, None)], [(3, "c")], []]
    reader = from_rows(lambda number: left.pop(0), ["number", "text"], [pa.int64(), pa.string()])
    assert [batch.to_pylist() for batch in reader] == [
        [{"number": 1, "text": "a"}, {"number": None, "text": None}],
        [{"number": 3, "text": "c"}],
    ]


def test_an_error_while_rows_are_read_arrives_as_it_was_raised() -> None:
    class OfTheDriverError(Exception):
        pass

    def fetch(number: int) -> list[tuple[int]]:
        raise OfTheDriverError

    reader = from_rows(fetch, ["x"], [pa.int64()])
    with pytest.raises(OfTheDriverError):
        list(reader)
