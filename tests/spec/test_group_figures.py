"""Figures of groups: what is shown, and what can be derived from it."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.disclosure import LEAST_PEOPLE, hidden_groups
from pipeline.store.groups.group_figures import DIMENSIONS, SCHEMA, added, group_figures


def company(department: str, location: str = "", level: str = "", manager: str = "") -> pl.DataFrame:
    """One letter per person in each dimension; a dimension that is not given is the same for all."""
    words = {"department": department, "location": location, "level": level, "manager": manager}
    return pl.DataFrame({name: list(text or "-" * len(department)) for name, text in words.items()})


def suppressed(people: pl.DataFrame) -> dict[str, set[str]]:
    return hidden_groups(people.with_row_index("person"))


def test_groups_of_five_are_shown_and_groups_of_four_are_not() -> None:
    people = company("a" * 5 + "b" * 4 + "c" * 4)
    assert suppressed(people)["department"] == {"b", "c"}


def test_one_small_group_suppresses_the_next_smallest_too() -> None:
    # everyone minus a and b would give c
    assert suppressed(company("a" * 9 + "b" * 8 + "c" * 2))["department"] == {"b", "c"}


def test_small_groups_of_too_few_people_together_suppress_another() -> None:
    assert suppressed(company("a" * 9 + "b" * 8 + "c" * 2 + "d" * 2))["department"] == {"b", "c", "d"}


def test_the_later_dimensions_group_is_hidden_if_two_groups_differ_by_too_few() -> None:
    # the people at x are those of a and one more; x is hidden, and y too, which would give it
    result = suppressed(company("a" * 10 + "b" * 10 + "c" * 10, "x" * 11 + "y" * 9 + "z" * 10))
    assert result == {"department": set(), "location": {"x", "y"}, "level": set(), "manager": set()}


def test_groups_of_the_same_people_may_both_be_shown() -> None:
    assert suppressed(company("a" * 10 + "b" * 10, "x" * 10 + "y" * 10)) == {name: set() for name in DIMENSIONS}


def test_a_groups_figures_are_sums_of_risks_with_an_interval() -> None:
    risks = [0.1, 0.2, 0.3, 0.4, 0.5]
    ids = [f"P{number}" for number in range(5)]
    scores = pl.DataFrame({"employee_id": ids, "risk": risks}).with_columns(
        department=pl.lit("Sales"),
        location=pl.lit(None, pl.String),
        level=pl.lit(2),
        manager_id=pl.lit("M"),
    )
    factors = pl.DataFrame({"employee_id": ["P0", "P1"], "driver": ["pay", "growth"], "contribution": [1.0, -0.5]})
    rows = {row["dimension"]: row for row in group_figures(scores, factors).to_dicts()}
    sales = rows["department"]
    deviation = math.sqrt(0.09 + 0.16 + 0.21 + 0.24 + 0.25)
    assert (sales["value"], sales["people"]) == ("Sales", 5)
    assert sales["expected_exits"] == pytest.approx(1.5)
    assert 1.5 + 1.959964 * deviation == pytest.approx(3.4103, abs=0.0001)
    assert sales["high"] == pytest.approx(3.5), "rounded outwards"
    assert sales["low"] == 0.0
    assert (sales["pay_log_odds"], sales["growth_log_odds"]) == (pytest.approx(0.2), pytest.approx(-0.1))
    assert (rows["location"]["value"], rows["level"]["value"], rows["manager"]["value"]) == (None, "2", "M")


def test_risks_that_are_uncertain_together_widen_the_range_of_a_group() -> None:
    """Five people of risk ½, all of .4 or all of .6: their sum is 2 or 3, with variance .25; each risk has .01.

    Chance has the variance 5 · ¼ = 1.25. What the five share adds .25 − 5 · .01 = .2: 2.5 ∓ 1.96 · √1.45 = .14 to 4.86.
    """
    scores = pl.DataFrame({"employee_id": list("ABCDE"), "risk": [0.5] * 5}).with_columns(
        department=pl.lit("Sales"), location=pl.lit("Riga"), level=pl.lit(1), manager_id=pl.lit("M")
    )
    factors = pl.DataFrame({"employee_id": ["A"], "driver": ["pay"], "contribution": [1.0]})
    plausible = pl.DataFrame({"employee_id": list("ABCDE"), "risks": np.tile([0.4, 0.6], (5, 1))})
    known, uncertain = group_figures(scores, factors), group_figures(scores, factors, plausible=plausible)
    assert (known["low"][0], known["high"][0]) == (0.3, 4.7)
    assert set(uncertain["low"]) == {0.1}
    assert set(uncertain["high"]) == {4.9}


def test_groups_added_up_share_what_lies_beyond_chance() -> None:
    """Two groups of 50 with 10 exits to expect: chance is 10 · .8 = 8 each, a spread of 1.96 · √8 = 5.54.

    A spread of 7 leaves 7² − 5.54² = 18.3. Together 2 · 30.7 of chance and (2 · 4.27)² = 73 of the rest: √134.4 = 11.6.
    """
    row = dict.fromkeys(SCHEMA, 0.0) | {"people": 50, "expected_exits": 10.0, "low": 3.0, "high": 17.0}
    both = added([row, row])
    assert (both["low"], both["high"]) == (8.4, 31.6)


def test_a_suppressed_group_has_a_name_and_nothing_else() -> None:
    scores = pl.DataFrame({"employee_id": ["A"], "risk": [0.5], "department": ["Sales"], "location": ["Riga"]})
    scores = scores.with_columns(level=pl.lit(1), manager_id=pl.lit("M"))
    factors = pl.DataFrame({"employee_id": ["A"], "driver": ["pay"], "contribution": [1.0]})
    for row in group_figures(scores, factors).to_dicts():
        of = {"everyone": None, "department": "Sales", "location": "Riga", "level": "1", "manager": "M"}
        assert row.pop("value") == of[row.pop("dimension")]
        assert set(row.values()) == {None}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*(st.sampled_from("abcd"),) * 4), min_size=1, max_size=60))
def test_no_two_figures_together_describe_fewer_than_five(rows: list[tuple[str, ...]]) -> None:
    people = pl.DataFrame(rows, schema=list(DIMENSIONS), orient="row").with_row_index("person")
    hidden = suppressed(people.drop("person"))
    result = [frozenset(people["person"])]
    for name in DIMENSIONS:
        groups = {key[0]: frozenset(group["person"]) for key, group in people.group_by(name)}
        result += [members for group, members in groups.items() if group not in hidden[name]]
        result.append(frozenset().union(*(groups[group] for group in hidden[name])))
    for one in result:
        assert not 0 < len(one) < LEAST_PEOPLE or one == result[0]
        for other in result:
            assert not 0 < len(one ^ other) < LEAST_PEOPLE or not one or not other
