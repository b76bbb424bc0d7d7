"""Sums in a table with one row per key equal grouped sums, with nulls and with keys of one part only."""

import narwhals as nw
import polars as pl
import pytest
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from features.collaboration.fast_paths import fast_paths
from features.engine.few_rows import FEW_ROWS
from features.engine.packing import Packing, grouped
from features.engine.polars import POLARS
from features.engine.table_sums import sums_by_key

KEYS = Packing({"month": (24277, 24279), "employee_id": (0, 4)})
keys = (st.integers(24277, 24279), st.integers(0, 4))
count, hours = st.one_of(st.none(), st.integers(0, 9)), st.one_of(st.none(), st.integers(0, 8).map(lambda n: n / 4))
asked = st.lists(st.tuples(*keys, count, hours), max_size=12)
given_too = st.lists(st.tuples(*keys, count, count), max_size=12)


def part(rows, first, second, kind):
    schema = {"month": pl.Int32, "employee_id": pl.Int32, first: pl.Int64, second: kind}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_a_key_out_of_bounds_is_an_error():
    with pytest.raises(ValueError, match="not below 3"):
        sums_by_key([pl.LazyFrame({"key": [0, 3], "asked": [1, 1]})], "key", 3)


@settings(max_examples=at_most(100), deadline=None)
@given(asked, given_too, st.integers(1, 11), st.sampled_from([0, FEW_ROWS]))
def test_sums_by_key_are_those_of_groups(asked, given_too, cut, few):
    one = part(asked, "of both", "hours", pl.Float64)
    in_two_chunks = pl.concat([one[:cut], one[cut:]], rechunk=False)
    parts = [in_two_chunks, part(given_too, "of both", "given", pl.Int64)]
    frames = [nw.from_native(table.lazy()) for table in parts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("features.engine.table_sums.FEW_ROWS", few)
        sums = fast_paths(POLARS).sum_by(frames, KEYS)
    by_place, by_group = (each.collect("polars").to_polars() for each in (sums, grouped(frames, KEYS)))
    assert by_place.select(pl.struct("month", "employee_id")).to_series().is_sorted()
    assert_frame_equal(by_place, by_group, check_row_order=False, check_column_order=False)
