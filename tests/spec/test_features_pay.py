from math import log

import pytest

JUNE = "2024-06-30"
SIX = ["ann", "bob", "cid", "dan", "eve", "fay"]
PAY_NOW = [150, 100, 105, 110, 120, 130]


def of_all(header, row, people=SIX):
    return "\n".join([header, *(f"{person} {row}" for person in people)])


def test_pay_against_market_is_the_log_ratio_of_the_row_in_force_and_its_change_over_a_year(features_of):
    ann = features_of(
        JUNE,
        {
            "compensation": """
        employee_id effective_date base_pay market_pay
        ann         2023-06-30     100      100
        ann         2024-01-01     110      121
        ann         2024-07-01     500      100"""
        },
    )["ann"]
    assert ann["pay_against_market"] == pytest.approx(log(110 / 121))
    assert ann["pay_against_market_change_12m"] == pytest.approx(log(110 / 121) - 0)


def test_pay_against_market_is_unknown_if_the_row_in_force_has_no_market_figure(features_of):
    ann = features_of(
        JUNE,
        {
            "compensation": """
        employee_id effective_date base_pay market_pay
        ann         2023-06-30     100      100
        ann         2024-01-01     110      -"""
        },
    )["ann"]
    assert ann["pay_against_market"] is None
    assert ann["pay_against_market_change_12m"] is None


def test_the_current_market_is_what_peers_were_last_compared_with(features_of):
    rows = "ann 2020-01-01 100 100\nbob 2024-02-01 105 120\ncid 2024-03-01 105 130\ndan 2024-04-01 105 110\n"
    rows += "eve 2023-06-30 100 500\nfay 2023-06-30 100 500"
    people = features_of(JUNE, {
        "assignments": of_all("employee_id effective_date job level", "2020-01-01 clerk 1"),
        "compensation": f"employee_id effective_date base_pay market_pay\n{rows}",
    })  # fmt: skip
    assert people["ann"]["pay_against_market_now"] == pytest.approx(log(100 / 120))
    assert people["ann"]["pay_against_market"] == 0


def test_pay_is_compared_with_the_same_job_and_level_if_five_others_hold_it(features_of):
    pay = "\n".join(f"{person} 2024-01-01 {100 + 10 * rank}" for rank, person in enumerate(SIX))
    people = features_of(JUNE, {
        "assignments": of_all("employee_id effective_date department job level", "2020-01-01 sales clerk 1"),
        "compensation": f"employee_id effective_date base_pay\n{pay}",
    })  # fmt: skip
    median = (log(120) + log(130)) / 2
    assert people["ann"]["pay_against_peers"] == pytest.approx(log(100) - median)
    assert people["ann"]["pay_rank_among_peers"] == 0
    assert people["bob"]["pay_rank_among_peers"] == pytest.approx(1 / 5)
    assert people["fay"]["pay_rank_among_peers"] == 1


def test_with_fewer_peers_in_the_job_pay_is_compared_with_the_level_in_the_department(features_of):
    places = "\n".join(f"{person} 2020-01-01 sales job_{person} 1" for person in SIX)
    pay = "\n".join(f"{person} 2024-01-01 {200 if person == 'ann' else 100}" for person in SIX)
    people = features_of(JUNE, {
        "assignments": f"employee_id effective_date department job level\n{places}",
        "compensation": f"employee_id effective_date base_pay\n{pay}",
    })  # fmt: skip
    assert people["ann"]["pay_against_peers"] == pytest.approx(log(2))
    assert people["bob"]["pay_against_peers"] == 0


def test_with_fewer_than_five_peers_pay_against_peers_is_unknown(features_of):
    five = SIX[:5]
    people = features_of(JUNE, {
        "assignments": of_all("employee_id effective_date department job level", "2020-01-01 sales clerk 1", five),
        "compensation": of_all("employee_id effective_date base_pay", "2024-01-01 100", five),
    })  # fmt: skip
    assert {people[person]["pay_against_peers"] for person in five} == {None}
    assert {people[person]["pay_rank_among_peers"] for person in five} == {None}


def test_pay_in_another_currency_counts_neither_as_peer_nor_as_growth(features_of):
    places = of_all("employee_id effective_date job level", "2020-01-01 clerk 1")
    pay = of_all("employee_id effective_date base_pay currency", "2023-01-01 100 EUR")
    people = features_of(JUNE, {"assignments": places, "compensation": f"{pay}\nann 2024-01-01 9000 RUB"})
    assert (people["ann"]["pay_against_peers"], people["ann"]["pay_growth_against_company_12m"]) == (None, None)
    assert people["bob"]["pay_against_peers"] is None
    assert people["ann"]["last_raise"] is None
    assert people["bob"]["pay_growth_against_company_12m"] is None  # five are left, four others


def test_growth_of_pay_is_the_log_ratio_to_the_row_in_force_at_the_start_of_the_window(features_of):
    without_raise = of_all("employee_id effective_date base_pay", "2022-01-01 70", ["cid", "dan", "eve", "fay", "gus"])
    people = features_of(JUNE, {
        "compensation": f"""{without_raise}
            ann         2022-06-30     80
            ann         2023-06-30     100
            ann         2023-07-01     110
            ann         2024-06-30     120
            bob         2023-07-01     100""",
    })  # fmt: skip
    assert people["ann"]["pay_growth_against_company_12m"] == pytest.approx(log(1.2))
    assert people["ann"]["pay_level"] == pytest.approx(log(120))
    assert people["bob"]["pay_growth_against_company_12m"] is None


def test_growth_is_compared_with_the_median_of_the_company(features_of):
    rows = of_all("employee_id effective_date base_pay", "2023-01-01 100")
    rows += "\n" + "\n".join(f"{person} 2024-01-01 110" for person in SIX[1:])
    people = features_of(JUNE, {"compensation": rows})
    assert people["ann"]["pay_growth_against_company_12m"] == pytest.approx(-log(1.1))
    assert people["bob"]["pay_growth_against_company_12m"] == 0


def test_growth_over_two_years_leaves_out_people_who_were_not_paid_then(features_of):
    pay = of_all("employee_id effective_date base_pay", "2022-06-30 100")
    pay += "\n" + "\n".join(f"{person} 2024-06-30 {raised}" for person, raised in zip(SIX, PAY_NOW, strict=True))
    people = features_of(JUNE, {"compensation": f"{pay}\ngus 2023-01-01 50"})
    # the median of six who were paid 100 then lies between 110 and 120
    assert people["ann"]["pay_growth_against_company_24m"] == pytest.approx(log(1.5) - (log(1.1) + log(1.2)) / 2)
    assert people["gus"]["pay_growth_against_company_24m"] is None
    assert people["gus"]["pay_growth_against_company_12m"] == pytest.approx(log(1) - log(1.1))


def test_growth_over_two_years_is_unknown_without_five_others_who_were_here_then(features_of):
    people = features_of(JUNE, {"compensation": of_all("employee_id effective_date base_pay", "2022-01-01 9", SIX[:5])})
    assert people["ann"]["pay_growth_against_company_24m"] is None


def test_a_raise_is_a_row_above_the_row_before_and_otherwise_the_hire_counts(features_of):
    people = features_of(JUNE, {
        "employees": "employee_id hire_date\nann 2010-01-01\nbob 2023-06-01\ncid 2010-01-01",
        "compensation": """
            employee_id effective_date base_pay
            ann         2020-01-01     100
            ann         2024-01-01     110
            ann         2024-03-01     110
            ann         2024-04-01     105
            bob         2023-06-01     100
            cid         2024-01-01     100""",
    })  # fmt: skip
    days_since_new_year, days_since_bobs_hire = 181, 395
    assert people["ann"]["months_since_raise"] == pytest.approx(days_since_new_year / 30.4375)
    assert people["ann"]["last_raise"] == pytest.approx(log(1.1))
    assert people["bob"]["months_since_raise"] == pytest.approx(days_since_bobs_hire / 30.4375)
    assert people["bob"]["last_raise"] is None
    assert people["cid"]["months_since_raise"] is None


def test_compression_is_how_much_more_newly_hired_peers_earn(features_of):
    new = SIX[3:]
    hired = "\n".join(f"{person} {'2024-01-01' if person in new else '2015-01-01'}" for person in SIX)
    pay = "\n".join(f"{person} 2024-01-01 {120 if person in new else 100}" for person in SIX)
    people = features_of(JUNE, {
        "employees": f"employee_id hire_date\n{hired}",
        "assignments": of_all("employee_id effective_date job level", "2024-01-01 clerk 1"),
        "compensation": f"employee_id effective_date base_pay bonus_target\n{pay}".replace("00\n", "00 0.1\n")
        .replace("20\n", "20 0.2\n") + " 0.2",
    })  # fmt: skip
    assert people["ann"]["pay_of_newer_peers"] == pytest.approx(log(1.2))
    assert people["fay"]["pay_of_newer_peers"] is None
    assert (people["ann"]["bonus_target"], people["fay"]["bonus_target"]) == (0.1, 0.2)


def test_rank_in_the_team_needs_five_others_under_the_same_manager(features_of):
    places = of_all("employee_id effective_date manager_id", "2020-01-01 max")
    pay = "\n".join(f"{person} 2024-01-01 {100 + rank}" for rank, person in enumerate([*SIX, "max"]))
    tables = {"assignments": places, "compensation": f"employee_id effective_date base_pay\n{pay}"}
    people = features_of(JUNE, tables)
    assert people["cid"]["pay_rank_in_team"] == pytest.approx(2 / 5)
    assert people["max"]["pay_rank_in_team"] is None
