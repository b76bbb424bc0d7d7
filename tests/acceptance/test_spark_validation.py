"""Sources that Spark reads and checks on two executors, compared with the same in one process."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from spark_cluster import configured, needs_spark

SUPPORT = Path(__file__).parents[1] / "support"
FACTS = "assignments, compensation, surveys, collaboration, competencies, performance, working_time"


IN_PIECES = "spark.sql.files.maxPartitionBytes 30000\nspark.sql.files.openCostInBytes 0\n"
"""Files of a few kilobytes are read in several tasks, on both executors."""


@pytest.fixture(scope="module")
def validated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What each engine made of each source, by their names."""
    out = tmp_path_factory.mktemp("validated")
    warehouse = f"spark.sql.warehouse.dir {(out / 'warehouse').as_uri()}\n"
    with configured(tmp_path_factory.mktemp("cluster"), IN_PIECES + warehouse):
        run("validated_by_spark.py", out)
    return out


def run(script: str, out: Path) -> None:
    """Runs a script of `tests/support` in a process of its own, which leaves nothing in the store."""
    store = out / "store"
    command = [sys.executable, SUPPORT / script, out, store.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, cwd=out, check=False)
    assert done.returncode == 0, done.stderr
    assert not list(store.iterdir())


def result(folder: Path, source: str, engine: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / source / engine / "result.json").read_text())
    return found


def tables(folder: Path, source: str, engine: str) -> dict[str, pl.DataFrame]:
    return {path.stem: pl.read_parquet(path) for path in (folder / source / engine / "tables").glob("*")}


def without_places(report: dict[str, Any]) -> dict[str, Any]:
    """A report without the notes on what was read and checked where."""
    return report | {"notes": [note for note in report["notes"] if not note.startswith(("Read ", "Checked "))]}


@needs_spark
@pytest.mark.parametrize("source", ["typed", "text", "times", "wrong"])
def test_two_executors_find_what_one_process_finds(validated: Path, source: str) -> None:
    ours, theirs = (result(validated, source, engine) for engine in ("polars", "spark"))
    assert without_places(theirs["report"]) == ours["report"]
    assert theirs["data_hash"] == ours["data_hash"]
    assert bool(ours["data_hash"]) == (source != "wrong")
    written = tables(validated, source, "spark")
    assert written.keys() == tables(validated, source, "polars").keys()
    for table, rows in tables(validated, source, "polars").items():
        assert_frame_equal(written[table], rows, check_row_order=False)


@needs_spark
def test_a_table_of_spark_is_read_as_its_file_is(validated: Path) -> None:
    ours, theirs = result(validated, "typed", "polars"), result(validated, "catalogued", "spark")
    assert theirs["data_hash"] == ours["data_hash"]
    religion = {f"{table}.religion" for table in ("employees", "directory", "surveys", "collaboration")}
    assert set(theirs["report"]["refused"]) - set(ours["report"]["refused"]) == religion
    assert without_places(theirs["report"]) | {"refused": []} == ours["report"] | {"refused": []}


@needs_spark
def test_the_report_says_what_was_read_and_checked_where(validated: Path) -> None:
    notes = {
        source: result(validated, source, "spark")["report"]["notes"] for source in ("typed", "times", "catalogued")
    }
    assert f"Checked by Spark: {FACTS}." in notes["typed"]
    assert f"Checked by Spark: {FACTS.replace('collaboration, ', '')}." in notes["times"]
    assert any(note.startswith("Checked in this process: collaboration, because") for note in notes["times"])
    assert "Read by Spark: employees, surveys, collaboration, working_time, directory." in notes["catalogued"]


@needs_spark
def test_a_value_that_a_query_cannot_use_is_bad_input_without_the_value(validated: Path) -> None:
    rejected, stopped = result(validated, "stopped", "spark")["report"]["errors"]
    assert rejected["column"] == "spark.tables.directory"
    assert stopped["rule"] == "Spark stopped at a value that a query cannot use (CAST_INVALID_INPUT)"


@needs_spark
def test_wrong_queries_are_errors_with_their_line_and_other_tables_are_checked(validated: Path) -> None:
    report = result(validated, "rejected", "spark")["report"]
    rules = {error["column"]: error["rule"].partition(": ")[2] for error in report["errors"]}
    assert rules == {
        "spark.tables.surveys": "Spark rejects it (UNRESOLVED_COLUMN.WITH_SUGGESTION)",
        "spark.tables.collaboration": "'using' may do more than read",
        "spark.tables.directory": "'drop' may do more than read",
    }
    assert {"employees", "assignments"} <= report["tables"].keys()


@needs_spark
def test_another_engine_does_not_read_tables_of_spark(validated: Path) -> None:
    (error,) = result(validated, "catalogued", "polars")["report"]["errors"]
    assert (error["rule"], error["column"]) == ("tables that only Spark reads", "spark.tables")


@needs_spark
def test_a_table_of_a_database_is_read_by_jdbc_as_its_file_is(tmp_path: Path) -> None:
    """Derby comes with Spark, and belongs to one process."""
    name = "spark.sql.catalog.payroll"
    catalogue = [
        f"{name} org.apache.spark.sql.execution.datasources.v2.jdbc.JDBCTableCatalog",
        f"{name}.url jdbc:derby:{tmp_path / 'derby'};create=true",
        f"{name}.driver org.apache.derby.jdbc.EmbeddedDriver",
        "spark.master local[2]",
    ]
    (tmp_path / "cluster").mkdir()
    with configured(tmp_path / "cluster", "\n".join(catalogue)):
        run("read_by_jdbc.py", tmp_path)
    ours, theirs = (result(tmp_path, "jdbc", engine) for engine in ("polars", "spark"))
    assert "Read by Spark: compensation, surveys." in theirs["report"]["notes"]
    assert theirs["data_hash"] == ours["data_hash"]
    assert without_places(theirs["report"]) == ours["report"]
