"""A strong feature is a leak if it became known as people left, and honest if it separated as well a year before."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
import pytest

from features.catalogue.feature import Feature
from pipeline.dataset.rows import Dataset
from pipeline.judgement.guards.leakage import Suspicion, suspects
from pipeline.judgement.guards.timing import a_year_before

PEOPLE = 200
THEN, NOW = date(2023, 6, 30), date(2024, 6, 30)
LEAVES = np.arange(PEOPLE) >= 160
"""The forty people who were hired first leave after the later date."""
TEST_ROWS = np.arange(PEOPLE, 2 * PEOPLE)
TENURE = [float(month) for month in range(PEOPLE)]


def panel(then: Sequence[float | None], now: Sequence[float | None], *, is_dated: bool = True) -> Dataset:
    """Everyone on two dates a year apart, and one feature."""
    ids = [str(row) for row in range(PEOPLE)] * 2
    keys = pl.DataFrame({"employee_id": ids, "snapshot_date": [THEN] * PEOPLE + [NOW] * PEOPLE})
    feature = Feature("figure", "context", "figure", "", "now", "unknown", is_dated=is_dated)
    left = np.concatenate([np.zeros(PEOPLE, dtype=bool), LEAVES])
    return Dataset(keys, pl.DataFrame({"figure": [*then, *now]}), left, {"figure": feature})


def judged(data: Dataset) -> Suspicion:
    return suspects(data, TEST_ROWS, earlier=a_year_before(data, TEST_ROWS, data.features))


def test_tenure_that_decides_who_leaves_is_cleared_with_both_figures() -> None:
    found = judged(panel(TENURE, [months + 12 for months in TENURE]))
    assert found.findings == []
    assert found.cleared["figure"] == (
        "separates leavers with AUC 1.000 by itself; a year before, the same people's figures separated with "
        "AUC 1.000, against 1.000 now: it was known long before"
    )


def test_a_figure_that_was_ordinary_a_year_before_is_a_suspect() -> None:
    # Now 1 for those who leave and 0 for the others, beside a remainder; then the remainder alone: AUC 0.5.
    rest = [float(row % 4) for row in range(PEOPLE)]
    found = judged(panel(rest, [each + 10 * leaves for each, leaves in zip(rest, LEAVES, strict=True)]))
    assert found.cleared == {}
    [finding] = found.findings
    assert "separated with AUC 0.500, against 1.000 now: it became known late" in finding.rule


def test_a_column_without_dates_stays_a_suspect_because_it_may_be_overwritten() -> None:
    found = judged(panel(TENURE, TENURE, is_dated=False))
    [finding] = found.findings
    assert found.cleared == {}
    assert "the column has no dates and may have been overwritten" in finding.rule


def test_a_figure_that_was_unknown_a_year_before_stays_a_suspect() -> None:
    found = judged(panel([None] * PEOPLE, TENURE))
    [finding] = found.findings
    assert finding.rule == "separates leavers with AUC 1.000 by itself"
    assert found.cleared == {}


@pytest.mark.parametrize(("rank_before", "is_known"), [(0.88, True), (0.87, False)])
def test_three_quarters_of_its_skill_a_year_before_clear_a_figure(rank_before: float, is_known: bool) -> None:
    # AUC 1 now. Before: the leavers rank above that share of the 160 stayers, so the limit 0.5 + 0.75 · 0.5 is 0.875.
    above = int(rank_before * 160)
    then = [float(row) for row in range(160)] + [above - 0.5] * 40
    [earlier] = a_year_before(panel(then, TENURE), TEST_ROWS, ["figure"]).values()
    assert earlier.before == pytest.approx(above / 160)
    assert earlier.was_known == is_known


def test_a_cross_section_says_nothing_of_a_year_before() -> None:
    data = panel(TENURE, TENURE)
    undated = Dataset(data.keys.with_columns(snapshot_date=None), data.X, data.left, data.features)
    assert a_year_before(undated, TEST_ROWS, ["figure"]) == {}
