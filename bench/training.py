"""The part `training`: model selection and fitting on the same rows, evaluated on the year that follows.

The rows come from a simulated company. Training rows had matured by the first test date of `retention train`; test rows
are those of all its test dates. No row is in both train and test, and the split is not random.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from bench.measure import Figures
from bench.part import CPU, PEAK, SEED, TIME, Differs, Figure, Part, Ratio, Side, Size
from features.build import feature_table
from features.known.snapshots import snapshot_dates
from features.simulation.run import simulate
from features.source import Source, load_source
from pipeline.dataset.quarters import Quarters, a_quarter_later
from pipeline.dataset.rows import build_dataset
from pipeline.dataset.splits import Fold, fold_rows, inner_folds, rolling_origins
from pipeline.judgement.statistics.metrics import metrics, paired_difference
from pipeline.model.blend import fit_blend
from pipeline.model.fallback import FALLBACK
from pipeline.model.tuning import tune

HORIZON: Final = 6
_ROWS: Final = "rows.parquet"
_KNOWN: Final = "known.json"
_RISK: Final = "risk.npy"
_KEYS: Final = ("snapshot_date", "person", "left")


@dataclass(frozen=True)
class Rows:
    """Features (n, features), whether each left (n,), a number for the person (n,) and the snapshot date (n,)."""

    X: pl.DataFrame
    left: np.ndarray
    person: np.ndarray
    day: pl.Series

    @property
    def keys(self) -> pl.DataFrame:
        return pl.DataFrame({"employee_id": self.person, "snapshot_date": self.day})

    @property
    def folds(self) -> list[Fold]:
        """The out-of-time folds inside the rows, oldest first, as training has them."""
        return fold_rows(self.day.to_numpy(), inner_folds(self.day.unique().sort().to_list(), HORIZON))


def write_rows(size: Size, data: Path) -> None:
    """Write the matured rows of a simulated company, the first test date, and what the sides may know besides."""
    data.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=data) as work:
        folder = Path(work)
        simulate(folder / "company", size.people, size.months, SEED)
        loaded = load_source(folder / "company", folder / "tables")
        if not isinstance(loaded, Source):
            raise TypeError("a simulated company has dates")
        origins = rolling_origins(snapshot_dates(loaded), HORIZON, loaded.complete_until)
        days = sorted({*origins[0].train_dates, *(origin.test_date for origin in origins)})
        files = dict(zip(days, feature_table(loaded, days, folder / "features"), strict=True))
        dataset = build_dataset(loaded, files, days, HORIZON)
    keys = pl.DataFrame({"person": dataset.person, "left": dataset.left})
    pl.concat([dataset.keys.select("snapshot_date"), keys, dataset.X], how="horizontal").write_parquet(data / _ROWS)
    first = origins[0].test_date
    fold = inner_folds([day for day in days if day < first], HORIZON)[-1]
    known = {"first_test": str(first), "directions": dataset.directions, "budget": size.budget}
    known |= {"trends": dataset.quarters.trends}
    known |= {"valid": str(fold.test_date), "seen": [str(day) for day in fold.train_dates]}
    (data / _KNOWN).write_text(json.dumps(known))


def known(data: Path) -> dict[str, Any]:
    """The first test date, the dates of the last fold, the monotone constraints, and the seconds for a search."""
    rows: dict[str, Any] = json.loads((data / _KNOWN).read_text())
    return rows


def training_rows(data: Path) -> Rows:
    """The rows to train on, by snapshot date."""
    return _rows(data, pl.col("snapshot_date") < date.fromisoformat(known(data)["first_test"]))


def test_rows(data: Path) -> Rows:
    """The rows to test on."""
    return _rows(data, pl.col("snapshot_date") >= date.fromisoformat(known(data)["first_test"]))


def by_the_product(data: Path, out: Path) -> Figures:
    """As `retention train` does it: the search for the trees' shape, then the blend, its weight and calibration."""
    rows, test, directions = training_rows(data), test_rows(data), known(data)["directions"]
    tuning = tune(rows.X, rows.left, rows.folds, directions, SEED)
    shape = tuning.shape if tuning else None
    quarters = Quarters(a_quarter_later(rows.keys), tuple((trend, year) for trend, year in known(data)["trends"]))
    blend = fit_blend(
        rows.X, rows.left, rows.folds, SEED, shape=shape, directions=directions, quarters=quarters, fallback=FALLBACK
    )
    return judged(test, blend.risk(test.X), out)


def judged(test: Rows, risk: np.ndarray, out: Path) -> Figures:
    """Metrics of the risks (n,) of the test rows, which are also written to a file for `check`."""
    np.save(out / _RISK, risk)
    return dict(metrics(test.left, risk).items())


def check(outs: Mapping[str, Path]) -> str:
    """How much our average precision and log loss differ from each other side's, on the same test rows."""
    test = test_rows(next(iter(outs.values())).parent / "data")
    risks = {name: np.load(out / _RISK) for name, out in outs.items() if (out / _RISK).exists()}
    if any(risk.shape != test.left.shape or not np.isfinite(risk).all() for risk in risks.values()):
        raise Differs("the sides have judged different rows")
    differences = "; ".join(_against(name, risks, test) for name in risks if name != "retention")
    rows = f"{len(test.left):,} rows of {test.day.n_unique()} test dates, {int(test.left.sum()):,} with an exit"
    return f"{rows}; retention {differences} (95 % intervals from resampling people)"


def _against(name: str, risks: Mapping[str, np.ndarray], test: Rows) -> str:
    ours, words = risks["retention"], []
    for metric in ("average_precision", "log_loss"):
        more = paired_difference(test.left, ours, risks[name], test.person, SEED, metric)
        words.append(f"{metric.replace('_', ' ')} {more.value:+.4f} ({more.low:+.4f} to {more.high:+.4f})")
    return f"over {name} {', '.join(words)}"


def _rows(data: Path, wanted: pl.Expr) -> Rows:
    table = pl.read_parquet(data / _ROWS).filter(wanted).sort("snapshot_date", maintain_order=True)
    left, person = (table[name].to_numpy() for name in ("left", "person"))
    return Rows(table.drop(_KEYS), left, person, table["snapshot_date"])


def _ratios() -> Iterator[Ratio]:
    for peer, aims in (("AutoGluon", ("at least 5", "at least 1")), ("LightGBM", ("", "at least 1"))):
        yield Ratio(f"time, {peer} : retention", (peer, "seconds"), ("retention", "seconds"), aims[0])
        precision = ("retention", "average_precision"), (peer, "average_precision")
        yield Ratio(f"average precision, retention : {peer}", *precision, aims[1])


PART: Final = Part(
    name="training",
    title="Training",
    prepare=write_rows,
    sides=(
        Side("retention", "bench.training:by_the_product", "chooses and fits the blend, without the report around it"),
        Side(
            "AutoGluon",
            "bench.training_autogluon:by_autogluon",
            "AutoML by log loss on the last training date, then a fit on all rows",
            is_rival=True,
        ),
        Side("LightGBM", "bench.training_lightgbm:by_lightgbm", "defaults, stopped early on the last training date"),
    ),
    figures=(
        TIME,
        CPU,
        PEAK,
        Figure("average_precision", "average precision", "out of time"),
        Figure("auc", "AUC", "out of time"),
        Figure("log_loss", "log loss", "nats"),
    ),
    ratios=tuple(_ratios()),
    check=check,
    sized="{people:,} simulated people, {months} months, AutoGluon for {budget} s",
    people=(3_000,),
    months=48,
    runs=1,
)
