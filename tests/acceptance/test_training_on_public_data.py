"""`retention train` on public data, compared with the figures of an untuned prototype."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

DATA = Path(os.environ.get("RETENTION_DATA", Path(__file__).parents[3] / "shared" / "data"))
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the public data sets are neither in RETENTION_DATA nor beside the repository"
)


@dataclass(frozen=True)
class Reference:
    """Mean over rolling origins of the prototype's blend of logistic regression and boosting."""

    source: str
    auc: float
    average_precision: float


REFERENCES = [
    Reference("jobathon", 0.795, 0.524),
    Reference("baltimore", 0.697, 0.254),
    Reference("happyforce", 0.755, 0.223),
    Reference("ibm_hr", 0.837, 0.652),
]


@needs_data
@pytest.mark.parametrize("reference", REFERENCES, ids=lambda reference: reference.source)
def test_training_is_within_a_hundredth_of_the_reference(
    retention: Callable[..., Any], reference: Reference, tmp_path: Path
) -> None:
    report_file = tmp_path / "report.json"
    retention("train", DATA / reference.source, "--quick", "--json", report_file, var=tmp_path / "var")
    report = json.loads(report_file.read_text())
    assert mean(origin["auc"] for origin in report["by_origin"]) >= reference.auc - 0.01
    assert mean(origin["average_precision"] for origin in report["by_origin"]) >= 0.95 * reference.average_precision
    assert report["shuffled_auc"]["low"] <= 0.5 <= report["shuffled_auc"]["high"]
