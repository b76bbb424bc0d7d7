"""Values of a feature, and its being known or unknown, that go with far more exits than the rest: an exact test.

People are counted, not rows: the rows of one person are alike. The test is corrected for the number of values tested.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import beta

Floats = NDArray[np.float64]

RATE_LIMIT: Final = 5.0
"""A value that multiplies the exit rate by more is suspect, if chance alone explains less than `CHANCE_LIMIT` of it."""
CHANCE_LIMIT: Final = 3.0
"""The lower end of the ratio's interval must be above this: then a ratio above 5 is no accident of a few leavers."""
PURE: Final = 0.9
"""Of the people with an ordinary value, more must have left for it to be suspect: people who share a department may
share a reason to leave. In a real company of 126 people 71 % left within 3 months."""
LEAST_PEOPLE: Final = 10
"""A value of fewer people is not tested: a team that left together would be accused."""
FEW_VALUES: Final = 5
"""A feature with so few values is a flag or a state: each value is tested like an unknown one, if most people left."""
MOST_VALUES: Final = 20
"""A number with more values that many people share is not tested by value: such a value identifies a group of people,
as a pay grade does. In a real payroll 46 of 48 people with one rank of pay left: a yearly intake."""
STAND_INS: Final = [0.0, *(sign * (10.0**digits - 1) for digits in range(2, 7) for sign in (1, -1)), -1.0]
"""Values that systems write for a missing one: 0, −1, ±99, ±999 … and the like."""
_LEVEL: Final = 0.025


@dataclass(frozen=True)
class Cell:
    """People who share a value of a feature: `what` they share, their `rows`, and how far it multiplies exits."""

    what: str
    rows: int
    ratio: float
    share: float


def worst_cells(X: pl.DataFrame, left: np.ndarray, person: np.ndarray) -> dict[str, Cell]:
    """The suspect value of each feature that multiplies exits most; features without one are left out.

    Suspect are: an unknown or a known figure, zero or another stand-in value, and any value of a feature of few values
    where most people left, that multiply the exit rate by more than 5; and a value of which at least nine tenths left.
    """
    table = pl.concat([_counted(X[name], left, person) for name in X.columns]) if X.width else pl.DataFrame()
    if table.is_empty():
        return {}
    least = _least_ratio(table, _LEVEL / table.height)
    rate = pl.col("left") / pl.col("rows")
    others = (pl.col("other_left") + 0.5) / pl.col("other_rows")
    multiplies = (pl.col("ratio") > RATE_LIMIT) & (pl.col("least") > CHANCE_LIMIT)
    suspect = (
        (multiplies & pl.col("is_special"))
        | (multiplies & pl.col("is_state") & (rate > 0.5))
        | ((pl.col("least") > 1) & pl.col("is_tested") & (rate >= PURE))
    )
    found = (
        table.with_columns(least=least, ratio=rate / others, rate=rate).filter(suspect).sort("ratio", descending=True)
    )
    first = found.unique("feature", keep="first", maintain_order=True)
    columns = ("feature", "what", "rows", "ratio", "rate")
    return {name: Cell(what, rows, ratio, share) for name, what, rows, ratio, share in first.select(columns).rows()}


def _counted(values: pl.Series, left: np.ndarray, person: np.ndarray) -> pl.DataFrame:
    """Each value of a feature that enough people share, and its being known, with rows, leavers and people."""
    rows = pl.DataFrame({"value": values, "left": left, "person": person})
    sums = (pl.len().alias("rows"), pl.col("left").sum(), pl.col("person").n_unique().alias("people"))
    by_value = rows.group_by("value").agg(*sums).filter(pl.col("people") >= LEAST_PEOPLE)
    is_number, distinct = values.dtype != pl.String, values.n_unique()
    shared = by_value["value"].drop_nulls().len()
    is_null = pl.col("value").is_null()
    stands_in = pl.col("value").cast(pl.Float64).is_in(STAND_INS) if is_number else pl.lit(False)
    cells = by_value.select(
        what=pl.when(is_null).then(pl.lit("unknown")).otherwise(pl.lit("value")),
        is_special=is_null | stands_in.fill_null(False),
        is_state=pl.lit(distinct <= FEW_VALUES),
        is_tested=pl.lit(not is_number or shared <= MOST_VALUES),
        rows="rows",
        left="left",
        people="people",
    )
    known = rows.drop_nulls("value").select(*sums)
    if 0 < known["rows"].item() < len(values) and known["people"].item() >= LEAST_PEOPLE:
        flags = {"what": "known", "is_special": True, "is_state": True, "is_tested": True}
        cells = pl.concat([cells, known.select(*(pl.lit(flag).alias(name) for name, flag in flags.items()), pl.all())])
    everyone, leavers = len(left), int(left.sum())
    return cells.with_columns(
        feature=pl.lit(values.name),
        other_rows=everyone - pl.col("rows"),
        other_left=leavers - pl.col("left"),
        other_people=(everyone - pl.col("rows")) * pl.lit(pl.Series(person).n_unique() / everyone),
    ).filter(pl.col("other_people") >= LEAST_PEOPLE)


def _least_ratio(cells: pl.DataFrame, level: float) -> pl.Series:
    """Lower end of the interval (Clopper and Pearson) of the ratio of two exit rates, for each cell.

    Given all leavers, the number among the first people is binomial with odds ratio · people / other people.
    """
    rows, left, people, other_rows, other_left, other_people = (
        cells[name].cast(pl.Float64).to_numpy()
        for name in ("rows", "left", "people", "other_rows", "other_left", "other_people")
    )
    leavers, others = left / rows * people, other_left / other_rows * other_people
    share = beta.ppf(level, np.maximum(leavers, 1e-9), others + 1)
    return pl.Series("least", share / (1 - share) * other_people / people)
