"""Peers, kinds, ties, newcomers and backlog: features of internal services beyond their averages."""

import pytest

JUNE = "2024-06-30"
LONG_AGO = "old older 2022-01-01T09:00 2022-01-01T09:00 5 1 other"


def services(*rows):
    header = "client_id provider_id opened_at closed_at rating effort_hours kind"
    return "\n".join([header, LONG_AGO, *rows])


CLERKS = "ann bob cid dan eve fay".split()


def clerks(*others):
    rows = [f"{who} 2020-01-01 clerk 1 max sales" for who in CLERKS]
    return "\n".join(["employee_id effective_date job level manager_id department", *rows, *others])


def test_service_is_compared_with_the_median_of_peers_over_three_months(features_of):
    people = features_of(JUNE, {
        "assignments": clerks("max 2020-01-01 chief 2 - sales"),
        "collaboration": services(
            # ann waits 1, 2 and 3 hours; everyone else asks once, waits 4 hours and pays 2 hours
            "ann max 2024-06-03T09:00 2024-06-03T10:00 5 1 data",
            "ann max 2024-06-04T09:00 2024-06-04T11:00 4 1 data",
            "ann max 2024-06-05T09:00 2024-06-05T12:00 3 1 data",
            *(f"{who} max 2024-05-03T09:00 2024-05-03T13:00 2 2 data" for who in CLERKS[1:]),
            "ann max 2024-03-31T09:00 2024-03-31T10:00 1 9 data",
        ),
    })  # fmt: skip
    ann, bob, max_ = (people[who] for who in ("ann", "bob", "max"))
    assert (ann["client_services_against_peers"], bob["client_services_against_peers"]) == (pytest.approx(2 / 3), 0)
    assert (ann["client_rating_against_peers"], bob["client_rating_against_peers"]) == (2, 0)
    assert (ann["client_hours_against_peers"], ann["client_effort_against_peers"]) == (-2, -1)
    # nobody has given service but max, who has no peers
    assert ann["provider_services_against_peers"] == 0
    assert (ann["provider_rating_against_peers"], max_["provider_rating_against_peers"]) == (None, None)
    assert max_["provider_services_against_peers"] is None


def test_peers_without_the_figure_do_not_count_towards_the_five(features_of):
    rows = [f"{who} max 2024-05-03T09:00 2024-05-03T13:00 2 2 data" for who in CLERKS[:5]]
    people = features_of(JUNE, {"assignments": clerks(), "collaboration": services(*rows)})
    assert people["ann"]["client_rating_against_peers"] is None
    assert people["ann"]["client_services_against_peers"] == 0


def test_kinds_count_both_sides_and_time_is_a_share_of_services_given(features_of):
    people = features_of(JUNE, {
        "collaboration": services(
            "ann bob 2024-06-03T09:00 - - - data",
            "bob ann 2024-06-03T09:00 - - - data",
            "ann bob 2024-06-04T09:00 - - - working_time",
            "bob ann 2024-06-05T09:00 - - - resources",
            "ann bob 2024-06-06T09:00 - - - -",
            "cid dan 2024-06-06T09:00 - - - -",
            "ann bob 2023-06-30T09:00 - - - reporting",
        ),
    })  # fmt: skip
    ann, bob, cid = (people[who] for who in ("ann", "bob", "cid"))
    # of four services of known kind two are of one: 2 × 1 of the 4 × 3 ordered choices of two
    assert ann["service_kind_concentration_12m"] == bob["service_kind_concentration_12m"] == pytest.approx(1 / 6)
    assert (ann["provider_time_share_12m"], bob["provider_time_share_12m"]) == (0.5, 0.5)
    # of cid's only service the kind is not known; old has had none for a year
    for who in (cid, people["old"]):
        assert (who["service_kind_concentration_12m"], who["provider_time_share_12m"]) == (None, None)


def test_ties_are_close_if_services_repeat_with_the_same_colleague(features_of):
    people = features_of(JUNE, {
        "collaboration": services(
            "ann bob 2024-06-03T09:00 - - - data",
            "bob ann 2024-05-04T09:00 - - - data",
            "ann bob 2024-06-05T09:00 - - - data",
            "ann cid 2024-06-06T09:00 - - - data",
        ),
    })  # fmt: skip
    # ann: 3 with bob and 1 with cid, so 3 × 2 of the 4 × 3 ordered choices of two
    assert people["ann"]["tie_closeness_12m"] == 0.5
    assert people["bob"]["tie_closeness_12m"] == 1
    assert people["cid"]["tie_closeness_12m"] is None
    assert people["old"]["tie_closeness_12m"] is None


def test_served_newcomers_were_hired_within_the_year(features_of):
    people = features_of(JUNE, {
        "employees": """
            employee_id hire_date
            ann         2015-01-01
            bob         2023-07-01
            cid         2023-06-30
            dan         2024-01-01
            old         2010-01-01
            older       2010-01-01""",
        "collaboration": services(
            "bob ann 2024-06-03T09:00 - - - data",
            "bob ann 2024-06-04T09:00 - - - data",
            "cid ann 2024-06-04T09:00 - - - data",
            "ann dan 2024-06-04T09:00 - - - data",
        ),
    })  # fmt: skip
    assert (people["ann"]["newcomers_served_12m"], people["dan"]["newcomers_served_12m"]) == (1, 0)
    assert people["old"]["newcomers_served_12m"] == 0


def test_the_backlog_grows_if_requests_outrun_answers(features_of):
    people = features_of(JUNE, {
        "collaboration": services(
            "bob ann 2024-06-03T09:00 2024-06-03T10:00 - - data",
            "bob ann 2024-06-04T09:00 - - - data",
            "bob ann 2024-06-05T09:00 2024-07-01T09:00 - - data",
            "bob ann 2024-06-06T09:00 - - - data",
            "ann cid 2024-03-01T09:00 2024-05-01T09:00 - - data",
            "ann cid 2024-05-01T09:00 2024-05-01T10:00 - - data",
        ),
    })  # fmt: skip
    # ann is asked 4 times and answers once; cid is asked once in the window and answers twice
    assert (people["ann"]["unanswered_requests_3m"], people["cid"]["unanswered_requests_3m"]) == (0.75, -1)
    assert people["bob"]["unanswered_requests_3m"] is None


def test_a_window_longer_than_the_recorded_services_is_unknown_in_every_feature(features_of):
    rows = "client_id provider_id opened_at closed_at rating kind\n" + "\n".join(
        f"{pair} 2024-05-0{day}T09:00 2024-05-0{day}T10:00 4 data" for day in (1, 2) for pair in ("ann bob", "bob ann")
    )
    tables = {
        "collaboration": rows,
        "assignments": "employee_id effective_date department\nann 2020-01-01 sales\nbob 2020-01-01 shop",
    }
    ann = features_of(JUNE, tables)["ann"]
    windows = [name for name in ann if name.startswith(("client_", "provider_", "service_", "colleagues_", "tie_",
                                                         "newcomers_", "departments_", "unanswered_"))]  # fmt: skip
    assert {name: ann[name] for name in windows if ann[name] is not None} == {}
    assert ann["months_since_service"] == 1


def test_a_managers_level_is_the_last_one_held(features_of):
    people = features_of(JUNE, {
        "assignments": """
            employee_id effective_date manager_id level
            ann         2020-01-01     max        1
            max         2020-01-01     -          3
            max         2024-02-01     -          4""",
    })  # fmt: skip
    assert (people["ann"]["manager_level"], people["max"]["manager_level"]) == (4, None)


TEAM = "employee_id effective_date manager_id\n" + "\n".join(
    f"{who} 2020-01-01 {manager}"
    for who, manager in [("ann", "max"), ("bob", "max"), ("cid", "max"), ("dan", "max"), ("eve", "ann"), ("max", "-")]
)


def test_exits_of_reports_are_a_feature_of_the_manager(features_of):
    exits = """
        employee_id exit_date  kind
        bob         2024-05-01 voluntary
        cid         2023-05-01 voluntary
        dan         2024-05-01 involuntary
        eve         2024-05-01 voluntary"""
    people = features_of(JUNE, {"assignments": TEAM, "exits": exits})
    # max: ann stays and bob left; cid left too early and dan not by choice. ann: eve left
    assert (people["max"]["reports_exits_12m"], people["ann"]["reports_exits_12m"]) == (0.5, 1)
    stays = features_of(JUNE, {"assignments": TEAM})
    assert (stays["max"]["reports_exits_12m"], stays["eve"]["reports_exits_12m"]) == (0, None)


def test_overtime_of_reports_is_a_feature_of_the_manager(features_of):
    hours = """
        employee_id month      contracted_hours overtime_hours
        ann         2024-06-30 100              10
        bob         2024-06-30 100              30
        max         2024-06-30 100              90"""
    people = features_of(JUNE, {"assignments": TEAM, "working_time": hours})
    assert people["max"]["reports_overtime_3m"] == pytest.approx(0.2)
    assert (people["ann"]["reports_overtime_3m"], people["bob"]["reports_overtime_3m"]) == (None, None)


ANSWERS = "employee_id survey_date item score\n" + "\n".join(
    f"{who} 2024-06-01 mood {score}" for who, score in [("ann", 1), ("bob", 4), ("cid", 7), ("dan", 10), ("eve", 2)]
)


def test_a_persons_answer_is_compared_with_the_rest_of_the_team(features_of):
    people = features_of(JUNE, {"assignments": TEAM, "surveys": ANSWERS})
    assert people["ann"]["survey_mood_against_team"] == 1 - 7
    assert people["dan"]["survey_mood_against_team"] == 10 - 4
    assert people["eve"]["survey_mood_against_team"] is None


def test_answers_of_reports_need_at_least_three(features_of):
    people = features_of(JUNE, {"assignments": TEAM, "surveys": ANSWERS})
    assert (people["max"]["reports_survey_all"], people["ann"]["reports_survey_all"]) == (5.5, None)


def test_competencies_and_measures_are_compared_with_the_team(features_of):
    assessed = ANSWERS.replace("survey_date item score", "assessed_at competency score").replace("mood 10", "mood 5")
    measured = ANSWERS.replace("survey_date item score", "measured_at name value")
    people = features_of(JUNE, {"assignments": TEAM, "competencies": assessed, "measures": measured})
    assert people["ann"]["competency_mood_against_team"] == pytest.approx(1 - 16 / 3)
    assert people["ann"]["measure_mood_against_team"] == 1 - 7
    assert people["ann"]["months_since_competency"] == pytest.approx(29 / 30.4375)


def test_missed_rounds_are_those_that_others_answered(features_of):
    everyone = [f"p{number}" for number in range(20)]
    rounds = [f"{who} {day} mood 5" for day in ("2023-07-10", "2023-10-10", "2024-01-10") for who in everyone]
    rows = ["employee_id survey_date item score", *rounds, "ann 2023-10-12 mood 5", "ann 2023-11-02 mood 5"]
    people = features_of(JUNE, {
        "employees": "employee_id hire_date\n" + "\n".join(
            [f"{who} 2015-01-01" for who in [*everyone, "ann"]] + ["bob 2023-09-20", "cid 2024-01-05"]
        ),
        "surveys": "\n".join(rows),
    })  # fmt: skip
    # three rounds: ann's straggler in November makes none; bob came before the second, cid in the month of the third
    assert people["p0"]["survey_missed_12m"] == 0
    assert people["ann"]["survey_missed_12m"] == pytest.approx(2 / 3)
    assert (people["bob"]["survey_missed_12m"], people["cid"]["survey_missed_12m"]) == (1, None)


def test_missed_rounds_are_unknown_until_the_table_covers_the_window(features_of):
    rows = "employee_id survey_date item score\nann 2023-08-01 mood 5\nbob 2023-08-01 mood 5"
    assert features_of(JUNE, {"surveys": rows})["ann"]["survey_missed_12m"] is None
