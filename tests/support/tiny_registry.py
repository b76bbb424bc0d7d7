"""A model of four features, trained in a second, and a registry in which it is the champion."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl
import pytest

from features.catalogue.feature import Feature
from pipeline.dataset.splits import repeated_folds
from pipeline.model.blend import Blend, fit_blend
from pipeline.model.stored_model import StoredModel
from pipeline.settings import Settings

_METADATA: dict[str, tuple[Any, ...]] = {
    "pay_against_market": ("pay", "Pay against the market", "log ratio", "now", "", "lower"),
    "client_rating_12m": ("relationships", "Rating given", "1 to 5", "(12, 0]", "", "lower"),
    "tenure_months": ("context", "Time in the company", "months", "now", ""),
}
MODEL_FEATURES = {name: Feature(name, *fields) for name, fields in _METADATA.items()}
MODEL_FEATURES["contract"] = Feature("contract", "conditions", "Contract", "category", "now", "", kind="category")
REPORT = {
    "source": "tiny",
    "horizon_months": 6,
    "rows": 600,
    "people": 600,
    "voluntary_exits": 250,
    "base_rate": 0.4,
    "ablation": {},
    "features": [asdict(feature) for feature in MODEL_FEATURES.values()],
    "against_champion": {
        "version": "1",
        "average_precision": {"value": 0.0, "low": -0.1, "high": 0.1},
        "log_loss": {"value": 0.0, "low": -0.1, "high": 0.1},
    },
    "metrics": {
        "calibration_slope": {"value": 1.0, "low": 0.9, "high": 1.1},
        "average_precision": {"value": 0.5, "low": 0.4, "high": 0.6},
    },
    "baselines": {},
    "by_origin": [],
}


@pytest.fixture(scope="module")
def blend() -> Blend:
    """Trained on 600 people; those with low pay, poor service or short tenure leave more often."""
    random = np.random.default_rng(1)
    rows = 600
    table = pl.DataFrame(
        {
            "pay_against_market": random.normal(0, 0.3, rows),
            "client_rating_12m": random.uniform(1, 5, rows),
            "tenure_months": random.exponential(40, rows),
            "contract": random.choice(["open", "fixed"], rows),
        }
    )
    log_odds = -2 * table["pay_against_market"] - 0.5 * (table["client_rating_12m"] - 3) - 0.02 * table["tenure_months"]
    left = random.random(rows) < 1 / (1 + np.exp(-log_odds.to_numpy()))
    return fit_blend(table, left, list(repeated_folds(left, np.arange(rows), seed=1, repeats=1, folds=3)), seed=1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, promote: Callable[[Settings], None]) -> Settings:
    """A registry with version 1 as champion."""
    var = tmp_path_factory.mktemp("registry")
    # explicit, because MLflow leaves the last registry of this process in the environment
    settings = Settings(var=var).model_copy(update={"mlflow_tracking_uri": f"sqlite:///{var / 'mlflow.db'}"})
    promote(settings)
    return settings


@pytest.fixture(scope="module")
def promote(blend: Blend) -> Callable[[Settings], None]:
    """Registers the blend again, as the champion."""
    from pipeline.registry import promotion  # MLflow takes seconds to import, and most tests do not need it
    from pipeline.registry.report_json import report_of

    model = StoredModel(6, {6: blend}, MODEL_FEATURES, {"source": "tiny"})

    def record(settings: Settings) -> None:
        promotion.record(settings, model, report_of(REPORT))

    return record
