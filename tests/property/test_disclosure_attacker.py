"""An attacker who knows everyone's groups and solves for figures of fewer than five people from everything shown.

The solver is independent: it takes the null space of the published sums and tries every set of people with one to four
members. A combination that depends on such a set alone exists if, and only if, the set's rows of the null space are
linearly dependent.
"""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import polars as pl
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.disclosure import LEAST_PEOPLE, comparable, hidden_groups, hidden_of_attributes
from pipeline.store.groups.group_figures import DIMENSIONS, group_figures

SETTINGS = settings(max_examples=at_most(75), deadline=None, suppress_health_check=list(HealthCheck))
Sums = list[NDArray[np.float64]]


def sums_of(groups: pl.DataFrame, hidden: Mapping[str, set[str]]) -> Sums:
    """The members of each shown group."""
    return [
        groups.select((pl.col(name) == group).fill_null(False).cast(pl.Float64)).to_series().to_numpy()
        for name in groups.columns
        for group in groups[name].unique().drop_nulls().sort()
        if group not in hidden[name]
    ]


def given_away(sums: Sums) -> list[int] | None:
    """The one to four people on whom a combination of the sums depends, and on nobody else; None if there are none."""
    if not sums:
        return None
    profiles, profile_of, people = np.unique(np.array(sums), axis=1, return_inverse=True, return_counts=True)
    _, strengths, directions = np.linalg.svd(profiles, full_matrices=True)
    free = directions[int((strengths > 1e-9).sum()) :].T
    if free.shape[1] > 6:  # a random shadow of the null space: what is dependent stays so, and else nothing becomes it
        free = free @ np.random.default_rng(1).normal(size=(free.shape[1], 6))
    small = np.flatnonzero(people < LEAST_PEOPLE)
    for size in range(1, LEAST_PEOPLE):
        sets = [few for few in combinations(small, size) if people[list(few)].sum() < LEAST_PEOPLE]
        if not sets:
            continue
        if free.shape[1] < size:
            return np.flatnonzero(np.isin(profile_of.ravel(), sets[0])).tolist()
        rows = free[np.array(sets)]
        least = np.linalg.eigvalsh(rows @ rows.transpose(0, 2, 1))[:, 0]
        if least.min() < 1e-12:
            return np.flatnonzero(np.isin(profile_of.ravel(), sets[int(least.argmin())])).tolist()
    return None


@st.composite
def companies(draw: st.DrawFn) -> pl.DataFrame:
    """Five to thirty people; a manager's people usually share a department and a location."""
    size = draw(st.integers(5, 30))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    departments, locations, levels = (int(random.integers(1, most)) for most in (4, 4, 4))
    department = random.integers(0, departments, size)
    is_nested = random.random() < 0.7
    boss = random.integers(0, 3, size) + 10 * (department if is_nested else 0)
    usual = np.where(random.random(size) < 0.8, department % locations, random.integers(0, locations, size))
    places = {
        "department": department,
        "location": usual,
        "level": random.integers(0, levels, size),
        "manager": boss,
    }
    return pl.DataFrame({name: [f"{name} {code}" for code in codes] for name, codes in places.items()})


@SETTINGS
@given(companies())
def test_nobody_can_be_derived_from_group_figures_and_the_total(groups: pl.DataFrame) -> None:
    hidden = hidden_groups(groups.with_row_index("person"))
    assert given_away([np.ones(groups.height), *sums_of(groups, hidden)]) is None


@SETTINGS
@given(companies())
def test_a_months_figures_reveal_no_small_group(groups: pl.DataFrame) -> None:
    """Uses the rows that readers get: every row with a head count is a sum known to the attacker."""
    scores = groups.rename({"manager": "manager_id"}).with_columns(
        employee_id=pl.Series([f"P{number}" for number in range(groups.height)]), risk=pl.lit(0.5)
    )
    none = pl.DataFrame(schema={"employee_id": pl.String, "driver": pl.String, "contribution": pl.Float64})
    shown = group_figures(scores, none).filter(pl.col("people").is_not_null())
    hidden = {name: set(groups[name]) - set(shown.filter(dimension=name)["value"]) for name in DIMENSIONS}
    assert given_away([np.ones(groups.height), *sums_of(groups.select(DIMENSIONS), hidden)]) is None


@SETTINGS
@given(companies(), st.integers(0, 2**32))
def test_nobody_can_be_derived_from_two_publications_of_a_month(groups: pl.DataFrame, seed: int) -> None:
    """Up to four people have left, or changed department, when the month is scored again."""
    random = np.random.default_rng(seed)
    before = groups.with_row_index("person").with_columns(pl.col("person").cast(pl.Int64))
    first = hidden_groups(before)
    was_shown = before.with_columns(
        pl.when(~pl.col(name).is_in(list(first[name]))).then(name).alias(name) for name in DIMENSIONS
    )
    moved = random.choice(groups.height, int(random.integers(1, 5)), replace=False).tolist()
    if random.random() < 0.5 and groups.height > len(moved):
        now = before.filter(~pl.col("person").is_in(moved))
    else:
        elsewhere = pl.when(pl.col("person").is_in(moved)).then(pl.lit("department 0")).otherwise("department")
        now = before.with_columns(department=elsewhere)
    second = hidden_groups(now, [was_shown])
    assert all(comparable(was_shown, now, second)[name] == set() for name in DIMENSIONS)
    everyone = before.select("person").join(now, on="person", how="left").drop("person")
    none_hidden: dict[str, set[str]] = {name: set() for name in DIMENSIONS}
    assert given_away([*sums_of(was_shown.drop("person"), none_hidden), *sums_of(everyone, second)]) is None


@SETTINGS
@given(st.integers(8, 30), st.integers(0, 2**32))
def test_nobody_can_be_derived_from_protected_attributes_and_their_pairs(size: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    names = ["gender", "age", "place"]
    groups = pl.DataFrame(
        {name: random.choice(np.array(["a", "b", "c"]), size, p=[0.6, 0.3, 0.1]).tolist() for name in names}
    ).with_columns(pl.when(pl.Series(random.random(size) < 0.9)).then("age").alias("age"))
    sums = [np.ones(size)]
    for entry, hidden in hidden_of_attributes(groups, np.arange(size)).items():
        labels = groups.select(group=pl.concat_str(entry, separator="|"))
        sums += sums_of(labels, {"group": {"|".join(part) for part in hidden}})
    assert given_away(sums) is None
