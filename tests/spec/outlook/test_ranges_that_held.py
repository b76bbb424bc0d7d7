"""How often ranges held the actual number: by hand, on a published month."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.outlook.past import LEAST_COMPARED, held, left_voluntarily
from pipeline.store.publication import Publication
from pipeline.store.store import Store

DAY, END = date(2025, 6, 30), date(2025, 12, 31)
GROUPS = [f"D{number}" for number in range(10)]


def stays(leavers: int, kind: str = "voluntary", day: date = date(2025, 8, 1)) -> pl.DataFrame:
    """Ten people in each of ten departments; the first of each department leave on a day."""
    rows = [
        {"employee_id": f"{group}-{at}", "entry": date(2024, 1, 1), "end": day, "kind": kind if at < leavers else None}
        for group in GROUPS
        for at in range(10)
    ]
    return pl.DataFrame(rows, schema_overrides={"kind": pl.String})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A month in which everyone has a risk of .1 over six months: of ten people, 0 to 3 leave in 90 of 100 cases."""
    people = stays(0).select("employee_id", department=pl.col("employee_id").str.slice(0, 2))
    scores = people.with_columns(
        **{name: pl.lit(0.1) for name in ("risk", "risk_3m", "risk_6m", "risk_12m", "risk_low", "risk_high")},
        evidence=pl.lit("enough"),
        base_log_odds=pl.lit(0.1 / 0.9).log(),
        log_odds=pl.lit(0.1 / 0.9).log(),
        level=pl.lit(1),
        job=pl.lit("Clerk"),
        location=pl.lit("Riga"),
        manager_id=pl.lit(None, pl.String),
    )
    kinds = {"employee_id": pl.String, "feature": pl.String, "driver": pl.String, "value": pl.String}
    factors = pl.DataFrame(schema=kinds | {"peer_value": pl.String, "contribution": pl.Float64})
    with Store(f"sqlite:///{tmp_path}/store.db") as store:
        store.publish(Publication("tiny", DAY, "1", 6, {"features": {}}, scores, factors))
        yield store


def counted(store: Store, rows: pl.DataFrame, until: date = END) -> dict[int, tuple[int, int]]:
    with store.reading() as scores:
        return {each.horizon_months: (each.compared, each.inside) for each in held(scores, "tiny", rows, until)}


def test_an_actual_number_in_the_range_counts(store: Store) -> None:
    """13 groups: everyone, ten departments, one location, one level. One leaver in ten is in every range."""
    assert counted(store, stays(1)) == {3: (13, 13), 6: (13, 13)}
    assert counted(store, stays(3))[6] == (13, 10)  # 30 of 100 is beyond the range of everyone, Riga and level 1
    assert counted(store, stays(5))[6] == (13, 0)


def test_other_exits_and_later_ones_are_no_voluntary_exits(store: Store) -> None:
    """Nobody of a hundred, where ten are expected, is below the range; nobody of ten is not."""
    assert counted(store, stays(5, "involuntary"))[6] == (13, 10)
    assert counted(store, stays(5, day=date(2026, 2, 1)))[6] == (13, 10)


def test_only_months_whose_outcome_is_known_are_compared(store: Store) -> None:
    assert counted(store, stays(1), date(2025, 9, 30)) == {3: (13, 13)}
    assert counted(store, stays(1), date(2025, 8, 31)) == {}
    assert LEAST_COMPARED <= 13


def test_people_who_had_already_left_have_no_outcome() -> None:
    rows = stays(2, day=date(2025, 6, 30))
    known = left_voluntarily(rows, DAY, END)
    assert known.height == 80
    assert not known["left"].any()
