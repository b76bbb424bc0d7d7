"""Whatever the tables contain, validation ends in a report: never another exception, never a half-written folder."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from examples import at_most
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parted_engine import PartedEngine
from polars.testing import assert_frame_equal

from features.contract.tables import TABLES, column_order, column_type, people_columns, required_columns
from features.engine.polars import POLARS
from features.engine.protocol import ClusterEngine, Engine
from features.reading.raw_tables import Raw
from features.validation.expectations import Expectations
from features.validation.parts.facts import take_facts
from features.validation.report import Report
from features.validation.rules import (
    AFTER_EXIT,
    CLOSED_BEFORE_OPENED,
    EXIT_BEFORE_HIRE,
    NO_ROWS,
    SENTINEL_ROW,
    UNKNOWN_LEAVER,
)
from features.validation.validate import validate

Source = dict[str, pa.Table]

PEOPLE = ("ann", "bob", "cleo", "dan")
DAYS = ("2018-01-01", "2018-07-31", "2019-01-01", "2019-12-31", "2020-02-29", "2020-06-30")
DIRT = (
    "",
    " ",
    "NULL",
    "nan",
    "-1",
    "1e400",
    "3,5",
    "31.12.2019",
    "2020-02-30",
    "9999-12-31",
    "1900-01-01",
    "+",
    "ю",
    "\0",
)
WORDS = ("voluntary", "Involuntary", "data", "promotion", "mood", "sick_days", "gender", "7", "4.5", "2")
ANY_COLUMN = (
    pa.array([1, None, 2**62], pa.int64()),
    pa.array([b"x", None, b"\xff"], pa.binary()),
    pa.array([[1], None, []], pa.list_(pa.int64())),
    pa.array([{"a": 1}, None, {"a": None}], pa.struct({"a": pa.int64()})),
    pa.array([Decimal("1.50"), None, Decimal(-3)], pa.decimal128(10, 2)),
    pa.array([Decimal(3), None, Decimal(4)], pa.decimal256(60, 0)),
    pa.array([True, None, False]),
    pa.array([0.5, float("nan"), float("inf")]),
    pa.array([date(1, 1, 1), None, date(9999, 12, 31)]),
    pa.array(
        [datetime(2020, 1, 1, tzinfo=UTC), None, datetime(1965, 1, 1, tzinfo=UTC)], pa.timestamp("ns", "Asia/Omsk")
    ),
    pa.array([3_000_000, None, -719_000], pa.int32()).cast(pa.date32()),  # the years 10183 and 1
    pa.array([time(1), None, time(2)]),
    pa.array([timedelta(1), None, timedelta(0)]),
    pa.array(["ann", None, "bob"]).dictionary_encode(),
    pa.nulls(3),
)


def values(table: str, column: str) -> st.SearchStrategy[str | None]:
    """Mostly valid values of the column, as text."""
    if column in people_columns(table) or column.endswith("_id"):
        usual = st.sampled_from(PEOPLE)
    elif column_type(table, column).is_temporal():
        usual = st.sampled_from(DAYS)
    else:
        usual = st.sampled_from(WORDS)
    return st.integers(0, 19).flatmap(lambda die: usual if die else st.sampled_from((None, *DIRT, *DAYS, *WORDS)))


@st.composite
def dirty_table(draw: st.DrawFn, table: str) -> pa.Table:
    required = required_columns(table)
    names = [name for name in column_order(table) if draw(st.integers(0, 39 if name in required else 1))]
    rows = draw(st.lists(st.tuples(*(values(table, name) for name in names)), max_size=8))
    columns: dict[str, pa.Array] = {
        name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)
    }
    if draw(st.booleans()):
        name = draw(st.sampled_from((*column_order(table), "Hire Date", "KIND", "gender", "comment", "extra", "")))
        filler = draw(st.sampled_from(ANY_COLUMN))
        columns[name] = filler.take(pa.array([place % 3 for place in range(len(rows))], pa.int64()))
    return pa.table(columns)


@st.composite
def dirty_source(draw: st.DrawFn) -> Source:
    tables = [table for table in TABLES if draw(st.integers(0, 39 if table in ("employees", "exits") else 1))]
    return {table: draw(dirty_table(table)) for table in tables}


@st.composite
def nearly_sound_source(draw: st.DrawFn) -> Source:
    """People with valid hires and exits, and facts that break only rules of warnings.

    Has `observed_from`: otherwise a first fact dropped for its manager makes the next one late (immortal time).
    """
    people = draw(st.lists(st.sampled_from(PEOPLE), unique=True, min_size=1))
    hired = [draw(st.sampled_from(DAYS[:3])) for _ in people]
    leavers = [person for person in people if draw(st.booleans())]
    day, who = st.sampled_from((*DAYS, "9999-12-31")), st.sampled_from((*PEOPLE, "nobody"))
    answers = draw(st.lists(st.tuples(who, day, st.sampled_from(("1", "2", None))), max_size=12))
    managers = draw(st.lists(st.tuples(who, day, who), max_size=6))
    services = draw(st.lists(st.tuples(who, who, day, day), max_size=12))
    return {
        "employees": pa.table({"employee_id": people, "hire_date": hired, "observed_from": hired}),
        "exits": pa.table(
            {
                "employee_id": pa.array(leavers, pa.string()),
                "exit_date": pa.array([draw(st.sampled_from(DAYS[2:])) for _ in leavers], pa.string()),
                "kind": pa.array(["voluntary"] * len(leavers), pa.string()),
            }
        ),
        "performance": _columns(answers, "employee_id", "review_date", "rating"),
        "assignments": _columns(managers, "employee_id", "effective_date", "manager_id"),
        "collaboration": _columns(services, "client_id", "provider_id", "opened_at", "closed_at"),
    }


def _columns(rows: list[tuple[str | None, ...]], *names: str) -> pa.Table:
    return pa.table({name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)})


MOST_OF_A_TABLE = (UNKNOWN_LEAVER, AFTER_EXIT, SENTINEL_ROW, CLOSED_BEFORE_OPENED)


def run(
    raw: Mapping[str, pa.Table], folder: Path, engine: Engine = POLARS, **expected: Any
) -> tuple[Report, dict[str, pl.DataFrame]]:
    paths = {}
    for table, rows in raw.items():
        paths[table] = folder / f"{table}.raw"
        pq.write_table(rows, paths[table])
    given, expectations = Raw(dict(paths)), Expectations(**expected)
    in_parts = take_facts(given, engine, expectations) if isinstance(engine, ClusterEngine) else None
    report = validate(given.tables, expectations, folder / "canonical", in_parts=in_parts)
    left_over = [path.name for path in folder.iterdir() if path.suffix != ".raw" and ".read" not in path.suffixes]
    assert left_over == ([] if report.errors else ["canonical"])
    return report, {path.stem: pl.read_parquet(path) for path in (folder / "canonical").glob("*")}


@settings(
    max_examples=at_most(50), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(dirty_source(), st.sampled_from((None, date(2020, 6, 30))))
def test_any_tables_end_in_a_report(raw: Source, until: date | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report, written = run(raw, Path(folder), complete_until=until, employee_features=("extra",))
    for table, rows in written.items():
        if table != "protected":
            assert set(required_columns(table)) <= set(rows.columns)
            assert all(rows.schema[name] == column_type(table, name) for name in rows.columns if name != "extra")
            assert not any(rows[name].null_count() for name in required_columns(table))
    assert all(finding.rows >= 0 and finding.remedy for finding in (*report.errors, *report.warnings))


@settings(max_examples=at_most(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nearly_sound_source())
def test_written_tables_are_valid_when_read_again(raw: Source) -> None:
    until = date(2020, 6, 30)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        report, written = run(raw, Path(first), complete_until=until)
        allowed = (EXIT_BEFORE_HIRE, NO_ROWS, *MOST_OF_A_TABLE)
        assert all(error.rule.startswith(tuple(rule.sentence for rule in allowed)) for error in report.errors)
        if not report.errors:
            again, _ = run(
                {table: rows.to_arrow() for table, rows in written.items()}, Path(second), complete_until=until
            )
            assert again.errors == ()


@settings(max_examples=at_most(20), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nearly_sound_source(), st.randoms(use_true_random=False))
def test_row_order_changes_neither_report_nor_tables(raw: Source, random: Any) -> None:
    shuffled = {
        table: rows.take(pa.array(random.sample(range(rows.num_rows), rows.num_rows), pa.int64()))
        for table, rows in raw.items()
    }
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        report, written = run(raw, Path(first))
        other, rewritten = run(shuffled, Path(second))
    assert report == other
    for table, rows in written.items():
        assert rows.sort(rows.columns).equals(rewritten[table].sort(rows.columns))


@settings(
    max_examples=at_most(40), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(nearly_sound_source() | dirty_source(), st.integers(1, 4))
def test_tables_that_are_checked_in_parts_give_the_same_report_and_rows(raw: Source, parts: int) -> None:
    until = date(2020, 6, 30)
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        whole, written = run(raw, Path(first), complete_until=until)
        report, rewritten = run(raw, Path(second), PartedEngine(parts), complete_until=until)
    assert report == whole
    assert written.keys() == rewritten.keys()
    for table, rows in written.items():
        assert_frame_equal(rows, rewritten[table], check_row_order=False)
