"""The figures beside the metrics: groups, plots and gain."""

from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.by_group import by_group
from pipeline.judgement.diagnostics import gain, range_coverage
from pipeline.judgement.plausible_exits import PlausibleExits, plausible_exits
from pipeline.judgement.reporting.plots import plots
from pipeline.judgement.reporting.report import Difference, GroupFigures, OriginMetrics, TrainingReport
from pipeline.judgement.statistics.figures import Bounded, MetricValues
from pipeline.model.posterior import Errors


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
    drawn = plots(report)
    pictures = drawn.files
    assert drawn.missing == ()
    assert {"reliability.svg", "gain.svg", "precision_recall.svg", "over_time.svg", "by_department.svg"} <= set(
        pictures
    )
    assert all(picture.startswith(b"<?xml") for picture in pictures.values())
    assert sum(group.n for group in coverage.groups) == 300


DIFFERENCE = Difference(Bounded(0.1, 0.0, 0.2), Bounded(0.1, 0.0, 0.2))


def test_a_plot_that_fails_is_named_and_the_others_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("'yerr' must not contain negative values")

    monkeypatch.setattr("pipeline.judgement.reporting.plots._ablation", fail)
    drawn = plots(TrainingReport(source="tiny", gain=(0.0, 0.5, 1.0), base_rate=0.1, ablation={"tenure": DIFFERENCE}))
    assert set(drawn.files) == {"gain.svg", "precision_recall.svg"}
    assert [str(each) for each in drawn.missing] == ["ablation.svg (ValueError)"]


@pytest.mark.parametrize("name", ["Sales $#1$", "$\\frac{", "a_b^c $ 5", "<b>&amp;"])
def test_a_label_is_never_parsed_as_mathematics(name: str) -> None:
    group = GroupFigures("department", name, is_suppressed=False, n=50, auc=Bounded(0.7, 0.6, 0.8))
    drawn = plots(TrainingReport(source="tiny", by_group=(group,)))
    assert drawn.missing == ()
    assert set(drawn.files) == {"by_department.svg"}


def test_dates_without_a_slope_are_drawn() -> None:
    dates = tuple(OriginMetrics(f"2024-0{month}-28", n=50, figures=MetricValues(auc=0.7)) for month in (1, 2))
    drawn = plots(TrainingReport(source="tiny", by_origin=dates))
    assert (set(drawn.files), drawn.missing) == ({"over_time.svg"}, ())


def test_the_interval_of_a_tenth_holds_its_share_though_nobody_or_everybody_left() -> None:
    for rows in range(100, 2000, 10):
        left = np.repeat([False, True], [rows // 2, rows - rows // 2])
        risk = np.where(left, 0.9, 0.1)
        judged = SimpleNamespace(risk=risk, left=left, low=risk, high=risk, tenths=())
        for group in range_coverage(judged).groups:  # type: ignore[arg-type]
            assert group.least <= group.happened <= group.most, rows


def test_groups_with_as_many_exits_as_were_plausible_are_counted() -> None:
    """Of 10 people 2 left: plausible. Of 10 nobody left: within chance, but .0 is below the mean risk's range."""
    tenths = (PlausibleExits(10, 2, 0, 4, 0.1, 0.3), PlausibleExits(10, 0, 0, 4, 0.1, 0.3))
    risk, left = np.array([0.1, 0.2]), np.array([False, True])
    coverage = range_coverage(SimpleNamespace(risk=risk, left=left, low=risk, high=risk, tenths=tenths))  # type: ignore[arg-type]
    assert (coverage.inside, coverage.inside_allowing_for_chance) == (0.5, 1.0)


def test_the_plausible_exits_of_known_risks_are_those_of_chance() -> None:
    """Ten groups of ten people of risk ½. Of ten coins 2 to 8 show heads in 98 % of the cases, 3 to 8 in 93 %."""
    known = Errors(np.zeros(100), np.zeros((100, 4), dtype=np.float32))
    group = plausible_exits(np.zeros(100), known, np.arange(100) < 45)[0]
    assert (group.people, group.low, group.high) == (10, 0.5, 0.5)
    assert (group.exits, group.least, group.most) == (10, 2, 8)  # of ten: P(≤ 1) = .011, P(≤ 2) = .055, P(≤ 8) = .989


def test_gain_is_the_share_of_leavers_among_the_highest_risks() -> None:
    risk, left = np.array([0.1, 0.4, 0.2, 0.3]), np.array([False, True, True, False])
    result = gain(SimpleNamespace(risk=risk, left=left))  # type: ignore[arg-type]
    assert [result[percent] for percent in (0, 25, 50, 75, 100)] == [0.0, 0.5, 0.5, 1.0, 1.0]
    assert result[10] == pytest.approx(0.2)  # two fifths of the way to the first person
