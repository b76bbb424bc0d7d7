"""The log-odds that each driver adds to each person, summed by column; figures of `tests/support/published.py`."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from published import SEPTEMBER, publication

from features.contract.vocabulary import CONTEXT, DRIVERS
from pipeline.score_record import driver_sums
from pipeline.settings import Settings
from pipeline.store.store import Store

NOTHING = dict.fromkeys((*DRIVERS, CONTEXT), 0.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """September, in which two features add to B's conditions and nothing is known of E."""
    of_b = {"survey_mood_last": ("2", "7", 1.2), "overtime_3m": ("0", "0.1", -0.4), "tenure_months": ("3", "30", 0.2)}
    people = SEPTEMBER | {"B": ("enough", of_b), "E": ("enough", {})}
    with Store.of(Settings(var=tmp_path / "var")) as store:
        store.publish(publication(date(2026, 9, 30), people))
        yield store


def test_drivers_are_summed_over_their_features_and_zero_without_any(store: Store) -> None:
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        sums = scores.driver_sums(published, ["E", "B", "A", "nobody"])
        assert sums["employee_id"].to_list() == ["A", "B", "E"]
        rows = sums.drop("employee_id").rows(named=True)
        assert rows[0] == NOTHING | {"pay": 1.5}
        assert rows[1] == pytest.approx(NOTHING | {"conditions": 0.8, CONTEXT: 0.2})
        assert rows[2] == NOTHING
        assert scores.driver_sums(published, []).is_empty()


def test_the_columns_are_the_sums_of_each_persons_factors(store: Store) -> None:
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        everyone = sorted(SEPTEMBER)
        found = scores.driver_sums(published, everyone).rows_by_key("employee_id", named=True, unique=True)
        for person, factors in scores.factors_of(published, everyone):
            assert found[person] == pytest.approx(driver_sums(factors))
