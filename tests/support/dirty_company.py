"""A simulated company with a row of every kind that validation leaves out, changes or counts in a table of facts."""

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from features.simulation.run import simulate

PEOPLE = 150
MONTHS = 30
FACTS = ("assignments", "compensation", "surveys", "collaboration", "competencies", "performance", "working_time")
NEVER = date(9999, 12, 31)


def write_dirty_company(folder: Path) -> Path:
    """The company in the folder: a Parquet file for each table, and source.toml."""
    simulate(folder, PEOPLE, MONTHS, seed=1, with_names=True)
    gone = pl.read_parquet(folder / "exits.parquet").filter(pl.col("exit_date").dt.year() == 2024)["employee_id"][0]
    for table in FACTS:
        rows = pl.read_parquet(folder / f"{table}.parquet")
        dirt = [_after_exit(table, rows, gone), *_DIRT.get(table, lambda _: [])(rows)]
        person = "client_id" if table == "collaboration" else "employee_id"
        dirt += [
            rows.head(30),  # repeats exactly
            rows.slice(40, 20).with_columns(pl.lit("nobody").alias(person)),
            rows.slice(60, 10).with_columns(("0" + pl.col(person).str.to_lowercase()).alias(person)),
        ]
        every = pl.concat([rows, *dirt], how="diagonal").with_columns(**{"batch no. of `export`": pl.lit(7)})
        every.sample(fraction=1, shuffle=True, seed=3).write_parquet(folder / f"{table}.parquet", row_group_size=500)
    declared = (folder / "source.toml").read_text()
    (folder / "source.toml").write_text(f"ignore = ['surveys.career', 'competencies.assessor_id']\n{declared}")
    return folder


def _after_exit(table: str, rows: pl.DataFrame, gone: str) -> pl.DataFrame:
    people = ["client_id"] if table == "collaboration" else ["employee_id"]
    day = [name for name, dtype in rows.schema.items() if dtype.is_temporal() and name != "recorded_at"]
    late = [pl.lit(datetime(2025, 6, 30)).cast(rows.schema[name]).alias(name) for name in day]
    return rows.head(3).with_columns(pl.lit(gone).alias(people[0]), *late)


def _assignments(rows: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        rows.slice(100, 8).with_columns(manager_id=pl.lit("nobody")),
        rows.slice(110, 8).with_columns(fte=pl.lit(0.25), job=pl.lit("Second job")),  # contradicts
        rows.slice(120, 8).select("employee_id", "effective_date", contract=pl.lit("permanent")),  # states a part
        rows.slice(130, 4).with_columns(reason=pl.lit("Manager-Change")),
    ]


def _compensation(rows: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        rows.slice(100, 12).with_columns(base_pay=pl.col("base_pay") + 1),  # contradicts, and counts
        rows.slice(120, 6).with_columns(currency=pl.lit("Euro")),
        rows.slice(130, 6).with_columns(
            currency=pl.lit("$"), effective_date=pl.col("effective_date").dt.offset_by("1d")
        ),
        rows.slice(140, 4).with_columns(base_pay=pl.lit(-5.0)),
        rows.slice(150, 4).with_columns(effective_date=pl.lit(date(1900, 1, 1))),
    ]


def _surveys(rows: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        rows.slice(100, 25).with_columns(score=pl.lit(10.0)),
        rows.slice(200, 9).with_columns(score=pl.lit(None, pl.Float64)),
        rows.slice(300, 5).with_columns(score=pl.lit(77.0)),
        rows.slice(400, 9).with_columns(survey_date=pl.lit(NEVER)),
        rows.slice(500, 5).with_columns(recorded_at=pl.lit(NEVER)),
        rows.slice(600, 5).with_columns(item=pl.lit("sick_days")),
    ]


def _collaboration(rows: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        rows.slice(100, 9).with_columns(provider_id="client_id", rating=pl.lit(None, pl.Float64)),
        rows.slice(200, 9).with_columns(provider_id="client_id", rating=pl.lit(5.0)),
        rows.slice(300, 9).with_columns(closed_at=pl.col("opened_at") - timedelta(days=1)),
        rows.slice(400, 9).with_columns(closed_at=pl.lit(datetime(1753, 1, 1))),
        rows.slice(500, 9).with_columns(kind=pl.lit("Working-Time")),
    ]


def _working_time(rows: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        rows.slice(100, 9).with_columns(pl.col("month").dt.month_start(), contracted_hours=pl.lit(300.0)),
        rows.slice(200, 9).with_columns(worked_hours=pl.lit(float("nan"))),
    ]


_DIRT = {
    "assignments": _assignments,
    "compensation": _compensation,
    "surveys": _surveys,
    "collaboration": _collaboration,
    "working_time": _working_time,
}
