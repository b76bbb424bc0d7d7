"""Forecasts of the next quarter: what they are learned from, what they are, and how the regression leans on them."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.linear_model import Ridge as LeastSquares

from features.catalogue.feature import Feature
from pipeline.dataset.quarters import NO_ROW, Quarters, later_among, quarters_of
from pipeline.dataset.splits import repeated_folds
from pipeline.model.blend import fit_blend
from pipeline.model.calibration import risk_of
from pipeline.model.encoding import fit_encoding
from pipeline.model.forecast import NextQuarter, forecasts_of, next_quarter
from pipeline.model.linear import Penalty, Ridge, fit_linear

PEOPLE, INFORMATIVE, IDLE, NOISE = 400, 12, 100, 2.0
YEAR = Feature("overtime_12m", "conditions", "Overtime", "share of contracted hours", "(12, 0]", "unknown")
TREND = replace(YEAR, name="overtime_trend", trend_of="overtime_12m", is_difference=True)


def test_a_row_is_linked_to_the_row_of_the_same_person_a_quarter_later() -> None:
    keys = pl.DataFrame(
        {
            "employee_id": ["ann", "bob", "ann", "ann", "bob", "cid"],
            "snapshot_date": [
                date(2023, 11, 30),
                date(2023, 11, 30),
                date(2024, 2, 29),
                date(2024, 5, 31),
                date(2024, 5, 31),
                date(2024, 2, 29),
            ],
        }
    )
    found = quarters_of(keys, {YEAR.name: YEAR, TREND.name: TREND})
    assert found.later.tolist() == [2, NO_ROW, 3, NO_ROW, NO_ROW, NO_ROW]
    assert found.trends == (("overtime_trend", "overtime_12m"),)


def test_a_trend_without_the_figure_of_its_year_and_rows_without_a_date_give_nothing_to_forecast() -> None:
    keys = pl.DataFrame({"employee_id": ["ann", "ann"], "snapshot_date": pl.Series([None, None], dtype=pl.Date)})
    found = quarters_of(keys, {TREND.name: TREND})
    assert found.later.tolist() == [NO_ROW, NO_ROW]
    assert found.trends == ()


def test_a_later_row_that_is_not_trained_on_is_not_learned_from() -> None:
    later = np.array([2, 3, 4, NO_ROW, NO_ROW])
    assert later_among(later, np.array([0, 2, 3])).tolist() == [1, NO_ROW, NO_ROW]
    assert later_among(later, slice(None)).tolist() == later.tolist()


def test_the_figure_of_a_quarter_is_the_trend_plus_the_figure_of_a_year() -> None:
    table = pl.DataFrame({"overtime_trend": [0.1, 0.0, None, -0.1], "overtime_12m": [0.2, 0.3, 0.4, 0.5]})
    quarters = Quarters(np.array([NO_ROW, 3, NO_ROW, NO_ROW]), (("overtime_trend", "overtime_12m"),))
    rows = np.array([1, 2, 3])
    encoding = fit_encoding(table, rows)
    found = next_quarter(encoding, encoding(table, rows), np.zeros(3, dtype=bool), quarters, rows)
    assert found is not None
    np.testing.assert_allclose(found.figures[:, 0], [0.3, np.nan, 0.4])
    assert found.later.tolist() == [2, NO_ROW, NO_ROW]


@pytest.mark.parametrize(("exits", "is_forecast"), [(1999, True), (2000, False)])
def test_a_company_with_many_exits_forecasts_nothing(exits: int, is_forecast: bool) -> None:
    table = pl.DataFrame({"overtime_trend": np.zeros(3000), "overtime_12m": np.zeros(3000)})
    quarters = Quarters(np.full(3000, NO_ROW), (("overtime_trend", "overtime_12m"),))
    encoding = fit_encoding(table, slice(None))
    found = next_quarter(encoding, encoding(table), np.arange(3000) < exits, quarters, slice(None))
    assert (found is not None) == is_forecast


def pairs(seed: int, people: int = 300) -> tuple[np.ndarray, NextQuarter]:
    """A design of two quarters, the second half the later one, and a figure that the first column says beforehand."""
    random = np.random.default_rng(seed)
    design = random.normal(size=(2 * people, 4)).astype(np.float32)
    later = np.append(np.arange(people, 2 * people), np.full(people, NO_ROW))
    figure = np.append(random.normal(size=people), design[:people, 0] + random.normal(size=people))
    return design, NextQuarter(later, figure[:, None])


def test_a_forecast_is_the_ridge_regression_of_the_figure_a_quarter_later() -> None:
    design, quarter = pairs(seed=1)
    centred, later = design[:300], quarter.figures[300:, 0]
    peer = LeastSquares(alpha=3000, fit_intercept=False).fit(centred, later - later.mean())
    (found,) = forecasts_of(design, quarter).T
    assert np.corrcoef(design @ found, design @ peer.coef_)[0, 1] == pytest.approx(1, abs=2e-3)
    assert (design @ found).std() == pytest.approx(3, rel=1e-5)


@pytest.mark.parametrize("people", [199, 200])
def test_a_figure_known_of_few_people_a_quarter_later_is_not_forecast(people: int) -> None:
    design, quarter = pairs(seed=2)
    figures = quarter.figures.copy()
    figures[300 + people :] = np.nan
    assert forecasts_of(design, replace(quarter, figures=figures)).shape == (4, int(people == 200))


def test_a_figure_that_never_changes_is_not_forecast() -> None:
    design, quarter = pairs(seed=3)
    assert forecasts_of(design, replace(quarter, figures=np.ones_like(quarter.figures))).shape == (4, 0)


def test_figures_of_other_people_do_not_disturb_a_forecast() -> None:
    design, quarter = pairs(seed=4)
    other = quarter.figures.copy()
    other[300:350] = np.nan
    together = forecasts_of(design, replace(quarter, figures=np.hstack([quarter.figures, other])))
    alone = [forecasts_of(design, replace(quarter, figures=each)) for each in (quarter.figures, other)]
    np.testing.assert_allclose(together, np.hstack(alone), rtol=1e-5)


def test_the_fit_is_scikit_learns_on_a_design_that_has_the_forecast_as_a_column() -> None:
    design, quarter = pairs(seed=5)
    design -= design.mean(axis=0)
    left = np.random.default_rng(5).random(600) < risk_of(-1 + design[:, 0])
    forecasts = forecasts_of(design, quarter)
    peer = LogisticRegression(C=0.01, tol=1e-8).fit(np.hstack([design, design @ forecasts]), left)
    products = (design.T @ design).astype(np.float64)
    weights, intercept = Ridge(design, products, left, np.zeros(4), np.ones(4), forecasts)(0.01)
    np.testing.assert_allclose(weights, peer.coef_[0, :4] + forecasts @ peer.coef_[0, 4:], atol=1e-3)
    assert intercept == pytest.approx(peer.intercept_[0], abs=1e-3)


def test_a_forecast_never_turns_a_monotone_curve() -> None:
    """The first feature says next quarter's figure, and people leave where both are low; its curve may not fall."""
    design, quarter = pairs(seed=6)
    left = np.random.default_rng(6).random(600) < risk_of(-1 - 2 * design[:, 0])
    free, held = (
        fit_linear(design.astype(np.float64), left, (), Penalty(0.01), (sign, 0, 0, 0), quarter=quarter)
        .curves[0]
        .log_odds
        for sign in (0, 1)
    )
    assert free[-1] < free[0] - 1
    assert (np.diff(held) >= 0).all()


def company(seed: int) -> tuple[pl.DataFrame, np.ndarray, Quarters, np.ndarray]:
    """Two quarters of people with a lasting mood, of which twelve figures among 112 say a little; the low ones leave.

    Table, outcomes, what forecasts are learned from, and the mood itself.
    """
    random = np.random.default_rng(seed)
    mood = np.tile(random.normal(size=PEOPLE), 2)
    informative = mood[:, None] + NOISE * random.normal(size=(2 * PEOPLE, INFORMATIVE))
    figures = np.hstack([informative, random.normal(size=(2 * PEOPLE, IDLE))])
    table = pl.DataFrame({f"figure_{i}": figure for i, figure in enumerate(figures.T)})
    table = table.with_columns(mood_trend=mood + random.normal(size=2 * PEOPLE), mood_12m=pl.lit(0.0))
    later = np.append(np.arange(PEOPLE, 2 * PEOPLE), np.full(PEOPLE, NO_ROW))
    left = random.random(2 * PEOPLE) < risk_of(-3.2 - mood)
    return table, left, Quarters(later, (("mood_trend", "mood_12m"),)), mood


@pytest.mark.parametrize("seed", range(4))
def test_with_few_exits_forecasts_bring_scores_nearer_to_what_makes_people_leave(seed: int) -> None:
    table, left, quarters, _ = company(seed)
    others, _, _, mood = company(seed=100)
    encoding = fit_encoding(table)
    matrix = encoding(table)
    quarter = next_quarter(encoding, matrix, left, quarters, slice(None))
    plain, leaning = (
        -np.corrcoef(mood, fit_linear(matrix, left, (), Penalty(0.0005), quarter=each).log_odds(encoding(others)))[0, 1]
        for each in (None, quarter)
    )
    assert leaning > plain + 0.03


def test_the_factors_of_a_blend_that_leans_on_forecasts_add_up() -> None:
    table, left, quarters, _ = company(seed=8)
    folds = list(repeated_folds(left, np.arange(len(left)), seed=1, repeats=1, folds=3))
    plain, leaning = (fit_blend(table, left, folds, seed=1, quarters=each) for each in (None, quarters))
    assert np.abs(plain.log_odds(table) - leaning.log_odds(table)).max() > 0.01
    assert [blend.choice.settings()["forecasts"] for blend in (plain, leaning)] == [0, 1]
    base, shares = leaning.contributions(table)
    np.testing.assert_allclose(base + shares.sum(axis=1), leaning.log_odds(table), atol=1e-6)
