"""Factors and the figures of peers, on tables of a few people."""

from typing import NamedTuple

import numpy as np
import polars as pl

from pipeline.model.factors import factor_table, peer_figures, peers_of


class About(NamedTuple):
    driver: str


def people(departments: list[str | None], levels: list[int | None]) -> pl.DataFrame:
    ids = [f"e{number}" for number in range(len(levels))]
    schema = {"employee_id": pl.String, "department": pl.String, "level": pl.Int64}
    return pl.DataFrame([ids, departments, levels], schema=schema)


def test_five_people_of_the_same_department_and_level_are_peers() -> None:
    posts = people(["sales"] * 5 + ["finance"] * 5, [1] * 10)
    pay = pl.DataFrame({"pay": [1.0, 2.0, 3.0, 4.0, 5.0, 11.0, 12.0, 13.0, 14.0, 15.0]})
    assert peer_figures(pay, peers_of(posts))["pay"].to_list() == [3.0] * 5 + [13.0] * 5


def test_with_fewer_people_the_level_and_then_everyone_are_peers() -> None:
    posts = people(["sales"] * 4 + ["finance"] * 2, [1, 1, 1, 1, 1, 2])
    pay = pl.DataFrame({"pay": [1.0, 2.0, 3.0, 4.0, 5.0, 90.0]})
    assert peer_figures(pay, peers_of(posts))["pay"].to_list() == [3.0] * 5 + [3.5]


def test_people_with_an_unknown_post_are_compared_with_everyone() -> None:
    pay = pl.DataFrame({"pay": [1.0, 2.0, 3.0, 4.0, 5.0]})
    assert peer_figures(pay, peers_of(people([None] * 5, [None] * 5)))["pay"].to_list() == [3.0] * 5


def test_only_known_figures_count_as_peers() -> None:
    pay = pl.DataFrame({"pay": [1.0, 2.0, 3.0, 4.0, None]})
    assert peer_figures(pay, peers_of(people(["sales"] * 5, [1] * 5)))["pay"].to_list() == [None] * 5


def test_the_peers_category_is_the_most_frequent_and_the_first_of_equals() -> None:
    site = pl.DataFrame({"site": ["b", "b", "a", "a", "c"]})
    assert peer_figures(site, peers_of(people(["sales"] * 5, [1] * 5)))["site"].to_list() == ["a"] * 5


def test_a_factor_has_value_peer_value_and_share() -> None:
    features = pl.DataFrame({"pay": [1.0, 2.0, 3.0, 4.0, 1234567.8], "site": ["x", "x", "x", None, "y"]})
    shares = np.arange(10.0).reshape(5, 2)
    about = {"pay": About("pay"), "site": About("context")}
    posts = people(["sales"] * 5, [1] * 5)
    factors = factor_table(posts, features, shares, about, peers_of(posts))
    assert factors.columns == ["employee_id", "feature", "driver", "value", "peer_value", "contribution"]
    assert factors.rows()[3:6] == [
        ("e3", "pay", "pay", "4.0", "3.0", 6.0),
        ("e4", "pay", "pay", "1234570.0", "3.0", 8.0),
        ("e0", "site", "context", "x", None, 1.0),
    ]


def test_explaining_nobody_gives_an_empty_table() -> None:
    nobody = people([], [])
    features = pl.DataFrame({"pay": []}, schema={"pay": pl.Float64})
    assert factor_table(nobody, features, np.empty((0, 1)), {"pay": About("pay")}, peers_of(nobody)).height == 0
