"""Figures as tables and sentences show them, in each language."""

from datetime import UTC, date, datetime

import pytest

from pipeline.language import numbers
from pipeline.language.translator import language
from serving.pages.rendering import environment


@pytest.mark.parametrize(
    ("share", "english", "russian"),
    [
        (0.128, "13%", "13\xa0%"),
        (0.0995, "10%", "10\xa0%"),
        (0.0994, "9.9%", "9,9\xa0%"),
        (0.0, "0.0%", "0,0\xa0%"),
        (-0.00001, "0.0%", "0,0\xa0%"),
        (-0.25, "−25%", "−25\xa0%"),
        (12.5, "1,250%", "1\xa0250\xa0%"),
        (None, "–", "–"),
        (float("nan"), "–", "–"),
    ],
)
def test_shares_from_ten_percent_have_no_decimals(share: float | None, english: str, russian: str) -> None:
    assert numbers.percent_or_dash(share, "en_GB") == english
    assert numbers.percent_or_dash(share, "ru") == russian


@pytest.mark.parametrize(
    ("number", "places", "expected"),
    [(0.715, 2, "+0,72"), (-0.715, 2, "−0,72"), (0.001, 2, "0,00"), (-0.001, 2, "0,00"), (12345.6, 0, "+12\xa0346")],
)
def test_a_signed_figure_has_no_sign_where_it_rounds_to_zero(number: float, places: int, expected: str) -> None:
    assert numbers.decimal_or_dash(number, places, "ru", is_signed=True) == expected


def test_a_range_has_a_single_percent_sign() -> None:
    assert numbers.percent_range(0.042, 0.11, "en_GB") == "4.2–11%"
    assert numbers.percent_range(0.042, 0.11, "ru") == "4,2–11\xa0%"


def test_axis_labels_have_no_trailing_zeros() -> None:
    result = [numbers.trimmed(number, 3, "en_GB") for number in (0.125, 0.5, 4.0, 1500.0)]
    assert result == ["0.125", "0.5", "4", "1,500"]


def test_months_and_times_follow_the_language() -> None:
    at = datetime(2026, 9, 3, 14, 5, tzinfo=UTC)
    assert (numbers.short_month(date(2026, 9, 30), "en_GB"), numbers.moment(at, "en_GB")) == (
        "Sept 2026",
        "3 Sept 2026, 14:05",
    )
    assert (numbers.short_month(date(2026, 9, 30), "ru"), numbers.moment(at, "ru")) == (
        "сент. 2026",
        "3 сент. 2026, 14:05",
    )


@pytest.mark.parametrize(
    ("code", "number", "expected"),
    [("en", 1, "1 person"), ("en", 2204, "2,204 people"), ("ru", 2204, "2\xa0204 человека")],
)
def test_counts_follow_the_language(code: str, number: int, expected: str) -> None:
    assert environment(language(code)).globals["count"]("%(num)s person", "%(num)s people", number) == expected
