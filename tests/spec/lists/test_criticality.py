"""How hard people are to replace, by hand, from the source's table to the lists."""

from datetime import date

import polars as pl
import pytest

from pipeline.listing.criticality import weights_on

DAY = date(2026, 9, 30)
PEOPLE = pl.DataFrame(
    {
        "employee_id": ["a", "b", "c", "d"],
        "department": ["Yard", "Plant", "Plant", None],
        "job": ["Welder", "Welder", "Clerk", None],
    }
)


def weights(*rows: dict[str, object]) -> dict[str, float]:
    known = {"effective_date": pl.Date, "recorded_at": pl.Date, "weight": pl.Float64, "months_to_replace": pl.Float64}
    names = dict.fromkeys(name for row in rows for name in row)
    table = pl.DataFrame([{name: row.get(name) for name in names} for row in rows], schema_overrides=known)
    return dict(weights_on(table.cast({name: known.get(name, pl.String) for name in names}), PEOPLE, DAY).rows())


def test_the_most_particular_row_counts() -> None:
    job, place = {"job": "Welder", "weight": 2}, {"job": "Welder", "department": "Yard", "weight": 3}
    person, here = {"employee_id": "a", "weight": 4}, {"employee_id": "a", "job": "Welder", "weight": 5}
    assert weights(job) == {"a": 2, "b": 2}
    assert weights(job, place) == {"a": 3, "b": 2}
    assert weights(place, person, job) == {"a": 4, "b": 2}
    assert weights(person, here, place, job) == {"a": 5, "b": 2}
    assert weights({"employee_id": "a", "job": "Clerk", "weight": 5}, job) == {"a": 2, "b": 2}, "not a Clerk any more"


@pytest.mark.parametrize(("months", "weight"), [(0, 1), (3, 2), (4.5, 2.5), (9, 4), (12, 5), (36, 5)])
def test_months_give_the_weight_where_there_is_none(months: float, weight: float) -> None:
    assert weights({"job": "Clerk", "months_to_replace": months}) == {"c": weight}
    assert weights({"job": "Clerk", "months_to_replace": months, "weight": 1.5}) == {"c": 1.5}


def test_the_row_that_began_last_counts_once_it_has_begun_and_was_recorded() -> None:
    always, since = {"job": "Clerk", "weight": 2}, {"job": "Clerk", "effective_date": date(2026, 9, 30), "weight": 3}
    later = {"job": "Clerk", "effective_date": date(2026, 10, 1), "weight": 4}
    unknown = {"job": "Clerk", "effective_date": DAY, "recorded_at": date(2026, 10, 2), "weight": 5}
    assert weights(always, later, unknown) == {"c": 2}
    assert weights(since, always, later, unknown) == {"c": 3}
