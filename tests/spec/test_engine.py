"""What the engine and the packed sums do for many rows, by hand."""

import narwhals as nw
import polars as pl
import pytest

from features.engine import POLARS
from features.pairs import ASKS, BASE, sums_by


def frame(**columns):
    return nw.from_native(pl.DataFrame(columns).lazy())


def rows(found, *columns):
    return found.select(*columns).collect("polars").to_polars().rows()


def test_people_are_looked_up_by_their_code_and_keep_the_order_of_the_rows():
    table = frame(employee_id=[4, 0, 2], team=[7, 5, None])
    found = POLARS.look_up(frame(partner=[2, 0, 4, 0, 3, 9, None]), "partner", table)
    assert rows(found, "partner", "team") == [(2, None), (0, 5), (4, 7), (0, 5), (3, None), (9, None), (None, None)]


def test_in_a_table_of_nobody_nobody_is_found():
    table = frame(employee_id=pl.Series([], dtype=pl.Int32), team=pl.Series([], dtype=pl.Int32))
    assert rows(POLARS.look_up(frame(partner=[0, 1]), "partner", table), "team") == [(None,), (None,)]


@pytest.mark.parametrize("names", [("one",), ("one", "two"), ("one", "two", "three")])
def test_sums_of_counts_are_the_same_two_at_a_time_as_alone(names):
    table = frame(key=[1, 2, 1, 1], one=[3, 1, 0, 4], two=[0, 9, 1, BASE - 2], three=[5, 5, 5, 5], hours=[0.5, 1, 2, 4])
    sums = sums_by(table, ["key"], {name: nw.col(name) for name in names}, {"hours": nw.col("hours")})
    expected = {1: (7, BASE - 1, 15), 2: (1, 9, 5)}
    found = {key: figures for key, *figures in rows(sums, "key", "hours", *names)}
    assert found == {1: [6.5, *expected[1][: len(names)]], 2: [1.0, *expected[2][: len(names)]]}


def pairs(*rows):
    return nw.from_native(
        pl.DataFrame(rows, schema={"pair": pl.Int64, ASKS: pl.Int64, "rows": pl.Int32}, orient="row").lazy()
    )


def test_what_is_added_to_pairs_comes_pair_by_pair_and_takes_away_those_without_rows():
    sums = POLARS.add_pairs(None, pairs((7, 1, 1), (2, 10, 1), (7, 3, 1), (5, 0, 0)))
    assert rows(sums, "pair", ASKS, "rows") == [(2, 10, 1), (7, 4, 2)]
    more = POLARS.add_pairs(sums, pairs((9, 5, 1), (7, -4, -1), (1, 6, 1), (7, 2, 1), (2, -10, -1)))
    assert rows(more, "pair", ASKS, "rows") == [(1, 6, 1), (7, 2, 2), (9, 5, 1)]
    assert rows(POLARS.add_pairs(more, pairs()), "pair") == [(1,), (7,), (9,)]
    assert rows(POLARS.add_pairs(POLARS.add_pairs(None, pairs()), pairs((3, 8, 1))), "pair", ASKS) == [(3, 8)]
