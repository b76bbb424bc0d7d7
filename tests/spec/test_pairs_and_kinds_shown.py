"""Services between departments: which pairs, which kinds and which mean risks of those who ask are shown; by hand."""

from typing import Any

import polars as pl
import pytest

from pipeline.disclosure import kinds_shown, pairs_shown, pairs_that_carry

PAIR = ("Sales", "Plant")


def kind(name: str, services: int, clients: int, providers: int) -> dict[str, Any]:
    return {"kind": name, "services": services, "clients": clients, "providers": providers}


DATA, HELP, RARE = kind("data", 20, 6, 5), kind("help", 10, 5, 5), kind("rare", 3, 2, 2)


@pytest.mark.parametrize(
    ("kinds", "shown"),
    [
        pytest.param([HELP, DATA], {"data": 20, "help": 10}, id="all of enough people"),
        pytest.param([HELP, RARE, DATA], {"data": 20, "other": 13}, id="the rarest large kind goes with a small one"),
        pytest.param([RARE, DATA], {"other": 23}, id="one large kind less the sum would be the small one"),
        pytest.param([RARE], None, id="a small kind alone"),
        pytest.param([kind("data", 20, 9, 4)], None, id="four who answer"),
        pytest.param([kind("data", 20, 4, 9)], None, id="four who ask"),
        pytest.param([], None, id="no kind"),
        pytest.param(None, None, id="unknown"),
        pytest.param([kind("b", 10, 9, 9), kind("a", 10, 9, 9), RARE], {"a": 10, "other": 13}, id="equal: by name"),
        pytest.param([kind("other", 30, 9, 9), DATA, RARE], {"other": 53}, id="a kind of that name is added to"),
    ],
)
def test_kinds_of_few_people_are_added_to_the_rarest_of_the_others(
    kinds: list[dict[str, Any]] | None, shown: dict[str, int] | None
) -> None:
    found = kinds_shown(kinds)
    assert found == shown
    assert list(found or {}) == list(shown or {}), "most frequent first"


def pair(client: str, provider: str, clients: int, providers: int) -> dict[str, Any]:
    names = {"client_department": client, "provider_department": provider, "clients": clients, "providers": providers}
    return names | {"services": 30, "balance": 0.5, "kinds": [DATA, HELP]}


def figures(rows: list[dict[str, Any]], hidden: list[tuple[str, str]]) -> dict[tuple[str, str], tuple[Any, ...]]:
    shown = pairs_shown(pl.DataFrame(rows), ["services", "balance"], hidden)
    return {
        (row["client_department"], row["provider_department"]): (row["services"], row["balance"], row["kinds"])
        for row in shown
    }


def test_a_pair_needs_five_who_ask_and_five_who_answer() -> None:
    kinds = {"data": 20, "help": 10}
    rows = [pair("a", "b", 5, 5), pair("a", "c", 4, 9), pair("a", "d", 9, 4)]
    found = figures(rows, [])
    assert found == {("a", "b"): (30, 0.5, kinds), ("a", "c"): (None,) * 3, ("a", "d"): (None,) * 3}


def test_a_hidden_pair_shows_nothing_and_takes_the_balance_from_its_mirror() -> None:
    kinds = {"data": 20, "help": 10}
    rows = [pair("a", "b", 9, 9), pair("b", "a", 9, 9), pair("a", "c", 9, 9)]
    found = figures(rows, [("a", "b")])
    assert found == {("a", "b"): (None,) * 3, ("b", "a"): (30, None, kinds), ("a", "c"): (30, 0.5, kinds)}
    assert figures(rows, [])["b", "a"] == (30, 0.5, kinds)


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


def people_of(department: str | None, number: int) -> pl.DataFrame:
    columns = {"person": [f"P{at:02}" for at in range(number)], "department": [department] * number}
    schema = {"person": pl.String, "department": pl.String, "team": pl.String}
    return pl.DataFrame(columns | {"team": [None] * number}, schema=schema)


def test_a_mean_risk_needs_more_than_four_whose_numbers_of_services_differ() -> None:
    """Half ask once and half twice: without the four who ask twice, nothing of eight differs, and of ten one does."""
    assert pairs_that_carry(asked(Plant=[1, 2] * 4), people_of("Sales", 8)) == set()
    assert pairs_that_carry(asked(Plant=[1, 2] * 5), people_of("Sales", 10)) == {PAIR}


def test_pairs_asked_for_by_the_same_people_as_often_are_one_equation() -> None:
    often = [1, 2] * 20
    both = asked(Plant=often, Legal=often)
    assert pairs_that_carry(both, people_of("Sales", 40)) == {("Sales", "Legal")}, "as busy, and first by name"
    twice = asked(Plant=[2 * number for number in often], Legal=often)
    assert pairs_that_carry(twice, people_of("Sales", 40)) == {PAIR}, "the busiest"


def test_all_who_ask_equally_often_are_the_sum_of_everyone() -> None:
    assert pairs_that_carry(asked(Plant=[3] * 40), people_of("Sales", 40)) == set()


@pytest.mark.parametrize("department", [None, "Plant"])
def test_clients_of_an_unknown_department_carry_nothing(department: str | None) -> None:
    assert pairs_that_carry(asked(Legal=[1, 2] * 20), people_of(department, 40)) == set()
