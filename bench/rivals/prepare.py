"""Writes the rows, test dates and folds of `retention train` for a simulated company and for public data."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from bench.part import SEED, Size
from bench.rivals.company import Company, Split, write_company
from features.calendar import month_index
from features.simulation.run import simulate
from features.source import load_source
from pipeline.dataset.evaluation_splits import Split as Evaluation
from pipeline.dataset.material import Material, PanelMaterial, material_of
from pipeline.dataset.rows import Dataset
from pipeline.settings import Settings

PUBLIC: Final = ("ibm_hr", "jobathon")
"""Public data, read where `RETENTION_DATA` names the folder that holds it."""
_SIMULATED: Final = "simulated"


def write_companies(size: Size, data: Path) -> None:
    """Write each company; the seconds that a method may take are divided among all fits."""
    data.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=data) as work:
        folder = Path(work)
        simulate(folder / _SIMULATED, size.people, size.months, SEED)
        found = [_company(name, source, folder) for name, source in _sources(folder)]
        seconds = size.budget / sum(len(company.splits) for company in found)
        for company in found:
            write_company(replace(company, seconds=seconds), data)


def _sources(folder: Path) -> Iterator[tuple[str, Path]]:
    yield _SIMULATED, folder / _SIMULATED
    if "RETENTION_DATA" in os.environ:
        public = Path(os.environ["RETENTION_DATA"])
        yield from ((name, public / name) for name in PUBLIC if (public / name).exists())


def _company(name: str, source: Path, folder: Path) -> Company:
    work, settings = folder / f"work-{name}", Settings(var=folder / "var")
    work.mkdir()
    material = material_of(load_source(source, work / "tables"), None, SEED, work, settings, lambda _: None)
    dataset = material.dataset
    return Company(
        name=name,
        X=dataset.X.to_pandas(),
        left=dataset.left,
        month=_month_of_exit(material),
        person=dataset.person,
        later=dataset.quarters.later,
        splits=[_split(dataset, split, material.horizon_months) for split in _each_row_once(material.splits)],
        directions=dataset.directions,
        trends=dataset.quarters.trends,
        horizon=material.horizon_months,
        seconds=0.0,
    )


def _each_row_once(splits: Sequence[Evaluation]) -> list[Evaluation]:
    """All test dates; of repeated folds, which share a label, the first repeat."""
    is_repeated = splits[0].snapshot_date is None
    return [split for split in splits if not is_repeated or split.label == splits[0].label]


def months_to_exit(keys: pl.DataFrame, exits: pl.DataFrame) -> np.ndarray:
    """The month after the snapshot date in which the next voluntary exit came, 1 or more; 0 without one: (n,)."""
    rows = keys.with_row_index("row")
    voluntary = exits.filter(pl.col("kind") == "voluntary").select("employee_id", "exit_date")
    later = rows.join(voluntary, on="employee_id").filter(pl.col("exit_date") > pl.col("snapshot_date"))
    first = later.group_by("row").agg(pl.col("exit_date").min())
    months = _month_number("exit_date") - _month_number("snapshot_date")
    joined = rows.join(first, on="row", how="left", maintain_order="left").select(months.clip(1).fill_null(0))
    return joined.to_series().to_numpy()


def _month_of_exit(material: Material) -> np.ndarray:
    """The month in which the person left within the horizon, 0 for all others and without dates."""
    dataset = material.dataset
    if not isinstance(material, PanelMaterial):
        return np.zeros(len(dataset.left), dtype=int)
    months = months_to_exit(dataset.keys, pl.read_parquet(material.source.tables["exits"]))
    return np.where(dataset.left, months, 0)


def _split(dataset: Dataset, split: Evaluation, horizon: int) -> Split:
    if split.snapshot_date is None:
        nothing = np.empty(0, dtype=int)
        return Split(split.train, split.test, split.folds, nothing, nothing)
    days: list[date] = dataset.keys["snapshot_date"].to_list()
    passed = month_index(split.snapshot_date) - np.array([month_index(day) for day in days])
    observed = np.flatnonzero(passed > 0)
    return Split(split.train, split.test, split.folds, observed, np.minimum(passed[observed], horizon))


def _month_number(column: str) -> pl.Expr:
    return pl.col(column).dt.year().cast(pl.Int64) * 12 + pl.col(column).dt.month()
