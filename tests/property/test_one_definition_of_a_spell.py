"""Validation, the features and the outcome always agree on which spell an exit ends."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.known.facts import known_on
from features.known.snapshots import present
from features.source import Source
from features.validation.cross_checks import check_people
from features.validation.rules import Tally
from pipeline.dataset.outcome import left_within_horizon

FIRST = date(2024, 1, 1)
DAYS = 24

Spell = tuple[int, int | None]


@st.composite
def careers(draw: Any) -> list[Spell]:
    """A person's spells as days of hire and exit. A rehire may be on the day of an exit, a spell may last one day."""
    spells: list[Spell] = []
    start = draw(st.integers(0, 8))
    for number in range(draw(st.integers(1, 3))):
        is_joined = number > 0 and spells[-1][1] == start
        end = start + draw(st.integers(1 if is_joined else 0, 4))  # two exits of one day would be one
        spells.append((start, end))
        start = end + draw(st.integers(1 if end == start else 0, 3))  # two hires of one day are an error
    if draw(st.booleans()):
        spells[-1] = (spells[-1][0], None)
    return spells


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def works(spells: list[Spell], number: int) -> bool:
    """By what was drawn: hired on or before the day, and gone on the day of the exit."""
    return any(start <= number and (end is None or number < end) for start, end in spells)


def tables_of(company: list[list[Spell]], random: Any) -> dict[str, pl.DataFrame]:
    hires = [(f"p{n}", day(start), None) for n, spells in enumerate(company) for start, _ in spells]
    exits = [
        (f"p{n}", day(end), "other", None) for n, spells in enumerate(company) for _, end in spells if end is not None
    ]
    for rows in (hires, exits):
        random.shuffle(rows)
    known = {"recorded_at": pl.Date}
    return {
        "employees": pl.DataFrame(hires, {"employee_id": pl.String, "hire_date": pl.Date} | known, orient="row"),
        "exits": pl.DataFrame(
            exits, {"employee_id": pl.String, "exit_date": pl.Date, "kind": pl.String} | known, orient="row"
        ),
    }


@settings(max_examples=at_most(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(careers(), min_size=20, max_size=20), st.randoms(use_true_random=False))
def test_whoever_drew_the_spells_says_what_all_three_say(
    source_of: Callable[..., Source], company: list[list[Spell]], random: Any
) -> None:
    tables = tables_of(company, random)
    tally = Tally()
    everyone = tables["employees"].select("employee_id", is_whole=True).unique()
    absences = check_people(everyone, tables["employees"], tables["exits"], tally).absences
    assert (tally.errors(), tally.warnings()) == ((), ())
    source = source_of(tables)
    for number in range(DAYS):
        expected = {f"p{n}" for n, spells in enumerate(company) if works(spells, number)}
        today = pl.lit(day(number))
        away = absences.filter(pl.col("gone") <= today, (today < pl.col("back")).fill_null(value=True))
        hired = tables["employees"].filter(pl.col("hire_date") <= today)
        assert set(hired.join(away, on="employee_id", how="anti")["employee_id"]) == expected
        here = present(known_on(source, day(number))).select("employee_id").collect("polars").to_polars()
        assert set(here["employee_id"]) == expected
    month = day(30)
    people = tables["employees"].select("employee_id", snapshot_date=pl.lit(month)).unique()
    with_outcome = left_within_horizon(source, people, [month], 1)["employee_id"]
    assert set(with_outcome) == {f"p{n}" for n, spells in enumerate(company) if works(spells, 30)}
