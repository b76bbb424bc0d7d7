"""Who is on a list, why, and in which words."""

from typing import Any

import polars as pl
import pytest

from pipeline.list_pages import file_stem
from pipeline.published import LISTABLE, Factor
from pipeline.risk_list import Reason, band_of, guidance, listed, reasons
from pipeline.wording import GUIDE, OPEN_GUIDANCE, expected_words, factor_text, reason_text


def team(*people: tuple[str, str | None, float, str]) -> pl.DataFrame:
    """employee_id, manager_id, risk, evidence."""
    rows = [(*person, None, None, None, None) for person in people]
    return pl.DataFrame(rows, schema=LISTABLE, orient="row")


def on_list(*people: tuple[str, str | None, float, str], capacity: int = 4) -> list[tuple[str, str]]:
    """manager_id, employee_id in order; the mean risk is 0.1, so one is listed from 0.15 on."""
    return listed(team(*people), 0.1, capacity).select("manager_id", "employee_id").rows()


def test_a_list_goes_by_risk_within_each_manager() -> None:
    people = ("A", "M1", 0.2, "enough"), ("B", "M2", 0.9, "enough"), ("C", "M1", 0.4, "enough")
    assert on_list(*people) == [("M1", "C"), ("M1", "A"), ("M2", "B")]


def test_a_list_holds_no_more_than_the_capacity() -> None:
    people = [(name, "M1", 0.5, "enough") for name in "DCBA"]
    assert on_list(*people, capacity=2) == [("M1", "A"), ("M1", "B")]  # equal risks go by id


def test_without_enough_evidence_nobody_is_listed() -> None:
    assert on_list(("A", "M1", 0.9, "too little is known")) == []


def test_one_and_a_half_times_the_mean_is_where_a_list_begins() -> None:
    assert on_list(("A", "M1", 0.16, "enough"), ("B", "M1", 0.14, "enough")) == [("M1", "A")]


def test_nobody_is_on_the_own_list() -> None:
    assert on_list(("M1", "M1", 0.9, "enough")) == []


@pytest.mark.parametrize(
    ("risk", "band"), [(0.31, "high"), (0.29, "elevated"), (0.21, "elevated"), (0.16, "moderate"), (0.14, "typical")]
)
def test_bands_are_multiples_of_the_mean(risk: float, band: str) -> None:
    assert band_of(risk, 0.1) == band


PAY = {"label": "Pay against the market", "worse": "lower", "actionable": True, "unit": "log ratio"}


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
def test_what_is_no_reason(no_reason: tuple[Reason, ...]) -> None:
    assert no_reason == ()


def test_the_three_weightiest_reasons_are_given() -> None:
    factors = [Factor(f"f{n}", "growth", "1", "2", n / 10) for n in (1, 4, 2, 3)]
    about = {factor.feature: PAY | {"label": factor.feature} for factor in factors}
    assert [reason.text[:2] for reason in reasons(factors, about)] == ["F4", "F3", "F2"]


def test_survey_answers_are_told_once_and_without_their_question() -> None:
    factors = [Factor(f"survey_{item}_last", "conditions", "2", "7", 0.5) for item in ("mood", "load")]
    about = {factor.feature: PAY for factor in factors}
    assert reasons(factors, about) == (Reason("conditions", "How the conditions of work are seen"),)


def test_guidance_follows_the_reasons_drivers_once_each() -> None:
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
def test_expected_exits_are_said_in_words(risks: list[float], words: str) -> None:
    assert expected_words(risks, 6) == words


def test_one_month_is_said_in_the_singular() -> None:
    assert expected_words([0.9, 0.9], 1).endswith("within one month if nothing changes.")


@pytest.mark.parametrize(
    ("value", "peers", "unit", "text"),
    [
        ("26", "11.5", "months", "Label: 26 months (peers: 11.5). It raises the risk."),
        ("0.125", None, "share of months", "Label: 12%. It raises the risk."),
        (None, "3", "people", "Label: not known (peers: 3). It raises the risk."),
        ("1", "0", "1 or 0", "Label: yes (peers: no). It raises the risk."),
        ("3.254", "4", "1 to 5", "Label: 3.25 (1 to 5) (peers: 4). It raises the risk."),
        ("12345", "99.5", "count", "Label: 12,345 (peers: 99.5). It raises the risk."),
    ],
)
def test_a_factor_is_said_in_the_words_of_its_unit(value: str | None, peers: str | None, unit: str, text: str) -> None:
    assert factor_text(Factor("f", "pay", value, peers, 0.1), {"label": "label", "unit": unit}) == text


def test_a_category_is_never_read_as_a_number() -> None:
    about = {"label": "Contract", "unit": "category", "kind": "category"}
    assert factor_text(Factor("f", "context", "007", None, -0.1), about) == "Contract: 007. It lowers the risk."


def test_a_yes_or_no_is_not_compared_with_peers() -> None:
    about = {"label": "Moved to another location", "unit": "1 or 0"}
    assert reason_text(Factor("f", "conditions", "1", "0", 0.1), about) == "Moved to another location"


@pytest.mark.parametrize(
    ("manager_id", "stem"),
    [("M-1", "M-1"), ("../../etc", "%2E.%2F..%2Fetc"), ("index", "%69ndex"), ("a/b", "a%2Fb"), (".", "%2E")],
)
def test_a_file_name_is_no_path(manager_id: str, stem: str) -> None:
    assert file_stem(manager_id) == stem
