"""Properties of every simulated company, whatever its size and seed."""

import tempfile
from pathlib import Path

import polars as pl
from examples import at_most
from hypothesis import given, settings
from hypothesis import strategies as st

from features.simulation.run import simulate
from features.source import check_source


@given(employees=st.integers(50, 220), months=st.integers(12, 20), seed=st.integers(0, 2**32))
@settings(max_examples=at_most(4), deadline=None)
def test_every_company_passes_validation_and_has_a_probability_for_everyone(
    employees: int, months: int, seed: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "company"
        rows = simulate(out, employees, months, seed)
        truth = pl.read_parquet(out / "truth.parquet")
        report = check_source(out, Path(folder) / "staging")
    assert report.errors == ()
    assert rows["truth"] == truth.height > 0
    assert truth["hazard"].is_between(0, 1, closed="none").all()
    assert truth.select("employee_id", "snapshot_date").is_unique().all()
    assert truth["snapshot_date"].n_unique() == months
