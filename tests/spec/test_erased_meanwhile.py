"""Whoever is erased after a job read the source is not written back by the job; on SQLite and on PostgreSQL."""

import threading
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select
from stores import month_of_scores

from features.errors import Refused
from pipeline.lists import rollout
from pipeline.lists.rollout import allocate
from pipeline.settings import Settings
from pipeline.store.answers import ListAnswer
from pipeline.store.audit.audit import AuditEntry, append
from pipeline.store.erasure import ERASED, TRACES, erase, leaves_traces
from pipeline.store.groups import group_figures
from pipeline.store.publication import Publication
from pipeline.store.schema import LIST_ANSWER, ROLLOUT, SCORE
from pipeline.store.store import Store

MONTH = date(2026, 9, 30)
MANAGER_OF = {"A": "M", "B": "M", "C": "N", "M": None}


def scored() -> Publication:
    return month_of_scores(MONTH, {"A": 1.0, "B": 0.0, "C": -1.0, "M": -2.0}, MANAGER_OF)


def erased(connection: Connection, person: str) -> None:
    erase(connection, person)
    append(connection, [AuditEntry(datetime.now(UTC), "r", "H", "hr", "DELETE", person, None, ERASED)])


def erase_now(store: Store, person: str) -> None:
    with store.erasing() as connection:
        erased(connection, person)


def rows(store: Store) -> list[tuple[str, int, str | None]]:
    with store.reading() as scores:
        columns = (SCORE.c.employee_id, SCORE.c.rank, SCORE.c.manager_id)
        return [(row[0], row[1], row[2]) for row in scores.connection.execute(select(*columns).order_by(SCORE.c.rank))]


def test_a_publication_leaves_out_who_was_erased_since_the_source_was_read(store: Store) -> None:
    erase_now(store, "B")  # before: the source was changed, or holds the person again
    read_at = store.moment()
    erase_now(store, "M")
    store.publish(scored(), read_at)
    assert rows(store) == [("A", 1, None), ("B", 2, None), ("C", 3, "N")]


def test_a_publication_sees_an_erasure_up_to_its_own_transaction(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[None] = []

    def figures(*arguments: Any) -> Any:
        if not times:
            erase_now(store, "A")
        times.append(None)
        return group_figures.group_figures(*arguments)

    monkeypatch.setattr("pipeline.store.store.group_figures", figures)
    store.publish(scored(), store.moment())
    assert rows(store) == [("B", 1, "M"), ("C", 2, "N"), ("M", 3, None)]
    assert len(times) == 2


def test_a_publication_of_nobody_else_is_refused(store: Store) -> None:
    read_at = store.moment()
    erase_now(store, "A")
    with pytest.raises(Refused, match="no one was scored"):
        store.publish(month_of_scores(MONTH, {"A": 0.0}), read_at)


def test_an_erasure_waits_for_changes_that_have_begun(store: Store, url: str) -> None:
    """Otherwise, on PostgreSQL, it would not see their rows, and they would be there after it."""

    def erase_a() -> None:
        with Store(url) as another:
            erase_now(another, "A")

    erasure = threading.Thread(target=erase_a)
    with store.changing() as connection:
        answer = ListAnswer(datetime.now(UTC), "M", "A", "talked", [])
        connection.execute(insert(LIST_ANSWER), [vars(answer) | {"source": "tiny", "month": "2026-09"}])
        erasure.start()
        erasure.join(1)
        assert erasure.is_alive()
    erasure.join()
    with store.reading() as scores:
        assert not leaves_traces(scores.connection, "A")


def test_an_allocation_leaves_out_managers_who_were_erased_meanwhile(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.publish(scored())
    with store.reading() as scores:
        published = scores.current()
        assert published is not None
    draw = rollout.assign

    def assign(*arguments: Any) -> Any:
        erase_now(store, "M")
        return draw(*arguments)

    monkeypatch.setattr("pipeline.lists.rollout.assign", assign)
    allocate(store, Settings(var=tmp_path, rollout_share=0.5), published)
    with store.reading() as scores:
        assert scores.connection.execute(select(ROLLOUT.c.manager_id)).scalars().all() == ["N"]


def test_every_trace_can_be_read_and_removed(store: Store) -> None:
    store.publish(scored())
    with store.erasing() as connection:
        removed = erase(connection, "M")
    assert removed.keys() == {trace.name for trace in TRACES if trace.treatment != "keep"}
    assert {name: number for name, number in removed.items() if number} == {
        "score": 1, "manager_of": 2, "manager_figure": 1
    }  # fmt: skip
