import pytest

JUNE = "2024-06-30"
HIRED = "employee_id hire_date\n"
SIX = ["ann", "bob", "cid", "dan", "eve", "fay"]


def test_time_in_post_counts_from_the_change_or_from_the_hire(features_of):
    people = features_of(JUNE, {
        "employees": HIRED + "ann 2023-01-01\nbob 2010-01-01",
        "assignments": """
            employee_id effective_date department job   level
            ann         2023-01-01     sales      clerk 1
            ann         2024-01-01     -          chief 2
            bob         2023-01-01     sales      clerk 1""",
    })  # fmt: skip
    ann, bob = people["ann"], people["bob"]
    assert ann["months_in_job"] == pytest.approx(181 / 30.4375)
    assert bob["months_in_job"] is None


def test_promotions_and_transfers_are_counted_where_the_records_reach_back(features_of):
    people = features_of(JUNE, {
        "employees": HIRED + "ann 2015-01-01\nbob 2015-01-01",
        "assignments": """
            employee_id effective_date department level
            ann         2015-01-01     sales      1
            ann         2021-06-30     finance    2
            ann         2022-01-01     sales      3
            ann         2024-06-01     -          4
            bob         2024-01-01     sales      1""",
    })  # fmt: skip
    assert people["ann"]["promotions_36m"] == 2
    assert people["ann"]["transfers_36m"] == 1
    assert people["ann"]["months_since_promotion"] == pytest.approx(29 / 30.4375)
    assert (people["bob"]["promotions_36m"], people["bob"]["months_since_promotion"]) == (None, None)


def test_time_in_level_is_compared_with_the_median_of_those_promoted_from_it(features_of):
    rise = "\n".join(
        f"{who} 2022-01-01 1\n{who} {day} 2"
        for who, day in zip(
            SIX[1:], ["2022-04-11", "2022-04-11", "2022-07-20", "2023-01-01", "2023-01-01"], strict=True
        )
    )
    people = features_of(JUNE, {
        "employees": HIRED + "\n".join(f"{who} 2022-01-01" for who in SIX),
        "assignments": f"employee_id effective_date level\nann 2022-01-01 1\n{rise}",
    })  # fmt: skip
    # they took 100, 100, 200, 365 and 365 days; ann has been there for 911
    assert people["ann"]["months_in_level_against_usual"] == pytest.approx(911 / 200)
    assert people["bob"]["months_in_level_against_usual"] is None


def test_time_in_job_is_compared_with_the_median_of_those_who_moved_on(features_of):
    moves = "\n".join(
        f"{who} 2022-01-01 clerk\n{who} {day} {job}"
        for who, day, job in zip(
            SIX[1:],
            ["2022-04-11", "2022-04-11", "2022-07-20", "2023-01-01", "2023-01-01"],
            ["chief", "driver", "driver", "chief", "buyer"],
            strict=True,
        )
    )
    people = features_of(JUNE, {
        "employees": HIRED + "\n".join(f"{who} 2022-01-01" for who in SIX),
        "assignments": f"employee_id effective_date job\nann 2022-01-01 clerk\n{moves}",
    })  # fmt: skip
    # they went on after 100, 100, 200, 365 and 365 days; ann has been a clerk for 911
    assert people["ann"]["months_in_job_against_usual"] == pytest.approx(911 / 200)
    assert people["bob"]["months_in_job_against_usual"] is None


def test_time_in_job_is_not_compared_if_fewer_than_five_moved_on(features_of):
    moves = "\n".join(f"{who} 2022-01-01 clerk\n{who} 2023-01-01 chief" for who in SIX[1:5])
    people = features_of(JUNE, {
        "employees": HIRED + "\n".join(f"{who} 2022-01-01" for who in SIX[:5]),
        "assignments": f"employee_id effective_date job\nann 2022-01-01 clerk\n{moves}",
    })  # fmt: skip
    assert people["ann"]["months_in_job"] == pytest.approx(911 / 30.4375)
    assert people["ann"]["months_in_job_against_usual"] is None


def test_peers_promoted_past_the_person_are_counted(features_of):
    before = "\n".join(f"{who} 2022-01-01 sales 1" for who in SIX)
    people = features_of(JUNE, {
        "assignments": f"employee_id effective_date department level\n{before}\nbob 2024-01-01 - 2\ncid 2024-07-01 - 2",
    })  # fmt: skip
    assert people["ann"]["promoted_past_12m"] == pytest.approx(1 / 5)
    assert people["bob"]["promoted_past_12m"] == 0


def test_performance_has_the_last_review_its_change_and_its_trend(features_of):
    people = features_of(
        JUNE,
        {
            "performance": """
        employee_id review_date rating
        ann         2021-01-31  1
        ann         2023-01-31  2
        ann         2024-01-31  4
        bob         2024-01-31  3
        cid         2024-07-01  3"""
        },
    )
    ann, bob = people["ann"], people["bob"]
    assert (ann["performance"], ann["performance_trend"]) == (4, 4 - (2 + 4) / 2)
    assert (bob["performance"], bob["performance_trend"]) == (3, None)
    assert people["cid"]["performance"] is None


def test_performance_rank_is_compared_with_pay_rank(features_of):
    people = features_of(JUNE, {
        "assignments": "employee_id effective_date job level\n" + "\n".join(f"{who} 2020-01-01 clerk 1" for who in SIX),
        "performance": "employee_id review_date rating\n"
        + "\n".join(f"{who} 2024-01-31 {5 if who == 'ann' else 3}" for who in SIX),
        "compensation": "employee_id effective_date base_pay\n"
        + "\n".join(f"{who} 2024-01-01 {90 if who == 'ann' else 100}" for who in SIX),
    })  # fmt: skip
    assert people["ann"]["performance_against_pay"] == 1
    # rated with four ties above nobody: 2/5; paid with four ties above ann: 3/5
    assert people["bob"]["performance_against_pay"] == pytest.approx(2 / 5 - 3 / 5)
