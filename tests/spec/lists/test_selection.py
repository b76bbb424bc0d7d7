"""Who is listed, in which order, and in which band."""

import polars as pl
import pytest

from pipeline.listing.rules import ListRules
from pipeline.listing.selection import listed
from pipeline.lists.risk_list import band_of
from pipeline.store.reading import LISTABLE


def team(*people: tuple[str, str | None, float, str]) -> pl.DataFrame:
    """employee_id, manager_id, risk, evidence."""
    rows = [(*person, None, None, None, None, None) for person in people]
    return pl.DataFrame(rows, schema=LISTABLE, orient="row")


def on_list(*people: tuple[str, str | None, float, str], capacity: int = 4) -> list[tuple[str, str]]:
    """The listed (manager_id, employee_id) in order; the mean risk is 0.1, so people are listed from 0.15."""
    return listed(team(*people), 0.1, ListRules(capacity, 1.5)).select("manager_id", "employee_id").rows()


def test_a_list_is_sorted_by_risk_within_each_manager() -> None:
    people = ("A", "M1", 0.2, "enough"), ("B", "M2", 0.9, "enough"), ("C", "M1", 0.4, "enough")
    assert on_list(*people) == [("M1", "C"), ("M1", "A"), ("M2", "B")]


def test_a_list_holds_no_more_than_the_capacity() -> None:
    people = [(name, "M1", 0.5, "enough") for name in "DCBA"]
    assert on_list(*people, capacity=2) == [("M1", "A"), ("M1", "B")]  # equal risks go by id


@pytest.mark.parametrize(
    ("levels", "costs", "order"),
    [
        ((1, 3), {1: 0.16, 3: 0.2}, ["B", "A"]),  # 0.30 x 0.16 = 0.048 against 0.25 x 0.20 = 0.050
        ((3, 1), {1: 0.16, 3: 0.2}, ["A", "B"]),  # 0.060 against 0.040
        ((1, 3), {1: 1.0}, ["A", "B"]),  # all levels cost the same: by risk
        ((2, 9), {1: 0.16, 3: 0.2}, ["B", "A"]),  # 2 costs what 1 does, and 9 what 3 does
        ((0, 1), {1: 0.16, 3: 0.2}, ["A", "B"]),  # 0 costs what the lowest does
        ((None, 1), {1: 0.1, 2: 0.2, 3: 0.9}, ["A", "B"]),  # unknown costs what the middle one does: 0.060 against .025
        ((None, 3), {1: 0.1, 2: 0.2, 3: 0.9}, ["B", "A"]),  # 0.060 against 0.225
    ],
)
def test_the_highest_expected_loss_comes_first(
    levels: tuple[int | None, int | None], costs: dict[int, float], order: list[str]
) -> None:
    people = team(("A", "M1", 0.30, "enough"), ("B", "M1", 0.25, "enough"))
    people = people.with_columns(level=pl.Series(levels, dtype=pl.Int64))
    assert listed(people, 0.1, ListRules(4, costs=costs))["employee_id"].to_list() == order
    assert listed(people, 0.1, ListRules(1, costs=costs))["employee_id"].to_list() == order[:1]


def test_by_criticality_a_smaller_risk_that_is_harder_to_replace_comes_first() -> None:
    people = team(("A", "M1", 0.30, "enough"), ("B", "M1", 0.25, "enough"), ("C", "M1", 0.20, "enough"))
    people = people.with_columns(criticality=pl.Series([None, 1.5, 1.2]))  # losses .300, .375 and .240 at equal cost
    by_both = listed(people, 0.1, ListRules(4, 1.5, {1: 1.0}, by="risk_and_criticality"))
    assert by_both["employee_id"].to_list() == ["B", "A", "C"]
    assert listed(people, 0.1, ListRules(4, 1.5, {1: 1.0}))["employee_id"].to_list() == ["A", "B", "C"]


def test_nobody_below_the_threshold_is_listed_for_being_hard_to_replace() -> None:
    people = team(("A", "M1", 0.26, "enough"), ("B", "M1", 0.14, "enough")).with_columns(
        criticality=pl.Series([None, 5.0])
    )
    assert listed(people, 0.1, ListRules(by="risk_and_criticality"))["employee_id"].to_list() == ["A"]


def test_without_enough_evidence_nobody_is_listed() -> None:
    assert on_list(("A", "M1", 0.9, "too little is known")) == []


def test_a_list_starts_at_two_and_a_half_times_the_mean_or_at_the_companys_setting() -> None:
    people = team(("A", "M1", 0.26, "enough"), ("B", "M1", 0.24, "enough"), ("C", "M1", 0.14, "enough"))
    assert listed(people, 0.1, ListRules())["employee_id"].to_list() == ["A"]
    assert listed(people, 0.1, ListRules(listed_from=1.5))["employee_id"].to_list() == ["A", "B"]


def test_nobody_is_on_their_own_list() -> None:
    assert on_list(("M1", "M1", 0.9, "enough")) == []


@pytest.mark.parametrize(
    ("risk", "band"), [(0.31, "high"), (0.29, "elevated"), (0.21, "elevated"), (0.16, "moderate"), (0.14, "typical")]
)
def test_bands_are_multiples_of_the_mean(risk: float, band: str) -> None:
    assert band_of(risk, 0.1) == band
