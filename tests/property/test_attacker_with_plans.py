"""An attacker who has the plans of all groups of all dimensions for a change, and knows whom the change reaches.

The effect of a change that reaches a part of each group is a sum over that part. No combination of the effects that
are shown may depend on one to four of the people reached.
"""

import numpy as np
import polars as pl
from disclosure_solver import revealed
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.disclosure import LEAST_PEOPLE, hidden_groups, hidden_of_reached

SETTINGS = settings(max_examples=at_most(60), deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def companies(draw: st.DrawFn) -> tuple[pl.DataFrame, np.ndarray]:
    """Ten to forty people in departments, locations and levels, and a figure by which a threshold reaches them."""
    size = draw(st.integers(10, 40))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    department = random.integers(0, random.integers(1, 4), size)
    usual = np.where(random.random(size) < 0.8, department, random.integers(0, 3, size))
    places = {"department": department, "location": usual, "level": random.integers(0, random.integers(1, 4), size)}
    figure = random.random(size) + 0.3 * department
    return pl.DataFrame({name: [f"{name} {code}" for code in codes] for name, codes in places.items()}), figure


@SETTINGS
@given(companies(), st.integers(1, 3))
def test_no_combination_of_effects_depends_on_few_of_those_reached(
    company: tuple[pl.DataFrame, np.ndarray], steps: int
) -> None:
    groups, figure = company
    published = hidden_groups(groups.with_row_index("person"))
    reached = [figure > limit for limit in np.linspace(1.0, 0.3, steps)]
    hidden = hidden_of_reached(groups, reached, published)
    mine = groups.filter(pl.Series(reached[-1]))
    sums = [
        mine.select((pl.col(name) == group).cast(pl.Float64)).to_series().to_numpy()
        for name in groups.columns
        for group in groups[name].unique().sort()
        if group not in hidden[name]
    ]
    assert all(each.sum() >= LEAST_PEOPLE for each in sums)
    assert not sums or revealed(sums) is None
    for name in groups.columns:
        assert published[name] <= hidden[name]


@SETTINGS
@given(companies())
def test_two_shown_steps_of_a_group_differ_by_nobody_or_by_five_people(
    company: tuple[pl.DataFrame, np.ndarray],
) -> None:
    groups, figure = company
    steps = [figure > limit for limit in (1.2, 0.9, 0.6, 0.3)]
    for name in groups.columns:
        one = groups.select(name)
        shown: dict[str, list[int]] = {}
        for at in range(len(steps)):
            hidden = hidden_of_reached(one, steps[: at + 1], {name: set()})[name]
            for group in set(one[name]) - hidden:
                is_theirs = (one[name] == group).to_numpy()
                shown.setdefault(group, []).append(int((steps[at] & is_theirs).sum()))
        for people in shown.values():
            assert all(more == 0 or more >= LEAST_PEOPLE for more in np.diff(people))


@SETTINGS
@given(companies())
def test_a_change_that_reaches_everyone_hides_no_group_that_is_published(
    company: tuple[pl.DataFrame, np.ndarray],
) -> None:
    groups, figure = company
    published = hidden_groups(groups.with_row_index("person"))
    assert hidden_of_reached(groups, [np.ones(len(figure), dtype=bool)], published) == published
