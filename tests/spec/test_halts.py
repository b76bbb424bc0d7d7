"""The stop button in the store and in the jobs: what a halt refuses, and that a killed process changes nothing."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from stopping import REASON, changed, halt, resume
from stores import month_of_scores

import pipeline.store.store
import pipeline.store.writing
from features.errors import Refused
from pipeline.store.groups import group_figures
from pipeline.store.operations.halts import (
    Halted,
    HaltEvent,
    add_event,
    announce,
    by_command,
    change_by_command,
    current_halt,
    events,
)
from pipeline.store.store import Store

SPAWN = multiprocessing.get_context("spawn")
AT = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
MONTH = month_of_scores(date(2026, 9, 30), {"A": 1.0, "B": 0.0})


def months(store: Store) -> int:
    with store.reading() as scores:
        return scores.connection.execute(text("SELECT count(*) FROM publication")).scalar_one()  # type: ignore[no-any-return]


def test_the_newest_event_is_the_state(store: Store) -> None:
    assert store.current_halt() is None
    store.require_running()
    halt(store)
    event = store.current_halt()
    assert event is not None
    assert (event.event, event.who, event.role, event.reason) == ("halted", "ops", "operator", REASON)
    with pytest.raises(Halted, match="works council has asked for a review") as refused:
        store.require_running()
    assert isinstance(refused.value, Refused)
    assert refused.value.exit_code == 3
    resume(store)
    assert store.current_halt() is None
    store.require_running()


def test_halting_twice_keeps_the_first_reason_and_resuming_twice_changes_nothing(store: Store) -> None:
    halt(store)
    with store.changing() as connection:
        assert not add_event(connection, HaltEvent(AT, "halted", "H2", "hr", "another reason"))
    assert not changed(store, "halted", "a third")
    resume(store)
    with store.changing() as connection:
        assert not add_event(connection, HaltEvent(AT, "resumed", "H2", "hr", None))
        assert [(each.event, each.reason) for each in events(connection)] == [("resumed", None), ("halted", REASON)]


def test_every_use_is_audited_and_the_chain_stays_whole(store: Store, engine: Engine) -> None:
    halt(store)
    assert not changed(store, "halted", "again")
    resume(store)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT who, role, what, whom, purpose, result FROM audit ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [
        ("ops", "operator", "retention halt", None, None, "halted"),
        ("ops", "operator", "retention halt", None, None, "halted before"),
        ("ops", "operator", "retention resume", None, None, "resumed"),
    ]
    assert store.verify_audit().is_whole


def test_nothing_is_published_while_halted(store: Store) -> None:
    halt(store)
    with pytest.raises(Halted):
        store.publish(MONTH)
    assert months(store) == 0
    resume(store)
    store.publish(MONTH)
    assert months(store) == 1


def test_a_job_that_was_running_stops_before_publishing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The halt comes after the scores were read and checked, and before their transaction begins."""

    def figures(*arguments: Any) -> Any:
        halt(store)
        return group_figures.group_figures(*arguments)

    monkeypatch.setattr("pipeline.store.store.group_figures", figures)
    with pytest.raises(Halted):
        store.publish(MONTH)
    assert months(store) == 0


def test_a_halt_during_the_publishing_transaction_undoes_it(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until its seal is written; from then on the halt waits for the transaction instead. On SQLite see below."""
    write = pipeline.store.store.write
    with Store(postgresql_url) as store, Store(postgresql_url) as other:

        def halted_before(*arguments: Any) -> int:
            halt(other)
            return write(*arguments)

        monkeypatch.setattr("pipeline.store.store.write", halted_before)
        with pytest.raises(Halted):
            store.publish(MONTH)
        assert months(store) == 0


def test_on_sqlite_a_halt_holds_while_another_writer_has_the_lock_and_is_recorded_after_it(tmp_path: Path) -> None:
    """The other writer holds the lock as a publication does, and ends only once the halt is seen."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with Store(url) as writer, Store(url) as button, Store(url) as reader, ThreadPoolExecutor(1) as pool:
        with writer.changing():
            halting = pool.submit(halt, button)
            assert eventually(lambda: reader.current_halt() is not None)
            with pytest.raises(Halted, match="works council"):
                reader.require_running()
            assert not halting.done()
        halting.result(60)
        with reader.reading() as scores:
            assert [(each.event, each.reason) for each in events(scores.connection)] == [("halted", REASON)]
        resume(reader)
        assert button.current_halt() is None


def test_on_sqlite_a_publication_under_way_gives_up_and_nothing_of_it_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The halt comes between two batches of people, while the publication has the lock."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    batches = pipeline.store.writing.rows_in_batches
    with Store(url) as store, Store(url) as button, ThreadPoolExecutor(1) as pool:
        assert store.is_ready()
        halting = []

        def one_by_one(publication: Any, scores: Any) -> Any:
            for batch in batches(publication, scores):
                yield batch
                halting.append(pool.submit(halt, button))
                assert eventually(lambda: button.current_halt() is not None)
                yield batch  # which must not be written: the halt is seen first

        monkeypatch.setattr("pipeline.store.writing.rows_in_batches", one_by_one)
        with pytest.raises(Halted):
            store.publish(MONTH)
        halting[0].result(60)
        assert months(store) == 0
        assert store.verify_audit().is_whole


def test_an_announced_halt_whose_process_was_killed_holds_and_the_next_event_records_it(
    store: Store, engine: Engine
) -> None:
    assert store.is_ready()
    announced = HaltEvent(AT, "halted", "H1", "hr", "stop it")
    with store.reading() as scores:
        announce(scores.connection, announced)
    if engine.dialect.name == "postgresql":
        assert store.current_halt() is None  # no writer waits for another there
        return
    assert store.current_halt() == announced
    assert not changed(store, "halted", "a second reason")
    assert store.current_halt() == announced
    resume(store)
    assert store.current_halt() is None
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT who, what, result FROM audit ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [
        ("H1", "notice of a halt", "halted"),
        ("ops", "retention halt", "halted before"),
        ("ops", "retention resume", "resumed"),
    ]


def test_a_notice_that_was_left_behind_means_nothing_once_its_event_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with Store(f"sqlite:///{path}") as store:
        halt(store)
        event = store.current_halt()
        assert event is not None
        resume(store)
        notice = vars(event) | {"at": event.at.isoformat()}
        Path(f"{path}.halt").write_text(json.dumps(notice))
        assert store.current_halt() is None


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold; another thread needs a moment."""
    for _ in range(2_000):
        if holds():
            return True
        time.sleep(0.01)
    return False


def halt_without_end(url: str, pipe: Pipe) -> None:
    with Store(url) as store, store.changing() as connection:
        change_by_command(connection, by_command("halted", "ops", REASON), "retention halt")
        assert current_halt(connection) is not None
        pipe.send("not committed")
        time.sleep(600)


def test_a_halt_that_is_killed_before_it_was_confirmed_never_was(store: Store, url: str) -> None:
    assert store.is_ready()
    mine, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=halt_without_end, args=[url, theirs])
    process.start()
    assert mine.poll(120)
    os.kill(process.pid, signal.SIGKILL)  # type: ignore[arg-type]
    process.join()
    assert store.current_halt() is None
    assert store.verify_audit().rows == 0
    halt(store)
    assert store.current_halt() is not None


def test_a_confirmed_halt_outlives_every_process_and_commands_refuse_with_the_reason(tmp_path: Path) -> None:
    """Real commands on the same state folder, killed or not."""
    retention = str(Path(sys.executable).with_name("retention"))
    env = {name: value for name, value in os.environ.items() if not name.startswith("RETENTION_")}
    env |= {"RETENTION_VAR": str(tmp_path / "var"), "NO_COLOR": "1", "COLUMNS": "200"}
    with Store(f"sqlite:///{tmp_path / 'var' / 'store.db'}") as store:
        store.publish(MONTH)

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([retention, *arguments], env=env, capture_output=True, text=True, check=False)

    assert run("halt").returncode == 2  # without a reason
    assert run("halt", "--reason", " ").returncode == 2
    assert run("halt", "--reason", REASON).returncode == 0
    refused = run("lists")
    assert refused.returncode == 3
    assert REASON in refused.stderr
    assert "retention resume" in refused.stderr
    assert not list((tmp_path / "var").glob("lists/*"))
    assert run("resume", "--reason", "Reviewed.").returncode == 0
    assert run("lists").returncode == 0
