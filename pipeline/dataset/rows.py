"""What a model learns from: the features of people at risk, and whether each left within the horizon."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl

from features.build import feature_table
from features.catalogue.catalogue import catalogue
from features.catalogue.feature import Feature
from features.engine.engines import engine_named
from features.errors import BadInput, Finding
from features.known.snapshots import snapshot_dates
from features.source import CrossSection, Source, load_source
from pipeline.dataset.outcome import left_within_horizon
from pipeline.dataset.workspace import kept_months
from pipeline.files import write_parquet, write_whole
from pipeline.settings import Settings

KEYS = ("employee_id", "snapshot_date")
HELD = frozenset(
    "pay_level pay_against_market pay_against_market_now pay_against_peers pay_growth_against_company_12m "
    "pay_growth_against_company_24m last_raise months_since_raise months_since_promotion promotions_36m overtime_now "
    "overtime_12m overtime_against_team client_rating_12m client_rating_against_peers".split()
)
"""What a what-if moves, so that a raise never raises the risk. Holding every expected direction cost .02 to .04 of
average precision on public sources, holding these .004 at most (docs/decisions/monotone-constraints.md)."""


@dataclass(frozen=True)
class Dataset:
    """Matured rows: one a person and snapshot date (one a person in a cross-section).

    Attributes
    ----------
    keys
        employee_id and snapshot_date (null in a cross-section) of each row.
    X
        One column a feature; Float64 with null for unknown, or String for a category.
    left
        Boolean: a voluntary exit within the horizon.
    features
        The catalogue of the columns of `X`, in their order.
    """

    keys: pl.DataFrame
    X: pl.DataFrame
    left: np.ndarray
    features: Mapping[str, Feature]

    @cached_property
    def person(self) -> np.ndarray:
        """A number for each person: rows of one person are not independent."""
        return self.keys["employee_id"].rank("dense").to_numpy() - 1

    @property
    def directions(self) -> dict[str, int]:
        """Features that a what-if moves and that have an expected direction: 1 where more raises the risk, else -1."""
        ways = {"higher": 1, "lower": -1}
        return {name: ways[feature.worse] for name, feature in self.features.items() if feature.worse and name in HELD}

    def rows_on(self, dates: Sequence[date]) -> np.ndarray:
        """Indices of the rows on these snapshot dates."""
        return np.flatnonzero(self.keys["snapshot_date"].is_in(list(dates)).to_numpy())

    def of(self, names: Iterable[str]) -> "Dataset":
        """The same rows with these features only; one that the rows lack is unknown."""
        features = {name: self.features[name] for name in names if name in self.features}
        return replace(self, X=self.X.select(list(features)), features=features)


def build_dataset(source: Source, files: Mapping[date, Path], dates: Sequence[date], horizon_months: int) -> Dataset:
    """Features and outcome of everyone at risk on the matured `dates`, from the feature table's files."""
    table = pl.concat(
        [left_within_horizon(source, pl.read_parquet(files[day]), [day], horizon_months) for day in dates],
        rechunk=True,
    )
    return _dataset(table.select(KEYS), table.drop(*KEYS, "left"), table["left"], catalogue(source))


def cross_section_dataset(source: CrossSection) -> Dataset:
    """The rows of data without dates; every feature is what the source's column says."""
    keys = pl.DataFrame({"employee_id": source.employee_id}).with_columns(snapshot_date=pl.lit(None, dtype=pl.Date))
    return _dataset(keys, source.frame, source.left, cross_section_catalogue(source))


def cross_section_catalogue(source: CrossSection) -> dict[str, Feature]:
    """A catalogue entry for each column: nothing is known of it but its name, driver and type."""
    return {
        name: Feature(
            name=name,
            driver=source.drivers[name],
            label=name,
            unit="",
            window="when the data was taken",
            null_means="not in the data",
            worse=None,
            peers="same department and level where the data has them, else everyone",
            actionable=source.drivers[name] != "context",
            kind="category" if source.frame.schema[name] == pl.String else "number",
        )
        for name in source.frame.columns
    }


def _dataset(keys: pl.DataFrame, X: pl.DataFrame, left: pl.Series, features: Mapping[str, Feature]) -> Dataset:
    """Drops what says nothing: a column without two different values among the rows."""
    varied = [column.name for column in X if column.name in features and _varies(column)]
    return Dataset(keys, X.select(varied), left.to_numpy().astype(bool), {name: features[name] for name in varied})


def _varies(column: pl.Series) -> bool:
    return 0 < column.null_count() < len(column) or bool(column.min() != column.max())


def write_features(
    source: Path,
    dates: Sequence[date],
    target: Path,
    folder: Path,
    told: Callable[[str], None],
    settings: Settings,
) -> tuple[int, int]:
    """Writes the feature table of a source for some snapshot dates (all by default); its rows and features.

    The monthly sums of internal services are those that an earlier run kept, and are kept for the next.
    """
    told("reading and validating")
    loaded = load_source(source, folder / "tables")
    if isinstance(loaded, CrossSection):
        table = loaded.frame.select(pl.lit(loaded.employee_id).alias("employee_id"), pl.all())
        write_parquet(table, target)
        return table.height, table.width - 1
    known = snapshot_dates(loaded)
    if unknown := sorted(set(dates) - set(known)):
        remedy = f"Choose month-ends of {known[0]:%Y-%m} to {known[-1]:%Y-%m}."
        rule = f"{', '.join(map(str, unknown))}: no snapshot date of this source"
        raise BadInput(Finding(rule, "source", "snapshot_date", 0, remedy))
    with engine_named(settings.engine, folder) as engine:
        files = feature_table(
            loaded,
            dates or known,
            folder / "features",
            lambda day: told(f"features of {day:%Y-%m}"),
            kept_months(settings, loaded.name),
            engine,
        )
    write_whole(target, pl.scan_parquet(files).sink_parquet)
    return pl.scan_parquet(target).select(pl.len()).collect().item(), len(catalogue(loaded))
