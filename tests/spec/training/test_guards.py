"""The guards that refit, compare splits or compare builds."""

import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from training_company import DAYS, ROWS

from pipeline.dataset.rows import Dataset
from pipeline.identity.keys import sums_key
from pipeline.judgement.guards.leakage import train_test_overlap
from pipeline.judgement.guards.removal import REMOVAL_LIMIT, Removal, costly_features, costly_tables
from pipeline.judgement.guards.rewritten_history import Sums, changed_past, sums_file, sums_of, write_sums
from pipeline.settings import Settings
from pipeline.store.purge.erasure_of_files import erase_files


@dataclass(frozen=True)
class Refit:
    """A model of one figure per row, given beforehand; `shares` (n, features) add up to it."""

    features: tuple[str, ...]
    shares: np.ndarray

    def log_odds(self, X: pl.DataFrame) -> np.ndarray:
        return np.asarray(self.shares.sum(axis=1))

    def contributions(self, X: pl.DataFrame) -> tuple[float, np.ndarray]:
        return 0.0, self.shares


def removal(columns: dict[str, np.ndarray], left: np.ndarray) -> Removal:
    """Test rows of a model that adds its columns; without some, it adds the others."""

    def model(names: Collection[str]) -> Refit:
        kept = tuple(name for name in columns if name not in set(names))
        shares = np.column_stack([columns[name] for name in kept]) if kept else np.zeros((len(left), 0))
        return Refit(kept, shares)

    return Removal(pl.DataFrame(columns), left, model(()), model)  # type: ignore[arg-type]


LEFT = np.arange(400) % 4 == 0
NOISE = np.random.default_rng(5).normal(size=(8, 400))


def test_a_feature_whose_removal_costs_too_much_is_named() -> None:
    costly = removal({"mood": LEFT + NOISE[0], "desk": NOISE[1] / 9}, LEFT)
    cheap = removal({"mood": NOISE[0], "desk": NOISE[1] / 9}, LEFT)
    assert [found.features for found in costly_features([costly])] == [("mood",)]
    assert costly_features([cheap]) == []
    assert costly_features([costly, *[cheap] * 9]) == []  # one unlucky test set of ten
    assert costly_features([costly], ["mood"]) == []


def test_two_copies_that_replace_each_other_are_named_together() -> None:
    copies = {"mood": LEFT + NOISE[0], "spirits": LEFT + NOISE[0] + NOISE[1] / 9, "desk": NOISE[2] / 9}
    either = removal(copies, LEFT)
    assert removal_cost(either, "mood") < REMOVAL_LIMIT
    [found] = costly_features([either])
    assert set(found.features) == {"mood", "spirits"}


def test_two_tables_that_cover_for_each_other_are_named_and_honest_ones_are_not() -> None:
    two = {f"{table}_{n}": LEFT + NOISE[2 * at + n] for at, table in enumerate(("reviews", "survey")) for n in range(2)}
    table_of = {name: name.partition("_")[0] for name in two} | {"desk": "posts", "way": "posts"}
    leaking = removal(two | {"desk": NOISE[4] + LEFT / 3, "way": NOISE[5]}, LEFT)
    found = costly_tables([leaking], table_of)
    assert found is not None
    assert set(found.tables) == {"reviews", "survey"}
    assert costly_tables([leaking], table_of, ["survey_0", "survey_1"]) is None
    weak = removal({"reviews_0": LEFT / 2 + NOISE[0], "desk": NOISE[4] + LEFT / 3}, LEFT)
    assert costly_tables([weak], table_of) is None, "a model that separates little needs no leak"


def removal_cost(whole: Removal, name: str) -> float:
    return whole.auc - whole.lacking([name]).auc


def test_a_person_month_in_train_and_test_is_counted(company: Dataset) -> None:
    assert train_test_overlap(company, [(np.arange(600), np.arange(600, ROWS))]) == []
    [finding] = train_test_overlap(company, [(np.arange(600), np.arange(590, ROWS))])
    assert finding.rows == 10


KEY = b"k" * 32


def sums_on_first_day(table: pl.DataFrame, folder: Path) -> Sums:
    file = folder / "day.parquet"
    table.write_parquet(file)
    return sums_of({DAYS[0]: file})


def two_people(pay: Sequence[float]) -> pl.DataFrame:
    return pl.DataFrame({"employee_id": ["a", "b"], "snapshot_date": [DAYS[0]] * 2, "pay": pay, "job": ["x", None]})


def test_a_feature_whose_past_changed_between_two_builds_is_named(tmp_path: Path) -> None:
    stored = tmp_path / "stored"
    write_sums(stored, KEY, sums_on_first_day(two_people([1.0, 2.0]), tmp_path), "0.1")
    same = sums_on_first_day(two_people([1.0, 2.0]).reverse(), tmp_path)
    assert changed_past(stored, KEY, same, "0.1") == []
    now = sums_on_first_day(two_people([1.0, 2.5]), tmp_path)
    assert [finding.column for finding in changed_past(stored, KEY, now, "0.1")] == ["pay"]
    assert changed_past(stored, KEY, now, "0.1", ["pay"]) == []
    assert changed_past(stored, KEY, now, "0.2") == []


def test_a_table_whose_past_changed_in_many_features_is_one_finding(tmp_path: Path) -> None:
    names = ["pay", "raise", "bonus", "rank", "age"]
    table = pl.DataFrame({"employee_id": ["a"], "snapshot_date": [DAYS[0]], **{key: [1.0] for key in names}})
    stored = tmp_path / "stored"
    write_sums(stored, KEY, sums_on_first_day(table, tmp_path), "0.1")
    now = sums_on_first_day(table.with_columns(pl.col(names) + 1), tmp_path)
    table_of = dict.fromkeys(names[:4], "compensation") | {"age": "employees"}
    found = changed_past(stored, KEY, now, "0.1", table_of=table_of)
    assert [finding.place for finding in found] == ["compensation", "features.age"]
    assert found[0].rule == "4 features differ from an earlier run on up to 1 snapshot date: bonus, pay, raise, rank"
    assert [each.place for each in changed_past(stored, KEY, now, "0.1", ["rank"], table_of)] == [
        "features.bonus", "features.pay", "features.raise", "features.age"
    ]  # fmt: skip


def test_stored_sums_can_be_read_only_by_their_owner_with_the_key(tmp_path: Path) -> None:
    stored, unencrypted = tmp_path / "stored.sums", tmp_path / "stored.json"
    unencrypted.write_text("{}")
    write_sums(stored, KEY, sums_on_first_day(two_people([1.0, 2.0]), tmp_path), "0.1")
    assert not unencrypted.exists(), "an earlier version's"
    assert stored.stat().st_mode & 0o077 == 0
    content = stored.read_bytes()
    assert not any(word in content for word in (b"pay", b"job", b"people", str(DAYS[0]).encode()))
    now = sums_on_first_day(two_people([1.0, 2.5]), tmp_path)
    assert changed_past(stored, KEY, now, "0.1")
    assert changed_past(stored, b"another key, of another machine!", now, "0.1") == []


def test_an_erasure_leaves_neither_the_sums_nor_the_key_of_their_copies(tmp_path: Path) -> None:
    """The sums of two people, less those of the one who stays, are the figures of the other."""
    settings = Settings(var=tmp_path)
    file, copy = sums_file(settings, "company"), tmp_path / "backup"
    write_sums(file, sums_key(settings), sums_on_first_day(two_people([1.0, 2.0]), tmp_path), "0.1")
    shutil.copy(file, copy)
    now = sums_on_first_day(two_people([1.0, 2.5]), tmp_path)
    assert changed_past(copy, sums_key(settings), now, "0.1")
    assert erase_files(tmp_path, "b").removed["feature_sums"] == 1
    assert not file.exists()
    assert changed_past(copy, sums_key(settings), now, "0.1") == []
