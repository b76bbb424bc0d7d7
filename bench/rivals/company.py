"""What each side of the part `rivals` reads and writes: rows, splits and risks. Needs numpy and pandas only.

The rivals run in an environment of their own, which does not hold the product.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from bench.measure import Figures

Floats = np.ndarray
Numbers = np.ndarray
Bools = np.ndarray

_OF_ROWS: Final = ("left", "month", "person", "later")
WHY_NOT: Final = "not-run.txt"
"""The file in which a side that cannot run says why."""


@dataclass(frozen=True)
class Split:
    """One fit: the rows to train on (n,), the rows to test on (m,), and the folds, pairs of indices into `train`.

    `observed` (k,) are all rows from before the test date, also those whose horizon had not ended by then, and
    `months` (k,) how many months after each had been observed. Without dates both are empty.
    """

    train: Numbers
    test: Numbers
    folds: Sequence[tuple[Numbers, Numbers]]
    observed: Numbers
    months: Numbers


@dataclass(frozen=True)
class Company:
    """Features (n, features), whether each left within the horizon (n,), and the month in which (n,), 0 for nobody.

    `person` (n,) identifies the person of a row, `directions` are the product's monotone constraints, `later` (n,) and
    `trends` what its forecasts are learned from. `horizon` is in months and 0 without dates. `seconds` is what each
    method may take for one split.
    """

    name: str
    X: pd.DataFrame
    left: Bools
    month: Numbers
    person: Numbers
    later: Numbers
    splits: Sequence[Split]
    directions: dict[str, int]
    trends: Sequence[tuple[str, str]]
    horizon: int
    seconds: float

    @property
    def categories(self) -> list[str]:
        return [name for name, dtype in self.X.dtypes.items() if dtype == "category"]

    @property
    def tested(self) -> Numbers:
        """The test rows of all splits, in their order."""
        return np.concatenate([split.test for split in self.splits])


Method = Callable[[Company, Split], Floats]
"""Fits on a split, and gives the risks (m,) of its test rows."""


def write_company(company: Company, data: Path) -> None:
    """Write a company to a folder, in files that need no package of ours."""
    company.X.to_parquet(data / f"{company.name}.parquet")
    arrays: dict[str, Any] = {name: getattr(company, name) for name in _OF_ROWS}
    for number, split in enumerate(company.splits):
        fields = {"train": split.train, "test": split.test, "observed": split.observed, "months": split.months}
        for fold, (seen, valid) in enumerate(split.folds):
            fields |= {f"seen {fold}": seen, f"valid {fold}": valid}
        arrays |= {f"{number} {name}": values for name, values in fields.items()}
    np.savez(data / f"{company.name}.npz", **arrays)
    about = {name: getattr(company, name) for name in ("directions", "trends", "horizon", "seconds")}
    folds = [len(split.folds) for split in company.splits]
    (data / f"{company.name}.json").write_text(json.dumps(about | {"folds": folds}))


def companies(data: Path) -> Iterator[Company]:
    """The companies of a folder, by name; texts as categories with the levels of all rows."""
    for file in sorted(data.glob("*.json")):
        about, arrays = json.loads(file.read_text()), np.load(file.with_suffix(".npz"))
        X = pd.read_parquet(file.with_suffix(".parquet"))
        texts = [name for name in X.columns if not pd.api.types.is_numeric_dtype(X[name].dtype)]
        splits = [_split(arrays, number, folds) for number, folds in enumerate(about.pop("folds"))]
        rows = {name: arrays[name] for name in _OF_ROWS}
        yield Company(name=file.stem, X=X.astype(dict.fromkeys(texts, "category")), splits=splits, **rows, **about)


def deadline(seconds: float) -> Callable[[], bool]:
    """A function that is true from now on plus some seconds of this process's CPU time: other programs cost nothing."""
    end = time.process_time() + seconds
    return lambda: time.process_time() >= end


def judged(data: Path, out: Path, method: Method, needs: Sequence[str] = (), *, is_for_dates: bool = False) -> Figures:
    """Write the risks of each company's test rows and the CPU seconds that they took.

    If a package is missing, write that instead. A method `is_for_dates` if it needs the month of an exit.
    """
    if missing := [package for package in needs if find_spec(package) is None]:
        (out / WHY_NOT).write_text(f"not installed: {', '.join(missing)}")
        return {}
    for company in companies(data):
        if is_for_dates and not company.horizon:
            continue
        started = time.process_time()
        risk = np.concatenate([method(company, split) for split in company.splits])
        np.savez(out / f"{company.name}.npz", risk=risk, cpu_seconds=time.process_time() - started)
    return {}


def _split(arrays: "np.lib.npyio.NpzFile", number: int, folds: int) -> Split:
    pairs = [(arrays[f"{number} seen {fold}"], arrays[f"{number} valid {fold}"]) for fold in range(folds)]
    train, test, observed, months = (arrays[f"{number} {name}"] for name in ("train", "test", "observed", "months"))
    return Split(train, test, pairs, observed, months)
