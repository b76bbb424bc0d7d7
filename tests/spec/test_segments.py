"""What the groups explain of an overlap, and which figures of segments would show how few people left; by hand."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from features.contract.vocabulary import CONTEXT, DRIVERS
from pipeline.disclosure.overlapping import separates_few
from pipeline.turnover.report import Condition
from pipeline.turnover.segments.multiplicative import Multiplicative
from pipeline.turnover.segments.scored import differences, seen


def test_groups_that_multiply_explain_everything() -> None:
    # two by two, 100 person-months each; the rates 0.1, 0.2, 0.2, 0.4 are products, so nothing is left to chance alone
    codes = [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])]
    model = Multiplicative.fit(np.array([10.0, 20, 20, 40]), np.full(4, 100.0), codes)
    assert model.expected == pytest.approx([10, 20, 20, 40], rel=1e-3)
    assert model.chances(np.array([-1, -1, -1, 0]))[0] > 0.4


def test_the_rest_gives_an_overlap_what_its_factors_give() -> None:
    # the others are 1,000, 2,000 and 2,000 exits: the factors are 2 and 2, which gives the last 4,000, not 9,000
    codes = [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])]
    model = Multiplicative.fit(np.array([1000.0, 2000, 2000, 9000]), np.full(4, 10_000.0), codes)
    is_last = np.array([False, False, False, True])
    assert model.expected_without(is_last) == pytest.approx(4000, rel=0.01)
    assert model.chances(is_last.astype(np.int64) - 1)[0] < 1e-6


@pytest.mark.parametrize(
    ("exits", "is_hidden"),
    [
        ([5, 5, 5], False),  # five in the group, ten in the rest of the department
        ([2, 5, 5], True),  # two leavers in the group
        ([5, 1, 5], True),  # one is left of the department when the group is subtracted
        ([5, 0, 5], False),  # the department's leavers are the group's: nothing is added
    ],
)
def test_a_segment_is_hidden_where_a_difference_is_about_one_or_two_leavers(exits: list[int], is_hidden: bool) -> None:
    group, department = np.array([True, False, False]), np.array([True, True, False])
    assert separates_few(np.array(exits), group, [np.ones(3, dtype=bool), department]) == is_hidden


def test_the_drivers_of_a_segment_are_compared_with_everyone_else() -> None:
    """25 of 100 with a mean of 0.4; everyone's is 0.1, so that of the other 75 is 0: (10 − 10) / 75."""
    inside = pl.DataFrame({driver: [0.4 if driver == "pay" else 0.0] * 25 for driver in (*DRIVERS, CONTEXT)})
    everyone = {"people": 100, **{f"{driver}_log_odds": 0.0 for driver in (*DRIVERS, CONTEXT)}}
    found = differences(inside, everyone | {"pay_log_odds": 0.1, "growth_log_odds": 0.03})
    assert [(each.driver, each.difference) for each in found[:2]] == [("pay", 0.4), ("growth", -0.04)]
    assert {each.difference for each in found[2:]} == {0.0}
    assert differences(inside, everyone | {"people": 25}) == ()  # there is nobody else


def test_scores_of_a_day_show_the_segments_that_they_showed_first() -> None:
    sales = [{"by": "department", "group": "Sales"}, {"by": "location", "group": "Riga"}]
    plant = [{"by": "department", "group": "Plant"}, {"by": "location", "group": "Oslo"}]
    last = {
        "segments": [{"conditions": sales, "drivers": []}],
        "scored_segments": {"snapshot_date": "2026-10-31", "expected": [{"conditions": plant}]},
    }
    assert seen(last, date(2026, 10, 31)) == {(Condition("department", "Plant"), Condition("location", "Oslo"))}
    assert seen(last, date(2026, 11, 30)) is None
    assert seen(None, date(2026, 10, 31)) is None
    assert seen(last | {"scored_segments": None}, date(2026, 10, 31)) is None
