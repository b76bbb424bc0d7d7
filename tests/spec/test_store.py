"""The store as readers see it: months published completely or not at all, and once; on SQLite and on PostgreSQL."""

import math
import multiprocessing
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from features.errors import BadInput, Finding, Refused
from pipeline.data_counts import DataCheck, DataCounts
from pipeline.store import publication as publishing
from pipeline.store.audit.audit import AuditEntry
from pipeline.store.audit.audit import page as audit_page
from pipeline.store.publication import Publication
from pipeline.store.schema import AUDIT, METADATA, PUBLICATION, SCORE
from pipeline.store.store import Store

JULY, AUGUST, SEPTEMBER = date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30)


def scored(
    day: date = SEPTEMBER,
    pushes: dict[str, float] | None = None,
    version: str = "1",
    source: str = "tiny",
    managers: dict[str, str] | None = None,
) -> Publication:
    """Base −2; one factor a person."""
    pushes = {"A": 1.0, "B": 0.1 + 0.2} if pushes is None else pushes
    ids = list(pushes)
    log_odds = [-2.0 + push for push in pushes.values()]
    risk = [1 / (1 + math.exp(-each)) for each in log_odds]
    scores = pl.DataFrame(
        {"employee_id": ids, "risk": risk, "base_log_odds": [-2.0] * len(ids), "log_odds": log_odds}
    ).with_columns(
        *(pl.lit(None).alias(name) for name in ("risk_3m", "risk_12m", "risk_low", "risk_high")),
        *(pl.lit(None).alias(name) for name in ("department", "level", "job", "location")),
        risk_6m=pl.col("risk"),
        evidence=pl.lit("enough"),
        manager_id=pl.col("employee_id").replace_strict(managers or {}, default=None, return_dtype=pl.String),
    )
    factors = pl.DataFrame(
        {
            "employee_id": ids,
            "feature": ["team"] * len(ids),
            "driver": ["context"] * len(ids),
            "value": ['a "quoted" \\ text\n' if each == "A" else None for each in ids],
            "peer_value": ["0.1"] * len(ids),
            "contribution": list(pushes.values()),
        },
        schema_overrides={"value": pl.String},
    )
    return Publication(source, day, version, 6, {"seed": 1}, scores, factors)


def counts(store: Store) -> tuple[int, int]:
    with store.reading() as scores:
        publications = scores.connection.execute(select(func.count()).select_from(PUBLICATION)).scalar_one()
        return publications, scores.connection.execute(select(func.count()).select_from(SCORE)).scalar_one()


def test_published_scores_are_read_back_exactly(store: Store) -> None:
    store.publish(scored())
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        assert (published.snapshot_date, published.model_version, published.people) == (SEPTEMBER, "1", 2)
        score = scores.score_of(published, "B")
        assert score is not None
        assert (score.rank, score.log_odds, score.risk_3m) == (2, -2.0 + (0.1 + 0.2), None)
        [(_, [factor])] = scores.factors_of(published, ["B"])
        assert factor.contribution == 0.1 + 0.2
        [(_, [factor])] = scores.factors_of(published, ["A"])
        assert (factor.value, factor.peer_value) == ('a "quoted" \\ text\n', "0.1")
        assert scores.score_of(published, "C") is None


def test_mean_risk_is_the_mean_of_everyones_risk(store: Store) -> None:
    store.publish(scored(pushes={"A": 2.0, "B": 2.0 + math.log(3)}))  # risks 0.5 and 0.75
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        assert published.mean_risk == pytest.approx(0.625)


def test_publishing_the_same_again_changes_nothing(store: Store) -> None:
    first = store.publish(scored())
    again = scored()
    shuffled = Publication(**{**vars(again), "scores": again.scores.reverse(), "factors": again.factors.reverse()})
    assert store.publish(shuffled) == first
    assert counts(store) == (1, 2)


def test_a_correction_is_served_and_the_old_scores_stay_stored(store: Store) -> None:
    store.publish(scored())
    store.publish(scored(pushes={"A": 0.5, "B": 0.3}))
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        score = scores.score_of(published, "A")
        assert score is not None
        assert score.log_odds == -1.5
    assert counts(store) == (2, 4)


def test_going_back_to_an_earlier_model_serves_it(store: Store) -> None:
    for version in ("1", "2", "1"):
        store.publish(scored(version=version))
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        assert published.model_version == "1"


def test_an_older_month_does_not_become_the_current_one(store: Store) -> None:
    store.publish(scored(SEPTEMBER))
    store.publish(scored(JULY))
    with store.reading() as scores:
        current, july = scores.current(), scores.of_month("2026-07")
        assert current is not None
        assert july is not None
        before = scores.before(current)
        assert (current.month, july.snapshot_date, before) == ("2026-09", JULY, july)
        assert scores.of_month("2026-08") is None


def test_another_source_takes_over_once_it_is_published(store: Store) -> None:
    store.publish(scored(SEPTEMBER, source="demo"))
    store.publish(scored(JULY, source="own"))
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        assert (published.source, scores.before(published)) == ("own", None)
    store.publish(scored(SEPTEMBER, source="demo"))
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        assert published.source == "demo"


def test_a_publication_that_fails_half_way_leaves_the_old_month_in_place(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.publish(scored(AUGUST))
    monkeypatch.setattr(publishing, "BATCH_PEOPLE", 1)
    real, calls = publishing.rows_in_batches, 0

    def failing(*arguments: Any) -> Iterator[pl.DataFrame]:
        nonlocal calls
        calls += 1
        batches = real(*arguments)
        yield next(batches)
        if calls == 1:
            raise RuntimeError("killed")

    monkeypatch.setattr("pipeline.store.writing.rows_in_batches", failing)
    with pytest.raises(RuntimeError, match="killed"):
        store.publish(scored(SEPTEMBER))
    assert counts(store) == (1, 2)


def test_a_reader_stays_with_the_month_it_began_with(store: Store) -> None:
    store.publish(scored(AUGUST))
    with store.reading() as scores:
        before = scores.current()
        assert before is not None
        publisher = threading.Thread(target=store.publish, args=[scored(SEPTEMBER)])
        publisher.start()
        publisher.join()
        assert scores.current() == before
    with store.reading() as scores:
        after = scores.current()
        assert after is not None
        assert after.snapshot_date == SEPTEMBER


def broken(**changes: pl.Expr) -> Publication:
    whole = scored()
    return Publication(**{**vars(whole), "scores": whole.scores.with_columns(**changes)})


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (broken(log_odds=pl.col("log_odds") + 1e-5), "do not add up"),
        (broken(risk=pl.col("risk") + 1e-5), "do not give the risk"),
        (broken(risk=pl.lit(1.5)), "not a probability"),
        (broken(risk=pl.lit(math.nan)), "not a probability"),
        (broken(base_log_odds=pl.lit(None, pl.Float64)), "do not add up"),
        (broken(employee_id=pl.lit("A")), "scored twice"),
        (broken(employee_id=pl.lit(None, pl.String)), "without an id"),
        (scored(pushes={}), "no one was scored"),
    ],
)
def test_scores_that_contradict_their_factors_are_not_published(tmp_path: Path, wrong: Publication, rule: str) -> None:
    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        with pytest.raises(Refused, match=rule):
            store.publish(wrong)
        assert counts(store) == (0, 0)


def test_a_manager_reaches_direct_reports_and_nobody_below(store: Store) -> None:
    people = dict.fromkeys(["BOSS", "M", "A", "X", "Y"], 0.1)
    store.publish(scored(pushes=people, managers={"A": "M", "M": "BOSS", "X": "Y", "Y": "X"}))
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
        pairs = [
            ("M", "A"),
            ("BOSS", "A"),
            ("BOSS", "M"),
            ("X", "Y"),
            ("A", "M"),
            ("M", "BOSS"),
            ("X", "X"),
            ("M", "?"),
        ]
        result = [scores.reports_to(published, manager, person) for manager, person in pairs]
    assert result == [True, False, True, True, False, False, False, False]


def entry(whom: str) -> AuditEntry:
    return AuditEntry(datetime(2026, 10, 1, tzinfo=UTC), "r1", "H1", "hr", "GET", whom, "model_review", "released")


@pytest.mark.parametrize("change", ["UPDATE audit SET whom = 'X'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_audit_cannot_be_changed(store: Store, engine: Engine, change: str) -> None:
    store.append_audit([entry("A")])
    if change.startswith("TRUNCATE") and engine.dialect.name == "sqlite":
        change = "DELETE FROM audit WHERE id > 0"
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change))
    with store.reading() as scores:
        assert scores.connection.execute(text("SELECT whom FROM audit")).scalars().all() == ["A"]


def test_a_connection_in_use_when_the_store_closes_is_closed_when_it_is_given_back(store: Store) -> None:
    with store.reading() as scores:
        driver = scores.connection.connection.driver_connection
        assert driver is not None
        store.close()
        assert driver.execute("select 1").fetchone() == (1,)
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
        driver.execute("select 1")


def test_threads_that_append_together_all_get_through(store: Store) -> None:
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda number: store.append_audit([entry(f"P{number}")]), range(200)))
    with store.reading() as scores:
        whom = scores.connection.execute(text("SELECT whom FROM audit")).scalars().all()
    assert sorted(whom) == sorted(f"P{number}" for number in range(200))


def test_the_state_of_the_data_is_kept_and_a_reason_gets_a_row_of_the_audit_with_it(store: Store) -> None:
    refused = Finding("the table is empty", "surveys", remedy="Export it again.")
    overridden = DataCheck(DataCounts({"surveys": 0}, {"surveys": 0}), (refused,), "There was no survey.", "root")
    ordinary = DataCheck(DataCounts({"surveys": 9}, {"surveys": 8}))
    store.publish(replace(scored(JULY), data_check=ordinary))
    store.publish(replace(scored(AUGUST), data_check=overridden))
    store.publish(replace(scored(SEPTEMBER)))  # by a version that did not keep it
    with store.reading() as scores:
        july, august, september = scores.history("tiny")
        assert [scores.data_check(head) for head in (july, august, september)] == [ordinary, overridden, None]
        assert scores.last_data_check("tiny") == ("2026-08", overridden)
        assert scores.last_data_check("another") is None
        [row] = audit_page(scores.connection, [AUDIT.c.publication_id.is_(None)], None, 10)
    assert (row.what, row.who, row.purpose) == ("retention score --despite", "root", "There was no survey.")
    assert store.verify_audit().is_whole


def test_expected_rates_of_earlier_months_leave_out_those_published_despite_a_refusal(store: Store) -> None:
    override = DataCheck(DataCounts(), (), "It must be out today.", "root")
    store.publish(scored(JULY, {"A": 2.0}))  # a risk of one half
    store.publish(replace(scored(AUGUST, {"A": 2.0 + math.log(3)}), data_check=override))
    store.publish(scored(SEPTEMBER))
    with store.reading() as scores:
        assert scores.rates_before("tiny", SEPTEMBER, 6, 12) == [pytest.approx(0.5)]
        assert scores.rates_before("tiny", SEPTEMBER, 12, 12) == []
        assert scores.rates_before("tiny", JULY, 6, 12) == []


def test_the_same_scores_with_a_reason_are_published_again_so_that_it_is_not_lost(store: Store) -> None:
    first = store.publish(scored())
    override = DataCheck(DataCounts(), (), "It must be out today.", "root")
    second = store.publish(replace(scored(), data_check=override))
    assert second != first
    assert store.publish(replace(scored(), data_check=override)) == second


def test_store_errors_name_nobody(store: Store) -> None:
    with pytest.raises(DBAPIError) as caught, store.reading() as scores:
        scores.connection.execute(text("SELECT * FROM nothing WHERE employee_id = :id"), {"id": "E-4711"})
    assert "E-4711" not in str(caught.value)


def test_the_migrations_create_the_schema(store: Store) -> None:
    with store.reading() as scores:
        context = MigrationContext.configure(scores.connection)
        assert compare_metadata(context, METADATA) == []


def test_a_store_of_a_newer_version_is_refused(store: Store, engine: Engine, url: str) -> None:
    assert store.is_ready()
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with Store(url) as older:
        assert not older.is_ready()
        with pytest.raises(BadInput, match="newer version"):
            older.publish(scored())


def publish_in_a_process(url: str) -> None:
    with Store(url) as store:
        store.publish(scored())


def test_processes_that_start_together_publish_once(url: str, store: Store) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=publish_in_a_process, args=[url]) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert counts(store) == (1, 2)


def test_constructing_a_store_touches_nothing(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path / 'var' / 'store.db'}") as store:
        assert not list(tmp_path.iterdir())
        assert store.is_ready()
    assert (tmp_path / "var" / "store.db").exists()
