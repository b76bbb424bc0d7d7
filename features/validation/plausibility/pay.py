"""Pay in two units, of another unit than a year, of part-time hours, or of single payments."""

from typing import Final

import numpy as np
import polars as pl

from features.contract.tables import CURRENCY
from features.validation.plausibility.canonical import Canonical
from features.validation.plausibility.posts import last_known
from features.validation.plausibility.rules import (
    FAR_FROM_MARKET,
    MIXED_UNITS,
    NOT_A_YEAR,
    NOT_FULL_TIME,
    PAY_JUMPS,
    PAYMENTS,
)
from features.validation.rules import Tally

LOWEST_YEAR: Final = {
    "AUD": 15_000, "BRL": 8_000, "CAD": 12_000, "CHF": 20_000, "CZK": 80_000, "DKK": 100_000, "EUR": 5_000,
    "GBP": 8_000, "HUF": 800_000, "INR": 40_000, "JPY": 900_000, "MXN": 20_000, "NOK": 120_000, "PLN": 14_000,
    "RON": 9_000, "RUB": 90_000, "SEK": 100_000, "TRY": 10_000, "USD": 8_000,
}  # fmt: skip
"""About half of the lowest legal or agreed pay for a year of full time before 2020: half of a company never earns less.
In the euro area, that of its poorest country."""
FEWEST_ROWS = 50
GAP = 2.5
"""Two amounts that follow each other in order of size, the second 2.5 times the first: in 100 amounts of one unit
the widest such step between the 5th and the 95th percentile is 1.3 times."""
EACH_SIDE = 0.02
FEWEST_EACH_SIDE = 10
JUMP = 5.0
JUMPING = 0.005
FEWEST_JUMPS = 3
PART_TIMERS = 10
FULL_TIME = 0.95
SLOPE = 0.5
FLAT = 0.25
ERRORS = 3.0
"""Standard errors between the slope of pay on fte and `FLAT`, which true pay differences hardly exceed."""
ROWS_A_YEAR = 6
PAIRS = 100
CHANGING = 0.5
FALLING = 0.3
MARKET = 3.0


def count_pay(source: Canonical, tally: Tally) -> None:
    """Counts rows of pay in a doubtful unit."""
    if not source.has("compensation", "base_pay"):
        return
    currency = CURRENCY if source.has("compensation", CURRENCY) else None
    pay = source.scan("compensation").select(
        "employee_id", "effective_date", "base_pay", currency=pl.col(currency) if currency else pl.lit("")
    )
    rows = pay.sort("employee_id", "effective_date").collect()
    for (code,), of_one in rows.group_by("currency"):
        _count_units(of_one["base_pay"], tally)
        _count_low_pay(str(code), of_one, tally)
    _count_steps(rows, tally)
    _count_part_time(source, rows, tally)
    if source.has("compensation", "market_pay"):
        ratio = (
            source.scan("compensation")
            .select(ratio=(pl.col("base_pay") / pl.col("market_pay")).median())
            .collect()
            .item()
        )
        if not 1 / MARKET <= ratio <= MARKET:
            tally.add(FAR_FROM_MARKET, "compensation", "market_pay", source.filled("compensation")["market_pay"])


def _count_units(amounts: pl.Series, tally: Tally) -> None:
    """Counts the fewer of the amounts below and above the widest step between amounts that follow each other."""
    size = amounts.sort().log().to_numpy()
    edge = max(FEWEST_EACH_SIDE, int(EACH_SIDE * len(size)))
    if len(size) < FEWEST_ROWS or 2 * edge >= len(size):
        return
    steps = np.diff(size)[edge - 1 : len(size) - edge]
    widest = int(steps.argmax())
    if steps[widest] > np.log(GAP):
        below = widest + edge
        tally.add(MIXED_UNITS, "compensation", "base_pay", min(below, len(size) - below))


def _count_low_pay(code: str, rows: pl.DataFrame, tally: Tally) -> None:
    lowest = LOWEST_YEAR.get(code)
    if lowest and rows.height >= FEWEST_ROWS and float(rows["base_pay"].median() or 0) < lowest:  # type: ignore[arg-type]
        tally.add(NOT_A_YEAR, "compensation", "base_pay", int((rows["base_pay"] < lowest).sum()))


def _count_steps(rows: pl.DataFrame, tally: Tally) -> None:
    before = pl.all().shift(1).name.suffix("_before")
    pairs = rows.select(pl.all(), before).filter(
        pl.col("employee_id") == pl.col("employee_id_before"), pl.col("currency") == pl.col("currency_before")
    )
    if pairs.is_empty():
        return
    step = pairs.select(step=(pl.col("base_pay") / pl.col("base_pay_before")).log())["step"]
    jumps = int((step.abs() > np.log(JUMP)).sum())
    if jumps >= max(FEWEST_JUMPS, JUMPING * len(step)):
        tally.add(PAY_JUMPS, "compensation", "base_pay", jumps)
    days = pairs.select(days=(pl.col("effective_date") - pl.col("effective_date_before")).dt.total_days())["days"]
    changes, falls = int((step.abs() > 0.001).sum()), int((step < -0.001).sum())
    is_periodic = float(days.median() or 0) < 365 / ROWS_A_YEAR  # type: ignore[arg-type]
    if is_periodic and len(step) >= PAIRS and changes > CHANGING * len(step) and falls > FALLING * changes:
        tally.add(PAYMENTS, "compensation", "base_pay", changes)


def _count_part_time(source: Canonical, rows: pl.DataFrame, tally: Tally) -> None:
    """Whether pay goes with fte: log pay within the same work, currency and level, on log fte, has a slope near 1."""
    if not source.has("assignments", "fte"):
        return
    alike = [name for name in ("job", "level") if source.has("assignments", name)] or ["department"]
    alike = [name for name in alike if source.has("assignments", name)]
    posts = last_known(source, "assignments", "fte", *alike).filter(pl.col("fte") > 0)
    pay = rows.group_by("employee_id").agg(pl.col("base_pay", "currency").last())
    people = posts.join(pay, on="employee_id").with_columns(size=pl.col("base_pay").log())
    full = people.filter(pl.col("fte") >= FULL_TIME).with_columns(
        usual=pl.col("size").median().over(*alike, "currency"), n=pl.len().over(*alike, "currency")
    )
    usual = full.filter(pl.col("n") >= FEWEST_JUMPS).group_by(*alike, "currency").agg(pl.col("usual").first())
    part = people.filter(pl.col("fte") < FULL_TIME).join(usual, on=[*alike, "currency"])
    if part.height < PART_TIMERS:
        return
    x, y = part["fte"].log().to_numpy(), (part["size"] - part["usual"]).to_numpy()
    slope = float(x @ y / (x @ x))
    spread = max(float((full["size"] - full["usual"]).std() or 0), float(np.std(y - slope * x)))  # type: ignore[arg-type]
    if slope > SLOPE and slope - FLAT > ERRORS * spread / float(np.sqrt(x @ x)):
        tally.add(NOT_FULL_TIME, "compensation", "base_pay", part.height)
