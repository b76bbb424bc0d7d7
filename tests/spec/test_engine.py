"""The engine's operations on many rows and the packed sums, with results by hand."""

import narwhals as nw
import polars as pl
import pytest

from features.collaboration.fast_paths import Compiled, Defined
from features.collaboration.pairs import ASKS, BASE, sums_by
from features.engine.polars import POLARS
from features.engine.spark.engine import _worked
from features.engine.spark.failures import OTHER_VERSION, without_product
from features.errors import BadInput
from features.known.codes import numbered

PATHS, DEFINED = Compiled(few_rows=0), Defined(POLARS)


def frame(**columns):
    return nw.from_native(pl.DataFrame(columns).lazy())


def rows(results, *columns):
    return results.select(*columns).collect("polars").to_polars().rows()


def test_people_are_looked_up_by_their_code_and_keep_the_order_of_the_rows():
    table = frame(employee_id=[4, 0, 2], team=[7, 5, None])
    result = PATHS.look_up(frame(partner=[2, 0, 4, 0, 3, 9, None]), "partner", table)
    expected = [(2, None), (0, 5), (4, 7), (0, 5), (3, None), (9, None), (None, None)]
    assert rows(result, "partner", "team") == expected
    defined = DEFINED.look_up(frame(partner=[2, 0, 4, 0, 3, 9, None]), "partner", table)
    assert sorted(rows(defined, "partner", "team"), key=str) == sorted(expected, key=str)


def test_a_lookup_in_an_empty_table_finds_nobody():
    table = frame(employee_id=pl.Series([], dtype=pl.Int32), team=pl.Series([], dtype=pl.Int32))
    assert rows(PATHS.look_up(frame(partner=[0, 1]), "partner", table), "team") == [(None,), (None,)]


@pytest.mark.parametrize("names", [("one",), ("one", "two"), ("one", "two", "three")])
def test_counts_summed_two_at_a_time_equal_counts_summed_alone(names):
    table = frame(key=[1, 2, 1, 1], one=[3, 1, 0, 4], two=[0, 9, 1, BASE - 2], three=[5, 5, 5, 5], hours=[0.5, 1, 2, 4])
    sums = sums_by(table, ["key"], {name: nw.col(name) for name in names}, {"hours": nw.col("hours")})
    expected = {1: (7, BASE - 1, 15), 2: (1, 9, 5)}
    values = {key: figures for key, *figures in rows(sums, "key", "hours", *names)}
    assert values == {1: [6.5, *expected[1][: len(names)]], 2: [1.0, *expected[2][: len(names)]]}


def of(low, high):
    return low * BASE + high


def pairs(*rows):
    table = [(of(low, high), asks, count) for low, high, asks, count in rows]
    return nw.from_native(
        pl.DataFrame(table, schema={"pair": pl.Int64, ASKS: pl.Int64, "rows": pl.Int32}, orient="row").lazy()
    )


def test_additions_to_pairs_are_sorted_by_the_lower_person_and_drop_empty_pairs():
    sums = PATHS.add_pairs(None, pairs((2, 7, 1, 1), (0, 2, 10, 1), (2, 7, 3, 1), (1, 5, 0, 0)))
    assert rows(sums, "pair", ASKS, "rows") == [(of(0, 2), 10, 1), (of(2, 7), 4, 2)]
    added = pairs((3, 9, 5, 1), (2, 7, -4, -1), (1, 8, 6, 1), (2, 7, 2, 1), (2, 3, 1, 1), (0, 2, -10, -1))
    more = PATHS.add_pairs(sums, added)
    assert rows(more, "pair", ASKS, "rows") == [(of(1, 8), 6, 1), (of(2, 7), 2, 2), (of(2, 3), 1, 1), (of(3, 9), 5, 1)]
    assert rows(PATHS.add_pairs(more, pairs()), "pair") == rows(more, "pair")
    first = PATHS.add_pairs(PATHS.add_pairs(None, pairs()), pairs((0, 3, 8, 1)))
    assert rows(first, "pair", ASKS) == [(of(0, 3), 8)]


def test_a_pair_is_not_mistaken_for_a_removed_pair_of_the_person_before():
    sums = PATHS.add_pairs(None, pairs((0, 5, 1, 1), (0, 6, 2, 1)))
    more = PATHS.add_pairs(sums, pairs((0, 5, -1, -1), (1, 6, 7, 1)))
    assert rows(more, "pair", ASKS, "rows") == [(of(0, 6), 2, 1), (of(1, 6), 7, 1)]


def test_people_outside_the_company_have_no_code(tmp_path):
    numbered(pl.Series(["ann", "bob", "cid"])).write_parquet(tmp_path / "people.parquet")
    services = frame(client_id=["cid", "eve", None, "ann"], provider_id=["bob", "ann", "cid", None])
    for paths in (PATHS, DEFINED):
        result = paths.with_codes(services, ("client", "provider"), tmp_path / "people.parquet")
        assert set(rows(result, "client", "provider")) == {(2, 1), (None, 0), (None, 2), (0, None)}


def doubled(rows):
    return rows.select(double=pl.col("figure") * 2)


def test_work_on_rows_runs_in_this_process_with_polars():
    assert POLARS.map_rows(pl.DataFrame({"figure": [3, 1]}), doubled).rows() == [(6,), (2,)]


@pytest.mark.parametrize("sign", ["ModuleNotFoundError: No module named 'pipeline'", "[PYTHON_VERSION_MISMATCH] 3.10"])
def test_executors_without_the_driver_s_python_are_bad_input_with_the_remedy(sign):
    assert isinstance(without_product(RuntimeError(f"Traceback: {sign}")), BadInput)
    assert "spark.archives" in str(without_product(RuntimeError(sign)))
    other = RuntimeError("a division by zero")
    assert without_product(other) is other


def test_an_executor_with_another_version_of_the_product_refuses_to_score():
    with pytest.raises(RuntimeError, match=OTHER_VERSION):
        next(_worked(doubled, pl.DataFrame({"double": [0]}).to_arrow().schema, "0.0.0", iter([])))
