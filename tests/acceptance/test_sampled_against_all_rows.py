"""A large company's sample against all rows, on a simulated company: the figures of the model hardly differ."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from features.known.snapshots import snapshot_dates
from features.simulation.run import simulate
from features.source import Source, load_source
from pipeline.dataset.evaluation_splits import Split, rows_of, split_of
from pipeline.dataset.everyone import everyone_at_risk
from pipeline.dataset.features_of import features_of
from pipeline.dataset.rows import Dataset, dataset_of
from pipeline.dataset.splits import rolling_origins
from pipeline.dataset.workspace import workspace
from pipeline.judgement.statistics.figures import MetricValues
from pipeline.judgement.statistics.metrics import metrics
from pipeline.model.blend import fit_blend
from pipeline.settings import Settings

EMPLOYEES = 4_000
MONTHS = 24
SEED = 1
MOST_STAYERS = 6_500
"""Some six rows of people who stayed for each of one who left: less than half of them."""
Judged = tuple[MetricValues, float, int]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Judged]]:
    """The figures of the last two test dates, the share of stayers that was learned from, and the rows in memory."""
    folder = tmp_path_factory.mktemp("sampled")
    settings = Settings(var=folder / "var")
    simulate(folder / "company", EMPLOYEES, MONTHS, SEED, with_names=False)
    with workspace(settings) as work:
        loaded = load_source(folder / "company", work / "tables")
        assert isinstance(loaded, Source)
        horizon = loaded.horizon_months
        origins = rolling_origins(snapshot_dates(loaded), horizon, loaded.complete_until)[-2:]
        days = sorted({day for origin in origins for day in (origin.test_date, *origin.train_dates)})
        files = features_of(loaded, days, work, settings, lambda _: None)
        everyone = everyone_at_risk(loaded, files, days, horizon)

        def judged(most_stayers: int) -> Judged:
            splits = [split_of(everyone, origin, horizon, most_stayers, SEED) for origin in origins]
            rows = rows_of(splits)
            data, kept = dataset_of(loaded, files, everyone, rows), [split.among(rows) for split in splits]
            risk = np.concatenate([risk_of(data, split) for split in kept])
            test = np.concatenate([split.test for split in kept])
            return metrics(data.left[test], risk), min(split.stayers_kept for split in kept), len(rows)

        yield judged


def risk_of(data: Dataset, split: Split) -> np.ndarray:
    blend = fit_blend(
        data.X,
        data.left,
        split.folds,
        SEED,
        directions=data.directions,
        quarters=data.quarters,
        rows=split.train,
        stayers_kept=split.stayers_kept,
    )
    return blend.risk(data.X[split.test])


def test_a_sample_of_stayers_costs_hardly_any_accuracy(judge: Callable[[int], Judged]) -> None:
    (whole, all_kept, all_rows), (sampled, kept, rows) = judge(10**9), judge(MOST_STAYERS)
    assert all_kept == 1
    assert kept < 0.7
    assert rows < all_rows
    assert sampled.average_precision == pytest.approx(whole.average_precision, rel=0.01)
    assert sampled.calibration_slope == pytest.approx(whole.calibration_slope, abs=0.03)
    assert sampled.log_loss == pytest.approx(whole.log_loss, rel=0.005)
