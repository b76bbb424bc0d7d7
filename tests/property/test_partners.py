"""The counts of a person's colleagues from one compiled pass equal those of grouping by person and department."""

import narwhals as nw
import polars as pl
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from features.collaboration.fast_paths import Compiled, Defined
from features.collaboration.pairs import ASKS, BASE
from features.collaboration.partners import OF_DEPARTMENTS, OF_PARTNERS
from features.engine.polars import POLARS

PATHS = Compiled(few_rows=0)
OF_FEW = Compiled()
DEFINED = Defined(POLARS)
PEOPLE = range(7)
TWO = st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=2, unique=True).map(sorted).map(tuple)
ASKED = st.integers(0, 3)


@st.composite
def companies(draw):
    """Pairs in any order, and people, some unknown and some without a department."""
    pairs = draw(st.dictionaries(TWO, st.tuples(ASKED, ASKED), max_size=15))
    known = draw(st.lists(st.sampled_from(PEOPLE), unique=True))
    trait = st.one_of(st.none(), st.integers(0, 1))
    people = [(who, draw(st.one_of(st.none(), st.integers(1, 3))), draw(trait), draw(trait)) for who in known]
    traits = dict.fromkeys(("employee_id", "department", "is_newcomer", "has_left"), pl.Int32)
    return (
        pl.DataFrame(
            [(low * BASE + high, low_asks * BASE + high_asks) for (low, high), (low_asks, high_asks) in pairs.items()],
            schema={"pair": pl.Int64, ASKS: pl.Int64},
            orient="row",
        ),
        pl.DataFrame(people, schema=traits, orient="row"),
    )


@st.composite
def changes(draw):
    """Requests in two steps; the second removes some of the first."""
    first, second = (draw(st.lists(st.tuples(TWO, ASKED, ASKED), max_size=25)) for _ in range(2))
    gone = draw(st.lists(st.integers(0, 24), unique=True).map(lambda places: [at for at in places if at < len(first)]))
    return asks(first, 1), pl.concat([asks(second, 1), asks([first[at] for at in gone], -1)])


def asks(rows, sign):
    table = [
        (low * BASE + high, sign * (low_asks * BASE + high_asks), sign) for (low, high), low_asks, high_asks in rows
    ]
    return pl.DataFrame(table, schema={"pair": pl.Int64, ASKS: pl.Int64, "rows": pl.Int32}, orient="row")


@settings(max_examples=at_most(200), deadline=None)
@given(changes())
def test_adding_to_pairs_gives_the_same_as_grouping_everything(changes):
    first, second = (nw.from_native(rows.lazy()) for rows in changes)
    added = PATHS.add_pairs(PATHS.add_pairs(None, first), second).collect("polars").to_polars()
    grouped = pl.concat(changes).group_by("pair").agg(pl.all().sum()).filter(pl.col("rows") > 0)
    defined = DEFINED.add_pairs(DEFINED.add_pairs(None, first), second).collect("polars").to_polars()
    assert_frame_equal(added, grouped, check_row_order=False)
    assert_frame_equal(added, defined, check_row_order=False)
    assert (added["pair"] // BASE).is_sorted()
    of_few = OF_FEW.add_pairs(OF_FEW.add_pairs(None, first), second).collect("polars").to_polars()
    assert_frame_equal(of_few, added, check_row_order=False)
    assert (of_few["pair"] // BASE).is_sorted()


@settings(max_examples=at_most(100), deadline=None)
@given(companies())
def test_one_pass_counts_equal_grouped_counts(company):
    frames = [nw.from_native(table.lazy()) for table in company]
    columns = ["employee_id", *OF_PARTNERS, *OF_DEPARTMENTS]
    in_one_pass, of_few, grouped = (
        paths.count_partners(*frames).select(columns).collect("polars").to_polars()
        for paths in (PATHS, OF_FEW, DEFINED)
    )
    assert_frame_equal(in_one_pass, grouped, check_dtypes=False, check_row_order=False)
    assert_frame_equal(in_one_pass, of_few, check_dtypes=False, check_row_order=False)
