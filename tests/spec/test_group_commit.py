"""Rows of requests that wait together are stored in one transaction, each only while its answer is current."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Event

import pytest
from event_loops import run
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from stopping import halt
from stores import month_of_scores

from pipeline.store.audit.audit import AuditEntry, append
from pipeline.store.audit.queue import Turn
from pipeline.store.operations.revision import mark_of
from pipeline.store.schema import AUDIT
from pipeline.store.store import Store
from serving.access.group_commit import GroupCommit


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store(url) as store:
        yield store


def mark(store: Store) -> str:
    with store.reading() as scores:
        return mark_of(scores.connection)


def turn(request_id: str, of: str | None = None) -> Turn:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    return Turn([AuditEntry(at, request_id, "H1", "hr", "GET", "A", None, "released")], of)


def stored(store: Store) -> list[str]:
    with store.reading() as scores:
        query = select(AUDIT.c.request_id).where(AUDIT.c.result == "released").order_by(AUDIT.c.id)
        return list(scores.connection.execute(query).scalars())


def test_rows_of_an_answer_are_stored_only_while_it_is_current(store: Store) -> None:
    now, always, old = turn("now", mark(store)), turn("always"), turn("old", "another mark")
    store.append_audit_of([now, old, always])
    assert [each.is_stored for each in (now, old, always)] == [True, False, True]
    assert stored(store) == ["now", "always"]
    assert store.verify_audit().is_whole


def test_every_change_replaces_the_mark_and_the_audit_keeps_it(store: Store) -> None:
    marks = [mark(store)]
    store.append_audit([*turn("r").entries])
    assert mark(store) == marks[0]
    month = month_of_scores(date(2026, 9, 30), {"A": 0.0, "B": 0.1})
    with store.changing():
        pass
    marks.append(mark(store))
    with store.erasing():
        pass
    marks.append(mark(store))
    store.publish(month)
    marks.append(mark(store))
    assert len(set(marks)) == 4
    with pytest.raises(ZeroDivisionError), store.changing():
        raise ZeroDivisionError
    assert mark(store) == marks[-1]


def test_rows_that_wait_for_the_audit_row_of_a_change_are_not_stored_after_it(store: Store, url: str) -> None:
    of_answer = turn("of an answer", mark(store))
    with Store(url) as other, ThreadPoolExecutor(1) as thread:
        with other.changing() as connection:
            append(connection, turn("of the change").entries)
            waiting = thread.submit(store.append_audit_of, [of_answer])
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
        waiting.result(30)
    assert (of_answer.is_stored, stored(store)) == (False, ["of the change"])


def test_no_row_of_an_answer_is_stored_while_the_system_is_halted(store: Store) -> None:
    halt(store)
    of_answer = turn("r", mark(store))
    store.append_audit_of([of_answer])
    assert (of_answer.is_stored, stored(store)) == (False, [])


def test_all_who_wait_while_a_group_is_written_are_the_next_group() -> None:
    groups: list[list[str]] = []
    may_go_on = Event()

    def write(turns: Sequence[Turn]) -> None:
        groups.append([each.entries[0].request_id for each in turns])
        may_go_on.wait(10)

    async def asked() -> None:
        waiting = [asyncio.create_task(commit.append(turn(str(number)))) for number in range(5)]
        await asyncio.sleep(0)
        may_go_on.set()
        await asyncio.gather(*waiting)

    commit = GroupCommit(write)
    run(asked())
    commit.close()
    assert groups == [["0"], ["1", "2", "3", "4"]]


def test_each_request_gets_the_fault_of_its_own_rows(store: Store) -> None:
    refused = turn("refused")
    refused.entries = [AuditEntry(datetime(2026, 10, 1, tzinfo=UTC), "x", None, "hr", "GET", "A", None, "released")]  # type: ignore[arg-type]

    async def asked() -> list[BaseException | None]:
        turns = [turn("first"), turn("second"), refused, turn("third")]
        return await asyncio.gather(*(commit.append(each) for each in turns), return_exceptions=True)

    commit = GroupCommit(store.append_audit_of)
    first, second, fault, third = run(asked())
    commit.close()
    assert (first, second, third) == (None, None, None)
    assert isinstance(fault, SQLAlchemyError)
    assert stored(store) == ["first", "second", "third"]


def test_a_writer_that_breaks_fails_all_who_wait_and_goes_on_with_the_next() -> None:
    faults: list[Exception | None] = [RuntimeError("broken"), None]

    def write(_turns: Sequence[Turn]) -> None:
        if fault := faults.pop(0):
            raise fault

    async def asked() -> None:
        with pytest.raises(RuntimeError, match="broken"):
            await commit.append(turn("first"))
        await commit.append(turn("second"))

    commit = GroupCommit(write)
    run(asked())
    commit.close()
    assert faults == []
