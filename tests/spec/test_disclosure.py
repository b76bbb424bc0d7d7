"""Disclosure control: companies small enough to see which figure reveals whom."""

from typing import Any

import numpy as np
import polars as pl

from pipeline.disclosure import changed_groups, comparable, hidden_groups, hide_further, pairs_shown
from pipeline.disclosure.derivation import NONE, Derivation

NOBODY: dict[str, set[str]] = {"department": set(), "manager": set()}


def company(**letters: str) -> pl.DataFrame:
    """One letter per person in each dimension; a dot if nothing about the person is shown."""
    columns = {name: [None if letter == "." else letter for letter in text] for name, text in letters.items()}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def people(**letters: str) -> pl.DataFrame:
    return company(**letters).with_row_index("person")


def test_a_department_minus_its_teams_leaves_no_small_group() -> None:
    # a less its teams k and l is the two whose manager's people are not shown
    groups = company(department="a" * 14 + "b" * 20, manager="k" * 6 + "l" * 6 + ".." + "m" * 10 + "n" * 10)
    result = hide_further(groups, NOBODY)
    assert result == {"department": set(), "manager": {"k"}}


def test_a_department_minus_its_teams_may_leave_five() -> None:
    groups = company(department="a" * 17 + "b" * 20, manager="k" * 6 + "l" * 6 + "....." + "m" * 10 + "n" * 10)
    assert hide_further(groups, NOBODY) == NOBODY


def test_two_departments_minus_a_location_and_a_team_leave_no_small_group() -> None:
    # a + b less x less k are two people; no two of the figures differ by fewer than five, but these four do
    groups = company(
        department="a" * 10 + "b" * 10 + "c" * 20,
        location=("x" * 6 + "." * 4) * 2 + "z" * 20,
        manager=("." * 6 + "kkk.") * 2 + "m" * 20,
    )
    result = hide_further(groups, {name: set() for name in groups.columns})
    assert result == {"department": set(), "location": set(), "manager": {"k"}}


def test_only_the_figures_that_a_combination_needs_are_hidden() -> None:
    # the combination is a less k less l; the smaller teams of b have no part in it
    groups = company(department="a" * 18 + "b" * 10, manager="k" * 8 + "l" * 7 + "..." + "m" * 5 + "n" * 5)
    assert hide_further(groups, NOBODY) == {"department": set(), "manager": {"l"}}


def test_a_group_of_everyone_but_four_reveals_the_four() -> None:
    groups = company(department="a" * 20 + "....")
    assert hide_further(groups, {"department": set()}) == {"department": {"a"}}
    assert hide_further(groups, {"department": set()}, has_total=False) == {"department": set()}


def test_a_person_with_two_records_counts_once() -> None:
    groups = company(department="a" * 20 + "." * 6)
    person = pl.Series([*range(20), 20, 20, 21, 21, 22, 22])
    assert hide_further(groups, {"department": set()}) == {"department": set()}
    assert hide_further(groups, {"department": set()}, person=person) == {"department": {"a"}}


def test_the_difference_of_two_people_is_as_revealing_as_their_sum() -> None:
    # the departments and the places differ in one person each: a less x is one person less another
    codes = np.array([[0, 0]] * 9 + [[0, 1]] + [[1, 0]] + [[1, 1]] * 9)
    leak = Derivation(codes, np.ones(20, dtype=np.int64)).leak()
    assert leak is not None
    apart = np.array([[0, 0]] * 5 + [[0, 1]] * 5 + [[1, 0]] * 5 + [[1, 1]] * 5)
    assert Derivation(apart, np.ones(20, dtype=np.int64)).leak() is None


def test_the_search_ends_with_fewer_than_five_people_in_total() -> None:
    assert hidden_groups(people(department="aaa", manager="kkk")) == {"department": {"a"}, "manager": {"k"}}
    assert Derivation(np.full((3, 1), NONE), np.ones(3, dtype=np.int64)).leak() is not None


def test_a_person_who_left_between_two_publications_of_a_month_is_not_revealed() -> None:
    before = people(department="a" * 10 + "b" * 10 + "c" * 10)
    assert comparable(before, before.filter(pl.col("person") > 0)) == {"department": {"a"}}
    assert comparable(before, before.filter(pl.col("person") > 4)) == {"department": set()}
    assert comparable(before, before) == {"department": set()}


def test_a_new_group_that_combines_with_earlier_ones_is_hidden() -> None:
    # first a and b were shown; now d is, which is both of them less two people
    before, now = people(department="a" * 8 + "b" * 8 + "." * 9), people(department="d" * 14 + "." * 11)
    assert comparable(before, now) == {"department": {"d"}}


def test_a_group_that_somebody_left_joined_or_was_hidden_from_has_changed() -> None:
    before = pl.DataFrame({"person": [1, 2, 3, 4, 5], "place": ["a", "a", "b", None, "d"], "level": ["x"] * 5})
    now = pl.DataFrame({"person": [1, 2, 3, 4, 6], "place": ["a", "a", "c", "c", "d"], "level": ["x"] * 5})
    assert changed_groups(before, before) == {"place": set(), "level": set()}
    assert changed_groups(before, now) == {"place": {"b", "c", "d"}, "level": {"x"}}


def test_the_order_of_people_does_not_matter() -> None:
    random = np.random.default_rng(5)
    names = {"department": 3, "location": 3, "level": 3, "manager": 9}
    groups = pl.DataFrame({name: random.integers(0, most, 80).astype(str) for name, most in names.items()})
    result = hidden_groups(groups.with_row_index("person"))
    assert result == hidden_groups(groups.with_row_index("person").sample(fraction=1, shuffle=True, seed=2))


def pair(client: str, provider: str, people: int, given: int) -> dict[str, Any]:
    return {
        "client_department": client,
        "provider_department": provider,
        "clients": people,
        "providers": 9,
        "services": given,
        "balance": 0.5,
        "kinds": None,
    }


def test_the_balance_of_a_pair_does_not_reveal_its_suppressed_counterpart() -> None:
    rows = [pair("a", "b", 9, 30), pair("b", "a", 4, 10), pair("a", "c", 9, 30), pair("a", "a", 9, 30)]
    services = pl.DataFrame(rows, schema_overrides={"kinds": pl.List(pl.Struct({}))})
    shown = {
        (row["client_department"], row["provider_department"]): (row["services"], row["balance"])
        for row in pairs_shown(services, ["services", "balance"])
    }
    assert shown == {
        ("a", "b"): (30, None),  # 0.5 = (given - 30) / (given + 30) would give what b asked for
        ("b", "a"): (None, None),
        ("a", "c"): (30, 0.5),
        ("a", "a"): (30, 0.5),
    }
