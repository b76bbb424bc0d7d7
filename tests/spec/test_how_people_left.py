"""How people left: what may be shown beside the total, of groups and years that can be checked by hand."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from pipeline.disclosure.leaving import (
    Shown,
    lines_with_kinds,
    shown_beside,
    shown_of_total,
    small_group_years,
    years,
)

YEAR = 12


def exits_in(**months: int) -> np.ndarray:
    """Exits by month of one year: `m0=3` is three in the first month."""
    found = np.zeros(YEAR, dtype=np.int64)
    for name, number in months.items():
        found[int(name[1:])] = number
    return found


def edges_at(*months: int) -> list[bool]:
    return [month in months for month in range(YEAR + 1)]


def total_by(*edges: int) -> Shown:
    """Everyone, with kinds all year, in blocks that begin and end there."""
    return Shown(np.ones((1, YEAR), dtype=bool), np.ones((1, YEAR), dtype=bool), np.array([edges_at(*edges)]))


def beside(total: Shown, *groups: np.ndarray, small: Sequence[int] = ()) -> Shown:
    hidden = np.zeros((len(groups), YEAR), dtype=bool)
    hidden[list(small)] = True
    return shown_beside(total, np.array(groups), hidden)


NO_TABLE = np.zeros((0, YEAR), dtype=np.int64), np.zeros((0, YEAR), dtype=bool)


@pytest.mark.parametrize(
    ("months", "expected"), [(12, [(0, 12)]), (15, [(0, 3), (3, 15)]), (24, [(0, 12), (12, 24)]), (5, [(0, 5)])]
)
def test_years_are_counted_back_from_the_last_month(months: int, expected: list[tuple[int, int]]) -> None:
    assert [(year.start, year.stop) for year in years(months)] == expected


@pytest.mark.parametrize(
    ("people", "hidden"),
    [
        ([5, 8], []),
        ([4, 6, 7, 20], [0, 1]),  # the total less the others would be the four: the next smallest goes too
        ([1, 1, 6, 30], [0, 1, 2]),  # two groups of two people together are too few
        ([2, 3, 6, 30], [0, 1]),  # five together are enough
        ([4, 20, 6, 6], [0, 2]),  # of equally small groups the first
        ([0, 6, 9], []),  # a group without people hides nothing
        ([0, 4, 9, 30], [1, 2]),
        ([3], [0]),
    ],
)
def test_a_small_group_is_hidden_with_enough_others(people: list[int], hidden: list[int]) -> None:
    small = small_group_years(np.repeat(np.array(people, dtype=float)[:, None], YEAR, axis=1))
    assert [group for group in range(len(people)) if small[group].any()] == hidden
    assert (small.all(axis=1) == small.any(axis=1)).all()


def test_readers_of_large_groups_see_none_below_ten() -> None:
    people = np.repeat(np.array([9.0, 10.0, 40.0])[:, None], YEAR, axis=1)
    assert small_group_years(people, 10).all(axis=1).tolist() == [True, True, False]
    assert not small_group_years(people[1:], 10).any()


def test_a_group_is_small_in_the_years_in_which_it_was() -> None:
    """Fifteen months: three of the first year and twelve of the last. The second group grows from four to six."""
    people = np.array([[30.0] * 15, [4.0] * 3 + [6.0] * 12, [9.0] * 15])
    small = small_group_years(people)
    assert small[0].tolist() == [False] * 15
    assert small[1].tolist() == small[2].tolist() == [True] * 3 + [False] * 12


def test_a_block_ends_where_it_and_what_follows_have_three_exits_or_none() -> None:
    """One and two exits: a block of two months. A month of none. Three, and the last one with them. Then none."""
    shown = shown_of_total(exits_in(m0=1, m1=2, m3=3, m4=1), *NO_TABLE)
    assert shown.has_kinds.tolist() == [[True] * YEAR]
    assert shown.is_edge.tolist() == [edges_at(0, 2, 3, *range(5, 13))]


def test_a_year_of_one_or_two_exits_shows_no_kinds_and_a_year_of_none_does() -> None:
    both = np.concatenate([exits_in(m3=2), exits_in(m3=3)])
    total = shown_of_total(both, np.zeros((0, 24), dtype=np.int64), np.zeros((0, 24), dtype=bool))
    assert total.has_kinds[0].tolist() == [False] * 12 + [True] * 12
    groups = shown_beside(total, both[None], np.zeros((1, 24), dtype=bool))
    assert groups.has_kinds[0].tolist() == [False] * 12 + [True] * 12
    assert shown_of_total(exits_in(), *NO_TABLE).has_kinds.all()


def test_everyone_is_shown_by_year_where_months_would_hide_a_department() -> None:
    """A month of three exits is two of one department and one of the other; a year of each is both months."""
    one, other = exits_in(m0=2, m5=1), exits_in(m0=1, m5=2)
    table, small = np.array([one, other]), np.zeros((2, YEAR), dtype=bool)
    total = shown_of_total(one + other, table, small)
    assert total.has_kinds.all()
    assert total.is_edge[0].tolist() == edges_at(0, 12)
    departments = shown_beside(total, table, small)
    assert departments.has_kinds.all()
    assert departments.is_edge.tolist() == [edges_at(0, *range(6, 13))] * 2


def test_everyone_is_shown_by_month_where_departments_are_shown_beside_it() -> None:
    one, other = exits_in(m0=3, m5=3), exits_in(m0=4)
    total = shown_of_total(one + other, np.array([one, other]), np.zeros((2, YEAR), dtype=bool))
    assert total.is_edge[0].tolist() == edges_at(*range(13))
    assert beside(total, one, other).is_edge.all()


def test_everyone_stays_by_month_where_a_department_by_year_is_enough() -> None:
    """Less the six in the first month, one of the other department is left; by year the first department hides it."""
    one, other = exits_in(m0=3, m6=3), exits_in(m0=6, m5=1)
    table, small = np.array([one, other]), np.zeros((2, YEAR), dtype=bool)
    total = shown_of_total(one + other, table, small)
    assert total.is_edge[0].tolist() == edges_at(*range(6), *range(7, 13))
    departments = shown_beside(total, table, small)
    assert departments.has_kinds.all()
    assert departments.is_edge.tolist() == [edges_at(0, 12), edges_at(0, *range(6, 13))]


@pytest.mark.parametrize(
    ("groups", "shown"),
    [
        ([exits_in(m0=4), exits_in(m3=2)], [False, False]),  # the year less four is the two
        ([exits_in(m0=4), exits_in(m3=2), exits_in(m2=9)], [False, False, True]),  # the smallest that takes part
        ([exits_in(m0=4), exits_in(m3=3)], [True, True]),
        ([exits_in(m0=4), exits_in()], [True, True]),
        ([exits_in(m0=1), exits_in(m3=2), exits_in(m2=4)], [False, False, True]),  # three hidden together
    ],
)
def test_a_group_of_few_leavers_hides_what_the_year_of_everyone_would_leave(
    groups: list[np.ndarray], shown: list[bool]
) -> None:
    assert beside(total_by(0, 12), *groups).has_kinds.all(axis=1).tolist() == shown


def test_a_later_block_of_a_group_spans_its_months_too() -> None:
    shown = beside(total_by(0, 12), exits_in(m0=3, m3=2, m5=1))
    assert shown.is_edge.tolist() == [edges_at(0, 1, 2, 3, *range(6, 13))]


def test_a_small_group_counts_as_hidden_however_many_left() -> None:
    many, few = exits_in(m0=5), exits_in(m0=2)
    hidden = beside(total_by(0, 12), many, exits_in(m0=3), small=[1])
    assert hidden.has_kinds.all(axis=1).tolist() == hidden.is_group.all(axis=1).tolist() == [True, False]
    assert not beside(total_by(0, 12), many, few, small=[1]).has_kinds.any(), "the year less five is the two"


def test_a_group_is_hidden_or_shown_by_year_where_its_months_leave_one_of_the_total() -> None:
    """The total tells the halves apart. The first group's three in one half and one in the other are one block."""
    across, within = exits_in(m4=3, m7=1), exits_in(m0=3, m9=3)
    shown = beside(total_by(0, 6, 12), across, within)
    assert not shown.has_kinds[0].any(), "the first half less the group is, but for one, of others"
    assert shown.has_kinds[1].all()
    assert shown.is_edge[1].tolist() == edges_at(0, 12), "by half years, less the second half, it would be that one"
    with_others = beside(total_by(0, 6, 12), across, within, exits_in(m9=2), exits_in(m0=2))
    assert with_others.has_kinds.all(axis=1).tolist() == [True, True, False, False], "two hidden are in either half"
    assert with_others.is_edge[1].all()


def test_two_parts_of_the_total_together_reveal_what_neither_does() -> None:
    """The total has three parts with three exits each. In the second and in the third one of the small group's two is
    beside two of a shown group, so each part leaves three; both together, less the four, are the two.
    """
    hidden, few, across = exits_in(m0=3), exits_in(m5=1, m9=1), exits_in(m5=2, m9=2)
    assert not beside(total_by(0, 4, 8, 12), hidden, few, across, small=[0]).has_kinds.any()
    of_three = beside(total_by(0, 4, 8, 12), hidden, exits_in(m5=2, m9=1), across, small=[0])
    assert of_three.has_kinds.all(axis=1).tolist() == [False, True, True]


def test_nothing_is_shown_beside_a_total_without_kinds() -> None:
    total = total_by(0, 12)
    silent = Shown(total.is_group, np.zeros_like(total.has_kinds), total.is_edge)
    assert not beside(silent, exits_in(m0=5)).has_kinds.any()
    assert beside(total, exits_in(m0=5)).has_kinds.all()


def test_a_window_begins_and_ends_where_blocks_do_and_within_the_period() -> None:
    kinds = np.ones((2, YEAR), dtype=bool)
    kinds[1, 5] = False
    shown = Shown(np.ones((2, YEAR), dtype=bool), kinds, np.array([edges_at(0, 3, 6, 12)] * 2))
    assert shown.window(0, 3).tolist() == [True, True]
    assert shown.window(3, 6).tolist() == shown.window(0, 12).tolist() == [True, False]
    assert shown.window(6, 12).tolist() == [True, True]
    for first, after in ((-1, 3), (6, 13), (1, 3), (3, 5)):
        assert shown.window(first, after).tolist() == [False, False]


Leavers = Sequence[tuple[int, Sequence[str]]]


def lines_shown(leavers: Leavers, people: dict[str, float], *edges: int) -> set[str]:
    """leavers: the month of each, and the lines that they were in."""
    rows = [(at, month, line) for at, (month, lines) in enumerate(leavers) for line in lines or [None]]
    frame = pl.DataFrame(rows, schema={"leaver": pl.Int64, "month": pl.Int64, "line": pl.String}, orient="row")
    lines = pl.DataFrame({"line": list(people), "people": list(people.values())})
    return lines_with_kinds(frame, lines, np.array(edges_at(*edges)))


INSIDE: Leavers = [(0, ["S", "H"])]
ABOVE: Leavers = [(0, ["H"])]
OUTSIDE: Leavers = [(0, [])]
SIZES = {"H": 20.0, "S": 8.0}


@pytest.mark.parametrize(
    ("leavers", "shown"),
    [
        ([*INSIDE * 3, *ABOVE * 3], {"H", "S"}),
        ([*INSIDE * 2, *ABOVE * 3], {"H"}),  # the two below S
        ([*INSIDE * 3, *ABOVE * 2, *OUTSIDE], {"S"}),  # H less S is two
        ([*INSIDE * 3, *ABOVE * 2], set()),  # and then everyone less S
        ([*ABOVE * 4, *OUTSIDE * 2], {"S"}),  # everyone less H is two; nobody of S left
        ([*ABOVE * 4, *OUTSIDE * 3], {"H", "S"}),
        ([*INSIDE * 2, *OUTSIDE * 2], set()),
        ([*INSIDE * 3], {"H", "S"}),  # H and S are the same three
    ],
)
def test_lines_within_lines_are_shown_if_three_leavers_tell_them_apart(leavers: Leavers, shown: set[str]) -> None:
    assert lines_shown(leavers, SIZES, 0, 12) == shown


def test_a_line_of_fewer_than_five_people_is_not_shown() -> None:
    leavers = [*INSIDE * 3, *ABOVE * 3]
    assert lines_shown(leavers, {"H": 20.0, "S": 4.9}, 0, 12) == {"H"}
    assert lines_shown(leavers, {"H": 20.0, "S": 5.0}, 0, 12) == {"H", "S"}


def test_a_line_is_hidden_that_leaves_one_of_a_half_of_the_year() -> None:
    """Everyone: three leavers in the first half, seven in the second. The first half less the line S is one."""
    leavers = [*[(0, ["S"])] * 3, (7, ["S"]), *[(7, ["H"])] * 3, *[(7, [])] * 3]
    assert lines_shown(leavers, SIZES, 0, 6, 12) == {"H"}
    assert lines_shown(leavers, SIZES, 0, 12) == {"H", "S"}
