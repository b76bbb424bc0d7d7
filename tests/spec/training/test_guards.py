"""The guards that refit, compare splits or compare builds."""

from pathlib import Path

import numpy as np
import polars as pl
from training_company import DAYS, ROWS

from pipeline.dataset.rows import Dataset
from pipeline.judgement.guards.leakage import Removal, drop_column_suspects, train_test_overlap
from pipeline.judgement.guards.rewritten_history import changed_past, sums_of, write_sums
from pipeline.model.blend import fit_blend


def test_a_feature_whose_removal_costs_too_much_is_named(company: Dataset) -> None:
    blend = fit_blend(company.X, company.left, [], seed=1)
    rows = (company.X, company.left, blend)
    worthless = Removal(*rows, lambda _: np.full(ROWS, 0.2))
    made_up_for = Removal(*rows, lambda _: blend.risk(company.X))
    assert [finding.column for finding in drop_column_suspects([worthless])] == ["pay_level"]
    assert drop_column_suspects([made_up_for]) == []
    assert drop_column_suspects([worthless, *[made_up_for] * 9]) == []  # one unlucky test set of ten
    assert drop_column_suspects([worthless], ["pay_level"]) == []


def test_a_person_month_in_train_and_test_is_counted(company: Dataset) -> None:
    assert train_test_overlap(company, [(np.arange(600), np.arange(600, ROWS))]) == []
    [finding] = train_test_overlap(company, [(np.arange(600), np.arange(590, ROWS))])
    assert finding.rows == 10


def test_a_feature_whose_past_changed_between_two_builds_is_named(tmp_path: Path) -> None:
    table = pl.DataFrame(
        {"employee_id": ["a", "b"], "snapshot_date": [DAYS[0]] * 2, "pay": [1.0, 2.0], "job": ["x", None]}
    )
    file, stored = tmp_path / "day.parquet", tmp_path / "stored.json"
    table.write_parquet(file)
    write_sums(stored, sums_of({DAYS[0]: file}), "0.1")
    table.reverse().write_parquet(file)
    assert changed_past(stored, sums_of({DAYS[0]: file}), "0.1") == []
    table.with_columns(pay=pl.Series([1.0, 2.5])).write_parquet(file)
    now = sums_of({DAYS[0]: file})
    assert [finding.column for finding in changed_past(stored, now, "0.1")] == ["pay"]
    assert changed_past(stored, now, "0.1", ["pay"]) == []
    assert changed_past(stored, now, "0.2") == []
