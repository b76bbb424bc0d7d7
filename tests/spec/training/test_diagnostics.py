"""The figures beside the metrics: groups, plots and gain."""

from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.dataset.rows import Dataset
from pipeline.judgement.backtest import Backtest
from pipeline.judgement.by_group import by_group
from pipeline.judgement.diagnostics import gain, range_coverage
from pipeline.judgement.plots import plots
from pipeline.judgement.report import GroupFigures, TrainingReport


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
    result = gain(SimpleNamespace(risk=risk, left=left))  # type: ignore[arg-type]
    assert [result[percent] for percent in (0, 25, 50, 75, 100)] == [0.0, 0.5, 0.5, 1.0, 1.0]
    assert result[10] == pytest.approx(0.2)  # two fifths of the way to the first person
