from datetime import date

import pytest

from features.source import Item

JUNE = "2024-06-30"


def test_overtime_is_a_share_of_contracted_hours_with_windows_and_a_trend(features_of):
    ann = features_of(
        JUNE,
        {
            "working_time": """
        employee_id month      contracted_hours overtime_hours
        ann         2023-06-30 160              160
        ann         2023-07-31 160              0
        ann         2024-04-30 160              8
        ann         2024-05-31 80               8
        ann         2024-06-30 160              24"""
        },
    )["ann"]
    assert ann["overtime_now"] == pytest.approx(24 / 160)
    assert ann["overtime_12m"] == pytest.approx(40 / 560)
    assert ann["overtime_trend"] == pytest.approx(0.1 - 40 / 560)
    assert ann["high_overtime_months_12m"] == pytest.approx(1 / 4)


def test_a_late_month_leaves_the_one_before_current_and_an_old_one_gives_null(features_of):
    people = features_of(
        JUNE,
        {
            "working_time": """
        employee_id month      contracted_hours overtime_hours recorded_at
        ann         2024-05-31 100              10             -
        ann         2024-06-30 100              50             2024-07-02
        bob         2024-03-31 100              10             -"""
        },
    )
    assert people["ann"]["overtime_now"] == pytest.approx(0.1)
    assert people["bob"]["overtime_now"] is None
    assert people["bob"]["overtime_12m"] == pytest.approx(0.1)


def test_overtime_without_contracted_hours_is_unknown(features_of):
    ann = features_of(
        JUNE,
        {
            "working_time": """
        employee_id month      contracted_hours overtime_hours
        ann         2024-06-30 0                10"""
        },
    )["ann"]
    assert ann["overtime_now"] is None
    assert ann["overtime_12m"] is None


def test_overtime_is_compared_with_the_median_under_the_same_manager(features_of):
    team = ["ann", "bob", "cid", "dan", "eve", "fay"]
    places = "\n".join(f"{person} 2020-01-01 max" for person in team)
    hours = "\n".join(f"{person} 2024-06-30 100 {30 if person == 'ann' else 10}" for person in team)
    people = features_of(JUNE, {
        "assignments": f"employee_id effective_date manager_id\n{places}",
        "working_time": f"employee_id month contracted_hours overtime_hours\n{hours}",
    })  # fmt: skip
    assert people["ann"]["overtime_against_team"] == pytest.approx(0.2)
    assert people["bob"]["overtime_against_team"] == 0


def test_a_trend_needs_a_month_before_the_last_three(features_of):
    ann = features_of(
        JUNE,
        {
            "working_time": """
        employee_id month      contracted_hours overtime_hours remote_days
        ann         2024-04-30 100              10             4
        ann         2024-06-30 100              20             8"""
        },
    )["ann"]
    assert ann["overtime_12m"] == pytest.approx(0.15)
    assert (ann["overtime_trend"], ann["remote_share_change"]) == (None, None)


WEEKDAYS = 30.4375 * 5 / 7


def test_remote_work_is_a_share_of_the_weekdays_not_on_leave(features_of):
    people = features_of(
        JUNE,
        {
            "working_time": """
        employee_id month      remote_days leave_days
        ann         2023-12-31 2           10
        ann         2024-05-31 8           -
        ann         2024-06-30 8           2
        bob         2024-06-30 23          0
        cid         2024-06-30 0           31
        dan         2024-03-31 5           0"""
        },
    )
    lately, year = 16 / (2 * WEEKDAYS - 2), 18 / (3 * WEEKDAYS - 12)
    assert people["ann"]["remote_share_3m"] == pytest.approx(lately)
    assert people["ann"]["remote_share_change"] == pytest.approx(lately - year)
    assert people["bob"]["remote_share_3m"] == 1
    assert people["cid"]["remote_share_3m"] is None
    assert people["dan"]["remote_share_3m"] is None


def test_remote_work_is_a_share_of_all_weekdays_if_leave_is_not_recorded(features_of):
    people = features_of(JUNE, {"working_time": "employee_id month remote_days\nann 2024-06-30 8"})
    assert people["ann"]["remote_share_3m"] == pytest.approx(8 / WEEKDAYS)


def test_leave_is_days_a_month_and_months_since_the_last(features_of):
    people = features_of(
        JUNE,
        {
            "working_time": """
        employee_id month      leave_days
        ann         2023-12-31 10
        ann         2024-05-31 0
        ann         2024-06-30 2
        bob         2024-02-29 3
        bob         2024-06-30 0
        cid         2023-06-30 3
        cid         2024-06-30 0
        dan         2024-03-31 2"""
        },
    )
    assert people["ann"]["leave_days_12m"] == 4
    assert [people[who]["months_since_leave"] for who in ("ann", "bob")] == [0, 4]
    # of cid only one month of the window is recorded, of dan none lately
    assert [people[who]["months_since_leave"] for who in ("cid", "dan")] == [None, None]


def test_a_year_without_leave_is_twelve_months_if_most_of_it_is_recorded(features_of):
    months = ["2023-10-31", "2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    nine = "\n".join(f"{who} {month} 0" for who in ("ann", "bob") for month in [*months, "2024-05-31"])
    table = f"employee_id month leave_days\n{nine}\nann 2024-06-30 0"
    people = features_of(JUNE, {"working_time": table})
    assert (people["ann"]["months_since_leave"], people["bob"]["months_since_leave"]) == (12, None)


def test_contract_fulltime_share_and_location_are_those_in_force(features_of):
    people = features_of(
        JUNE,
        {
            "assignments": """
        employee_id effective_date location contract  fte
        ann         2020-01-01     riga     permanent 1
        ann         2024-01-01     oslo     -         0.5
        bob         2020-01-01     riga     fixed     1
        cid         2024-01-01     riga     fixed     1"""
        },
    )
    assert people["ann"]["contract"] == "permanent"
    assert people["ann"]["full_time_share"] == 0.5
    assert [people[who]["location_changed_12m"] for who in ("ann", "bob", "cid")] == [1, 0, None]


SURVEYS = """
    employee_id survey_date item score
    ann         2023-06-30  mood 0
    ann         2023-07-01  mood 4
    ann         2024-04-01  mood 7
    ann         2024-06-30  mood 10
    ann         2024-06-30  load 2
    bob         2022-01-01  mood 5"""


def test_survey_items_have_the_last_answer_means_and_a_trend(features_of):
    people = features_of(JUNE, {"surveys": SURVEYS})
    ann = people["ann"]
    assert ann["survey_mood_last"] == 10
    assert ann["survey_mood_mean_3m"] == pytest.approx(8.5)
    assert ann["survey_mood_mean_12m"] == pytest.approx(7)
    assert ann["survey_mood_trend"] == pytest.approx(1.5)
    assert ann["survey_load_last"] == 2
    assert people["bob"]["survey_mood_last"] is None


def test_answers_are_counted_over_windows_and_the_time_since_the_last_is_given(features_of):
    people = features_of(JUNE, {"surveys": SURVEYS + "\n    cid 2024-07-01 mood 1"})
    assert [people["ann"][f"survey_count_{window}m"] for window in (1, 3, 12)] == [2, 3, 4]
    assert people["ann"]["months_since_survey"] == 0
    assert people["bob"]["survey_count_12m"] == 0
    assert people["bob"]["months_since_survey"] == pytest.approx(911 / 30.4375)
    assert people["cid"]["months_since_survey"] is None


def test_counts_over_a_window_longer_than_the_table_are_unknown(features_of):
    ann = features_of(JUNE, {"surveys": "employee_id survey_date item score\nann 2024-05-15 mood 5"})["ann"]
    assert (ann["survey_count_1m"], ann["survey_count_3m"], ann["survey_count_12m"]) == (0, None, None)


def test_team_answers_exclude_the_person_and_need_three_others(features_of):
    team = "ann bob cid dan".split()
    people = features_of(JUNE, {
        "assignments": "employee_id effective_date manager_id department\n"
        + "\n".join(f"{who} 2020-01-01 max sales" for who in team),
        "surveys": "employee_id survey_date item score\n"
        + "\n".join(f"{who} 2024-06-01 mood {score}" for who, score in zip(team, (0, 6, 8, 10), strict=True)),
    })  # fmt: skip
    assert people["ann"]["survey_mood_team"] == 8
    assert people["dan"]["survey_mood_team"] == pytest.approx(14 / 3)
    assert people["max"]["survey_mood_team"] is None
    assert people["ann"]["survey_all_against_department"] == -8


def test_measures_have_the_last_value_and_a_rank_among_all(features_of):
    six = ["ann", "bob", "cid", "dan", "eve", "fay"]
    rows = "\n".join(f"{who} 2024-06-30 sales {-5 + 10 * place}" for place, who in enumerate(six))
    items = {"measures": {"sales": Item(driver="pay", label="Sales")}}
    people = features_of(JUNE, {"measures": f"employee_id measured_at name value\n{rows}"}, items=items)
    assert people["ann"]["measure_sales_last"] == -5
    assert people["bob"]["measure_sales_rank"] == pytest.approx(1 / 5)


def test_competencies_are_means_over_assessors_including_the_manager(features_of):
    people = features_of(JUNE, {
        "assignments": "employee_id effective_date manager_id\nann 2020-01-01 max",
        "competencies": """
            employee_id assessed_at competency score assessor_id
            ann         2023-01-15  coaching   2     bob
            ann         2024-01-15  coaching   3     bob
            ann         2024-01-15  coaching   5     cid
            max         2024-01-15  coaching   1     bob""",
    })  # fmt: skip
    assert people["ann"]["competency_coaching_last"] == 4
    assert people["ann"]["competency_coaching_mean_24m"] == 3
    assert people["ann"]["competency_coaching_trend"] == 1
    assert people["ann"]["competency_coaching_of_manager"] == 1


def test_an_answer_is_not_counted_before_it_was_recorded(features_of):
    late = "employee_id survey_date item score recorded_at\nann 2024-06-01 mood 5 2024-07-01"
    assert features_of(JUNE, {"surveys": late})["ann"]["survey_mood_last"] is None
    july = features_of("2024-07-31", {"surveys": late})["ann"]
    assert july["survey_mood_last"] == 5
    assert july["snapshot_date"] == date(2024, 7, 31)
