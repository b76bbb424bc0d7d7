"""Who is hard to replace: from the source's table, through scoring, to the lists and the receipt."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from published import SEPTEMBER, publication

from features.build import feature_table
from features.catalogue.catalogue import fixed_features
from features.source import Source, load_source
from pipeline.dataset.splits import repeated_folds
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.language.translator import language
from pipeline.lists.written.month_folder import write_lists
from pipeline.model.blend import fit_blend
from pipeline.model.stored_model import StoredModel
from pipeline.registry import versions as registry
from pipeline.scoring.job import score_and_publish
from pipeline.settings import Settings
from pipeline.store.store import Store

Bearer = Callable[..., dict[str, str]]

WEIGHTS = pl.DataFrame({"employee_id": ["B", "D", "E"], "criticality": [4.0, 3.9, 5.0]})
"""B of M1 is just hard to replace and D of M2 not quite; E is not listed."""


@pytest.fixture
def client(client: TestClient, store: Store) -> TestClient:
    store.publish(replace(publication(date(2026, 9, 30), SEPTEMBER), criticality=WEIGHTS))
    return client


def entries(client: TestClient, headers: dict[str, str]) -> list[tuple[str, bool]]:
    [own] = client.get("/v1/lists/2026-09", headers=headers).json()["lists"]
    return [(entry["employee_id"], entry["is_hard_to_replace"]) for entry in own["entries"]]


def test_a_list_names_who_is_hard_to_replace_and_stays_sorted_by_risk(client: TestClient, bearer: Bearer) -> None:
    assert entries(client, bearer("manager", "M1")) == [("A", False), ("B", True)]
    assert entries(client, bearer("manager", "M2")) == [("D", False)]


@pytest.mark.parametrize("settings", [{"lists_by": "risk_and_criticality"}], indirect=True)
def test_with_the_setting_they_come_first_and_nobody_more_is_listed(client: TestClient, bearer: Bearer) -> None:
    assert entries(client, bearer("manager", "M1")) == [("B", True), ("A", False)]  # 0.3775 against 4 x 0.3543
    assert entries(client, bearer("manager", "M2")) == [("D", False)], "E does not stand out"


def test_files_and_the_page_say_so(client: TestClient, store: Store, tmp_path: Path, bearer: Bearer) -> None:
    words = {"en": ("Hard to replace", "yes"), "ru": ("Трудно заменить", "да")}
    for code, (title, yes) in words.items():
        folder = write_lists(
            store, tmp_path / code, Settings(listed_from=1.5).list_rules, language=language(code)
        ).folder
        found = list(csv.DictReader(io.StringIO((folder / "index.csv").read_text("utf-8-sig"))))
        assert {row["employee_id"]: row["hard_to_replace"] for row in found if row["change"] != "resolved"} == {
            "A": "", "B": "yes", "D": "",
        }  # fmt: skip
        header, *lines = load_workbook(folder / "index.xlsx").active.iter_rows(values_only=True)
        assert [line[header.index(title)] for line in lines] == [None, yes, None, None]
        texts = [path.read_text() for path in sorted(folder.glob("*M1*")) if path.suffix in (".html", ".txt")]
        assert [text.count(title) for text in texts] == [1, 1]
    page = client.get("/v1/lists/2026-09", headers=bearer("manager", "M2") | {"Accept": "text/html"}).text
    assert "Hard to replace" not in page


def test_a_receipt_has_the_weight(client: TestClient, bearer: Bearer) -> None:
    receipt = client.get("/v1/employees/D/receipt", headers=bearer("hr")).json()
    assert sorted(score["criticality"] or 0 for score in receipt["scores"]) == [0, 0, 3.9]


def company(folder: Path, weights: str) -> Path:
    """Forty people of two jobs, hired in 2020; every eighth leaves in 2022."""
    folder.mkdir()
    ids = [f"p{n:02}" for n in range(40)]
    tables = {
        "employees": ["employee_id,hire_date", *(f"{each},2020-01-01" for each in ids)],
        "exits": [
            "employee_id,exit_date,kind",
            *(f"{each},2022-06-{n + 1:02},voluntary" for n, each in enumerate(ids[::8])),
        ],
        "assignments": [
            "employee_id,effective_date,department,job",
            *(f"{each},2020-01-01,Yard,{'Welder' if n % 2 else 'Clerk'}" for n, each in enumerate(ids)),
        ],
    }
    if weights:
        tables["criticality"] = weights.splitlines()
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    (folder / "source.toml").write_text('name = "yard"\ncomplete_from = 2021-01-01\ncomplete_until = 2023-12-31\n')
    return folder


def champion(folder: Path) -> Settings:
    random, rows = np.random.default_rng(1), 400
    tenure = pl.DataFrame({"tenure_months": random.uniform(1, 60, rows)})
    left = random.random(rows) < 1 / (1 + np.exp(tenure["tenure_months"].to_numpy() / 20))
    folds = list(repeated_folds(left, np.arange(rows), seed=1, repeats=1, folds=3))
    model = StoredModel(
        6,
        {6: fit_blend(tenure, left, folds, seed=1)},
        {"tenure_months": fixed_features()["tenure_months"]},
        {"source": "yard"},
    )
    settings = Settings(var=folder / "var")
    settings = settings.model_copy(update={"mlflow_tracking_uri": f"sqlite:///{folder / 'mlflow.db'}"})
    version, _ = registry.register(settings, model, TrainingReport("yard"))
    registry.make_champion(registry.connect(settings), version)
    return settings


def test_the_table_is_no_feature(tmp_path: Path) -> None:
    day, written = date(2022, 3, 31), []
    for name, weights in (("plain", ""), ("weighted", "job,weight\nWelder,5")):
        source = load_source(company(tmp_path / name, weights), tmp_path / f"{name}-tables")
        assert isinstance(source, Source)
        assert (source.scan("criticality") is None) == (not weights)
        [table] = feature_table(source, [day], tmp_path / f"{name}-features")
        written.append(pl.read_parquet(table))
    assert written[0].height == 40
    assert written[0].equals(written[1])
    assert not [column for column in written[1].columns if "critical" in column or "replace" in column]


@pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy
def test_scoring_publishes_the_weights_of_the_table_and_no_score_changes(tmp_path: Path) -> None:
    settings = champion(tmp_path)
    rows = "job,department,months_to_replace,weight\nWelder,,6,\nWelder,Yard,9,\nClerk,Plant,,5"
    found = []
    for name, weights in (("plain", ""), ("weighted", rows)):
        source = company(tmp_path / name, weights)
        score_and_publish(source, settings, None, None, date(2024, 1, 5))
        with Store.of(settings) as store, store.reading() as scores:
            published = scores.current()
            assert published is not None
            people = [scores.score_of(published, person) for person in ("p01", "p02")]
            risks = scores.risks(published).sort("employee_id")
        found.append(([each.criticality if each else 0 for each in people], risks))
    assert [weights for weights, _ in found] == [[None, None], [4.0, None]]
    assert found[0][1].equals(found[1][1])
