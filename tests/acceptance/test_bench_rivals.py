"""The part of the bench that judges other methods on the product's test rows, at a tiny size."""

import os
import time
from datetime import date
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import polars as pl
import pytest

from bench.explained import LEARNED, MODEL, OUT, ROWS
from bench.measure import RIVALS, measured
from bench.part import Differs, Side
from bench.rivals.automl import cpu_clock
from bench.rivals.company import WHY_NOT, Company, Split, companies, deadline, judged, write_company
from bench.rivals.part import PART, check, tables
from bench.rivals.prepare import months_to_exit
from bench.rivals.product import by_the_product
from bench.rivals.survival import followed, person_months
from pipeline.dataset.quarters import NO_ROW

ROOT = Path(__file__).parents[2]
NOTHING = np.empty(0, dtype=int)


def company(horizon: int, people: int = 120) -> Company:
    """Everyone with a high figure leaves in the second month; the first half is trained on, the second tested."""
    figure = np.arange(people) % 10.0
    left = figure > 6
    half = people // 2
    train, test = np.arange(half), np.arange(half, people)
    fold = (np.arange(half // 2), np.arange(half // 2, half))
    observed, months = (train, np.full(half, horizon)) if horizon else (NOTHING, NOTHING)
    return Company(
        name="tiny",
        X=pd.DataFrame({"figure": figure, "department": np.where(np.arange(people) % 2, "Sales", "IT")}),
        left=left,
        month=np.where(left & (horizon > 0), 2, 0),
        person=np.arange(people),
        later=np.full(people, NO_ROW),
        splits=[Split(train, test, [fold], observed, months)],
        directions={},
        trends=(),
        horizon=horizon,
        seconds=20.0,
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def out(data: Path, name: str) -> Path:
    folder = data.parent / name
    folder.mkdir()
    return folder


def test_a_company_is_read_as_it_was_written(data: Path) -> None:
    written = company(horizon=6)
    write_company(written, data)
    [read] = companies(data)
    assert (read.name, read.horizon, read.seconds, read.categories) == ("tiny", 6, 20.0, ["department"])
    assert read.X["figure"].to_list() == written.X["figure"].to_list()
    assert read.month.tolist() == written.month.tolist()
    [split], [same] = read.splits, written.splits
    assert split.test.tolist() == same.test.tolist()
    assert [part.tolist() for part in split.folds[0]] == [part.tolist() for part in same.folds[0]]


def used_seconds(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> None:
    """The CPU time that this process has used, at each question."""
    answers = iter(seconds)
    monkeypatch.setattr(time, "process_time", lambda: next(answers))


def test_a_deadline_counts_cpu_time(monkeypatch: pytest.MonkeyPatch) -> None:
    used_seconds(monkeypatch, 10.0, 19.9, 20.0)
    is_late = deadline(10.0)
    assert not is_late()
    assert is_late()


def test_the_clock_of_autogluon_advances_with_cpu_time(monkeypatch: pytest.MonkeyPatch) -> None:
    used_seconds(monkeypatch, 10.0, 10.0, 17.0)
    clock = time.time
    with cpu_clock():
        assert -time.time() + time.time() == pytest.approx(7.0)
    assert time.time is clock


def test_an_exit_after_the_test_date_is_not_yet_seen() -> None:
    whole = company(horizon=6, people=4)
    known = Company(**vars(whole) | {"month": np.array([0, 2, 5, 3])})
    has_left, months = followed(known, np.arange(4), np.array([6, 6, 4, 3]))
    assert has_left.tolist() == [False, True, False, True]
    assert months.tolist() == [6, 2, 4, 3]


def test_a_person_has_a_row_for_each_month_at_risk() -> None:
    table, left = person_months(pd.DataFrame({"figure": [7.0, 8.0]}), np.array([True, False]), np.array([2, 3]))
    assert table["figure"].tolist() == [7, 7, 8, 8, 8]
    assert table["month after the snapshot date"].tolist() == [1, 2, 1, 2, 3]
    assert left.tolist() == [False, True, False, False, False]


def test_the_month_of_the_next_voluntary_exit_counts() -> None:
    day = date(2024, 1, 31)
    keys = pl.DataFrame({"employee_id": ["a", "b", "c", "d"], "snapshot_date": [day, day, day, date(2024, 6, 30)]})
    exits = pl.DataFrame(
        {
            "employee_id": ["a", "a", "b", "d"],
            "exit_date": [date(2025, 3, 1), date(2024, 2, 29), date(2024, 3, 5), date(2024, 2, 1)],
            "kind": ["voluntary", "voluntary", "involuntary", "voluntary"],
        }
    )
    assert months_to_exit(keys, exits).tolist() == [1, 0, 0, 0]


def test_the_table_holds_paired_differences_and_says_what_did_not_run(data: Path) -> None:
    write_company(company(horizon=0), data)
    ours, same, worse, absent, dated = (out(data, name) for name in ("retention", "same", "worse", "absent", "dated"))

    def right(given: Company, split: Split) -> np.ndarray:
        return np.where(given.left[split.test], 0.8, 0.2)

    for folder in (ours, same):
        judged(data, folder, right)
    judged(data, worse, lambda given, split: 1 - right(given, split))
    judged(data, absent, right, needs=("no_such_package",))
    judged(data, dated, right, is_for_dates=True)
    outs = {"retention": ours, "same": same, "worse": worse, "absent": absent, "dated": dated}
    assert (absent / WHY_NOT).read_text() == "not installed: no_such_package"
    assert check(outs).endswith("; absent was not run (not installed: no_such_package)")
    [table] = tables(outs)
    assert table.header[0] == "tiny: 60 test rows, 60 people, 18 exits"
    auc = {row[0]: row[1] for row in table.rows}
    assert auc == {
        "retention": "1.000",
        "same": "1.000, +0.000 (+0.000 to +0.000)",
        "worse": "0.000, -1.000 (-1.000 to -1.000)*",
        "absent": "not run",
        "dated": "needs dates",
    }


def test_a_side_that_judged_other_rows_is_reported(data: Path) -> None:
    write_company(company(horizon=0), data)
    ours = out(data, "retention")
    judged(data, ours, lambda given, split: np.full(len(split.test) - 1, 0.5))
    with pytest.raises(Differs, match="retention has no risk for some test rows of tiny"):
        check({"retention": ours})


def test_the_product_ranks_the_leavers_first(data: Path) -> None:
    write_company(company(horizon=0), data)
    ours = out(data, "retention")
    by_the_product(data, ours)
    [table] = tables({"retention": ours})
    assert table.rows[0][1] == "1.000"


@pytest.mark.parametrize("side", [side for side in PART.sides if side.is_rival], ids=lambda side: side.name)
def test_a_rival_ranks_the_leavers_first(side: Side, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not RIVALS.exists():
        pytest.skip("the environment of the rivals is not there; `make bench` makes it")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PATH", os.defpath)
    write_company(company(horizon=3, people=600), data)
    folder = out(data, "retention")
    measured(side, data, folder)
    assert not (folder / WHY_NOT).exists()
    [table] = tables({"retention": folder})
    assert float(table.rows[0][1]) > 0.95


def test_the_peers_of_the_factors_explain_the_same_rows(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not RIVALS.exists():
        pytest.skip("the environment of the rivals is not there; `make bench` makes it")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    random = np.random.default_rng(1)
    rows = random.normal(size=(400, 3))
    left = rows[:, 0] + rows[:, 1] > 0
    settings = {"objective": "binary", "num_leaves": 4, "num_threads": 1, "verbose": -1}
    booster = lightgbm.train(settings, lightgbm.Dataset(rows, left), 3)
    booster.save_model(data / MODEL)
    np.save(data / ROWS, rows[:20])
    np.savez(data / LEARNED, rows=rows, left=left)
    exact = np.asarray(booster.predict(rows[:20], pred_contrib=True))[:, :-1]
    for name in ("woodelf", "xgboost"):
        folder = out(data, name)
        figures = measured(Side(name, f"bench.factors_peers:by_{name}", "", is_rival=True), data, folder)
        assert figures["rows_a_second"] > 0
        assert np.load(folder / OUT).shape == exact.shape
    assert np.load(data.parent / "woodelf" / OUT) == pytest.approx(exact, abs=1e-5)
