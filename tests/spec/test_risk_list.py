"""Who is on a list, why, and in which words."""

import math
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from published import Person, publication

from features.build import organisation
from pipeline.language.wording import GUIDE, OPEN_GUIDANCE, expected_words, factor_text, reason_text
from pipeline.listing.rules import ListRules
from pipeline.listing.selection import listed
from pipeline.lists.month_folder import file_stem, write_lists
from pipeline.lists.risk_list import Reason, RiskList, band_of, guidance, list_sizes, moved, reasons, risk_lists
from pipeline.score import Factor
from pipeline.store.reading import LISTABLE
from pipeline.store.store import Store


def team(*people: tuple[str, str | None, float, str]) -> pl.DataFrame:
    """employee_id, manager_id, risk, evidence."""
    rows = [(*person, None, None, None, None) for person in people]
    return pl.DataFrame(rows, schema=LISTABLE, orient="row")


def on_list(*people: tuple[str, str | None, float, str], capacity: int = 4) -> list[tuple[str, str]]:
    """manager_id, employee_id in order; the mean risk is 0.1, so one is listed from 0.15 on."""
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


PAY = {
    "label": "Pay against the market",
    "worse": "lower",
    "actionable": True,
    "unit": "log ratio",
    "is_confidential": False,
}


def told(
    driver: Any, contribution: float, value: str | None, peers: str | None, feature: str = "f", **more: Any
) -> Any:
    return reasons([Factor(feature, driver, value, peers, contribution)], {feature: PAY | more})


def test_a_factor_that_raises_the_risk_is_a_reason() -> None:
    assert told("pay", 0.4, "-0.2", "0.0") == (Reason("pay", "Pay against the market: lower than for peers"),)


@pytest.mark.parametrize(
    "no_reason",
    [
        pytest.param(told("context", 0.4, "-0.2", "0"), id="context"),
        pytest.param(told("pay", 0.4, "-0.2", "0", actionable=False), id="not to be acted on"),
        pytest.param(told("pay", 0.4, "-0.2", "0", feature="gender"), id="protected"),
        pytest.param(told("pay", -0.4, "-0.2", "0"), id="lowers the risk"),
        pytest.param(told("pay", 0.01, "-0.2", "0"), id="too small to say"),
        pytest.param(told("pay", 0.4, None, "0"), id="unknown"),
        pytest.param(told("pay", 0.4, "0.2", "0"), id="better off than peers"),
    ],
)
def test_factors_that_are_not_reasons(no_reason: tuple[Reason, ...]) -> None:
    assert no_reason == ()


def test_the_three_weightiest_reasons_are_given() -> None:
    factors = [Factor(f"f{n}", "growth", "1", "2", n / 10) for n in (1, 4, 2, 3)]
    about = {factor.feature: PAY | {"label": factor.feature} for factor in factors}
    assert [reason.text[:2] for reason in reasons(factors, about)] == ["F4", "F3", "F2"]


def test_survey_answers_are_mentioned_once_and_without_their_question() -> None:
    factors = [Factor(f"survey_{item}_last", "conditions", "2", "7", 0.5) for item in ("mood", "load")]
    about = {factor.feature: PAY | {"is_confidential": True} for factor in factors}
    assert reasons(factors, about) == (Reason("conditions", "How the conditions of work are seen"),)


def test_guidance_follows_the_drivers_of_the_reasons_once_each() -> None:
    behind = [Reason("growth", "x"), Reason("pay", "y"), Reason("growth", "z")]
    assert guidance(behind) == (GUIDE["growth"], GUIDE["pay"])
    assert guidance([]) == (OPEN_GUIDANCE,)


@pytest.mark.parametrize(
    ("risks", "words"),
    [
        ([], "Nobody on the team stands out this month."),
        ([0.3], "Most people in this position are still here six months later; some are not."),
        ([0.6], "Most people in this position leave within six months if nothing changes."),
        ([0.2, 0.2], "Of these two, most likely nobody would leave within six months if nothing changes."),
        ([0.3, 0.3, 0.3, 0.3], "Of these four, about one would leave within six months if nothing changes."),
        ([0.25, 0.25], "Of these two, about one would leave within six months if nothing changes."),
        ([0.9, 0.9], "Most of these two would leave within six months if nothing changes."),
        ([0.2] * 20, "Of these 20, about four would leave within six months if nothing changes."),
    ],
)
def test_expected_exits_are_written_in_words(risks: list[float], words: str) -> None:
    assert expected_words(risks, 6) == words


def test_one_month_is_written_in_the_singular() -> None:
    assert expected_words([0.9, 0.9], 1).endswith("within one month if nothing changes.")


@pytest.mark.parametrize(
    ("value", "peers", "unit", "text"),
    [
        ("1e30", None, "as recorded", "Label: 1e+30. It raises the risk."),
        ("900", None, "log ratio", "Label: 900. It raises the risk."),
        ("900", None, "log of currency units", "Label: 900. It raises the risk."),
        ("10", None, "log of currency units", "Label: 22,026. It raises the risk."),
        ("-0.2", "0.05", "log ratio", "Label: -18.1% (peers: +5.1%). It raises the risk."),
        ("26", "11.5", "months", "Label: 26 months (peers: 11.5). It raises the risk."),
        ("0.125", None, "share of months", "Label: 12%. It raises the risk."),
        (None, "3", "people", "Label: not known (peers: 3). It raises the risk."),
        ("1", "0", "1 or 0", "Label: yes (peers: no). It raises the risk."),
        ("3.254", "4", "1 to 5", "Label: 3.25 on a scale of 1 to 5 (peers: 4). It raises the risk."),
        ("12345", "99.5", "count", "Label: 12,345 (peers: 99.5). It raises the risk."),
    ],
)
def test_a_factor_is_worded_in_its_unit(value: str | None, peers: str | None, unit: str, text: str) -> None:
    assert factor_text(Factor("f", "pay", value, peers, 0.1), {"label": "label", "unit": unit}) == text


def test_a_category_is_never_read_as_a_number() -> None:
    about = {"label": "Contract", "unit": "category", "kind": "category"}
    assert factor_text(Factor("f", "context", "007", None, -0.1), about) == "Contract: 007. It lowers the risk."


def test_a_yes_or_no_is_not_compared_with_peers() -> None:
    about = {"label": "Moved to another location", "unit": "1 or 0", "is_confidential": False}
    assert reason_text(Factor("f", "conditions", "1", "0", 0.1), about) == "Moved to another location"


@pytest.mark.parametrize(
    ("manager_id", "stem"),
    [("M-1", "M-1"), ("../../etc", "%2E.%2F..%2Fetc"), ("index", "%69ndex"), ("a/b", "a%2Fb"), (".", "%2E")],
)
def test_a_file_name_is_never_a_path(manager_id: str, stem: str) -> None:
    assert file_stem(manager_id) == stem


REST = dict.fromkeys((f"X{number}" for number in range(8)), None)
"""People without a manager, so on no list; with A and B they make the company's mean."""
AUGUST, SEPTEMBER = date(2026, 8, 31), date(2026, 9, 30)


def month(day: date, a: float, b: float, rest: float = 0.1, model: str = "1", **changed: Any) -> Any:
    """A and B, of M, and REST; a risk rests on pay alone. `changed` is of A: evidence, manager."""
    risks = {"A": a, "B": b} | dict.fromkeys(REST, rest)
    people: Mapping[str, Person] = {
        name: ("enough", {"pay_against_market": (f"{-risk:.2f}", "0", math.log(risk / (1 - risk)) + 2)})
        for name, risk in risks.items()
    }
    people = {**people, "A": (changed.get("evidence", "enough"), people["A"][1])}
    return publication(day, people, model, {"A": changed.get("manager", "M"), "B": "M", **REST})


@pytest.fixture
def list_of_september(tmp_path: Path) -> Iterator[Any]:
    """Publishes two months and gives the list of M in the second."""
    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store:

        def made(august: Any, september: Any, capacity: int = 4) -> RiskList:
            for each in (august, september):
                store.publish(each)
            rules = ListRules(capacity, 1.5)
            with store.reading() as scores:
                published = scores.of_month("2026-09")
                assert published is not None
                [found] = risk_lists(scores, published, rules, "M")
                sizes = {each.manager_id: each for each in list_sizes(scores, published, rules)}
            assert ("M" in sizes) == found.is_worth_reading
            if "M" in sizes:
                listed = tuple(entry.employee_id for entry in found.entries)
                assert (sizes["M"].team_size, sizes["M"].entries) == (found.team_size, listed)
                assert sizes["M"].resolved == found.resolved
            return found

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
    found = list_of_september(month(AUGUST, 0.3, 0.1), month(SEPTEMBER, a, rest, rest))
    assert [(entry.employee_id, entry.change) for entry in found.entries] == [("A", change)]
    assert (found.resolved, found.has_changed) == ((), change == "rising")


def test_a_person_who_no_longer_stands_out_is_resolved_with_a_reason(list_of_september: Any) -> None:
    found = list_of_september(month(AUGUST, 0.3, 0.1), month(SEPTEMBER, 0.1, 0.3))
    assert [(entry.employee_id, entry.change) for entry in found.entries] == [("B", "new")]
    assert found.resolved == ("A",)
    # pay was 30 % below the market and is 10 %: the log-odds fell by ln(0.3/0.7) - ln(0.1/0.9) = 1.35
    assert found.why_resolved == {"A": ("Pay against the market: higher than last month",)}
    assert found.has_changed


@pytest.mark.parametrize(
    "september",
    [
        pytest.param(month(SEPTEMBER, 0.1, 0.1, evidence="too little is known"), id="too little is known"),
        pytest.param(month(SEPTEMBER, 0.1, 0.1, manager="M2"), id="reports to somebody else"),
    ],
)
def test_a_person_off_the_list_for_another_reason_is_not_resolved(list_of_september: Any, september: Any) -> None:
    found = list_of_september(month(AUGUST, 0.3, 0.1), september)
    assert (found.entries, found.resolved, found.has_changed, found.is_worth_reading) == ((), (), False, False)


def test_a_person_crowded_off_the_list_is_not_resolved(list_of_september: Any) -> None:
    found = list_of_september(month(AUGUST, 0.3, 0.1), month(SEPTEMBER, 0.3, 0.5), capacity=1)
    assert [(entry.employee_id, entry.change) for entry in found.entries] == [("B", "new")]
    assert found.resolved == ()


def test_changes_are_shown_for_people_who_were_listed_before(list_of_september: Any) -> None:
    found = list_of_september(month(AUGUST, 0.3, 0.1), month(SEPTEMBER, 0.42, 0.3))
    assert [(entry.employee_id, entry.moved) for entry in found.entries] == [
        ("A", ("Pay against the market: lower than last month",)),
        ("B", ()),
    ]


def test_factors_are_not_compared_if_another_model_scored_last_month(list_of_september: Any) -> None:
    found = list_of_september(month(AUGUST, 0.3, 0.3), month(SEPTEMBER, 0.42, 0.1, model="2"))
    assert [(entry.employee_id, entry.change, entry.moved) for entry in found.entries] == [("A", "rising", ())]
    assert (found.resolved, found.why_resolved) == (("B",), {})


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


def factors(**told: tuple[str | None, float]) -> list[Factor]:
    """By feature: value and log-odds."""
    driver = {"tenure_months": "context"}
    return [Factor(name, driver.get(name, "pay"), value, "0", weight) for name, (value, weight) in told.items()]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "now", "said"),
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
def test_changes_are_described_in_words(before: dict[str, Any], now: dict[str, Any], said: tuple[str, ...]) -> None:
    assert moved(factors(**now), factors(**before), ABOUT) == said


def test_managers_in_a_reporting_circle_each_get_their_own_list(tmp_path: Path) -> None:
    """A leads B, B leads C, C leads A, and D is recorded as their own manager."""
    manager_of = {"A": "C", "B": "A", "C": "B", "D": "D", **REST}
    stand_out = ("enough", {"pay_against_market": ("-0.2", "0", 1.5)})
    calm = ("enough", {"pay_against_market": ("0", "0", -1.0)})
    people: Mapping[str, Person] = {name: stand_out if name in "ABCD" else calm for name in manager_of}
    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.publish(publication(SEPTEMBER, people, manager_of=manager_of))
        written = write_lists(store, tmp_path / "lists", ListRules(4, 1.5))
    assert (written.managers, written.people) == (3, 3)
    rows = pl.read_csv(written.folder / "index.csv").select("manager_id", "employee_id").rows()
    assert rows == [("A", "B"), ("B", "C"), ("C", "A")]


@pytest.mark.parametrize(
    ("recorded", "manager"),
    [
        ("2024-02-01 2024-03-01", "N"),
        ("2024-03-01 2024-02-01", "M"),
        ("- -", "N"),  # alike: the id that sorts last
    ],
)
def test_a_person_with_two_managers_on_one_day_has_the_one_recorded_last(
    source_of: Any, recorded: str, manager: str
) -> None:
    first, second = recorded.split()
    rows = f"employee_id effective_date manager_id recorded_at\nA 2024-01-01 M {first}\nA 2024-01-01 N {second}"
    found = organisation(source_of({"assignments": rows}), date(2024, 6, 30))
    assert found.filter(employee_id="A")["manager_id"].to_list() == [manager]
