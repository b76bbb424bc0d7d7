"""One leak of each kind, planted in a small source: `retention train` names guard and feature and registers nothing."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.simulation.run import simulate

Command = Callable[..., subprocess.CompletedProcess[str]]
PEOPLE = 600
LEFT = np.arange(PEOPLE) % 6 == 0
"""Every sixth of the cross-section leaves: 100 people."""


def assert_nothing_was_registered(var: Path) -> None:
    assert not [path for path in var.rglob("*") if path.name.startswith("mlflow") or path.name == "mlartifacts"]


def cross_section(folder: Path, **planted: Sequence[float | str | None]) -> Path:
    """People whose desk and commute do not predict who leaves, and the planted column."""
    random = np.random.default_rng(0)
    honest = {name: random.normal(size=PEOPLE) for name in ("desk", "way_to_work")}
    folder.mkdir()
    ids = [f"P{row}" for row in range(PEOPLE)]
    pl.DataFrame({"id": ids, "has_left": LEFT, **honest, **planted}).write_csv(folder / "people.csv")
    (folder / "source.toml").write_text(
        '[cross_section]\nquery = "select * from \'people.csv\'"\nemployee_id = "id"\nleft = "has_left"\n'
    )
    return folder


def stand_in() -> list[float | None]:
    """Zero for 60 of the 100 who left and 45 of the 500 who stayed: 57 % of them left, and 8 % of all others."""
    zero = {*np.flatnonzero(LEFT)[:60], *np.flatnonzero(~LEFT)[:45]}
    return [0.0 if row in zero else float(row % 7 + 1) for row in range(PEOPLE)]


@pytest.fixture(scope="module")
def told_of_suspects(retention: Command, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The output of training on a source with three leaks: one run names all of them."""
    folder = tmp_path_factory.mktemp("suspects")
    source = cross_section(
        folder / "source",
        exit_interview=[float(left) + row % 3 / 10 for row, left in enumerate(LEFT)],
        next_review=[None if left else float(row % 5) for row, left in enumerate(LEFT)],
        paid_until=stand_in(),
    )
    done = retention("train", source, "--quick", var=folder / "var", exit_code=3)
    assert_nothing_was_registered(folder / "var")
    return done.stderr


@pytest.mark.parametrize(
    ("feature", "guard"),
    [
        ("exit_interview", r"separates leavers with AUC 1\.000 by itself\."),
        ("next_review", r"separates leavers with AUC 1\.000 by itself\."),  # known of those alone who stay
        ("paid_until", r"has one value that multiplies the exit rate by 7\.\d"),  # 57.1 % against 8.2 %
    ],
    ids=["value", "null pattern", "stand-in"],
)
def test_a_feature_that_reveals_leavers_stops_training(told_of_suspects: str, feature: str, guard: str) -> None:
    assert re.search(rf"^error features\.{feature}: {guard}", told_of_suspects, re.MULTILINE), told_of_suspects


def test_honest_features_beside_a_leak_are_not_named(told_of_suspects: str) -> None:
    assert not re.search("desk|way_to_work", told_of_suspects)
    assert len(re.findall("^error ", told_of_suspects, re.MULTILINE)) == 3


@pytest.fixture(scope="module")
def told_of_covers(retention: Command, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The output of training on leaks that cover for each other: two texts, and a figure known of a few leavers."""
    random = np.random.default_rng(3)
    folder = tmp_path_factory.mktemp("covers")
    gone = np.where(LEFT, random.random(PEOPLE) < 0.85, random.random(PEOPLE) < 0.1)
    leavers = set(np.flatnonzero(LEFT)[:15].tolist())
    source = cross_section(
        folder / "source",
        note=[f"{'settled' if each else 'open'} {row % 3}" for row, each in enumerate(gone)],
        remark=[f"{'final' if each else 'next'} {row % 4}" for row, each in enumerate(gone)],
        handover=[3.0 if row in leavers else None for row in range(PEOPLE)],
        grade=[f"G{row % 7}" for row in range(PEOPLE)],
    )
    done = retention("train", source, "--quick", var=folder / "var", exit_code=3)
    assert_nothing_was_registered(folder / "var")
    return done.stderr


def test_leaks_that_cover_for_each_other_are_all_named_and_nothing_else(told_of_covers: str) -> None:
    named = re.findall(r"^error features\.(\w+): ", told_of_covers, re.MULTILINE)
    assert sorted(named) == ["handover", "note", "remark"], told_of_covers
    assert "handover: has one value that multiplies the exit rate by 6." in told_of_covers  # 15 of 15, 85 of 585


@pytest.fixture(scope="module")
def costly_feature(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leavers are three quarters of a deviation higher: AUC .70 from this feature alone, and no other signal."""
    random = np.random.default_rng(1)
    return cross_section(
        tmp_path_factory.mktemp("dear") / "source", mood=list(random.normal(size=PEOPLE) + 0.75 * LEFT)
    )


def test_a_feature_that_the_rest_cannot_replace_stops_training(
    retention: Command, costly_feature: Path, tmp_path: Path
) -> None:
    output = retention("train", costly_feature, "--quick", var=tmp_path / "var", exit_code=3).stderr
    assert re.search(r"^error features\.mood: costs 0\.\d+ of AUC when it is removed\.", output, re.MULTILINE), output
    assert_nothing_was_registered(tmp_path / "var")


def test_an_allowed_suspect_trains_and_is_recorded_on_the_run(
    retention: Command, costly_feature: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    retention("train", costly_feature, "--quick", "--allow-suspect", "mood", "--json", report, var=tmp_path / "var")
    assert json.loads(report.read_text())["suspects"] == ["mood"]


JUDGED_ON_WHAT_IT_LEARNED = """
import numpy as np
from pipeline.commands.main import main
from pipeline.dataset import material
honest = material.repeated_folds
def faulty(*arguments, **settings):
    for train, test in honest(*arguments, **settings):
        yield np.union1d(train, test), test
material.repeated_folds = faulty
main()
"""


def test_a_bug_that_puts_test_rows_into_training_stops_it(tmp_path: Path) -> None:
    """No source can cause this, because copies stay in one fold, so the bug is planted in the process."""
    random = np.random.default_rng(2)  # a dozen columns of noise, by which trees tell the rows that they have seen
    source = cross_section(tmp_path / "source", **{f"noise_{n}": list(random.normal(size=PEOPLE)) for n in range(12)})
    command = [sys.executable, "-c", JUDGED_ON_WHAT_IT_LEARNED, "train", str(source), "--quick"]
    environment = {**os.environ, "RETENTION_VAR": str(tmp_path / "var")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert "train/test overlap: rows with the same figures are in both sets" in done.stderr
    assert "permuted labels are predicted with AUC" in done.stderr
    assert_nothing_was_registered(tmp_path / "var")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three years of 300 people: employment, exits and pay."""
    whole, lean = (tmp_path_factory.mktemp(name) for name in ("whole", "lean"))
    simulate(whole / "tables", employees=300, months=36)
    for name in ("employees.parquet", "exits.parquet", "compensation.parquet"):
        shutil.copy(whole / "tables" / name, lean)
    (lean / "source.toml").write_text('name = "company"\ncomplete_from = 2023-01-01\ncomplete_until = 2025-12-31\n')
    return lean


@pytest.fixture(scope="module")
def honest_run(retention: Command, company: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state after a training without leaks. Later runs compare their features with it; tests add versions."""
    var = tmp_path_factory.mktemp("state") / "var"
    retention("train", company, "--quick", var=var)
    return var


def with_pay_stopped_before_exits(company: Path, folder: Path, recorded: str) -> Path:
    """Leavers have a pay of 1 from five months before the exit, as in a payroll that overwrites its past.

    `recorded` is when that became known, as SQL over the exits: unknown, or with the exit itself.
    """
    shutil.copytree(company, folder)
    gone = pl.read_parquet(company / "exits.parquet").filter(pl.col("kind") == "voluntary")
    pay = pl.read_parquet(company / "compensation.parquet")
    stopped = gone.select(
        "employee_id",
        effective_date=pl.col("exit_date").dt.offset_by("-5mo"),
        base_pay=pl.lit(1.0),
        currency=pl.lit("EUR"),
        market_pay=pl.lit(None, dtype=pl.Float64),
        bonus_target=pl.lit(0.0),
        recorded_at=pl.sql_expr(recorded),
    )
    pl.concat([pay, stopped], how="vertical_relaxed").write_parquet(folder / "compensation.parquet")
    return folder


def registered(retention: Command, var: Path) -> list[str]:
    return sorted(version["version"] for version in json.loads(retention("models", "--json", "-", var=var).stdout))


def test_a_rewritten_past_stops_training(retention: Command, company: Path, honest_run: Path, tmp_path: Path) -> None:
    before = registered(retention, honest_run)
    source = with_pay_stopped_before_exits(company, tmp_path / "source", "CAST(NULL AS DATE)")
    output = retention("train", source, "--quick", var=honest_run, exit_code=3).stderr
    assert re.search(
        r"^error compensation: \d+ features differ from an earlier run on up to \d+ snapshot dates: .*pay_level",
        output,
        re.MULTILINE,
    ), output
    assert re.search(r"^error features\.pay_\w+: (separates leavers|has one value)", output, re.MULTILINE), output
    assert registered(retention, honest_run) == before


def test_a_refused_training_shows_what_fell_out_of_the_data(
    retention: Command, company: Path, honest_run: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    shutil.copytree(company, source)
    pay = pl.read_parquet(source / "compensation.parquet")
    pay.with_columns(pl.col("employee_id") + "x").write_parquet(source / "compensation.parquet")
    report = tmp_path / "report.json"
    output = retention("train", source, "--quick", "--json", report, var=honest_run, exit_code=3).stderr
    assert re.search(rf"compensation\s+rows used\s+0 of {pay.height:,}", output), output
    document = json.loads(report.read_text())
    assert document["data"]["used"]["compensation"] == 0
    assert [each["table"] for each in document["refusals"]] == ["compensation"]


def test_the_same_rows_recorded_with_the_exits_change_nothing(
    retention: Command, company: Path, honest_run: Path, tmp_path: Path
) -> None:
    before = registered(retention, honest_run)
    source = with_pay_stopped_before_exits(company, tmp_path / "source", "GREATEST(exit_date, recorded_at)")
    retention("train", source, "--quick", var=honest_run)
    assert len(registered(retention, honest_run)) == len(before) + 1
