"""An attacker who has every plan about the people of several groups at once, and the sums of segments, beside all
published figures and jobs."""

import numpy as np
import polars as pl
from disclosure_solver import revealed
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.disclosure import LEAST_PEOPLE, hidden_groups, hide_further
from pipeline.disclosure.intersections import LEAST_OF_INTERSECTION, intersections, intersections_shown, only
from pipeline.disclosure.segments import segments_with_sums
from pipeline.planning.reasons import hidden_of_plan

SETTINGS = settings(max_examples=at_most(40), deadline=None, suppress_health_check=list(HealthCheck))
OF = ("department", "location", "level", "job")


@st.composite
def companies(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.Series]:
    """Forty to a hundred and twenty people. Most are where their department usually is, so that an intersection often
    lacks one or two people of a group. And the manager of each."""
    size = draw(st.integers(40, 120))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    department = random.integers(0, random.integers(2, 4), size)
    usual = draw(st.sampled_from([0.5, 0.9, 0.97]))

    def mostly(groups: int) -> NDArray[np.int64]:
        return np.where(random.random(size) < usual, department % groups, random.integers(0, groups, size))

    places = {"department": department, "location": mostly(2), "level": mostly(3), "job": mostly(2)}
    groups = pl.DataFrame({name: [f"{name} {code}" for code in codes] for name, codes in places.items()})
    has_job = pl.Series(random.random(size) < 0.95)
    manager = pl.Series("manager", [f"manager {code}" for code in random.integers(0, 6, size)])
    return groups.with_columns(pl.when(has_job).then("job").alias("job")), manager


def published_of(groups: pl.DataFrame, manager: pl.Series) -> pl.DataFrame:
    """The published groups and the jobs that are shown beside them, null where a group is not shown."""
    people = groups.select(pl.lit("all").alias("everyone"), "department", "location", "level").with_columns(manager)
    hidden = hidden_groups(people.with_row_index("person"))
    shown = only(people, {name: set(people[name]) - hidden[name] for name in people.columns})
    with_jobs = shown.with_columns(groups["job"])
    jobs = hide_further(with_jobs, {"job": set()}, shown.columns, has_total=False)["job"]
    return only(with_jobs, {name: set(with_jobs[name].drop_nulls()) - jobs for name in with_jobs.columns})


def sums_of(shown: pl.DataFrame) -> list[NDArray[np.float64]]:
    return [
        (shown[name] == group).fill_null(False).cast(pl.Float64).to_numpy()
        for name in shown.columns
        for group in shown[name].drop_nulls().unique().sort()
    ]


@SETTINGS
@given(companies())
def test_intersections_reveal_nobody_beside_all_published_groups(company: tuple[pl.DataFrame, pl.Series]) -> None:
    groups, manager = company
    published = published_of(groups, manager)
    shown = only(intersections(groups), intersections_shown(groups, published))
    mine = sums_of(shown)
    assert all(each.sum() >= LEAST_OF_INTERSECTION for each in mine)
    assert revealed(sums_of(published) + mine) is None


@SETTINGS
@given(companies(), st.integers(0, 2**32))
def test_no_combination_of_effects_on_intersections_depends_on_few_of_those_reached(
    company: tuple[pl.DataFrame, pl.Series], seed: int
) -> None:
    """A threshold reaches some of the people, with a milder step before it."""
    groups, manager = company
    published = published_of(groups, manager)
    parts = {"job": set(published["job"].drop_nulls()), **intersections_shown(groups, published)}
    figure = np.random.default_rng(seed).random(groups.height)
    steps = [figure > 0.5, figure > 0.2]
    dimensions = ("department", "location", "level")
    people = {name: set(published[name].drop_nulls()) for name in dimensions}
    hidden = hidden_of_plan(groups, {"overtime_hours_at_most": steps}, people, parts)
    every = pl.concat([groups, intersections(groups)], how="horizontal")
    allowed = {**people, **parts}
    effects = only(every, {name: set(allowed[name]) - hidden[name] for name in every.columns})
    sums = sums_of(effects.filter(pl.Series(steps[-1])))
    assert all(each.sum() >= LEAST_PEOPLE for each in sums)
    assert not sums or revealed(sums) is None


@SETTINGS
@given(companies(), st.integers(0, 2**32))
def test_segments_reveal_nobody_beside_all_that_is_shown(company: tuple[pl.DataFrame, pl.Series], seed: int) -> None:
    """Segments by time in the company too, some of which differ by one to four people from an intersection."""
    groups, manager = company
    published = published_of(groups, manager)
    parts = only(intersections(groups), intersections_shown(groups, published))
    beside = pl.concat([published, parts], how="horizontal")
    random = np.random.default_rng(seed)
    segments = []
    for _ in range(4):
        inside = np.ones(groups.height, dtype=bool)
        for name in random.choice(["department", "location", "level"], 2, replace=False):
            inside &= (groups[name] == groups[name][int(random.integers(groups.height))]).to_numpy()
        inside[random.choice(groups.height, int(random.integers(0, 5)), replace=False)] = False
        segments.append(inside)
    allowed = segments_with_sums(segments, beside)
    shown = [each.astype(float) for each, is_shown in zip(segments, allowed, strict=True) if is_shown]
    assert all(each.sum() >= LEAST_OF_INTERSECTION for each in shown)
    assert revealed(sums_of(beside) + shown) is None


def test_an_intersection_that_is_shown_anyway_is_shown_as_a_segment_and_one_less_a_person_is_not() -> None:
    """Thirty of Sales in Riga and thirty in Oslo, thirty of Plant in each."""
    groups = pl.DataFrame({"department": ["Sales", "Plant"] * 60, "location": (["Riga"] * 2 + ["Oslo"] * 2) * 30})
    everyone = groups.select(pl.lit("all").alias("everyone"), "department", "location")
    parts = intersections_shown(groups, everyone)
    beside = pl.concat([everyone, only(intersections(groups), parts)], how="horizontal")
    inside = ((groups["department"] == "Sales") & (groups["location"] == "Riga")).to_numpy()
    without_one = inside & (np.cumsum(inside) > 1)
    assert segments_with_sums([inside], beside) == [True]
    assert segments_with_sums([without_one], beside) == [False]
    assert segments_with_sums([inside & (np.cumsum(inside) > 15)], beside) == [False]  # fifteen people
