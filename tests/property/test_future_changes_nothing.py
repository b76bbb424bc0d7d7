"""What is not yet known on a snapshot date changes none of its features, and neither do row order and labels."""

from datetime import date, datetime, timedelta
from io import BytesIO

import polars as pl
import pytest
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from features.build import feature_table
from features.contract.tables import ALSO_IN_KEY

SNAPSHOT = date(2024, 6, 30)
PEOPLE = [f"p{number:02d}" for number in range(14)]
DEPARTMENTS = ["finance", "production", "sales"]
OWN_DATE = {
    "employees": "hire_date", "assignments": "effective_date", "compensation": "effective_date",
    "surveys": "survey_date", "collaboration": "opened_at", "competencies": "assessed_at",
    "performance": "review_date", "working_time": "month", "measures": "measured_at", "exits": "exit_date",
}  # fmt: skip
SETTINGS = settings(max_examples=at_most(4), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def days(first=date(2022, 6, 1), last=date(2024, 12, 31)):
    return st.dates(first, last)


@st.composite
def rows_of(draw, table, few=False):
    """Random rows of a contract table; about a third are dated or recorded after the snapshot date."""
    person = st.sampled_from(PEOPLE)
    maybe = {"recorded_at": st.one_of(st.none(), days())}
    columns = {
        "employees": {"employee_id": person, "hire_date": days(date(2015, 1, 1)),
                      "observed_from": st.one_of(st.none(), days())},
        "assignments": {
            "employee_id": person, "effective_date": days(date(2018, 1, 1)),
            "department": st.sampled_from([*DEPARTMENTS, None]), "job": st.sampled_from(["clerk", "chief", None]),
            "level": st.sampled_from([1, 2, 3, None]), "manager_id": st.sampled_from([*PEOPLE[:3], None]),
            "location": st.sampled_from(["oslo", None]), "contract": st.sampled_from(["fixed", None]),
            "fte": st.sampled_from([0.5, 1.0, None]), "reason": st.sampled_from(["promotion", "reorganisation", None]),
        },
        "compensation": {
            "employee_id": person, "effective_date": days(date(2020, 1, 1)), "base_pay": st.floats(1e4, 1e5),
            "currency": st.sampled_from(["EUR", "USD", None]), "market_pay": st.one_of(st.none(), st.floats(1e4, 1e5)),
            "bonus_target": st.sampled_from([0.0, 0.1, None]),
        },
        "surveys": {"employee_id": person, "survey_date": days(), "item": st.sampled_from(["mood", "load"]),
                    "score": st.floats(0, 10)},
        "collaboration": {
            "client_id": st.sampled_from(PEOPLE[:7]), "provider_id": st.sampled_from(PEOPLE[7:]),
            "opened_at": st.datetimes(datetime(2022, 6, 1), datetime(2024, 12, 31)),
            "closed_at": st.one_of(st.none(), st.integers(0, 90 * 24 * 60)),
            "rating": st.sampled_from([1.0, 4.0, 5.0, None]), "effort_hours": st.one_of(st.none(), st.floats(0, 9)),
        },
        "competencies": {"employee_id": person, "assessed_at": days(), "competency": st.sampled_from(["coaching"]),
                         "score": st.floats(0, 5), "assessor_id": st.sampled_from([*PEOPLE, None])},
        "performance": {"employee_id": person, "review_date": days(), "rating": st.floats(1, 5)},
        "working_time": {
            "employee_id": person, "month": days().map(last_of_month), "contracted_hours": st.sampled_from([0.0, 80.0]),
            "overtime_hours": st.floats(0, 40), "leave_days": st.floats(0, 9), "remote_days": st.floats(0, 20),
        },
        "measures": {"employee_id": person, "measured_at": days(), "name": st.just("sales"), "value": st.floats(-9, 9)},
        "exits": {"employee_id": person, "exit_date": days(), "kind": st.sampled_from(["voluntary", "involuntary"])},
    }[table] | maybe  # fmt: skip
    rows = draw(st.lists(st.fixed_dictionaries(columns), min_size=0 if few else 8, max_size=8 if few else 60))
    for row in rows:
        if isinstance(row.get("closed_at"), int):
            row["closed_at"] = row["opened_at"] + timedelta(minutes=row["closed_at"])
    return one_row_per_fact(table, frame_of(rows, columns))


def one_row_per_fact(table, frame):
    """As validation leaves it: one row about each fact for each day on which it was recorded."""
    if table == "collaboration":
        return frame
    recorded = pl.coalesce("recorded_at", OWN_DATE[table]).alias("recorded")
    key = ["employee_id", OWN_DATE[table], *ALSO_IN_KEY.get(table, ()), "recorded"]
    return frame.with_columns(recorded).unique(key, keep="first", maintain_order=True).drop("recorded")


def last_of_month(day):
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def frame_of(rows, columns):
    moments, dates = {"opened_at", "closed_at"}, {*OWN_DATE.values(), "observed_from", "recorded_at"} - {"opened_at"}
    text = {"employee_id", "department", "job", "manager_id", "location", "contract", "reason", "currency", "item",
            "client_id", "provider_id", "competency", "assessor_id", "name", "kind"}  # fmt: skip

    def type_of(name):
        if name in moments:
            return pl.Datetime("us")
        return pl.Date if name in dates else pl.String if name in text else pl.Int64 if name == "level" else pl.Float64

    return pl.DataFrame(rows, schema={name: type_of(name) for name in columns})


@st.composite
def companies(draw):
    tables = {name: draw(rows_of(name)) for name in OWN_DATE if name not in ("employees", "exits")}
    hired = {"employee_id": PEOPLE, "hire_date": [date(2018, 1, 1 + number) for number in range(len(PEOPLE))]}
    first = pl.DataFrame(hired).with_columns(observed_from=pl.lit(None, pl.Date), recorded_at=pl.lit(None, pl.Date))
    every = pl.concat([first, draw(rows_of("employees", few=True))])
    tables["employees"] = one_row_per_fact("employees", every)
    tables["exits"] = draw(rows_of("exits", few=True))
    return tables


def known_then(table, frame):
    """True for the rows that took effect and were recorded on or before the snapshot date.

    Notice given by the date counts as known whenever the exit is: under the contract, such people are not at risk.
    """
    recorded = pl.coalesce("recorded_at", pl.col(OWN_DATE[table]).cast(pl.Date)) <= SNAPSHOT
    took_effect = pl.col(OWN_DATE[table]).cast(pl.Date) <= SNAPSHOT
    return frame.select(recorded if table == "exits" else recorded & took_effect).to_series()


@pytest.fixture(scope="session")
def features_from(source_of, tmp_path_factory):
    def build(tables, columns=None):
        source = source_of(dict(tables), complete_from=date(2023, 1, 1))
        [path] = feature_table(source, [SNAPSHOT], tmp_path_factory.mktemp("features"))
        table = pl.read_parquet(path)
        return table.select(columns) if columns else table

    return build


def same(left, right):
    """Equal to the last bit: minus zero is not zero."""
    right = right.select(left.columns)
    assert_frame_equal(left, right, check_exact=True)
    assert bytes_of(left) == bytes_of(right)


def bytes_of(table):
    file = BytesIO()
    table.rechunk().write_parquet(file)
    return file.getvalue()


@SETTINGS
@given(companies())
def test_rows_not_known_on_the_date_can_be_deleted(features_from, tables):
    rest = {name: frame.filter(known_then(name, frame)) for name, frame in tables.items()}
    without = features_from(rest)
    same(without, features_from(tables))


@SETTINGS
@given(companies(), st.data())
def test_rows_not_known_on_the_date_can_be_added(features_from, tables, data):
    more = {}
    for name, frame in tables.items():
        extra = data.draw(rows_of(name, few=True))
        more[name] = pl.concat([frame, extra.filter(~known_then(name, extra))])
    same(features_from(tables), features_from(more))


@SETTINGS
@given(companies(), st.randoms(use_true_random=False))
def test_rows_not_known_on_the_date_can_be_changed(features_from, tables, random):
    changed = {}
    for name, frame in tables.items():
        known = known_then(name, frame)
        later = frame.filter(~known)
        values = [column for column in later.columns if later.schema[column] in (pl.Float64, pl.Int64)]
        later = later.with_columns(pl.col(*values).shuffle(seed=random.randrange(99))) if values else later
        changed[name] = pl.concat([frame.filter(known), later])
    same(features_from(tables), features_from(changed))


@SETTINGS
@given(companies())
def test_the_answer_to_a_service_that_is_still_open_can_be_changed(features_from, tables):
    services = tables["collaboration"]
    still_open = pl.col("closed_at").is_null() | (pl.col("closed_at").cast(pl.Date) > SNAPSHOT)
    changed = services.with_columns(
        pl.when(still_open).then(1.0).otherwise(pl.col(name)).alias(name) for name in ("rating", "effort_hours")
    )
    same(features_from(tables), features_from(tables | {"collaboration": changed}))


@SETTINGS
@given(companies(), st.integers(0, 99))
def test_row_order_changes_nothing(features_from, tables, seed):
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in tables.items()}
    same(features_from(tables), features_from(shuffled))


@SETTINGS
@given(companies())
def test_names_of_people_departments_and_managers_do_not_matter(features_from, tables):
    people = dict(zip(PEOPLE, [f"x{number}" for number in range(len(PEOPLE), 0, -1)], strict=True))
    departments = dict(zip(DEPARTMENTS, ["a", "z", "m"], strict=True))
    renamed = {
        name: frame.with_columns(
            pl.col(column).replace(departments if column == "department" else people)
            for column in frame.columns
            if column in ("employee_id", "client_id", "provider_id", "assessor_id", "manager_id", "department")
        )
        for name, frame in tables.items()
    }
    before = features_from(tables).with_columns(
        pl.col("employee_id").replace(people), pl.col("department").replace(departments)
    )
    same(before.sort("employee_id"), features_from(renamed).sort("employee_id"))
