"""Cohorts of hires by hand: who counts as followed, who left in time, and where a curve says how people left."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from pipeline.turnover.report import Checkpoint, CohortRow
from pipeline.turnover.retention.cohorts import cohort_rows

LAST_DAY = date(2023, 12, 31)

Stay = tuple[date, date, str | None, bool]
"""Hire, last day, kind of exit, and whether the hire was observed."""

SCHEMA = {"hire_date": pl.Date, "end": pl.Date, "kind": pl.String, "is_hire": pl.Boolean}


def rows_of(stays: Sequence[Stay]) -> dict[str | None, CohortRow]:
    """Those whose hire was not observed are observed from a hundred days after it."""
    frame = pl.DataFrame(stays, schema=SCHEMA, orient="row")
    late = pl.col("hire_date").dt.offset_by("100d")
    frame = frame.with_columns(entry=pl.when("is_hire").then("hire_date").otherwise(late))
    return {row.cohort: row for row in cohort_rows(frame)}


def stays(hired: date, number: int) -> list[Stay]:
    return [(hired, LAST_DAY, None, True)] * number


def leaver(hired: date, day: int, kind: str = "voluntary") -> Stay:
    """Who leaves on that day of the stay; the day of the hire is the first."""
    return (hired, hired + timedelta(days=day - 1), kind, True)


OCTOBER, JANUARY = date(2023, 10, 3), date(2022, 1, 1)
"""90 days up to the last, both counted; and two years."""
COMPANY = [
    *[leaver(OCTOBER, 10), leaver(OCTOBER, 90)],
    *stays(OCTOBER, 4),
    *stays(OCTOBER + timedelta(days=1), 1),
    *[leaver(JANUARY, day, "other") for day in (91, 365, 366)],
    *stays(JANUARY, 2),
    *stays(date(2021, 6, 1), 4),
    (date(2015, 1, 1), LAST_DAY, None, False),
]


def counts(row: CohortRow) -> tuple[int | None, ...]:
    return row.hired, row.followed_90_days, row.left_90_days, row.followed_year, row.left_year


def test_exits_count_up_to_the_ninetieth_and_the_365th_day_of_those_followed_so_long() -> None:
    rows = rows_of(COMPANY)
    assert counts(rows["2023"]) == (7, 6, 2, None, None)  # one was hired 89 days before the end
    assert counts(rows["2022"]) == (5, 5, 0, 5, 2)  # on the 91st and the 365th day, and one on the 366th
    assert counts(rows[None]) == (16, 15, 2, 9, 2)


def test_a_cohort_under_five_has_only_its_name_and_an_earlier_hire_is_in_none() -> None:
    rows = rows_of(COMPANY)
    assert rows["2021"] == CohortRow("2021")
    assert list(rows) == [None, "2021", "2022", "2023"]


def test_fewer_than_five_followed_are_not_counted() -> None:
    rows = rows_of([leaver(OCTOBER, 10), *stays(OCTOBER, 3), *stays(OCTOBER + timedelta(days=1), 3)])
    assert counts(rows["2023"]) == (7, None, None, None, None)


def curve_of(*leavers: Stay, people: int = 12) -> list[Checkpoint]:
    """Of people hired a year before the end, on 2023-01-01: their checkpoints are after 91.3 and 182.6 days."""
    hired = date(2023, 1, 1)
    return list(rows_of([*leavers, *stays(hired, people - len(leavers))])["2023"].curve)


def left_on(*days: int, kind: str = "voluntary") -> list[Stay]:
    return [leaver(date(2023, 1, 1), day, kind) for day in days]


def test_a_curve_says_how_people_left_where_three_have_since_the_last_time() -> None:
    found = curve_of(*left_on(31, 60, 91), *left_on(92, 120, 182, kind="involuntary"))
    assert found == [Checkpoint(3, 9, 0.75, 0.25, 0.0, 0.0), Checkpoint(6, 6, 0.5, 0.25, 0.25, 0.0)]


def test_a_curve_waits_with_the_kinds_until_nobody_can_be_told_apart() -> None:
    """Three of ten left by the first time; with their kinds, those of the second time would show the fourth's."""
    found = curve_of(*left_on(31, 60, 91), *left_on(120, kind="other"), people=10)
    assert found == [Checkpoint(3, 7, 0.7), Checkpoint(6, 6, 0.6, 0.3, 0.0, 0.1)]
    two = curve_of(*left_on(31, 60), people=10)
    assert two == [Checkpoint(3, 8, 0.8), Checkpoint(6, 8, 0.8)]


def test_a_time_of_one_exit_is_passed_over_and_the_next_counts_it() -> None:
    """Of fourteen three leave by the first time, one by the second and three by the third."""
    hired = date(2022, 1, 1)
    left = [leaver(hired, day) for day in (31, 60, 91, 200, 300, 360)]
    found = rows_of([*left, leaver(hired, 120, "other"), *stays(hired, 7)])["2022"].curve
    assert found == (
        Checkpoint(3, 11, round(11 / 14, 4), round(3 / 14, 4), 0.0, 0.0),
        Checkpoint(6, 10, round(10 / 14, 4)),
        Checkpoint(12, 7, 0.5, round(6 / 14, 4), 0.0, round(1 / 14, 4)),
        Checkpoint(18, 7, 0.5, round(6 / 14, 4), 0.0, round(1 / 14, 4)),
    )


def test_a_curve_is_shown_for_up_to_five_years() -> None:
    curve = rows_of(stays(date(2017, 1, 1), 5))["2017"].curve
    assert [point.months for point in curve] == [3, 6, 12, 18, 24, 36, 48, 60]


def test_exits_after_the_last_time_shown_hide_nothing() -> None:
    found = curve_of(*left_on(31, 60, 91), *left_on(300, kind="other"), people=10)
    assert found == [Checkpoint(3, 7, 0.7, 0.3, 0.0, 0.0), Checkpoint(6, 7, 0.7, 0.3, 0.0, 0.0)]


def test_a_curve_ends_where_fewer_than_five_are_observed() -> None:
    leavers = left_on(31, 60, 91, 100, 110, 120)
    assert [point.months for point in curve_of(*leavers, people=10)] == [3]
    assert [(point.months, point.at_risk) for point in curve_of(*leavers, people=11)] == [(3, 8), (6, 5)]


def test_those_seen_late_are_at_risk_from_then_on() -> None:
    """Five hired and five seen from the hundredth day: at 91.3 days five are at risk, at 182.6 ten."""
    hired = date(2023, 1, 1)
    rows = rows_of([*stays(hired, 5), *[(hired, LAST_DAY, None, False)] * 5])
    assert [(point.months, point.at_risk) for point in rows[None].curve] == [(3, 5), (6, 10)]
    assert [(point.months, point.at_risk) for point in rows["2023"].curve] == [(3, 5), (6, 5)]
