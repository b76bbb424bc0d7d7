"""Which month-ends are looked at where data are dated on the first of a month, and what none of them sees."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from features.contract.snapshot_calendar import Period, Unseen, snapshot_calendar, stays_of, unseen
from features.source import check_source

YEARLY = Period(date(2015, 1, 1), date(2020, 1, 1), every_months=12, horizon_months=12)


def stays(rows: list[tuple[str, date, date | None]]) -> pl.DataFrame:
    known = pl.lit(None, pl.Date).alias("recorded_at")
    people = pl.DataFrame(rows, {"employee_id": pl.String, "hire_date": pl.Date, "exit_date": pl.Date}, orient="row")
    exits = people.drop_nulls("exit_date").select("employee_id", "exit_date", known)
    return stays_of(people.select("employee_id", "hire_date", known).lazy(), exits.lazy())


def first_of_january(number: int) -> list[tuple[str, date, date | None]]:
    """Seen in the file of 1 January 2016 only, and so gone by 31 December."""
    return [(f"short{n}", date(2016, 1, 1), date(2016, 12, 31)) for n in range(number)]


LONG: list[tuple[str, date, date | None]] = [(f"long{n}", date(2014, 5, 1), date(2018, 3, 1)) for n in range(20)]


def test_dates_counted_back_miss_who_is_in_one_yearly_file_only() -> None:
    people = stays([*LONG, *first_of_january(15)])
    december = [date(year, 12, 31) for year in range(2015, 2020)]
    assert unseen(people, december, YEARLY) == Unseen(people=15, of_people=35, exits=15, of_exits=35)
    january = [date(year, 1, 31) for year in range(2015, 2020)]
    assert unseen(people, january, YEARLY) == Unseen(people=0, of_people=35, exits=0, of_exits=35)


def test_dates_soon_after_the_data_are_taken_instead_and_the_last_one_stays_the_date_to_score() -> None:
    dates = snapshot_calendar(stays([*LONG, *first_of_january(15)]), YEARLY)
    assert dates[-1] == date(2019, 12, 31)
    assert unseen(stays([*LONG, *first_of_january(15)]), dates, YEARLY).exits == 0
    assert {later.year - earlier.year for earlier, later in pairwise(dates[:-1])} == {1}


def test_a_few_missed_exits_do_not_move_the_dates() -> None:
    dates = snapshot_calendar(stays([*LONG, *first_of_january(9)]), YEARLY)
    assert dates == [date(year, 12, 31) for year in range(2015, 2020)]


@pytest.mark.parametrize(
    ("hired", "gone", "recorded", "missed"),
    [
        (date(2016, 2, 1), date(2016, 2, 29), None, 1),  # within one month
        (date(2016, 2, 1), date(2016, 3, 1), None, 0),
        (date(2016, 2, 1), date(2016, 3, 15), date(2016, 2, 20), 1),  # notice given before the first month-end
    ],
)
def test_an_exit_is_seen_on_a_date_on_which_the_person_is_at_risk(
    hired: date, gone: date, recorded: date | None, missed: int
) -> None:
    who = {"employee_id": ["ann"]}
    employees = pl.LazyFrame(
        who | {"hire_date": [hired], "recorded_at": [None]}, schema_overrides={"recorded_at": pl.Date}
    )
    exits = pl.LazyFrame(
        who | {"exit_date": [gone], "recorded_at": [recorded]}, schema_overrides={"recorded_at": pl.Date}
    )
    monthly = Period(date(2016, 1, 1), date(2016, 12, 31), every_months=1, horizon_months=6)
    people = stays_of(employees, exits)
    assert unseen(people, snapshot_calendar(people, monthly), monthly).exits == missed


def test_the_check_counts_what_no_snapshot_date_sees(tmp_path: Path) -> None:
    """Yearly dates and a horizon of six months: exits in the first half of a year are in the horizon of none."""
    people = [f"p{n}" for n in range(24)]
    exits = [f"{who},2019-{n % 12 + 1:02}-15,voluntary" for n, who in enumerate(people)]
    (tmp_path / "employees.csv").write_text(
        "employee_id,hire_date\n" + "".join(f"{who},2015-01-01\n" for who in people)
    )
    (tmp_path / "exits.csv").write_text("employee_id,exit_date,kind\n" + "\n".join(exits))
    (tmp_path / "source.toml").write_text(
        "complete_from = 2016-01-01\ncomplete_until = 2019-12-31\nsnapshot_every_months = 12\nhorizon_months = 6\n"
    )
    report = check_source(tmp_path, tmp_path / "staging" / "tables")
    assert [found.rows for found in report.warnings if found.place == "exits.exit_date"] == [12]
    assert report.notes[-1].startswith("No snapshot date sees 0 of 24 people")
    assert report.notes[-1].endswith("12 of 24 exits are in the horizon of none.")
