"""What changed since last month's list."""

import math
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from list_examples import AUGUST, PAY, REST, SEPTEMBER
from published import Person, publication

from pipeline.listing.rules import ListRules
from pipeline.lists.risk_list import RiskList, list_sizes, moved, risk_lists
from pipeline.score_record import Factor
from pipeline.store.store import Store


def month(day: date, a: float, b: float, rest: float = 0.1, model: str = "1", **changed: Any) -> Any:
    """A month of A and B, who report to M, and REST. Pay determines the risk. `changed`: A's evidence, manager."""
    risks = {"A": a, "B": b} | dict.fromkeys(REST, rest)
    people: Mapping[str, Person] = {
        name: ("enough", {"pay_against_market": (f"{-risk:.2f}", "0", math.log(risk / (1 - risk)) + 2)})
        for name, risk in risks.items()
    }
    people = {**people, "A": (changed.get("evidence", "enough"), people["A"][1])}
    return publication(day, people, model, {"A": changed.get("manager", "M"), "B": "M", **REST})


@pytest.fixture
def list_of_september(tmp_path: Path) -> Iterator[Any]:
    """Publishes two months and returns M's list of the second."""
    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store:

        def made(august: Any, september: Any, capacity: int = 4) -> RiskList:
            for each in (august, september):
                store.publish(each)
            rules = ListRules(capacity, 1.5)
            with store.reading() as scores:
                published = scores.of_month("2026-09")
                assert published is not None
                [result] = risk_lists(scores, published, rules, "M")
                sizes = {each.manager_id: each for each in list_sizes(scores, published, rules)}
            assert ("M" in sizes) == result.is_worth_reading
            if "M" in sizes:
                listed = tuple(entry.employee_id for entry in result.entries)
                assert (sizes["M"].team_size, sizes["M"].entries) == (result.team_size, listed)
                assert sizes["M"].resolved == result.resolved
            return result

        yield made


@pytest.mark.parametrize(
    ("a", "rest", "change"),
    [
        # in August 0.30 beside a mean of 0.12: 2.5 times the mean; a fifth more is 3.0 times
        (0.42, 0.1, "rising"),  # mean 0.132: 3.18 times
        (0.36, 0.1, "continuing"),  # mean 0.126: 2.86 times
        (0.60, 0.2, "continuing"),  # everyone's doubled, mean 0.24: 2.5 times
        (0.20, 0.1, "continuing"),  # mean 0.11: 1.82 times, less than before and still on the list
    ],
)
def test_rising_is_a_fifth_more_relative_to_the_companys_mean(
    list_of_september: Any, a: float, rest: float, change: str
) -> None:
    result = list_of_september(month(AUGUST, 0.3, 0.1), month(SEPTEMBER, a, rest, rest))
    assert [(entry.employee_id, entry.change) for entry in result.entries] == [("A", change)]
    assert (result.resolved, result.has_changed) == ((), change == "rising")


def test_a_person_who_no_longer_stands_out_is_resolved_with_a_reason(list_of_september: Any) -> None:
    result = list_of_september(month(AUGUST, 0.3, 0.1), month(SEPTEMBER, 0.1, 0.3))
    assert [(entry.employee_id, entry.change) for entry in result.entries] == [("B", "new")]
    assert result.resolved == ("A",)
    # pay was 30 % below the market and is 10 %: the log-odds fell by ln(0.3/0.7) - ln(0.1/0.9) = 1.35
    assert result.why_resolved == {"A": ("Pay against the market: higher than last month",)}
    assert result.has_changed


@pytest.mark.parametrize(
    "september",
    [
        pytest.param(month(SEPTEMBER, 0.1, 0.1, evidence="too little is known"), id="too little is known"),
        pytest.param(month(SEPTEMBER, 0.1, 0.1, manager="M2"), id="reports to somebody else"),
    ],
)
def test_a_person_off_the_list_for_another_reason_is_not_resolved(list_of_september: Any, september: Any) -> None:
    result = list_of_september(month(AUGUST, 0.3, 0.1), september)
    assert (result.entries, result.resolved, result.has_changed, result.is_worth_reading) == ((), (), False, False)


def test_a_person_crowded_off_the_list_is_not_resolved(list_of_september: Any) -> None:
    result = list_of_september(month(AUGUST, 0.3, 0.1), month(SEPTEMBER, 0.3, 0.5), capacity=1)
    assert [(entry.employee_id, entry.change) for entry in result.entries] == [("B", "new")]
    assert result.resolved == ()


def test_changes_are_shown_for_people_who_were_listed_before(list_of_september: Any) -> None:
    result = list_of_september(month(AUGUST, 0.3, 0.1), month(SEPTEMBER, 0.42, 0.3))
    assert [(entry.employee_id, entry.moved) for entry in result.entries] == [
        ("A", ("Pay against the market: lower than last month",)),
        ("B", ()),
    ]


def test_factors_are_not_compared_if_another_model_scored_last_month(list_of_september: Any) -> None:
    result = list_of_september(month(AUGUST, 0.3, 0.3), month(SEPTEMBER, 0.42, 0.1, model="2"))
    assert [(entry.employee_id, entry.change, entry.moved) for entry in result.entries] == [("A", "rising", ())]
    assert (result.resolved, result.why_resolved) == (("B",), {})


_SAID: dict[str, dict[str, Any]] = {
    "pay": PAY,
    "overtime": {"label": "Overtime", "worse": "higher", "actionable": True, "unit": "hours"},
    "remote": {"label": "Works remotely", "worse": None, "actionable": True, "unit": "1 or 0"},
    "closeness": {"label": "Closeness of ties", "worse": "lower", "actionable": True, "unit": "ratio"},
    "survey_pay_last": {"label": "Fairness of pay: last", "worse": "lower", "actionable": True, "unit": "0 to 10"},
    "tenure_months": {"label": "Time in the company", "worse": None, "actionable": False, "unit": "months"},
    "gender": {"label": "Gender", "worse": None, "actionable": True, "unit": "category"},
}


ABOUT = {name: about | {"is_confidential": name == "survey_pay_last"} for name, about in _SAID.items()}


def factors(**by_feature: tuple[str | None, float]) -> list[Factor]:
    """By feature: value and log-odds."""
    driver = {"tenure_months": "context"}
    return [Factor(name, driver.get(name, "pay"), value, "0", weight) for name, (value, weight) in by_feature.items()]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param({"pay": ("-0.1", 0.2)}, {"pay": ("-0.1", 0.29)}, (), id="by less than a tenth"),
        pytest.param(
            {"pay": ("-0.1", 0.2)}, {"pay": ("-0.1", 0.31)}, ("Pay against the market: weighs more than last month",)
        ),
        pytest.param(
            {"pay": (None, 0.2)}, {"pay": ("-0.1", 0.0)}, ("Pay against the market: weighs less than last month",)
        ),
        pytest.param({}, {"pay": ("-0.1", 0.9)}, (), id="not known of before"),
        pytest.param({"remote": ("0", 0.0)}, {"remote": ("1", 0.2)}, ("Works remotely: changed since last month",)),
        pytest.param({"survey_pay_last": ("8", 0.0)}, {"survey_pay_last": ("2", 0.9)}, (), id="in confidence"),
        pytest.param({"tenure_months": ("8", 0.0)}, {"tenure_months": ("9", 0.9)}, (), id="context"),
        pytest.param({"gender": ("a", 0.0)}, {"gender": ("b", 0.9)}, (), id="protected"),
        pytest.param(
            {"pay": ("0", 0.0), "overtime": ("9", 0.5), "remote": ("0", 0.0), "closeness": ("0.5", 0.0)},
            {"pay": ("-0.1", 0.3), "overtime": ("2", 0.1), "remote": ("1", 0.2), "closeness": ("0.4", 0.11)},
            (
                "Overtime: lower than last month",
                "Pay against the market: lower than last month",
                "Works remotely: changed since last month",
            ),
            id="the three that moved most",
        ),
    ],
)
def test_changes_are_described_in_words(before: dict[str, Any], now: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert moved(factors(**now), factors(**before), ABOUT) == expected
