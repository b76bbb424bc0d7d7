"""Mean risks of those who ask: which pairs of departments may show them."""

import polars as pl

from pipeline.disclosure import ServicesBefore, incomparable_pairs, pairs_that_carry


def department(teams: str) -> pl.DataFrame:
    """People of Sales, one letter each for the shown team; a dot if it is not shown."""
    return pl.DataFrame(
        {
            "person": [f"P{number:02}" for number in range(len(teams))],
            "department": ["Sales"] * len(teams),
            "team": [None if team == "." else team for team in teams],
        }
    )


def asked(**numbers: list[int]) -> pl.DataFrame:
    """How often each person of Sales asked each department."""
    rows = [
        (f"P{at:02}", "Sales", provider, number)
        for provider, each in numbers.items()
        for at, number in enumerate(each)
        if number
    ]
    names = ["client_id", "client_department", "provider_department", "services"]
    return pl.DataFrame(rows, schema=names, orient="row")


def test_a_pair_carries_the_risk_of_many_who_ask_differently_often() -> None:
    assert pairs_that_carry(asked(Plant=[1, 2] * 20), department("." * 40)) == {("Sales", "Plant")}


def test_a_pair_carries_nothing_if_a_shown_group_leaves_few_of_those_who_ask() -> None:
    # three times the sum of everyone, less the pair's, is about the two who ask once
    assert pairs_that_carry(asked(Plant=[3] * 18 + [1] * 2), department("." * 20)) == set()


def test_a_pair_carries_nothing_if_one_person_asks_for_nearly_everything() -> None:
    # the sum of the pair less once that of everyone is 99 times the risk of the first
    assert pairs_that_carry(asked(Plant=[100] + [1] * 19), department("." * 20)) == set()


def test_two_pairs_that_differ_by_one_person_do_not_both_carry() -> None:
    often = [1, 2] * 20
    assert pairs_that_carry(asked(Plant=often, Legal=[2, *often[1:]]), department("." * 40)) == {("Sales", "Legal")}


def test_teams_count_as_known() -> None:
    # within each team of two, one asks twice and the other once: of any two teams, four people tell all that differs
    assert pairs_that_carry(asked(Plant=[1, 2] * 4), department("aabbccdd")) == set()


def test_a_pair_is_compared_with_an_earlier_publication_of_its_date() -> None:
    staff = {"Sales": frozenset("abcdefghij"), "Plant": frozenset("klmnopqrst")}
    pair = ("Sales", "Plant")
    before = [ServicesBefore(staff, {pair: 40})]
    fewer = staff | {"Sales": staff["Sales"] - {"a"}}
    many = staff | {"Sales": staff["Sales"] - set("abcde")}
    assert incomparable_pairs({pair: 40}, staff, before) == set(), "the same figures show nothing new"
    assert incomparable_pairs({pair: 39}, fewer, before) == {pair}
    assert incomparable_pairs({pair: 41}, staff, before) == {pair}, "one service more"
    assert incomparable_pairs({pair: 30}, many, before) == set()
    assert incomparable_pairs({pair: 39}, fewer, []) == set()
    assert incomparable_pairs({pair: 39}, fewer, [ServicesBefore(staff, {})]) == set(), "was not shown"
