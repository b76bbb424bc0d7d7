"""Names and addresses go from the source to the lists and nowhere else: all files and outputs are searched."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import Final

import polars as pl
import pytest
from traces import files_holding, rows_holding

MARKS: Final = ("Zqxvname", "zqxvmail", "zqxvlang")
"""Parts of every name, every address and every language of the directory."""

Retention = Callable[..., CompletedProcess[str]]


class Month:
    """A company whose names can be recognised anywhere, and everything that the commands printed about it."""

    def __init__(self, retention: Retention, folder: Path) -> None:
        self.folder, self.var, self.source = folder, folder / "var", folder / "company"
        self._retention = retention
        self.printed: dict[str, str] = {}

    def run(self, *arguments: object, exit_code: int = 0) -> None:
        done = self._retention(*arguments, var=self.var, exit_code=exit_code)
        self.printed[str(arguments[0])] = done.stdout + done.stderr


@pytest.fixture(scope="module")
def month(retention: Retention, tmp_path_factory: pytest.TempPathFactory) -> Month:
    month = Month(retention, tmp_path_factory.mktemp("named"))
    source, folder = month.source, month.folder
    month.run("simulate", "--out", source, "--employees", 500, "--months", 30)
    people = pl.read_parquet(source / "directory.parquet")["employee_id"]
    names = pl.select(
        employee_id=people,
        name="Zqxvname " + people,
        email="zqxvmail." + people + "@firm.example",
        language=pl.lit("qzx-zqxvlang"),
    )
    names.write_parquet(source / "directory.parquet")
    month.run("check", source, "--json", folder / "check.json")
    month.run("features", source, "--out", folder / "features.parquet", "--snapshot-date", "2025-12-31")
    month.run(
        "train", source, "--quick", "--predictions", folder / "predictions.parquet", "--json", folder / "report.json"
    )
    month.run("score", source, "--out", folder / "scores.parquet", "--factors", folder / "factors.parquet")
    month.run("lists")
    month.run("privacy", "--out", folder / "assessment.md")
    month.run("models", "card", "1")
    return month


def test_names_are_on_the_lists_and_in_no_other_file(month: Month) -> None:
    lists = month.var / "lists"
    for mark in MARKS:
        elsewhere = [
            path for path in files_holding(month.folder, mark) if not path.startswith(("company/", "var/lists/"))
        ]
        assert elsewhere == []
    named = files_holding(lists, MARKS[0])
    assert any(path.endswith("index.csv") for path in named)
    assert not [path for path in named if path.endswith("departments.html")]
    assert files_holding(lists, MARKS[1]) == files_holding(lists, MARKS[2]) == []


def test_the_store_has_names_in_one_table_and_mlflow_has_none(month: Month) -> None:
    for mark in MARKS:
        assert rows_holding(month.var / "store.db", mark).keys() == {"directory"}
        assert rows_holding(month.var / "mlflow.db", mark) == {}
    with closing(sqlite3.connect(month.var / "store.db")) as connection:
        [(named,)] = connection.execute("select count(*) from directory")
        [(scored,)] = connection.execute("select count(*) from score")
    assert scored <= named < pl.read_parquet(month.source / "directory.parquet").height


def test_no_command_prints_a_name(month: Month) -> None:
    assert len(month.printed) == 8
    assert not [command for command, text in month.printed.items() for mark in MARKS if mark in text]


def test_errors_and_warnings_about_names_have_none(month: Month, retention: Retention, tmp_path: Path) -> None:
    names = pl.read_parquet(month.source / "directory.parquet")
    spoilt = pl.concat(
        [
            names.with_columns(name=pl.col("name") + "\x07"),
            names.head(5).with_columns(email=pl.lit("zqxvmail at firm")),
            names.head(5).with_columns(employee_id=pl.lit("zqxvmail")),
        ]
    )
    (tmp_path / "source").mkdir()
    for table in ("employees", "exits", "assignments"):
        (tmp_path / "source" / f"{table}.parquet").write_bytes((month.source / f"{table}.parquet").read_bytes())
    spoilt.write_parquet(tmp_path / "source" / "directory.parquet")
    done = retention("check", tmp_path / "source", "--json", tmp_path / "check.json", var=tmp_path / "var")
    text = done.stderr + done.stdout + (tmp_path / "check.json").read_text()
    assert "a name that cannot be shown" in text
    assert "not an e-mail address" in text
    spoilt.drop("name").write_parquet(tmp_path / "source" / "directory.parquet")
    done = retention("check", tmp_path / "source", var=tmp_path / "var", exit_code=2)
    assert not [mark for mark in MARKS if mark in text + done.stderr + done.stdout]
