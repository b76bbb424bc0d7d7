"""Whom managers named beside whom the list named; figures by hand."""

from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from stores import month_of_scores

from pipeline.listing.rules import ListRules
from pipeline.lists.trial.own_judgement import ROWS, compared, teams_in
from pipeline.store.store import Store
from pipeline.store.trials.nominations import Nomination, nominations, store_nomination

AT = datetime(2026, 10, 1, tzinfo=UTC)


def given(manager: str, *, is_skipped: bool = False, is_before_list: bool = True) -> Nomination:
    return Nomination("2026-09", manager, is_skipped, is_before_list, AT)


def rows(is_nominated: bool, is_listed: bool, managers: int, size: int, left: int) -> pl.DataFrame:
    """`left` of `size` people of each manager left."""
    mark = f"{is_nominated:d}{is_listed:d}"
    people = [
        (f"P{mark}-{manager}-{n}", f"M{manager}", is_nominated, is_listed, n < left)
        for manager in range(managers)
        for n in range(size)
    ]
    return pl.DataFrame(people, schema=ROWS, orient="row")


EVERY = pl.concat(
    [
        rows(is_nominated=True, is_listed=True, managers=10, size=1, left=1),
        rows(is_nominated=True, is_listed=False, managers=40, size=2, left=1),
        rows(is_nominated=False, is_listed=True, managers=40, size=4, left=1),
        rows(is_nominated=False, is_listed=False, managers=40, size=10, left=0),
    ]
)
ANSWERS = {"2026-09": [given(f"M{n}") for n in range(40)]}


def test_each_group_has_its_people_its_exits_and_an_interval() -> None:
    report = compared("tiny", EVERY, ANSWERS)
    assert [(each.named_by, each.people, each.left) for each in report.groups] == [
        ("both", 10, 10),
        ("manager_only", 80, 40),
        ("list_only", 160, 40),
        ("neither", 400, 0),
    ]
    # every manager's share is the same, so each person counts: Wilson, of 80: (0.5 ± half) with 1.96² = 3.8415
    share = report.groups[1].share
    assert share is not None
    assert (share.low, share.high) == (pytest.approx(0.3929, abs=1e-4), pytest.approx(0.6071, abs=1e-4))
    none_left = report.groups[3].share
    assert none_left is not None
    assert none_left.high == pytest.approx(3.8415 / (400 + 3.8415), abs=1e-5)


def test_those_whom_only_one_of_the_two_named_are_compared_over_managers() -> None:
    report = compared("tiny", EVERY, ANSWERS)
    assert report.difference is not None
    assert report.difference.value == pytest.approx(0.5 - 0.25)
    assert report.verdict.startswith("Managers know something that the model does not: of the people whom only their")
    assert "25.0 percentage points more left" in report.verdict
    swapped = EVERY.rename({"is_nominated": "is_listed", "is_listed": "is_nominated"}).select(list(ROWS))
    assert compared("tiny", swapped, ANSWERS).verdict.startswith("The list finds people whom managers overlook")


def test_alike_people_of_a_manager_widen_the_interval() -> None:
    # 40 managers with 4 people: of 20 all left, of 20 none; the 160 rows tell as much as 40
    alike = pl.concat(
        [
            rows(is_nominated=False, is_listed=True, managers=20, size=4, left=4),
            rows(is_nominated=False, is_listed=True, managers=20, size=4, left=0).with_columns(
                pl.format("Q{}", "employee_id").alias("employee_id"), pl.format("Q{}", "manager_id").alias("manager_id")
            ),
        ]
    )
    [group] = [each for each in compared("tiny", alike, ANSWERS).groups if each.named_by == "list_only"]
    assert group.share is not None
    # variance over managers 0.25 / 39 (CR2 of a mean is that of the 40 means), so 39 independent rows
    z2, n = 3.8415, 39
    half = 3.8415**0.5 / (1 + z2 / n) * (0.25 / n + z2 / (4 * n * n)) ** 0.5
    assert group.share.high - 0.5 == pytest.approx(half, abs=1e-4)


def test_a_group_of_fewer_than_ten_people_is_not_shown_nor_compared() -> None:
    few = pl.concat([EVERY.filter(~pl.col("is_nominated")), rows(True, False, managers=9, size=1, left=1)])
    report = compared("tiny", few, ANSWERS)
    hidden = [each for each in report.groups if each.people is None]
    assert [each.named_by for each in hidden] == ["both", "manager_only"]
    assert {(each.rows, each.left, each.share) for each in hidden} == {(None, None, None)}
    assert report.difference is None
    assert report.verdict.startswith("Nothing can be said yet")


def test_skipped_and_late_answers_are_counted_and_nobody_asked_is_stated() -> None:
    answers = {"2026-09": [given("M1"), given("M2", is_skipped=True), given("M3", is_before_list=False)]}
    report = compared("tiny", EVERY.clear(), answers)
    assert (report.months, report.answers, report.skipped, report.too_late) == (1, 1, 1, 1)
    assert "set RETENTION_NOMINATIONS=true" in compared("tiny", EVERY.clear(), {"2026-09": []}).verdict


def test_the_team_of_a_manager_who_answered_before_counts_with_the_list_by_the_rules(url: str, source_of: Any) -> None:
    """Ten people with risks of 0.5 and 0.0474: from 1.5 times the mean on, P0 and P1 stand out. M2 skipped."""
    people = {f"P{n}": (0.0 if n < 2 else -3.0) for n in range(10)} | {"Q": 0.0, "M1": -3.0, "M2": -3.0}
    manager_of = {f"P{n}": "M1" for n in range(10)} | {"Q": "M2", "M1": None, "M2": None}
    hired = "\n".join(f"{each} 2010-01-01" for each in people)
    exits = "employee_id exit_date kind\nP0 2024-05-10 voluntary\nP2 2024-06-10 voluntary"
    source = source_of({"employees": f"employee_id hire_date\n{hired}", "exits": exits})
    with Store(url) as store:
        store.publish(month_of_scores(date(2024, 3, 31), people, manager_of, "company"))
        asked = [
            Nomination("2024-03", "M1", False, True, AT, frozenset({"P1", "P2"})),
            Nomination("2024-03", "M2", True, True, AT),
        ]
        with store.changing() as connection:
            for each in asked:
                store_nomination(connection, "company", each)
        with store.reading() as scores:
            march = scores.of_month("2024-03")
            assert march is not None
            stored = nominations(scores.connection, "company", "2024-03")
            rows = teams_in(source, scores, march, stored, ListRules(4, 1.5))
    assert stored == asked
    assert rows.filter("is_nominated")["employee_id"].sort().to_list() == ["P1", "P2"]
    assert rows.filter("is_listed")["employee_id"].sort().to_list() == ["P0", "P1"]
    assert rows.filter("left")["employee_id"].sort().to_list() == ["P0", "P2"]
    assert rows["manager_id"].unique().to_list() == ["M1"]
    assert rows.height == 10
