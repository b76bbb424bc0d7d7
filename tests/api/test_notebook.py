"""`from pipeline import …`: a data scientist's functions in a notebook, on a registry of one tiny model."""

import doctest
import math
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import pipeline
from features.errors import BadInput
from pipeline.settings import Settings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
RECORD = {"pay_against_market": -0.4, "client_rating_12m": 2.0, "tenure_months": 8.0, "contract": "fixed"}


def test_the_package_offers_its_functions_and_is_cheap_to_import() -> None:
    code = "import pipeline, sys; print(sorted(n for n in dir(pipeline) if n[0] != '_'), 'polars' in sys.modules)"
    root = Path(pipeline.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    offered = ["TYPE_CHECKING", "Any", "Final", "import_module", *pipeline.__all__]
    assert done.stdout.strip() == f"{sorted(offered)} False"


@pytest.mark.parametrize("name", ["draft", "evaluate", "plan", "publish", "what_happened"])
def test_a_function_loads_no_slow_package_that_it_does_not_use(name: str) -> None:
    code = f"from pipeline import {name}; import sys; print({{'mlflow', 'lightgbm', 'matplotlib'}} & set(sys.modules))"
    root = Path(pipeline.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_every_offered_function_is_found_and_described() -> None:
    assert {getattr(pipeline, name).__name__ for name in pipeline.__all__} == set(pipeline.__all__)
    assert all(getattr(pipeline, name).__doc__ for name in pipeline.__all__)


def test_a_name_that_the_package_lacks_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'predict'"):
        pipeline.predict  # noqa: B018


def test_base_and_factors_of_a_record_add_up_to_its_risk(trained: Settings) -> None:
    scored = pipeline.score(pipeline.load_model(settings=trained), [RECORD])
    score = scored.scores.row(0, named=True)
    log_odds = score["base_log_odds"] + scored.factors["contribution"].sum()
    assert log_odds == pytest.approx(score["log_odds"], abs=1e-9)
    assert score["risk"] == pytest.approx(1 / (1 + math.exp(-log_odds)), abs=1e-9)


def test_factors_are_an_explanation_of_shap_without_ids(trained: Settings) -> None:
    pytest.importorskip("shap", reason="shap is in requirements-bench.lock only")
    records = [RECORD | {"tenure_months": None, "contract": None}, RECORD]
    scored = pipeline.score(pipeline.load_model(settings=trained), records)
    explained = scored.explanation()
    log_odds = explained.base_values + explained.values.sum(axis=1)
    assert log_odds == pytest.approx(scored.scores["log_odds"].to_numpy(), abs=1e-9)
    figures = dict(zip(explained.feature_names, explained.data[1], strict=True))
    assert figures == RECORD
    unknown = dict(zip(explained.feature_names, explained.data[0], strict=True))
    assert math.isnan(unknown["tenure_months"])
    assert unknown["contract"] is None
    assert set(explained.feature_names) == set(RECORD)


def test_without_shap_an_explanation_is_an_error_with_a_remedy(
    trained: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "shap", None)
    scored = pipeline.score(pipeline.load_model(settings=trained), [RECORD])
    with pytest.raises(BadInput, match=r"shap is not installed\. Install it with the extra shap"):
        scored.explanation()


def test_a_frame_and_mappings_score_alike_and_keys_are_left_out(trained: Settings) -> None:
    model = pipeline.load_model("1", settings=trained)
    frame = pl.DataFrame([RECORD]).with_columns(employee_id=pl.lit("E1"))
    assert pipeline.score(model, frame).scores.equals(pipeline.score(model, [RECORD]).scores)


def test_an_unknown_feature_name_is_refused_and_not_ignored(trained: Settings) -> None:
    model = pipeline.load_model(settings=trained)
    with pytest.raises(BadInput, match=r"records\.pay_to_market: not a feature of this model"):
        pipeline.score(model, [RECORD | {"pay_to_market": -0.11}])


def test_the_report_is_the_champions_and_an_unknown_version_is_an_error(trained: Settings) -> None:
    assert pipeline.report(settings=trained)["source"] == "tiny"
    with pytest.raises(BadInput, match="there is no model version"):
        pipeline.report("99", settings=trained)


def test_the_docstring_examples_are_correct() -> None:
    from pipeline.notebook import evaluation

    result = doctest.testmod(evaluation)
    assert result.attempted >= 2
    assert result.failed == 0


def test_a_draft_asks_and_takes_answers_and_writes_nothing(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    lines = [f"{n};{2018 + n % 5}-03-01;{'2024-05-31' if n < 4 else ''};Resignation" for n in range(40)]
    head = "Employee ID;Hire Date;Termination Date;Termination Reason"
    (export / "people.csv").write_text("\n".join([head, *lines]), encoding="utf-8")
    first = pipeline.draft(export)
    assert {"complete_from", "exit_kinds"} <= set(first.open)
    drafted = pipeline.draft(export, {"complete_from": date(2020, 1, 1), "exit_kinds": {"Resignation": "voluntary"}})
    assert not {"complete_from", "exit_kinds"} & set(drafted.open)
    assert "export/people.csv" in drafted.text  # as the source.toml beside the export names it
    assert [path.name for path in tmp_path.rglob("*")] == ["export", "people.csv"]


def test_what_happened_is_counted_by_the_groups_asked_for(tiny: Path, tmp_path: Path) -> None:
    settings = Settings(var=tmp_path)
    happened = pipeline.what_happened(tiny, by=["tenure"], first="2024-03", settings=settings)
    assert {row["by"] for row in happened["groups"]} == {"everyone", "tenure"}
    assert min(row["month"] for row in happened["months"]) == "2024-03"
    [everyone] = [row for row in happened["groups"] if row["by"] == "everyone"]
    assert everyone["exits"] == 3
    with pytest.raises(BadInput, match=r"what_happened\.by: not a way to group people"):
        pipeline.what_happened(tiny, by=["gender"], settings=settings)


@pytest.fixture
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty people hired in 2023; three resign in 2024."""
    source = tmp_path_factory.mktemp("tiny")
    ids = [f"E{number}" for number in range(20)]
    pl.DataFrame({"employee_id": ids, "hire_date": [date(2023, 2, 1)] * 20}).write_parquet(source / "employees.parquet")
    left = pl.DataFrame({"employee_id": ids[:3], "exit_date": [date(2024, month, 15) for month in (2, 5, 8)]})
    left.with_columns(kind=pl.lit("voluntary")).write_parquet(source / "exits.parquet")
    (source / "source.toml").write_text("complete_from = 2023-07-01\ncomplete_until = 2024-12-31\n")
    return source


def test_an_impossible_plan_is_refused_with_every_reason_before_anything_is_read() -> None:
    with pytest.raises(BadInput) as refused:
        pipeline.plan(
            {"raise_percent": -5, "overtime_hours_at_most": 7}, by="department", within={"department": "Sales"}
        )
    assert [finding.place for finding in refused.value.findings] == [
        "plan.raise_percent",
        "plan.overtime_hours_at_most",
        "plan.within",
    ]
    with pytest.raises(BadInput, match=r"plan\.levers: no change is named"):
        pipeline.plan({})
    with pytest.raises(BadInput, match=r"plan\.dismissal: no lever"):
        pipeline.plan({"dismissal": True})


def test_a_plan_needs_a_published_month(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nothing is published.*Publish a month first"):
        pipeline.plan({"raise_percent": 5}, settings=Settings(var=tmp_path))


def test_rows_of_one_person_widen_the_interval() -> None:
    """Ten copies of four people hold no more information than the four."""
    left, risk = [False, False, True, True] * 10, [0.1, 0.4, 0.35, 0.8] * 10
    auc = pl.col("metric") == "auc"
    alike = pipeline.evaluate(left, risk, [0, 1, 2, 3] * 10).filter(auc).row(0, named=True)
    apart = pipeline.evaluate(left, risk).filter(auc).row(0, named=True)
    assert alike["value"] == apart["value"] == 0.75
    assert alike["high"] - alike["low"] > apart["high"] - apart["low"]
