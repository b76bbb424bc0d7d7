"""Monthly sums carried over from one extract of a source to the next equal the sums of the last extract alone."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from features.build import feature_table
from features.calendar import month_index
from features.collaboration.sum_store import forget_before

PEOPLE = [f"p{number}" for number in range(8)]
DATES = [date(2024, 3, 31), date(2024, 6, 30)]
SETTINGS = settings(max_examples=at_most(5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def services(draw):
    """Services with the day on which each became known, some long after."""
    rows = draw(
        st.lists(
            st.fixed_dictionaries({
                "client_id": st.sampled_from(PEOPLE[:5]),
                "provider_id": st.sampled_from(PEOPLE[3:]),
                "opened_at": st.datetimes(datetime(2023, 1, 1), datetime(2024, 6, 30)),
                "minutes": st.one_of(st.none(), st.integers(0, 60 * 24 * 60)),
                "kind": st.sampled_from(["data", "resources", None]),
                "rating": st.sampled_from([1.0, 4.0, None]),
                "late": st.one_of(st.none(), st.integers(1, 300)),
            }),
            min_size=1,
            max_size=60,
        )
    )  # fmt: skip
    for row in rows:
        minutes, late, opened = row.pop("minutes"), row.pop("late"), row["opened_at"]
        row["closed_at"] = None if minutes is None else opened + timedelta(minutes=minutes)
        row["recorded_at"] = None if late is None else opened.date() + timedelta(days=late)
    types = {"client_id": pl.String, "provider_id": pl.String, "opened_at": pl.Datetime("us"),
             "closed_at": pl.Datetime("us"), "kind": pl.String, "rating": pl.Float64,
             "recorded_at": pl.Date}  # fmt: skip
    frame = pl.DataFrame(rows, schema=types)
    return frame.filter(pl.col("client_id") != pl.col("provider_id")).unique()


def extract(everything, day):
    """What the source's systems would have exported on a day: no later rows, and no later answers."""
    rows = everything.filter(pl.coalesce("recorded_at", pl.col("opened_at").dt.date()) <= day)
    is_closed = pl.col("closed_at").dt.date() <= day
    return rows.with_columns(pl.when(is_closed).then(name).alias(name) for name in ("closed_at", "rating"))


@pytest.fixture(scope="session")
def company(source_of):
    def build(rows):
        employees = pl.DataFrame({"employee_id": PEOPLE, "hire_date": [date(2015, 1, 1)] * len(PEOPLE)})
        employees = employees.with_columns(recorded_at=pl.lit(None, pl.Date))
        departments = pl.DataFrame({
            "employee_id": PEOPLE, "effective_date": [date(2015, 1, 1)] * len(PEOPLE),
            "department": ["shop", "sales"] * (len(PEOPLE) // 2),
        }).with_columns(recorded_at=pl.lit(None, pl.Date))  # fmt: skip
        return source_of({"employees": employees, "assignments": departments, "collaboration": rows})

    return build


def built(source, folder, months_dir=None):
    return pl.concat(pl.read_parquet(path) for path in feature_table(source, DATES, folder, months_dir=months_dir))


@SETTINGS
@given(services(), st.lists(st.dates(date(2023, 2, 1), date(2024, 6, 30)), max_size=3).map(sorted))
def test_successive_extracts_give_the_sums_of_a_rebuild(company, tmp_path_factory, everything, days):
    folder = tmp_path_factory.mktemp("features")
    for day in days:
        built(company(extract(everything, day)), folder, folder / "kept")
    source = company(everything)
    assert_frame_equal(built(source, folder, folder / "kept"), built(source, folder), check_exact=True)


@SETTINGS
@given(services(), st.data())
def test_sums_equal_a_rebuild_whatever_happened_to_old_rows(company, tmp_path_factory, everything, data):
    folder = tmp_path_factory.mktemp("features")
    built(company(everything), folder, folder / "kept")
    is_left = data.draw(st.lists(st.booleans(), min_size=everything.height, max_size=everything.height))
    ratings = data.draw(st.lists(st.sampled_from([1.0, 5.0]), min_size=everything.height, max_size=everything.height))
    changed = everything.with_columns(rating=pl.Series(ratings, dtype=pl.Float64)).filter(
        pl.Series(is_left, dtype=bool)
    )
    source = company(changed.sample(fraction=1, shuffle=True, seed=1))
    assert_frame_equal(built(source, folder, folder / "kept"), built(source, folder), check_exact=True)


@SETTINGS
@given(services(), st.dates(date(2023, 1, 1), date(2024, 6, 30)))
def test_a_purge_leaves_only_people_of_later_months_and_changes_no_figure(company, tmp_path_factory, everything, day):
    folder = tmp_path_factory.mktemp("features")
    source = company(everything)
    before = built(source, folder, folder / "kept")
    assert forget_before(folder / "kept", month_index(day))
    later = everything.filter(pl.col("opened_at") >= day.replace(day=1))
    left = folder / "kept" / "people.parquet"
    ids = set(pl.read_parquet(left)["employee_id"]) if left.exists() else set()
    assert ids == set(later["client_id"]) | set(later["provider_id"])
    assert_frame_equal(built(source, folder, folder / "kept"), before, check_exact=True)
