"""Expected exits, factors and reasons in words."""

import pytest

from pipeline.language.wording import expected_words, factor_text, reason_text
from pipeline.score_record import Factor


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
