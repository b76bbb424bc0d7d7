"""A company in which pensions decide who leaves: tenure separates better than most leaks do, and training goes on."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import polars as pl

Command = Callable[..., CompletedProcess[str]]
PEOPLE = 900
FIRST, LAST = date(2019, 1, 1), date(2024, 12, 31)
PENSION_YEARS = 30.0


def days(years: float) -> timedelta:
    return timedelta(days=round(365.25 * years))


def pension_company(folder: Path) -> Path:
    """People hired over 36 years, who retire about thirty years later; one in ten leaves after any other time."""
    random = np.random.default_rng(5)
    ago, early = random.uniform(0.5, 36, PEOPLE), random.random(PEOPLE) < 0.1
    served = np.where(early, random.uniform(0, 36, PEOPLE), random.normal(PENSION_YEARS, 0.6, PEOPLE))
    people = pl.DataFrame(
        {
            "employee_id": [f"P{row}" for row in range(PEOPLE)],
            "hire_date": [LAST - days(years) for years in ago],
            "exit_date": [LAST - days(years) for years in ago - served],
            "level": random.integers(1, 6, PEOPLE),
        }
    ).filter(pl.col("exit_date") > FIRST)
    folder.mkdir()
    people.select("employee_id", "hire_date").write_parquet(folder / "employees.parquet")
    people.select("employee_id", "level", effective_date="hire_date").write_parquet(folder / "assignments.parquet")
    left = people.filter(pl.col("exit_date") <= LAST).select("employee_id", "exit_date", kind=pl.lit("voluntary"))
    left.write_parquet(folder / "exits.parquet")
    return folder


def test_tenure_that_separates_like_a_leak_is_cleared_and_recorded(retention: Command, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    source = pension_company(tmp_path / "source")
    shown = retention("train", source, "--quick", "--json", report, var=tmp_path / "var")
    written = json.loads(report.read_text())
    assert "it was known long before" in written["cleared_suspects"]["tenure_months"]
    assert written["metrics"]["auc"]["value"] > 0.8
    assert written["suspects"] == []
    assert "tenure_months" in shown.stdout + shown.stderr
