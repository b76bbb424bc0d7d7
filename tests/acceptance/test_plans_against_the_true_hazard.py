"""A plan beside what its lever really does, on a simulated company whose hazard is known (docs/plans.md has a table).

A plan says how exits differ between people, and spreads what belongs together, such as pay and how fair it seems, over
many figures, of which a lever moves some. So it should be right in its direction, and rather too small.
"""

from pathlib import Path

import polars as pl
import pytest
from planned_staff import figures_from
from true_levers import TrueCompany, risk_within_the_horizon

from features.known.snapshots import snapshot_dates
from features.simulation.run import LAST_DAY, simulate
from features.source import load_source
from pipeline.dataset.features_of import features_of
from pipeline.dataset.rows import build_dataset
from pipeline.dataset.splits import fold_rows, inner_folds, training_dates
from pipeline.dataset.workspace import workspace
from pipeline.judgement.statistics.figures import Bounded
from pipeline.model.blend import fit_blend, with_posterior
from pipeline.model.stored_model import StoredModel
from pipeline.planning.evaluation import evaluate
from pipeline.planning.plan import Plan, Prices
from pipeline.planning.plan_levers import PlanLevers
from pipeline.planning.staff import Figures, Staff
from pipeline.settings import Settings

EMPLOYEES, MONTHS, SEED = 600, 24, 5
LEVERS = {
    "pay": PlanLevers(raise_percent=10),
    "conditions": PlanLevers(overtime_hours_at_most=5),
    "relationships": PlanLevers(service_rating_at_least=4),
    "growth": PlanLevers(promotion=True),
}
"""One of each driver."""
Fitted = tuple[StoredModel, Figures, TrueCompany, pl.DataFrame]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    """A model of every matured date, the figures of everyone on the last one, and the company as it was then."""
    folder = tmp_path_factory.mktemp("simulated")
    settings = Settings(var=folder / "var")
    simulate(folder / "company", EMPLOYEES, MONTHS, SEED, with_names=False)
    with workspace(settings) as work:
        loaded = load_source(folder / "company", work / "tables")
        days = training_dates(snapshot_dates(loaded), loaded.horizon_months, loaded.complete_until)
        files = features_of(loaded, days, work, settings, lambda _: None)
        data = build_dataset(loaded, files, days, loaded.horizon_months)
    folds = fold_rows(data.keys["snapshot_date"].to_numpy(), inner_folds(days, loaded.horizon_months))
    blend = fit_blend(data.X, data.left, folds, seed=1, directions=data.directions)
    blend = with_posterior(blend, data.X, data.left, data.person)
    model = StoredModel(loaded.horizon_months, {loaded.horizon_months: blend}, data.features, {})
    day, last = days[-1], data.rows_on(days[-1:])
    X = data.X[last]
    everyone = dict.fromkeys(("department", "location", "level", "job"), pl.lit("1"))
    posts = X.select(**everyone, log_odds=pl.Series(blend.log_odds(X)), replacement_weight=pl.lit(1.0))
    back = (LAST_DAY.year - day.year) * 12 + LAST_DAY.month - day.month
    true = TrueCompany.after(EMPLOYEES, MONTHS, SEED, back)
    return model, figures_from(posts, X, model), true, _spells(folder, true, data.keys[last])


def _spells(folder: Path, true: TrueCompany, scored: pl.DataFrame) -> pl.DataFrame:
    """The spells of those scored, who are found by their hazards."""
    truth = pl.read_parquet(folder / "company" / "truth.parquet")
    truth = truth.with_columns(pl.col("employee_id").cast(pl.String)).join(
        scored.with_columns(pl.col("employee_id").cast(pl.String)), on=["employee_id", "snapshot_date"], how="semi"
    )
    found = true.hazards().join(truth.select("hazard"), on="hazard", how="semi")
    assert found.height == truth.height == scored.height
    return found


def planned(fitted: Fitted, levers: PlanLevers) -> Bounded:
    model, figures, _, _ = fitted
    people = {name: {"1": len(figures.log_odds)} for name in ("department", "location", "level")}
    prices = Prices({1: 0.2})
    (row,) = evaluate(Plan("location", levers), Staff(figures, people, ["1"]), model, prices).groups
    assert row.avoided is not None
    return row.avoided


def truly(fitted: Fitted, levers: PlanLevers) -> float:
    _, _, true, spells = fitted
    after = spells.select("spell").join(true.hazards(levers), on="spell", how="left")
    return risk_within_the_horizon(spells["hazard"]) - risk_within_the_horizon(after["hazard"])


@pytest.mark.parametrize("driver", LEVERS)
def test_a_lever_of_each_driver_points_where_it_really_leads_and_is_not_too_large(fitted: Fitted, driver: str) -> None:
    really, said = truly(fitted, LEVERS[driver]), planned(fitted, LEVERS[driver])
    assert really > 1
    assert 0.05 * really < said.value < 1.5 * really


@pytest.mark.parametrize("levers", [PlanLevers(remote_days_at_least=2), PlanLevers(team_size_at_most=8)])
def test_a_lever_that_really_does_nothing_may_do_nothing(fitted: Fitted, levers: PlanLevers) -> None:
    assert truly(fitted, levers) == 0
    said = planned(fitted, levers)
    assert said.low < 0 < said.high


def test_more_of_a_lever_avoids_more(fitted: Fitted) -> None:
    for less, more in (
        (PlanLevers(raise_percent=5), PlanLevers(raise_percent=10)),
        (PlanLevers(overtime_hours_at_most=10), PlanLevers(overtime_hours_at_most=5)),
        (PlanLevers(service_rating_at_least=3.5), PlanLevers(service_rating_at_least=4.5)),
    ):
        assert planned(fitted, less).value < planned(fitted, more).value
        assert truly(fitted, less) < truly(fitted, more)
