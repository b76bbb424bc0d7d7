"""What the tests of lists share: a feature's texts, two months, and people who make up the company's mean."""

from datetime import date

PAY = {
    "label": "Pay against the market",
    "worse": "lower",
    "actionable": True,
    "unit": "log ratio",
    "is_confidential": False,
}

REST = dict.fromkeys((f"X{number}" for number in range(8)), None)
"""People without a manager, so on no list. With the listed people they determine the company's mean."""

AUGUST, SEPTEMBER = date(2026, 8, 31), date(2026, 9, 30)
