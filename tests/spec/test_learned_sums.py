"""The sums that are kept with a model: worked out by hand, read back, about nobody, and good for measuring drift."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.data_counts import DataCounts
from pipeline.judgement.drift import OTHER, limits_of_model, moved, moved_too_far, reference_of_model
from pipeline.judgement.learned_sums import cells_of_groups, table_months
from pipeline.model.learned_from import LearnedFeature, LearnedFrom, TableMonths


def numbers(*values: float | None, times: int = 1) -> tuple[pl.Series, pl.Series]:
    """A column, and the person of each row: everybody is somebody else."""
    column = pl.Series("x", list(values) * times, dtype=pl.Float64)
    return column, pl.Series(range(len(column)))


def test_tenths_of_a_number_are_its_cells_with_one_for_unknown() -> None:
    edges, cells = cells_of_groups(*numbers(*range(100), *[None] * 20))
    assert edges is not None
    assert [round(edge, 1) for edge in edges] == [9.9, 19.8, 29.7, 39.6, 49.5, 59.4, 69.3, 79.2, 89.1]
    assert cells == dict.fromkeys(range(10), 10) | {None: 20}


def test_no_cell_of_a_number_has_fewer_than_five_people() -> None:
    edges, cells = cells_of_groups(
        *numbers(*range(20))
    )  # tenths of two people are merged to cells of six, six and eight
    assert sum(cells.values()) == 20
    assert min(cells.values()) >= 5
    assert edges is not None
    assert len(edges) == len(cells) - 1


def test_rows_of_one_person_are_not_a_group() -> None:
    column = pl.Series("x", [1.0] * 50 + [9.0] * 12)
    person = pl.Series([*range(50), *[99] * 12])  # the twelve months of one person who differs
    edges, cells = cells_of_groups(column, person)
    assert (edges, cells) == ((), {0: 62})


def test_an_edge_is_rounded_so_that_it_need_not_be_anybodys_figure() -> None:
    edges, _ = cells_of_groups(*numbers(*[48_317.0, 52_944.0] * 30))
    assert edges is not None
    assert 48_317.0 not in edges
    assert set(edges) <= {48_300.0, 50_600.0, 52_900.0}


def test_rare_levels_of_a_category_are_one_cell_and_a_small_cell_is_counted_in_the_largest() -> None:
    names = ["clerk"] * 50 + ["cook"] * 20 + ["pilot"] * 3 + ["smith"] * 3 + [None] * 2
    column = pl.Series("job", names)
    _, cells = cells_of_groups(column, pl.Series(range(len(names))))
    assert cells == {"clerk": 52, "cook": 20, OTHER: 6}  # pilots and smiths; the two unknown among the clerks
    assert cells_of_groups(column.head(73), pl.Series(range(73)))[1] == {"clerk": 53, "cook": 20}


def test_a_feature_known_for_four_people_is_kept_as_unknown() -> None:
    assert cells_of_groups(*numbers(1, 2, 3, 4, *[None] * 90)) == ((), {})


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([100] * 20, TableMonths({1: 100, 4: 400, 15: 1500}, 0)),
        ([400] * 19 + [99], TableMonths({1: 400, 4: 1600, 15: 6000}, 1)),  # below a quarter of the median: not complete
        ([400] * 19 + [100], TableMonths({1: 100, 4: 1300, 15: 5700}, 0)),
        ([0, 90, 0] * 8, TableMonths({4: 90, 15: 450}, 0)),  # every quarter: any four months have a round
        ([29] * 20, TableMonths({4: 116, 15: 435}, 0)),  # of 29 rows a month chance can take most
        ([100] * 16 + [0] * 4, TableMonths({15: 1100}, 0)),  # more than three empty months: the table has ended
        ([], TableMonths({}, 0)),
    ],
)
def test_the_fewest_rows_of_a_table_in_one_four_and_fifteen_months(rows: list[int], expected: TableMonths) -> None:
    assert table_months(rows) == expected


def of_features(**features: tuple[pl.Series, pl.Series]) -> LearnedFrom:
    made = {}
    for name, (column, person) in features.items():
        edges, cells = cells_of_groups(column, person)
        made[name] = LearnedFeature(1.0, 1.0, ("compensation",), edges, cells, 0.2)
    rows = len(next(iter(features.values()))[0])
    counts = DataCounts({"compensation": 9}, {"compensation": 8})
    return LearnedFrom(None, None, rows, 200, (0.05,), 0.06, made, counts)


JOBS = pl.Series("job", ["clerk", "cook"] * 100)
LEARNED = of_features(x=numbers(*range(200)), job=(JOBS, pl.Series(range(200))), never=numbers(*[None] * 200))


def test_an_unchanged_month_has_not_moved_and_one_of_higher_numbers_and_new_levels_has() -> None:
    reference = reference_of_model(LEARNED)
    same = pl.DataFrame({"x": [float(each) for each in range(200)], "job": JOBS, "never": [None] * 200})
    assert {each.name: round(each.psi, 9) for each in moved(reference, same)} == {"x": 0, "job": 0}
    new = pl.DataFrame({"x": [199.0] * 200, "job": ["pilot"] * 200, "never": [1.0] * 200})
    drift = moved_too_far(reference, new, limits_of_model(LEARNED, 0.2))
    assert {each.name for each in drift.drifted} == {"x", "job"}


def test_the_limit_of_a_feature_is_what_its_months_usually_show() -> None:
    assert limits_of_model(LEARNED, 0.2)["x"] == pytest.approx(0.3)  # one and a half times 0.2
    assert limits_of_model(LEARNED, 0.5)["x"] == 0.5


def test_the_sums_are_read_back_as_they_were_stored_and_a_model_may_have_none(tmp_path: Path) -> None:
    LEARNED.save(tmp_path)
    assert LearnedFrom.load(tmp_path) == LEARNED
    assert LearnedFrom.load(tmp_path / "model of before") is None
