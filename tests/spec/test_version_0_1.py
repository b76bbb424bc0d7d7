"""What version 0.1 stored can still be read: its models score the same, its months are worded the same.

`tests/data/model_0_1` was written by the code of 0.1: a model as MLflow stores it; the scores of six records, by MLflow
and by the code that scores everyone; and of the first record the factors, what a publication says of their features,
and their texts.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import polars as pl
import pytest

from features.catalogue.catalogue import catalogue, fixed_features, stored_shows_another
from features.catalogue.feature import Feature
from features.catalogue.page import example_source
from features.catalogue.version_0_1 import model_entry, published_entry
from pipeline.language.translator import language
from pipeline.language.wording import factor_text, reason_text
from pipeline.model.stored_model import FORMAT, StoredModel
from pipeline.score_record import Factor
from pipeline.scoring.records import score_records
from pipeline.store.reading import Published

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself
DATA = Path(__file__).parents[1] / "data/model_0_1"
MODEL = DATA / "model/data/retention_model"
SCORES: Mapping[str, Any] = json.loads((DATA / "scores.json").read_text(encoding="utf-8"))
PUBLICATION: Mapping[str, Any] = json.loads((DATA / "publication.json").read_text(encoding="utf-8"))
STORED: tuple[str, ...] = (
    *("name", "driver", "label", "unit", "window", "null_means", "worse", "peers", "actionable", "kind"),
)
"""What 0.1 stored of a feature of a model."""


def test_a_model_scores_the_same() -> None:
    scored = score_records(StoredModel.load(MODEL), "1", SCORES["records"], date(2026, 9, 30))
    assert {name: scored.scores[name].to_list() for name in SCORES["by_scoring"]} == SCORES["by_scoring"]
    assert scored.scores["risk_low"].is_null().all()  # its ranges described the calibration, and are not read
    own = [factor for factor in scored.factors.to_dicts() if factor["employee_id"] == "0"]
    assert [{name: factor[name] for name in PUBLICATION["factors"][0]} for factor in own] == PUBLICATION["factors"]


def test_mlflow_loads_the_model_and_it_scores_the_same() -> None:
    predicted = mlflow.pyfunc.load_model(str(DATA / "model")).predict(pd.DataFrame(SCORES["records"]))
    assert predicted.to_dict("list") == SCORES["by_mlflow"]


def test_a_model_of_0_1_stored_again_has_todays_format(tmp_path: Path) -> None:
    model = StoredModel.load(MODEL)
    model.save(tmp_path)
    assert json.loads((tmp_path / "model.json").read_text())["format"] == FORMAT
    assert StoredModel.load(tmp_path).features == model.features


def test_its_features_have_todays_descriptions(tmp_path: Path) -> None:
    today, fixed = catalogue(example_source(tmp_path)), fixed_features()
    for name, feature in today.items():
        entry = {field: getattr(feature, field) for field in STORED}
        stored = Feature(**model_entry(entry, fixed))
        of_training = {"trend_of": feature.trend_of}  # a stored model does not need it
        assert replace(stored, shows_another=feature.shows_another, **of_training) == feature, name
        assert stored_shows_another(name, entry) >= feature.shows_another, name  # hides at least what today's does
    assert set(StoredModel.load(MODEL).features) <= set(today)


def test_a_cross_section_column_is_not_mistaken_for_the_feature_of_that_name() -> None:
    column = {"name": "overtime_now", "driver": "conditions", "label": "overtime_now", "unit": "", "window": "now",
              "null_means": ""}  # fmt: skip
    result = Feature(**model_entry(column, fixed_features()))
    assert (result.lower, result.upper, result.monotone) == (None, None, False)


@pytest.mark.parametrize("code", ["en", "ru"])
def test_a_published_month_is_worded_the_same(code: str) -> None:
    published = Published(1, "tiny", date(2026, 9, 30), "1", 6, 6, 0.3, PUBLICATION["features"], "")
    in_language = language(code)
    text = {}
    for entry in PUBLICATION["factors"]:
        factor = Factor(**{name: value for name, value in entry.items() if name != "employee_id"})
        about = published.about[factor.feature]
        text[factor.feature] = [factor_text(factor, about, in_language), reason_text(factor, about, in_language)]
    assert text == PUBLICATION["texts"][code]


def test_survey_answers_of_a_published_month_stay_confidential() -> None:
    values = {entry["feature"]: published_entry(entry)["is_confidential"] for entry in PUBLICATION["features"]}
    assert {name for name, is_confidential in values.items() if is_confidential} == {
        "survey_workload_last",
        "survey_workload_team",
        "survey_count_1m",
    }


def test_the_records_of_the_example_are_complete() -> None:
    assert pl.DataFrame(SCORES["records"]).columns == list(StoredModel.load(MODEL).features)
