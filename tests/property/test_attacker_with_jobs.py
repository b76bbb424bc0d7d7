"""An attacker who has an outlook's jobs beside the published figures of all other groups, also of two publications."""

import numpy as np
import polars as pl
from disclosure_solver import revealed
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.disclosure import LEAST_PEOPLE
from pipeline.outlook.jobs import JobsBefore, jobs_shown, members_of
from pipeline.store.groups.group_figures import DIMENSIONS, EVERYONE, group_figures

SETTINGS = settings(max_examples=at_most(60), deadline=None, suppress_health_check=list(HealthCheck))
NO_FACTORS = pl.DataFrame(schema={"employee_id": pl.String, "driver": pl.String, "contribution": pl.Float64})
COLUMN = {"manager": "manager_id"}
Figures = dict[str, list[dict[str, object]]]


@st.composite
def companies(draw: st.DrawFn) -> pl.DataFrame:
    """Five to thirty people; a job usually belongs to a department, and some people have none."""
    size = draw(st.integers(5, 30))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    department = random.integers(0, random.integers(1, 4), size)
    job = np.where(random.random(size) < 0.8, department, random.integers(0, 4, size))
    places = {
        "department": department,
        "location": random.integers(0, random.integers(1, 3), size),
        "level": random.integers(0, random.integers(1, 4), size),
        "manager_id": random.integers(0, 3, size),
        "job": job,
    }
    frame = pl.DataFrame({name: [f"{name} {code}" for code in codes] for name, codes in places.items()})
    has_job = pl.Series(random.random(size) < 0.9)
    return frame.with_columns(
        employee_id=pl.Series([f"P{number}" for number in range(size)]),
        job=pl.when(has_job).then("job"),
        risk=pl.lit(0.5),
    )


def published(people: pl.DataFrame) -> Figures:
    rows = group_figures(people, NO_FACTORS)
    return {name: rows.filter(dimension=name).to_dicts() for name in (EVERYONE, *DIMENSIONS)}


def sums_of(people: pl.DataFrame, figures: Figures, jobs: set[str], everyone: pl.Series) -> list[NDArray[np.float64]]:
    """The members of each shown group among `everyone`."""
    placed = everyone.to_frame("employee_id").join(people, on="employee_id", how="left", maintain_order="left")
    shown = [
        (COLUMN.get(name, name), row["value"])
        for name in DIMENSIONS
        for row in figures[name]
        if row["people"] is not None
    ]
    members = [placed[name] == group for name, group in [*shown, *(("job", job) for job in sorted(jobs))]]
    if figures[EVERYONE][0]["people"] is not None:
        members.append(placed["department"].is_not_null())
    return [each.fill_null(False).cast(pl.Float64).to_numpy() for each in members]


@SETTINGS
@given(companies())
def test_jobs_reveal_nobody_beside_the_published_figures(people: pl.DataFrame) -> None:
    figures = published(people)
    jobs = jobs_shown(people, figures)
    sums = sums_of(people, figures, jobs, people["employee_id"])
    assert all(each.sum() >= LEAST_PEOPLE for each in sums)
    assert not sums or revealed(sums) is None


@SETTINGS
@given(companies(), st.integers(0, 2**32))
def test_a_date_that_is_published_again_shows_no_job_that_changed(people: pl.DataFrame, seed: int) -> None:
    first = jobs_shown(people, published(people))
    random = np.random.default_rng(seed)
    gone = random.choice(people.height, int(random.integers(0, 3)), replace=False).tolist()
    now = people.with_row_index("at").filter(~pl.col("at").is_in(gone)).drop("at")
    again = jobs_shown(now, published(now), JobsBefore(frozenset(first), members_of(people)))
    assert again <= first
    for job in again:
        assert set(people.filter(job=job)["employee_id"]) == set(now.filter(job=job)["employee_id"])
    assert jobs_shown(now, published(now), JobsBefore(frozenset(first), None)) == set()
