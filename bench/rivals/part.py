"""The part `rivals`: each method's figures on the product's test rows, and how far they lie from the product's.

Every interval is of a difference on the same rows, from resampling people with all their rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from bench.part import CPU, PEAK, SEED, TIME, Differs, Part, Rows, Side
from bench.rivals.company import WHY_NOT, Company, companies
from bench.rivals.prepare import write_companies
from pipeline.judgement.statistics.metrics import one_metric, paired_difference

OURS: Final = "retention"
METRICS: Final = {"auc": "AUC", "average_precision": "average precision", "log_loss": "log loss"}
_SURE: Final = "*"
"""Marks a difference whose interval does not hold zero."""


class Given(NamedTuple):
    """What a side gave for a company: risks (n,) of the test rows, and CPU seconds."""

    risk: np.ndarray
    cpu_seconds: float


def check(outs: Mapping[str, Path]) -> str:
    """What a difference means, and which sides did not run. Raises Differs if a side judged other rows."""
    for company in companies(_data(outs)):
        for name, out in outs.items():
            given = _given(out, company)
            if given and not (given.risk.shape == company.tested.shape and np.isfinite(given.risk).all()):
                raise Differs(f"{name} has no risk for some test rows of {company.name}")
    absent = {name: (out / WHY_NOT).read_text() for name, out in outs.items() if (out / WHY_NOT).exists()}
    missing = "".join(f"; {name} was not run ({why})" for name, why in absent.items())
    meaning = f"a difference is the side's figure less {OURS}'s, with its 95 % interval from resampling people"
    return f"{meaning}; {_SURE} marks those whose interval leaves out zero{missing}"


def tables(outs: Mapping[str, Path]) -> list[Rows]:
    """A table for each company: every side's metrics on the same test rows, and the paired differences."""
    return [_table(company, outs) for company in companies(_data(outs))]


def _table(company: Company, outs: Mapping[str, Path]) -> Rows:
    left, people = company.left[company.tested], len(np.unique(company.person[company.tested]))
    title = f"{company.name}: {len(left):,} test rows, {people:,} people, {int(left.sum()):,} exits"
    return Rows((title, *METRICS.values(), "CPU, s"), list(_rows(company, outs)))


def _rows(company: Company, outs: Mapping[str, Path]) -> Iterator[Sequence[str]]:
    ours = _given(outs[OURS], company)
    for name, out in outs.items():
        given = _given(out, company)
        if ours is None or given is None:
            yield name, *["not run" if (out / WHY_NOT).exists() else "needs dates"] * len(METRICS), ""
        else:
            cells = [_cell(company, metric, given.risk, None if name == OURS else ours.risk) for metric in METRICS]
            yield name, *cells, f"{given.cpu_seconds:,.0f}"


def _cell(company: Company, metric: str, risk: np.ndarray, ours: np.ndarray | None) -> str:
    left, person = company.left[company.tested], company.person[company.tested]
    value = f"{one_metric(left, risk, metric):.3f}"
    if ours is None:
        return value
    more = paired_difference(left, risk, ours, person, SEED, metric)
    sure = _SURE if more.low > 0 or more.high < 0 else ""
    return f"{value}, {more.value:+.3f} ({more.low:+.3f} to {more.high:+.3f}){sure}"


def _given(out: Path, company: Company) -> Given | None:
    file = out / f"{company.name}.npz"
    if not file.exists():
        return None
    arrays = np.load(file)
    return Given(arrays["risk"], float(arrays["cpu_seconds"]))


def _data(outs: Mapping[str, Path]) -> Path:
    return next(iter(outs.values())).parent / "data"


PART: Final = Part(
    name="rivals",
    title="Rivals",
    prepare=write_companies,
    sides=(
        Side(OURS, "bench.rivals.product:by_the_product", "chooses and fits the blend for each test date"),
        Side(
            "CatBoost",
            "bench.rivals.boosted:by_catboost",
            "depth 4 or 6 and up to 600 rounds by the log loss of the last fold, then a fit on all rows",
            is_rival=True,
        ),
        Side(
            "EBM",
            "bench.rivals.additive:by_ebm",
            "explainable boosting machine with 10 pairs, up to 14 bags",
            is_rival=True,
        ),
        Side(
            "AutoGluon",
            "bench.rivals.automl:by_autogluon",
            "its models without a GPU and their ensemble, by log loss on the last fold, then a fit on all rows",
            is_rival=True,
        ),
        Side(
            "forest",
            "bench.rivals.survival:by_forest",
            "random survival forest of up to 200 trees, also on rows whose horizon had not ended",
            is_rival=True,
        ),
        Side(
            "hazard",
            "bench.rivals.survival:by_hazard",
            "discrete-time hazard by LightGBM on person-months, also on rows whose horizon had not ended",
            is_rival=True,
        ),
    ),
    figures=(TIME, CPU, PEAK),
    check=check,
    tables=tables,
    sized="{people:,} simulated people, {months} months, and public data; {budget} s of a core a method, for all fits",
    people=(800,),
    months=36,
    runs=1,
    budget=120,
)
