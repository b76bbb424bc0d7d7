"""Positions of axis labels, and the drawing of a curve."""

import re
from datetime import date

from serving.pages import charts


def words_of(points: list[charts.Point]) -> list[tuple[str, str, str]]:
    """Label, horizontal position and anchor, from the last to the first."""
    drawn = charts.ticks(points, [point.label for point in points])
    return [
        (word, x, anchor)
        for x, anchor, word in re.findall(r'x="([\d.]+)%" y="1em" text-anchor="(\w+)">([^<]*)</text>', drawn)
    ]


def test_an_axis_labels_the_last_month_and_every_third_before_it() -> None:
    year = [charts.month(date(2025 + number // 12, number % 12 + 1, 28), 1.0) for number in range(13)]
    assert words_of(year) == [
        ("2026-01", "100.0", "end"),
        ("2025-10", "75.0", "middle"),
        ("2025-07", "50.0", "middle"),
        ("2025-04", "25.0", "middle"),
        ("2025-01", "0.0", "start"),
    ]


def test_labels_stay_under_their_month_where_months_are_missing() -> None:
    points = [charts.month(date(2025, month, 28), 1.0) for month in (1, 2, 5)]
    assert words_of(points) == [("2025-05", "100.0", "end"), ("2025-02", "25.0", "middle"), ("2025-01", "0.0", "start")]


def test_a_label_that_contains_a_tag_is_shown_as_text() -> None:
    assert "<b>" not in charts.ticks([charts.Point("<b>", 1.0)], ["<b>"])


def test_a_curve_goes_from_left_to_right_with_a_dot_at_its_mark() -> None:
    drawn = charts.curve([0.0, 0.5, 1.0], 1.0, (0.0, 1.0), 1, "Gain", "")
    assert 'class="line" d="M0.0 100.0L500.0 50.0L1000.0 0.0"' in drawn
    assert 'class="dot" d="M500.0 50.0h.01"' in drawn
    assert 'class="same" d="M0 100.0L1000 0.0"' in drawn
