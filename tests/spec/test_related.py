"""Related features: features that rank people alike are read together, and no others."""

import polars as pl

from pipeline.model.related import related, together
from pipeline.score_record import Factor

N = 60
UP = [float(value) for value in range(N)]
TABLE = pl.DataFrame(
    {
        "pay": UP,
        "pay_rank": [value**3 for value in UP],  # the same order
        "pay_gap": [-value for value in UP],  # the opposite order
        "overtime": UP,  # the same order, of another driver
        "raise": [value % 2 for value in UP],  # unrelated
        "bonus": [None if value > 1 else value for value in UP],  # hardly known
        "constant": [1.0] * N,
        "job": ["clerk", "cook"] * (N // 2),
    }
)
DRIVERS = dict.fromkeys(TABLE.columns, "pay") | {"overtime": "conditions"}


def test_numbers_of_a_driver_in_the_same_or_opposite_order_are_related() -> None:
    assert related(TABLE, DRIVERS) == {"pay": "pay", "pay_rank": "pay", "pay_gap": "pay"}


def test_nothing_is_related_among_a_few_people() -> None:
    assert related(TABLE.head(49), DRIVERS) == {}
    assert related(TABLE.select("job"), DRIVERS) == {}


def test_related_factors_are_grouped_and_sorted_by_their_sum() -> None:
    about = {name: {"related": name[0] if name[0] == "a" else None} for name in ("a1", "a2", "b", "c")}
    shares = {"a1": 0.5, "a2": -0.4, "b": 0.3, "c": -0.05}  # a1 and a2 add up to .1
    factors = [Factor(name, "pay", None, None, share) for name, share in shares.items()]
    assert [factor.feature for factor in together(factors, about)] == ["b", "a1", "a2", "c"]
