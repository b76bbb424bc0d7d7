"""Health, free text and protected attributes in the input are named, and appear in no table, model or list."""

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

SECRET = "Quetzal"
"""Begins every refused text; nothing else in the company does."""
HEALTH = 77_123.0
"""As sick days of everyone; no other figure of the company comes near."""
GENDERS = ("Axolotl", "Wombat")

REFUSED = {
    "employees": {"Sick Days": HEALTH, "comment": f"{SECRET} employees"},
    "assignments": {"comment": f"{SECRET} assignments", "gender": GENDERS[0]},
    "compensation": {"sick_days": HEALTH, "gender": GENDERS[1]},
    "surveys": {"comment": f"{SECRET} surveys"},
    "collaboration": {"subject": f"{SECRET} subject", "body": f"{SECRET} body"},
    "performance": {"review_comments": f"{SECRET} performance"},
    "working_time": {"sick_days": HEALTH, "absence_reason": f"{SECRET} absence"},
    "exits": {"comment": f"{SECRET} exits"},
}
UNUSED = {"employees": {"remarks": f"{SECRET} remarks"}, "surveys": {"answer_in_words": f"{SECRET} answer"}}
"""Free text under an innocent name: not refused, and not used either."""
REFUSED_ITEMS = {"surveys": ("item", "score", ("sick_days", "gender", "comment"))}


@dataclass(frozen=True)
class Run:
    """A company from check to lists: the output of each command, and the folders."""

    var: Path
    folder: Path
    said: dict[str, str]
    check: dict[str, Any]
    training: dict[str, Any]

    def table(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder / f"{name}.parquet")


@pytest.fixture(scope="module")
def run(retention: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("forbidden")
    var, company = folder / "var", folder / "company"
    retention("simulate", "--out", company, "--employees", 400, "--months", 30, var=var)
    add_what_is_forbidden(company)
    files = {name: folder / f"{name}.parquet" for name in ("features", "predictions", "scores", "factors")}
    train = ("train", company, "--quick", "--predictions", files["predictions"], "--json", folder / "training.json")
    commands = {
        "check": ("check", company, "--json", folder / "check.json"),
        "features": ("features", company, "--out", files["features"], "--snapshot-date", "2025-12-31"),
        "train": train,
        "score": ("score", company, "--model", 1, "--out", files["scores"], "--factors", files["factors"]),
        "lists": ("lists",),
    }
    done = {name: retention(*command, var=var) for name, command in commands.items()}
    output = {name: each.stdout + each.stderr for name, each in done.items()}
    check, training = (json.loads((folder / f"{name}.json").read_text()) for name in ("check", "training"))
    return Run(var, folder, output, check, training)


def add_what_is_forbidden(company: Path) -> None:
    for table in REFUSED:
        file = company / f"{table}.parquet"
        frame = pl.read_parquet(file)
        columns = {**REFUSED[table], **UNUSED.get(table, {})}
        frame = frame.with_columns(pl.lit(value).alias(name) for name, value in columns.items())
        if table == "employees":
            is_even = pl.int_range(pl.len()) % 2 == 0
            frame = frame.with_columns(gender=pl.when(is_even).then(pl.lit(GENDERS[0])).otherwise(pl.lit(GENDERS[1])))
        if table in REFUSED_ITEMS:
            item, value, names = REFUSED_ITEMS[table]
            rows = [frame.with_columns(pl.lit(name).alias(item), pl.lit(9.0).alias(value)) for name in names]
            frame = pl.concat([frame, *(each.head(500) for each in rows)])
        if table == "exits":
            frame = frame.with_columns(reason=pl.lit(f"{SECRET} reason"))
        frame.write_parquet(file)
    days = pl.read_parquet(company / "performance.parquet").select("employee_id", measured_at="review_date")
    measures = [days.with_columns(name=pl.lit(name), value=pl.lit(HEALTH)) for name in ("sick_days", "gender")]
    pl.concat(measures).write_parquet(company / "measures.parquet")


FORBIDDEN_VALUES = re.compile("|".join((SECRET, *GENDERS, r"(?<![\w.])77,?123(?!\d)")))
FORBIDDEN_NAMES = re.compile(
    r"sick.?days|absence_reason|review_comments|\bcomment\b|answer_in_words|gender", re.IGNORECASE
)
OF_PROTECTED_GROUPS: dict[str, list[object]] = {"fairness": [], "proxies": [], "gate": []}
"""The fairness parts of a report, which name attributes and groups; nothing else may."""
ABOUT_GROUPS = {"report.json", "model_card.md", "model_card.html"}
"""Files that hold these parts; the cards say the same as the report, which is searched without them."""
SAID_OF_GROUPS = re.compile(
    r'(selection rate|recall) by gender,\s+\w+\s+against\s+\w+|"attribute": "gender"|"(group|other)": \{[^{}]*\}'
    r'|"reason": "[^"]*", "exits": \d+'  # what leavers stated, as turnover counts it: from three exits on
)
"""How the gate names the two groups that it compares, in words and as data, in the ledger and on the version."""


def texts_under(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every file as text, Parquet and workbooks unpacked. No other packed file may exist: it could hide a value."""
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".parquet":
            yield file, pl.read_parquet(file).write_csv()
        elif file.suffix == ".xlsx":
            with zipfile.ZipFile(file) as book:
                yield file, "".join(book.read(name).decode() for name in book.namelist())
        elif file.is_file():
            content = file.read_bytes()
            assert not content.startswith((b"PK", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")), file.name
            yield file, content.decode("utf-8", errors="replace")


def test_the_check_names_refused_and_protected_columns(run: Run) -> None:
    columns = {f"{table}.{name}" for table, names in REFUSED.items() for name in names}
    items = {f"{table}.{name}" for table, (*_, names) in REFUSED_ITEMS.items() for name in names}
    assert set(run.check["refused"]) == columns | items | {"measures.sick_days", "measures.gender"}
    notes = " ".join(run.check["notes"])
    assert "employees: gender, birth_year: protected, read for the fairness review only." in notes
    assert "surveys: answer_in_words: not in the contract, not used." in notes
    assert run.check["errors"] == []


def test_no_command_prints_a_forbidden_value(run: Run) -> None:
    before, title, gate_and_rest = run.said["train"].partition("the promotion gate")
    gate, verdict, rest = gate_and_rest.partition("\nModel version")
    assert title
    assert verdict
    assert "recall by gender" in " ".join(gate.split())  # the gate names the groups that it compares
    result = run.said | {"train": before + rest}
    assert not FORBIDDEN_VALUES.search(" ".join(result.values()) + json.dumps(run.check))


@pytest.mark.parametrize("table", ["features", "predictions", "scores", "factors"])
def test_no_table_contains_a_forbidden_column_or_value(table: str, run: Run) -> None:
    text = run.table(table).write_csv()
    assert "tenure_months" in text or table in ("predictions", "scores")
    assert not FORBIDDEN_NAMES.search(text)
    assert not FORBIDDEN_VALUES.search(text)


def test_the_model_and_mlflow_contain_no_forbidden_name_or_value(run: Run) -> None:
    artefacts = dict(texts_under(run.var / "mlartifacts"))
    reports = [file for file in artefacts if file.name == "report.json"]
    models = [text for file, text in artefacts.items() if file.name == "model.json"]
    assert len(reports) == len(models) == 1
    assert "tenure_months" in models[0]
    for report in reports:
        artefacts[report] = json.dumps({**json.loads(artefacts[report]), **OF_PROTECTED_GROUPS})
    searched = [text for file, text in artefacts.items() if file in reports or file.name not in ABOUT_GROUPS]
    for text in (*searched, json.dumps({**run.training, **OF_PROTECTED_GROUPS})):
        assert not FORBIDDEN_NAMES.search(text)
        assert not FORBIDDEN_VALUES.search(text)


def test_no_stored_file_contains_a_forbidden_name_or_value(run: Run) -> None:
    kept = {file: SAID_OF_GROUPS.sub("", text) for file, text in texts_under(run.var) if file.name not in ABOUT_GROUPS}
    assert "tenure_months" in "".join(text for file, text in kept.items() if file.name.startswith("store.db"))
    assert "simulated" in "".join(text for file, text in kept.items() if file.name.startswith("mlflow.db"))
    assert any(file.suffix == ".html" and "lists" in file.parts for file in kept)
    assert any(file.suffix == ".parquet" and "months" in file.parts for file in kept)
    assert [file.name for file, text in kept.items() if FORBIDDEN_VALUES.search(text)] == []
    assert [file.name for file, text in kept.items() if FORBIDDEN_NAMES.search(text)] == []
