from datetime import date

import pytest

JUNE = "2024-06-30"


def test_time_with_the_manager_restarts_with_a_change_of_manager(features_of):
    people = features_of(JUNE, {
        "employees": "employee_id hire_date\n" + "\n".join(f"{who} 2015-01-01" for who in ("ann", "bob", "cid", "max")),
        "assignments": """
            employee_id effective_date manager_id
            ann         2015-01-01     max
            ann         2022-07-01     cid
            ann         2024-01-01     max
            bob         2015-01-01     max
            cid         2024-06-01     max""",
    })  # fmt: skip
    assert people["ann"]["months_with_manager"] == pytest.approx(181 / 30.4375)
    assert (people["ann"]["manager_changes_12m"], people["ann"]["manager_changes_24m"]) == (1, 2)
    assert (people["bob"]["manager_changes_12m"], people["bob"]["manager_changes_24m"]) == (0, 0)
    assert people["cid"]["months_with_manager"] is None
    assert people["cid"]["manager_changes_12m"] is None
    assert people["ann"]["manager_tenure"] == pytest.approx(3468 / 30.4375)
    assert people["max"]["manager_tenure"] is None


TEAM = """
    employee_id effective_date manager_id department job
    ann         2020-01-01     max        sales      clerk
    bob         2020-01-01     max        sales      clerk
    cid         2020-01-01     max        sales      clerk
    dan         2020-01-01     eve        sales      seller
    max         2020-01-01     -          head       boss"""


def test_the_span_counts_direct_reports(features_of):
    people = features_of(JUNE, {"assignments": TEAM})
    assert (people["ann"]["team_size"], people["dan"]["team_size"], people["max"]["team_size"]) == (3, 1, None)
    assert (people["max"]["direct_reports"], people["ann"]["direct_reports"]) == (3, 0)


def test_peer_exits_are_voluntary_exits_in_the_window_over_the_others(features_of):
    team = TEAM + "\n    zed 2020-01-01 max sales clerk"
    people = features_of(
        JUNE,
        {
            "assignments": team,
            "exits": """
        employee_id exit_date  kind        recorded_at
        bob         2024-05-01 voluntary   -
        cid         2023-12-31 voluntary   -
        dan         2024-05-01 involuntary -
        eve         2024-06-01 voluntary   2024-07-05""",
        },
    )
    # zed stays, bob left in the last 3 and 6 months, cid a day before these 6 months began
    for whose in ("team_exits_3m", "team_exits_6m", "department_exits_3m"):
        assert people["ann"][whose] == 1 / 2
    for whose in ("team_exits_12m", "department_exits_12m"):
        assert people["ann"][whose] == pytest.approx(2 / 3)
    assert people["max"]["team_exits_3m"] is None
    assert people["max"]["department_exits_12m"] is None


def test_a_window_that_starts_before_exits_are_recorded_is_unknown(features_of):
    exits = "employee_id exit_date kind\nbob 2024-05-01 voluntary"
    tables = {"assignments": TEAM, "exits": exits}
    ann = features_of(JUNE, tables, complete_from=date(2024, 1, 1))["ann"]
    assert [ann[f"team_exits_{window}m"] for window in (3, 6, 12)] == [pytest.approx(1 / 2), pytest.approx(1 / 2), None]


def test_a_manager_who_has_left_is_noticed(features_of):
    exits = "employee_id exit_date kind\nmax 2024-06-15 involuntary"
    people = features_of(JUNE, {"assignments": TEAM, "exits": exits})
    assert (people["ann"]["manager_has_left"], people["dan"]["manager_has_left"]) == (1, 0)


SERVICES = """
    client_id provider_id opened_at        closed_at        rating effort_hours
    ann       bob         2024-06-03T09:00 2024-06-03T15:00 4      2
    ann       bob         2024-05-03T09:00 2024-05-04T09:00 2      -
    ann       cid         2023-09-01T09:00 2023-09-01T09:30 5      1
    bob       ann         2024-06-28T09:00 2024-07-01T09:00 1      9
    ann       bob         2023-06-30T09:00 2023-06-30T10:00 1      1"""


def test_services_are_summed_over_windows_as_client_and_as_provider(features_of):
    people = features_of(JUNE, {"collaboration": SERVICES})
    ann, bob = people["ann"], people["bob"]
    measures = ("services", "rating", "hours", "effort")
    assert [ann[f"client_{measure}_12m"] for measure in measures] == pytest.approx([3 / 12, 11 / 3, 30.5 / 3, 1.5])
    lately = [2 / 3 - 3 / 12, 3 - 11 / 3, 15 - 30.5 / 3, 2 - 1.5]
    assert [ann[f"client_{measure}_trend"] for measure in measures] == pytest.approx(lately)
    assert (bob["provider_rating_12m"], bob["provider_hours_12m"]) == (3, 15)
    assert (bob["provider_services_trend"], ann["provider_services_trend"]) == pytest.approx((2 / 3 - 2 / 12, 1 / 4))


def test_an_open_service_is_counted_but_not_rated(features_of):
    june = features_of(JUNE, {"collaboration": SERVICES})
    assert june["bob"]["client_services_12m"] == pytest.approx(1 / 12)
    assert june["bob"]["client_rating_12m"] is None
    assert june["bob"]["client_hours_12m"] is None
    july = features_of("2024-07-31", {"collaboration": SERVICES})
    assert (july["bob"]["client_rating_12m"], july["bob"]["client_hours_12m"]) == (1, 72)


def test_a_late_recorded_service_is_not_known_before_its_record(features_of):
    rows = (
        "client_id provider_id opened_at recorded_at\nann bob 2023-06-01T09:00 -\nann bob 2024-06-05T09:00 2024-07-01"
    )
    june, july = (features_of(day, {"collaboration": rows})["ann"] for day in (JUNE, "2024-07-31"))
    assert (june["client_services_12m"], july["client_services_12m"]) == (0, pytest.approx(1 / 12))


def test_volumes_are_zero_and_ratings_unknown_without_any_service(features_of):
    tables = {"collaboration": SERVICES, "assignments": "employee_id effective_date department\nzoe 2020-01-01 sales"}
    zoe = features_of(JUNE, tables)["zoe"]
    assert (zoe["client_services_12m"], zoe["provider_services_12m"], zoe["colleagues_served_12m"]) == (0, 0, 0)
    assert (zoe["client_rating_12m"], zoe["service_balance_12m"], zoe["months_since_service"]) == (None, None, None)


def test_volumes_over_a_window_longer_than_the_table_are_unknown(features_of):
    rows = "client_id provider_id opened_at\nann bob 2024-04-01T09:00"
    ann = features_of(JUNE, {"collaboration": rows})["ann"]
    assert (ann["client_services_12m"], ann["colleagues_serving_12m"]) == (None, None)
    assert ann["months_since_service"] == 2


def test_new_hires_are_measured_over_their_months_of_employment(features_of):
    tables = {
        "employees": "employee_id hire_date\nann 2024-05-10\nbob 2015-01-01",
        "collaboration": "client_id provider_id opened_at\nbob bob2 2023-01-01T09:00\nann bob 2024-06-01T09:00",
    }
    assert features_of(JUNE, tables)["ann"]["client_services_12m"] == pytest.approx(1 / 2)


def test_services_of_an_earlier_spell_do_not_count(features_of):
    rows = "client_id provider_id opened_at\nann bob 2023-08-01T09:00\nann bob 2024-03-01T09:00"
    tables = {
        "employees": "employee_id hire_date\nann 2015-01-01\nann 2024-02-01\nbob 2015-01-01",
        "exits": "employee_id exit_date kind\nann 2023-12-31 voluntary",
        "collaboration": rows + "\nbob cid 2023-01-01T09:00",
    }
    people = features_of(JUNE, tables)
    assert people["ann"]["client_services_12m"] == pytest.approx(1 / 5)
    assert people["ann"]["colleagues_serving_12m"] == 1
    assert people["bob"]["provider_services_12m"] == pytest.approx(2 / 12)


def test_balance_degree_and_contact(features_of):
    people = features_of(JUNE, {"collaboration": SERVICES})
    ann, bob, cid = (people[who] for who in ("ann", "bob", "cid"))
    assert (ann["service_balance_12m"], bob["service_balance_12m"]) == (pytest.approx(-2 / 4), pytest.approx(1 / 3))
    assert (ann["colleagues_serving_12m"], ann["colleagues_served_12m"]) == (2, 1)
    assert (ann["mutual_service_share_12m"], cid["mutual_service_share_12m"]) == (0.5, 0)
    assert (ann["months_since_service"], cid["months_since_service"]) == (0, 9)


def test_service_partners_who_left_are_a_share_of_all_partners(features_of):
    exits = "employee_id exit_date kind\nbob 2024-06-01 voluntary"
    people = features_of(JUNE, {"collaboration": SERVICES, "exits": exits})
    assert people["ann"]["partners_left_share_12m"] == 0.5
    assert people["cid"]["partners_left_share_12m"] == 0


def test_department_pairs_are_rated_by_all_their_members_and_weighted_by_use(features_of):
    people = features_of(JUNE, {
        "assignments": """
            employee_id effective_date department
            ann         2020-01-01     sales
            zoe         2020-01-01     sales
            bob         2020-01-01     finance
            cid         2020-01-01     logistics""",
        "collaboration": """
            client_id provider_id opened_at        rating
            ann       bob         2024-06-03T09:00 1
            zoe       bob         2024-05-03T09:00 3
            ann       cid         2024-06-01T09:00 5
            ann       zoe         2023-07-01T09:00 -""",
    })  # fmt: skip
    # sales asking finance: 2; sales asking logistics: 5; nobody rated sales asking sales
    assert people["ann"]["department_pair_rating_12m"] == pytest.approx((2 + 5) / 2)
    assert people["zoe"]["department_pair_rating_12m"] == 2
    assert people["bob"]["department_pair_rating_12m"] == 2
    assert (people["ann"]["departments_serving_12m"], people["ann"]["departments_served_12m"]) == (3, 0)
    assert people["ann"]["service_across_share_12m"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(("column", "feature"), [("rating", "client_rating_12m"), ("effort_hours", "client_effort_12m"),
                                                 ("closed_at", "client_hours_12m")])  # fmt: skip
def test_unrecorded_columns_of_services_give_no_features(features_of, column, feature):
    words = [line.split() for line in SERVICES.strip().splitlines()]
    columns = [position for position, name in enumerate(words[0]) if name != column]
    rows = "\n".join(" ".join(line[position] for position in columns) for line in words)
    assert feature not in features_of(JUNE, {"collaboration": rows})["ann"]
