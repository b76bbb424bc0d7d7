"""The words of a person's own receipt: people of a hundred, weights, looks by day, and figures that stay out."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.language.translator import ENGLISH, language
from pipeline.receipts.document import receipt_article, receipt_file
from pipeline.receipts.own_looks import LooksOfDay, looks_by_day
from pipeline.receipts.own_receipt import OwnFactor, OwnReceipt, OwnScore
from pipeline.receipts.possible_changes import PossibleChange
from pipeline.store.audit.audit import StoredEntry

FACTORS = [
    OwnFactor("a", "pay", "Pay", "-18.1% (peers: +0.0%)", 0.5),
    OwnFactor("b", "relationships", "Rating received", None, -0.2),
    OwnFactor("c", "context", "Tenure", "3 months", 0.05),
    OwnFactor("d", "context", "Level", "3", 0.0),
]
SCORE = OwnScore(
    date(2026, 9, 30), datetime(2026, 10, 1, tzinfo=UTC), "4", 6, 0.35, 0.18, 0.68, {3: 0.2, 6: 0.35}, "enough", 2, 9,
    "Sales", "Clerk", 1, "Riga", "Max Muster", None, FACTORS,
)  # fmt: skip
RECEIPT = OwnReceipt(
    "E-1", "acme", date(2026, 10, 5), None, None, None, None, [SCORE], [], [], [], [], None, [], [], None, 0, []
)  # fmt: skip


def text_of(receipt: OwnReceipt, code: str = "en") -> str:
    return " ".join(receipt_article(receipt, language(code)).split())


@pytest.mark.parametrize(
    ("low", "risk", "high", "words"),
    [
        (0.18, 0.35, 0.68, "between 18 and 68 leave within six months"),
        (None, 0.35, None, "about 35 leave within six months"),
        (0.349, 0.35, 0.351, "about 35 leave within six months"),
        (0.0, 0.001, 0.004, "fewer than one leaves within six months"),
        (0.0, 0.004, 0.02, "between 0 and 2 leave within six months"),
    ],
)
def test_the_estimate_is_in_people_of_a_hundred(low: Any, risk: float, high: Any, words: str) -> None:
    score = replace(SCORE, low=low, risk=risk, high=high)
    assert f"Of 100 people with figures like yours, {words}." in text_of(replace(RECEIPT, scores=[score]))


def test_a_range_of_0_1_is_held_and_promises_nothing() -> None:
    of_0_1 = replace(SCORE, is_range_of_calibration=True)
    text = text_of(replace(RECEIPT, scores=[of_0_1]))
    assert "about 35 leave within six months" in text
    assert "the range shows how sure it is" not in text
    assert "18–68% *" in text
    assert "* An earlier version published this range." in text


def test_factors_stand_under_their_direction_with_a_weight_and_a_figure_that_shows_another_stays_out() -> None:
    text = text_of(RECEIPT)
    raises, lowers = text.index("Raises the estimate"), text.index("Lowers the estimate")
    assert raises < text.index("−18.1% (peers: +0.0%)") < text.index("a little") < lowers
    assert text.index("much") < text.index("somewhat")
    assert lowers < text.index("the figure is not shown, as it could show another person")
    assert "Changes nothing (1)" in text


def test_a_score_with_too_little_evidence_says_so() -> None:
    text = text_of(replace(RECEIPT, scores=[replace(SCORE, evidence="too little is known")]))
    assert "Too little is known for an estimate to rely on: too little is known." in text
    assert "to rely on" not in text_of(RECEIPT)


def test_how_hard_somebody_is_to_replace_stands_beside_the_post() -> None:
    text = text_of(replace(RECEIPT, scores=[replace(SCORE, criticality=4.5)]))
    assert "Max Muster · how hard to replace: 4.5 of 5" in text
    assert "replace" not in text_of(RECEIPT)


def test_changes_under_half_a_point_are_named_without_figures() -> None:
    changes = [PossibleChange("A raise of 5%", 0.35, 0.31), PossibleChange("Another manager", 0.35, 0.3504)]
    text = text_of(replace(RECEIPT, changes=changes))
    assert "35% → <strong>31%</strong> <small>−4.0 points</small>" in text
    assert "less than half a point: Another manager." in text
    assert "cannot be read" in text_of(replace(RECEIPT, changes=None))
    assert "None of the changes" in text_of(RECEIPT)


def test_looks_are_counted_by_day_role_purpose_and_result() -> None:
    def look(hour: int, role: str, result: str = "released", day: int = 2) -> StoredEntry:
        at = datetime(2026, 10, day, hour, tzinfo=UTC)
        return StoredEntry(at, "r", "SECRET", role, "GET /x", "E-1", "model_review", result, id=1, hash="")

    looks = looks_by_day([look(9, "hr"), look(8, "hr"), look(7, "manager", "mailed"), look(9, "hr", day=3)])
    assert looks == [
        LooksOfDay(date(2026, 10, 3), "hr", "model_review", "released", 1),
        LooksOfDay(date(2026, 10, 2), "hr", "model_review", "released", 2),
        LooksOfDay(date(2026, 10, 2), "manager", "model_review", "mailed", 1),
    ]
    text = text_of(replace(RECEIPT, looks=4, looked=looks))
    assert "SECRET" not in text
    assert "2 October 2026: mailed to your manager" in text


def test_what_a_person_writes_is_escaped_and_a_name_from_right_to_left_is_isolated() -> None:
    text = text_of(replace(RECEIPT, name="שם", email="<b>@x"))
    assert "\u2068שם\u2069, this is what is held about you" in text
    assert "<b>@x" not in text


def test_the_file_is_whole_and_in_russian_too() -> None:
    text = receipt_file(RECEIPT, language("ru"))
    assert '<html lang="ru">' in text
    assert "в течение шести месяцев уходят от 18 до 68" in " ".join(text.split())
    assert receipt_file(RECEIPT, ENGLISH).count("<html") == 1
