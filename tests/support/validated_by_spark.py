"""Companies read and checked by Spark and in one process: `python validated_by_spark.py OUT STORE`."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
from dirty_company import write_dirty_company
from pyspark.sql import SparkSession

from features.engine.polars import POLARS
from features.engine.protocol import Engine
from features.engine.spark.session import spark_engine
from features.errors import BadInput
from features.source import Source, check_source, load_source

CATALOGUED = ("employees", "directory", "surveys", "collaboration")


def as_text(company: Path, folder: Path) -> Path:
    """The company as CSV, with days as people write them."""
    shutil.copytree(company, folder)
    for file in folder.glob("*.parquet"):
        rows = pl.read_parquet(file)
        days = [name for name, dtype in rows.schema.items() if dtype == pl.Date and name != "recorded_at"]
        rows.with_columns(pl.col(days).dt.strftime("%d.%m.%Y")).write_csv(file.with_suffix(".csv"))
        file.unlink()
    toml = folder / "source.toml"
    toml.write_text(f"{toml.read_text()}\n[files]\ndate_format = '%d.%m.%Y'\n")
    return folder


def with_other_times(company: Path, folder: Path) -> Path:
    """The company with times of a zone, which become text, and with nanoseconds, which Spark does not have."""
    shutil.copytree(company, folder)
    file = folder / "collaboration.parquet"
    opened, closed = pl.col("opened_at").cast(pl.Datetime("ns")), pl.col("closed_at").dt.replace_time_zone("UTC")
    pl.read_parquet(file).with_columns(opened, closed).write_parquet(file)
    return folder


def wrong(company: Path, folder: Path) -> Path:
    """The company with errors in its tables of facts."""
    shutil.copytree(company, folder)
    changes: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
        "surveys": lambda rows: rows.with_columns(pl.col("score") * 100),
        "performance": lambda rows: rows.drop("rating"),
        "working_time": lambda rows: rows.with_columns(month=pl.col("month").dt.strftime("%b %Y")),
        "compensation": lambda rows: rows.rename({"currency": "Base Pay"}),
        "collaboration": lambda rows: rows.with_columns(pl.lit("hello").alias("kind")),
    }
    for table, change in changes.items():
        file = folder / f"{table}.parquet"
        change(pl.read_parquet(file)).write_parquet(file)
    return folder


def catalogued(company: Path, folder: Path, session: SparkSession) -> Path:
    """The company with some tables in Spark's catalogue, and one in files that nothing but Spark reads."""
    shutil.copytree(company, folder)
    session.sql("create database if not exists hr")
    queries = []
    for table in CATALOGUED:
        session.read.parquet((company / f"{table}.parquet").as_uri()).write.saveAsTable(f"hr.{table}")
        (folder / f"{table}.parquet").unlink()
        queries.append(f'{table} = "select *, 1 as religion from hr.{table}"')
    apart = folder / "apart"
    apart.mkdir()
    (folder / "working_time.parquet").rename(apart / "hours.parquet")
    queries.append(f'working_time = "select * from parquet.`{apart.as_uri()}`"')
    toml = folder / "source.toml"
    toml.write_text("\n".join([toml.read_text(), "[spark.tables]", *queries]))
    return folder


def with_value_that_is_no_day(catalogued: Path, folder: Path) -> Path:
    """The company with a query that stops at a value, and another that is wrong."""
    shutil.copytree(catalogued, folder)
    toml = folder / "source.toml"
    query = "select employee_id, cast(item as date) as survey_date, item, score from hr.surveys"
    text = toml.read_text().replace("select *, 1 as religion from hr.surveys", query)
    toml.write_text(text.replace("select *, 1 as religion from hr.directory", "select nothing"))
    return folder


def with_wrong_queries(catalogued: Path, folder: Path) -> Path:
    """The company with queries that do more than read, and one that Spark cannot plan."""
    shutil.copytree(catalogued, folder)
    toml = folder / "source.toml"
    text = toml.read_text().replace("select *, 1 as religion from hr.surveys", "select mood from hr.surveys")
    text = text.replace("select *, 1 as religion from hr.directory", "drop table hr.directory")
    program = "select transform(client_id) using 'cat' as client_id from hr.collaboration"
    toml.write_text(text.replace("select *, 1 as religion from hr.collaboration", program))
    return folder


def write_result(source: Path, engine: Engine, out: Path) -> None:
    """What an engine makes of a source: the report and the hash as JSON, the tables as Parquet."""
    out.mkdir(parents=True)
    try:
        loaded = load_source(source, out / "tables", engine=engine)
    except BadInput:
        report, data_hash = check_source(source, out / "tables", engine=engine), ""
    else:
        assert isinstance(loaded, Source)
        report, data_hash = loaded.report, loaded.data_hash
    (out / "result.json").write_text(json.dumps({"report": report.as_dict(), "data_hash": data_hash}))


def main(out: Path, store: str) -> None:
    """Write what each engine makes of each source to `out/SOURCE/ENGINE`."""
    session = SparkSession.builder.appName("tests").getOrCreate()
    company = write_dirty_company(out / "company")
    sources = {
        "typed": company,
        "text": as_text(company, out / "as-text"),
        "times": with_other_times(company, out / "with-other-times"),
        "wrong": wrong(company, out / "with-errors"),
    }
    for name, source in sources.items():
        write_result(source, POLARS, out / name / "polars")
    with spark_engine(out, store) as spark:
        for name, source in sources.items():
            write_result(source, spark, out / name / "spark")
        tables = catalogued(company, out / "in-catalogue", session)
        write_result(tables, spark, out / "catalogued" / "spark")
        write_result(with_value_that_is_no_day(tables, out / "no-day"), spark, out / "stopped" / "spark")
        write_result(with_wrong_queries(tables, out / "wrong-queries"), spark, out / "rejected" / "spark")
        write_result(tables, POLARS, out / "catalogued" / "polars")
    session.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
