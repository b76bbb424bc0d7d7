"""A process killed during a publication or an audit write: nothing lost, nothing half-written; on both databases."""

import multiprocessing
import os
import signal
from datetime import UTC, date, datetime
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import func, select
from stores import month_of_scores, publish_half

from pipeline.store.audit.audit import AuditEntry
from pipeline.store.publication import Publication
from pipeline.store.schema import AUDIT, GROUP_FIGURE, PUBLICATION, SCORE
from pipeline.store.store import Store

SPAWN = multiprocessing.get_context("spawn")


def scored(day: date) -> Publication:
    return month_of_scores(day, {f"P{number}": 0.0 for number in range(40)})


def append_for_ever(url: str, connection: Connection) -> None:
    """Append one audit row after another, and send the number of each stored row."""
    with Store(url) as store:
        for number in range(1_000_000):
            at = datetime(2026, 10, 1, tzinfo=UTC)
            store.append_audit([AuditEntry(at, f"r{number}", "H1", "hr", "GET", "A", None, "released")])
            connection.send(number)


def killed(job: Any, *arguments: Any, after: int) -> list[Any]:
    """The numbers that a job sent before it was killed, some time after it had sent `after` of them."""
    ours, theirs = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=job, args=[*arguments, theirs])
    process.start()
    theirs.close()
    received = [ours.recv() for _ in range(after)]
    os.kill(process.pid, signal.SIGKILL)  # type: ignore[arg-type]
    process.join()
    while ours.poll():
        try:
            received.append(ours.recv())
        except EOFError:
            break
    ours.close()
    return received


def test_a_half_published_month_does_not_exist(url: str) -> None:
    with Store(url) as store:
        store.publish(scored(date(2026, 9, 30)))
        assert killed(publish_half, url, scored(date(2026, 10, 31)), 20, after=1) == ["half"]
        with store.reading() as scores:
            published = scores.current()
            assert published is not None
            assert published.snapshot_date == date(2026, 9, 30)
            for table, rows in ((PUBLICATION, 1), (SCORE, 40), (GROUP_FIGURE, 5)):
                assert scores.connection.execute(select(func.count()).select_from(table)).scalar_one() == rows
        store.publish(scored(date(2026, 10, 31)))
        with store.reading() as scores:
            published = scores.current()
            assert published is not None
            assert published.snapshot_date == date(2026, 10, 31)


def test_every_confirmed_audit_row_is_stored(url: str) -> None:
    with Store(url) as store:
        result = killed(append_for_ever, url, after=30)
        with store.reading() as scores:
            stored = set(scores.connection.execute(select(AUDIT.c.request_id)).scalars())
        assert {f"r{number}" for number in result} <= stored
        assert store.verify_audit().is_whole
        store.append_audit([AuditEntry(datetime(2026, 10, 2, tzinfo=UTC), "after", "H", "hr", "GET", None, None, "x")])
        assert store.verify_audit().rows == len(stored) + 1
