"""Figures of a part of the company: which whole groups are added up, and what they give together."""

from math import sqrt
from typing import Any

import polars as pl
import pytest

from pipeline.disclosure import disjoint_groups, hidden_beside
from pipeline.store.groups.group_figures import added


def people_of(*rows: tuple[str | None, str | None, int]) -> pl.DataFrame:
    """Rows of department, manager, and how many people are in both."""
    people = [(department, manager) for department, manager, number in rows for _ in range(number)]
    frame = pl.DataFrame(people, schema={"department": pl.String, "manager_id": pl.String}, orient="row")
    return frame.with_columns(employee_id=pl.int_range(frame.height).cast(pl.String))


@pytest.mark.parametrize(
    ("rows", "departments", "teams", "expected"),
    [
        pytest.param([("S", "a", 6), ("S", "b", 3)], ["S"], ["a"], (["S"], []), id="the department has everyone"),
        pytest.param([("S", "a", 6), (None, "b", 7)], ["S"], ["a", "b"], (["S"], ["b"]), id="a team outside is added"),
        pytest.param([("S", "a", 5), ("T", "a", 9)], ["S"], ["a"], ([], ["a"]), id="a mixed team of more people"),
        pytest.param([("S", "a", 9), ("T", "a", 2)], ["S"], ["a"], ([], ["a"]), id="eleven are more than nine"),
        pytest.param([("S", "a", 3)], [], [], ([], []), id="nothing is shown"),
    ],
)
def test_the_groups_added_up_have_nobody_in_common_and_most_people(
    rows: list[tuple[str | None, str | None, int]], departments: list[str], teams: list[str], expected: Any
) -> None:
    assert disjoint_groups(people_of(*rows), departments, teams) == expected


def test_exits_add_up_and_their_variances_too() -> None:
    """Ranges of 3 and 4 around 5 and 6 give one of 5 around 11; drivers are weighted: (10·0.1 + 30·0.3) / 40."""
    zero = dict.fromkeys(("conditions_log_odds", "relationships_log_odds", "growth_log_odds", "context_log_odds"), 0.0)
    rows = [
        {"people": 10, "expected_exits": 5.0, "low": 2.0, "high": 8.0, "pay_log_odds": 0.1} | zero,
        {"people": 30, "expected_exits": 6.0, "low": 2.0, "high": 10.0, "pay_log_odds": 0.3} | zero,
    ]
    together = added(rows)
    assert together["people"] == 40
    assert together["expected_exits"] == 11.0
    assert (together["low"], together["high"]) == (11.0 - sqrt(9 + 16), 16.0)
    assert together["pay_log_odds"] == 0.25
    assert added(rows[:1]) == rows[0]


def test_without_a_group_every_figure_is_unknown() -> None:
    assert set(added([]).values()) == {None}


def test_a_group_that_is_about_few_others_beside_known_people_is_hidden() -> None:
    """Of team a, three of eight are known, so five are left; of team b, three of six, so three are left."""
    people = people_of(("S", "a", 8), ("S", "b", 6))
    known = [str(number) for number in (0, 1, 2, 8, 9, 10)]
    shown = {"department": {"S"}, "manager_id": {"a", "b"}}
    # without team b, the department less team a would still be about the three
    assert hidden_beside(people, known, shown) == {"department": set(), "manager_id": {"a", "b"}}
    assert hidden_beside(people, [], shown) == {"department": set(), "manager_id": set()}
    assert hidden_beside(people, people["employee_id"].to_list(), shown) == {"department": set(), "manager_id": set()}
