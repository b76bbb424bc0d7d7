"""An attacker who knows who left where and when, and solves all equations that a table of turnover publishes.

An unknown for each leaver (how that one left), an equation for each count by kind that is shown, of groups, of lines of
managers and of everyone. If a combination of equations is zero for all but one or two leavers, it is a leak.
"""

from collections import Counter
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import polars as pl
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.disclosure.leaving import (
    LEAST_LEAVERS,
    Shown,
    lines_with_kinds,
    shown_beside,
    shown_of_total,
    small_group_years,
    years,
)

Rows = list[NDArray[np.float64]]


def is_leaking(equations: Rows) -> bool:
    """Whether some combination depends on one or two leavers, of `equations` over leavers."""
    matrix = np.array([row for row in equations if row.any()])
    if not len(matrix):
        return False
    columns = Counter(map(tuple, matrix.T.tolist()))
    few = [kind for kind, number in columns.items() if any(kind) and number < LEAST_LEAVERS]
    whole = np.linalg.matrix_rank(matrix)
    for some in (*combinations(few, 1), *combinations(few, 2)):
        if sum(columns[kind] for kind in some) >= LEAST_LEAVERS:
            continue
        others = np.array([kind for kind in columns if kind not in some]).T
        if not others.size or np.linalg.matrix_rank(others) < whole:
            return True
    return False


def equations_of(shown: Shown, at: int, within: NDArray[np.bool_], month: NDArray[np.int64], months: int) -> Rows:
    """The counts that a row of a table shows: of each month, and of every twelve months."""
    windows = [(first, first + 1) for first in range(months)] + [(last - 12, last) for last in range(12, months + 1)]
    return [
        (within & (month >= first) & (month < after)).astype(float)
        for first, after in windows
        if shown.window(first, after)[at]
    ]


tables = st.integers(1, 5).flatmap(
    lambda groups: st.integers(12, 26).flatmap(
        lambda months: st.tuples(
            st.lists(
                st.lists(st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3]), min_size=months, max_size=months),
                min_size=groups,
                max_size=groups,
            ),
            st.lists(st.sampled_from([2.0, 4.0, 7.0, 30.0, 80.0]), min_size=groups, max_size=groups),
        )
    )
)


@settings(max_examples=at_most(150), deadline=None, database=None)
@given(tables)
def test_a_table_and_its_total_reveal_nothing_about_one_or_two_leavers(table: Any) -> None:
    exits, people = np.array(table[0], dtype=np.int64), np.array(table[1])
    months = exits.shape[1]
    small = small_group_years(np.repeat(people[:, None], months, axis=1))
    total = shown_of_total(exits.sum(axis=0), exits, small)
    beside = shown_beside(total, exits, small)
    groups, of_months = np.indices(exits.shape)
    group, month = np.repeat(groups.ravel(), exits.ravel()), np.repeat(of_months.ravel(), exits.ravel())
    equations = equations_of(total, 0, np.ones(len(group), dtype=bool), month, months)
    for at in range(len(exits)):
        equations += equations_of(beside, at, group == at, month, months)
    assert not is_leaking(equations)


@settings(max_examples=at_most(60), deadline=None, database=None)
@given(tables)
def test_what_is_hidden_depends_on_the_number_of_exits_only(table: Any) -> None:
    """The function is not given kinds; and every shown group-year has enough leavers, or none."""
    exits, people = np.array(table[0], dtype=np.int64), np.array(table[1])
    small = small_group_years(np.repeat(people[:, None], exits.shape[1], axis=1))
    total = shown_of_total(exits.sum(axis=0), exits, small)
    beside = shown_beside(total, exits, small)
    for year in years(exits.shape[1]):
        for at in range(len(exits)):
            edges = np.flatnonzero(beside.is_edge[at, year.start : year.stop + 1]) + year.start
            if beside.has_kinds[at, year].all():
                counts = [int(exits[at, first:after].sum()) for first, after in pairwise(edges)]
                assert all(count == 0 or count >= LEAST_LEAVERS for count in counts)


hierarchies = st.integers(3, 9).flatmap(
    lambda managers: st.tuples(
        st.tuples(*(st.integers(-1, at - 1) for at in range(managers))),
        st.lists(st.tuples(st.integers(-1, managers - 1), st.integers(0, 11)), min_size=1, max_size=40),
        st.lists(st.sampled_from([3.0, 6.0, 20.0, 60.0]), min_size=managers, max_size=managers),
    )
)


def lines_above(boss_of: tuple[int, ...], manager: int) -> list[int]:
    found = []
    while manager >= 0:
        found.append(manager)
        manager = boss_of[manager]
    return found


@settings(max_examples=at_most(150), deadline=None, database=None)
@given(hierarchies)
def test_lines_within_lines_reveal_nothing_about_one_or_two_leavers(company: Any) -> None:
    boss_of, left, sizes = company
    month = np.array([when for _, when in left])
    counts = np.bincount(month, minlength=12).astype(np.int64)
    total = shown_of_total(counts, counts[None], np.zeros((1, 12), dtype=bool))
    rows = [
        (leaver, when, line)
        for leaver, (manager, when) in enumerate(left)
        for line in ([f"M{each}" for each in lines_above(boss_of, manager)] or [None])
    ]
    leavers = pl.DataFrame(rows, schema={"leaver": pl.Int64, "month": pl.Int64, "line": pl.String}, orient="row")
    lines = pl.DataFrame({"line": [f"M{each}" for each in range(len(boss_of))], "people": sizes})
    equations = equations_of(total, 0, np.ones(len(left), dtype=bool), month, 12)
    if total.has_kinds[0].all():
        for line in sorted(lines_with_kinds(leavers, lines, total.is_edge[0])):
            within = [int(line[1:]) in lines_above(boss_of, manager) for manager, _ in left]
            equations.append(np.array(within, dtype=float))
    assert not is_leaking(equations)


def test_the_attacker_finds_a_known_leak() -> None:
    """Ten leave in a month, nine of one department, which shows its year; the total shows the month."""
    month, year_of_nine = np.ones(10), np.array([1.0] * 9 + [0.0])
    assert is_leaking([month, year_of_nine])
    assert not is_leaking([month])
