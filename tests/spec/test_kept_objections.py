"""Objections in the store, and what the migration makes of earlier contests and answers; on SQLite and PostgreSQL."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, text
from stores import month_of_scores

from features.errors import BadInput
from pipeline.store.objections import Objections
from pipeline.store.schema import AUDIT, CONTEST, LIST_ANSWER, OBJECTION
from pipeline.store.store import Store
from pipeline.store.upgrade import alembic_config

FIRST, SECOND = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 9, 2, tzinfo=UTC)


def test_an_objection_is_recorded_once_found_among_others_and_withdrawn(store: Store, tmp_path: Path) -> None:
    with store.changing() as connection:
        objections = Objections(connection, tmp_path)
        for at in (FIRST, SECOND):
            objections.record("tiny", "A", at)
        assert objections.among("tiny", ["A", "B"]) == {"A": FIRST}
        assert objections.among("other", ["A", "B"]) == {}
        assert (objections.withdraw("other", "A"), objections.withdraw("tiny", "A")) == (0, 1)
        assert objections.since("tiny", "A") is None


def test_a_source_and_an_id_are_never_taken_for_another_pair(store: Store, tmp_path: Path) -> None:
    with store.changing() as connection:
        objections = Objections(connection, tmp_path)
        objections.record("a", "bc", FIRST)
        assert objections.since("ab", "c") is None


@pytest.mark.parametrize("folder", [None, "elsewhere"])
def test_objections_are_never_overlooked_without_their_key(store: Store, tmp_path: Path, folder: str | None) -> None:
    with store.changing() as connection:
        Objections(connection, tmp_path).record("tiny", "A", FIRST)
        with pytest.raises(BadInput):
            Objections(connection, tmp_path / folder if folder else None).among("tiny", ["B"])


def test_without_objections_no_key_is_made(store: Store, tmp_path: Path) -> None:
    with store.reading() as scores:
        assert Objections(scores.connection, tmp_path / "none").among("tiny", ["A"]) == {}
    assert not (tmp_path / "none").exists()


def rows(engine: Engine, table: Any) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(table.select().order_by(*table.primary_key)).mappings()]


def test_earlier_contests_get_their_source_and_answers_their_manager(engine: Engine, url: str) -> None:
    """A and B were scored in August 2026, of "tiny"; nobody knows Z. A reported to M1 then."""
    with Store(url) as store:
        store.publish(month_of_scores(date(2026, 8, 31), {"A": -1.0, "B": -1.0}, {"A": "M1"}))
    with engine.begin() as connection:
        config = alembic_config(connection)
        for table, column in (("contest", "source"), ("list_answer", "manager_id"), ("audit", "source")):
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        connection.execute(text("DROP TABLE objection"))
        command.stamp(config, "0008")
        for person in "AZ":
            values = {"at": FIRST, "person": person}
            connection.execute(
                text(
                    "INSERT INTO contest (at, who, employee_id, ground, statement) "
                    "VALUES (:at, 'H', :person, 'wrong', '')"
                ),
                values,
            )
            connection.execute(
                text(
                    "INSERT INTO list_answer (at, who, source, month, employee_id, outcome, drivers) "
                    "VALUES (:at, 'M1', 'tiny', '2026-08', :person, 'left', '[]')"
                ),
                values,
            )
        command.upgrade(config, "0009")
    assert [(row["employee_id"], row["source"]) for row in rows(engine, CONTEST)] == [("A", "tiny"), ("Z", "")]
    assert [(row["employee_id"], row["manager_id"]) for row in rows(engine, LIST_ANSWER)] == [("A", "M1"), ("Z", None)]
    assert rows(engine, OBJECTION) == []
    assert [row["source"] for row in rows(engine, AUDIT)] == [None]  # of the publication, before it had one
