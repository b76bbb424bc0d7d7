"""Raw tables of a company of three, and what validation makes of them."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from features.validation.expectations import Expectations
from features.validation.report import Report, render
from features.validation.validate import validate

Rows = list[dict[str, Any]]
Tables = Mapping[str, Rows]

PEOPLE: Rows = [
    {"employee_id": "anna", "hire_date": "2018-01-01"},
    {"employee_id": "boris", "hire_date": "2018-06-01"},
    {"employee_id": "clara", "hire_date": "2019-01-15"},
]
EXITS: Rows = [{"employee_id": "boris", "exit_date": "2020-03-31", "kind": "voluntary"}]
UNTIL = date(2020, 12, 31)

ONE_OF_EACH: Tables = {
    "assignments": [{"employee_id": "anna", "effective_date": "2018-01-01", "level": "2", "manager_id": "boris"}],
    "compensation": [{"employee_id": "anna", "effective_date": "2018-01-01", "base_pay": "1000"}],
    "surveys": [{"employee_id": "anna", "survey_date": "2018-02-01", "item": "mood", "score": "7"}],
    "collaboration": [
        {
            "client_id": "anna",
            "provider_id": "boris",
            "opened_at": "2018-07-01 10:00",
            "closed_at": "2018-07-02 10:00",
            "kind": "data",
            "rating": "4",
            "effort_hours": "1.5",
        }
    ],
    "competencies": [{"employee_id": "anna", "assessed_at": "2018-03-01", "competency": "coaching", "score": "3"}],
    "performance": [{"employee_id": "anna", "review_date": "2018-12-01", "rating": "3"}],
    "working_time": [{"employee_id": "anna", "month": "2018-03-31", "worked_hours": "160"}],
    "measures": [{"employee_id": "anna", "measured_at": "2018-04-01", "name": "sales", "value": "12"}],
    "directory": [{"employee_id": "anna", "name": "Anna Muster", "email": "anna@company.example", "language": "de"}],
}

LATE_ANSWERS: Tables = {
    "surveys": [
        {"employee_id": "anna", "survey_date": "2018-02-01", "item": "mood", "score": 7},
        {
            "employee_id": "boris",
            "survey_date": "2019-06-01",
            "item": "mood",
            "score": 7,
        },  # 12 months to the day
        {"employee_id": "clara", "survey_date": "2020-01-16", "item": "mood", "score": 7},  # a day more
    ]
}
"""Clara first appears a day more than 12 months after everything else begins, and Boris 12 months to the day."""


def check(folder: Path, tables: Tables, **expected: Any) -> Report:
    raw = {}
    for table, rows in {"employees": PEOPLE, "exits": EXITS, **tables}.items():
        raw[table] = folder / f"{table}.raw.parquet"
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(raw[table])
    return validate(raw, Expectations(**{"complete_until": UNTIL, **expected}), folder / "canonical")


def canonical(folder: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(folder / "canonical" / f"{table}.parquet")


def one(table: str, **change: Any) -> Tables:
    """The valid row of a table, with a change."""
    return {table: [{**ONE_OF_EACH[table][0], **change}]}


def beside(table: str, **change: Any) -> Tables:
    """The valid row of a table, and beside it the same with a change."""
    return {table: [*ONE_OF_EACH[table], *one(table, **change)[table]]}


def without(table: str, column: str) -> Tables:
    rows = {"employees": PEOPLE, "exits": EXITS, **ONE_OF_EACH}[table]
    return {table: [{name: value for name, value in row.items() if name != column} for row in rows]}


def person(*rows: tuple[str, str]) -> Rows:
    return [*PEOPLE, *({"employee_id": name, "hire_date": hired} for name, hired in rows)]


def leaver(*rows: tuple[str, str]) -> Rows:
    return [{"employee_id": name, "exit_date": day, "kind": "other"} for name, day in rows]


def printed(report: Report, folder: Path, width: int = 120) -> str:
    """A report as a terminal of that width shows it."""
    with (folder / "screen").open("w") as file:
        console = Console(width=width, record=True, file=file)
        console.print(render(report))
    return console.export_text()
