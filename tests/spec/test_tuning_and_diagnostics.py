"""Tuning, held directions, the guards that refit or compare builds, and the figures beside the metrics."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from features.catalogue.feature import Feature
from pipeline.dataset.rounds import Round
from pipeline.dataset.rows import Dataset
from pipeline.dataset.splits import repeated_folds
from pipeline.judgement.backtest import Backtest, backtest
from pipeline.judgement.by_group import by_group
from pipeline.judgement.diagnostics import gain, range_coverage
from pipeline.judgement.guards.leakage import Removal, on_both_sides, too_dear
from pipeline.judgement.guards.rewritten_history import changed_past, keep, sums_of
from pipeline.judgement.plots import plots
from pipeline.judgement.report import GroupFigures, TrainingReport
from pipeline.model.blend import fit_blend
from pipeline.model.calibration import risk_of
from pipeline.model.selection import usual_weight
from pipeline.model.tuning import tune

ROWS = 900
DAYS = [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30)]


@pytest.fixture(scope="module")
def company() -> Dataset:
    """Three dates of 300 people: pay that matters, tenure, a level; and four of a department of their own."""
    random = np.random.default_rng(1)
    pay = random.normal(size=ROWS)
    department = np.where(np.arange(ROWS) % 300 < 4, "tiny", random.choice(["sales", "finance"], ROWS))
    X = pl.DataFrame({"pay_level": pay, "tenure_months": random.exponential(40, ROWS), "department": department})
    features = {name: Feature(name, "pay", name, "", "now", "unknown") for name in X.columns}
    features["pay_level"] = Feature("pay_level", "pay", "pay", "", "now", "unknown", worse="lower", monotone=True)
    keys = pl.DataFrame(
        {
            "employee_id": [str(row % 300) for row in range(ROWS)],
            "snapshot_date": [DAYS[row // 300] for row in range(ROWS)],
        }
    )
    return Dataset(keys, X, random.random(ROWS) < risk_of(-1 - pay), features)


@pytest.fixture(scope="module")
def judged(company: Dataset) -> Backtest:
    train, test = np.arange(600), np.arange(600, ROWS)
    folds = [(np.arange(300), np.arange(300, 600))]
    return backtest(company, [Round("2024-09-30", DAYS[2], train, test, folds)], seed=1, quick=True)


def test_a_monotone_constraint_holds_for_the_whole_blend() -> None:
    random = np.random.default_rng(2)
    pay = random.normal(size=1200)
    bump = np.where(np.abs(pay) < 0.3, 1.5, 0.0)  # against the expectation in the middle
    table = pl.DataFrame({"pay_level": pay, "noise": random.normal(size=1200)})
    left = random.random(1200) < risk_of(-0.5 - pay + bump * np.sign(pay))
    blend = fit_blend(table, left, [], seed=1, directions={"pay_level": -1})
    grid = pl.DataFrame({"pay_level": np.linspace(-3, 3, 121), "noise": np.zeros(121)})
    assert (np.diff(blend.log_odds(grid)) <= 1e-9).all()
    free = fit_blend(table, left, [], seed=1)
    assert (np.diff(free.log_odds(grid)) > 1e-9).any()


def test_logistic_regression_weighs_more_in_small_companies() -> None:
    assert 1 > usual_weight(50) > usual_weight(500) > usual_weight(5000) > 0.65
    assert usual_weight(450) == pytest.approx((1 + 0.65) / 2)  # halfway


def test_few_exits_are_not_tuned_and_tuning_is_never_worse_than_fixed_settings(company: Dataset) -> None:
    X, left = company.X, company.left
    folds = list(repeated_folds(left, np.arange(ROWS), seed=1, repeats=1, folds=2))
    few = left & (np.arange(ROWS) % 3 == 0)
    assert tune(X, few, folds, {}, seed=1) is None
    many = np.random.default_rng(3).random(ROWS) < risk_of(-X["pay_level"].to_numpy())
    found = tune(X, many, folds, {}, seed=1)
    assert found is not None
    assert found.loss <= found.fixed_loss


def test_a_feature_whose_removal_costs_too_much_is_named(company: Dataset) -> None:
    blend = fit_blend(company.X, company.left, [], seed=1)
    rows = (company.X, company.left, blend)
    worthless = Removal(*rows, lambda _: np.full(ROWS, 0.2))
    made_up_for = Removal(*rows, lambda _: blend.risk(company.X))
    assert [finding.column for finding in too_dear([worthless])] == ["pay_level"]
    assert too_dear([made_up_for]) == []
    assert too_dear([worthless, *[made_up_for] * 9]) == []  # one unlucky test set of ten
    assert too_dear([worthless], ["pay_level"]) == []


def test_a_person_month_in_train_and_test_is_counted(company: Dataset) -> None:
    assert on_both_sides(company, [(np.arange(600), np.arange(600, ROWS))]) == []
    [finding] = on_both_sides(company, [(np.arange(600), np.arange(590, ROWS))])
    assert finding.rows == 10


def test_a_feature_whose_past_changed_between_two_builds_is_named(tmp_path: Path) -> None:
    table = pl.DataFrame(
        {"employee_id": ["a", "b"], "snapshot_date": [DAYS[0]] * 2, "pay": [1.0, 2.0], "job": ["x", None]}
    )
    file, kept = tmp_path / "day.parquet", tmp_path / "kept.json"
    table.write_parquet(file)
    keep(kept, sums_of({DAYS[0]: file}), "0.1")
    table.reverse().write_parquet(file)
    assert changed_past(kept, sums_of({DAYS[0]: file}), "0.1") == []
    table.with_columns(pay=pl.Series([1.0, 2.5])).write_parquet(file)
    now = sums_of({DAYS[0]: file})
    assert [finding.column for finding in changed_past(kept, now, "0.1")] == ["pay"]
    assert changed_past(kept, now, "0.1", ["pay"]) == []
    assert changed_past(kept, now, "0.2") == []


def test_groups_of_a_few_people_have_no_figures(company: Dataset, judged: Backtest) -> None:
    groups = {(group.by, group.group): group for group in by_group(company, judged, seed=1)}
    assert groups["department", "tiny"] == GroupFigures("department", "tiny", is_suppressed=True)
    auc = groups["department", "sales"].auc
    assert auc is not None
    assert auc.low < auc.value


def test_plots_are_drawn_of_every_figure(company: Dataset, judged: Backtest) -> None:
    coverage = range_coverage(judged)
    report = TrainingReport(
        source="tiny",
        range_coverage=coverage,
        gain=gain(judged),
        base_rate=float(judged.left.mean()),
        by_origin=judged.by_origin(),
        ablation=judged.ablation(1),
        by_group=by_group(company, judged, seed=1),
    )
    pictures = plots(report)
    assert {"reliability.svg", "gain.svg", "precision_recall.svg", "over_time.svg", "by_department.svg"} <= set(
        pictures
    )
    assert all(picture.startswith(b"<?xml") for picture in pictures.values())
    assert sum(group.n for group in coverage.groups) == 300


def test_gain_is_the_share_of_leavers_among_the_highest_risks() -> None:
    risk, left = np.array([0.1, 0.4, 0.2, 0.3]), np.array([False, True, True, False])
    found = gain(SimpleNamespace(risk=risk, left=left))  # type: ignore[arg-type]
    assert [found[percent] for percent in (0, 25, 50, 75, 100)] == [0.0, 0.5, 0.5, 1.0, 1.0]
    assert found[10] == pytest.approx(0.2)  # two fifths of the way to the first person
