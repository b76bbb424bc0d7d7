"""The audit's hash chain: intact after normal use, broken by any change; on SQLite and on PostgreSQL."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from features.errors import BadInput
from pipeline.commands.main import app
from pipeline.store.audit.audit import AuditEntry, Link
from pipeline.store.database import begun, engine_of
from pipeline.store.store import Store
from pipeline.store.upgrade import alembic_config

AT = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)


def entry(whom: str | None = "A") -> AuditEntry:
    return AuditEntry(AT, "r1", "H1", "hr", "GET", whom, "model_review", "released")


def tamper(engine: Engine, change: str) -> None:
    """A change that requires permission to remove triggers."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for event in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_refuses_{event}"))
        else:
            for event in ("change", "delete"):
                connection.execute(text(f"DROP TRIGGER audit_refuses_{event} ON audit"))
        connection.execute(text(change))


def test_a_rows_hash_covers_its_contents_and_the_row_before(store: Store) -> None:
    store.append_audit([entry("A"), entry(None)])
    content = '"2026-10-01T09:30:00+00:00","r1","H1","hr","GET",{},"model_review","released"'
    first = hashlib.sha256(f'["",{content.format(chr(34) + "A" + chr(34))}]'.encode()).hexdigest()
    second = hashlib.sha256(f'["{first}",{content.format("null")}]'.encode()).hexdigest()
    chain = store.verify_audit()
    assert (chain.rows, chain.head, chain.is_whole) == (2, Link(2, second), True)


def test_an_empty_audit_is_intact(store: Store) -> None:
    assert store.verify_audit().is_whole


def test_threads_and_two_stores_build_one_chain(store: Store, url: str) -> None:
    with Store(url) as other, ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda number: (store, other)[number % 2].append_audit([entry(f"P{number}")]), range(100)))
    chain = store.verify_audit()
    assert (chain.rows, chain.is_whole) == (100, True)


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE audit SET whom = 'Z' WHERE id = 2", 2),
        ("UPDATE audit SET at = '2026-10-02 09:30:00.000000' WHERE id = 1", 1),
        ("UPDATE audit SET hash = 'x' WHERE id = 3", 3),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("DELETE FROM audit WHERE id = 2", 3),
        (
            "INSERT INTO audit (at, request_id, who, role, what, result, hash) "
            "VALUES ('2026-10-02 09:30:00.000000', 'r', 'w', 'hr', 'GET', 'released', 'x')",
            4,
        ),
    ],
)
def test_a_changed_row_breaks_the_chain(store: Store, engine: Engine, change: str, broken_at: int) -> None:
    store.append_audit([entry("A"), entry("B"), entry("C")])
    tamper(engine, change)
    chain = store.verify_audit()
    assert (chain.broken_at, chain.is_whole) == (broken_at, False)


def test_a_truncated_audit_does_not_match_a_noted_end(store: Store, engine: Engine) -> None:
    store.append_audit([entry("A"), entry("B")])
    noted = store.verify_audit().head
    store.append_audit([entry("C")])
    assert store.verify_audit(noted).is_whole
    tamper(engine, "DELETE FROM audit WHERE id >= 2")
    assert store.verify_audit().is_whole  # nothing follows that could miss them
    assert not store.verify_audit(noted).is_whole


def test_one_refused_entry_does_not_affect_the_others(store: Store) -> None:
    refused: Any = entry(b"\x00")  # type: ignore[arg-type]
    with ThreadPoolExecutor(8) as threads:
        turns = [threads.submit(store.append_audit, [each]) for each in [entry("A"), refused] * 10]
        failed = [turn.exception() is not None for turn in turns]
    assert failed == [False, True] * 10
    assert store.verify_audit().rows == 10


def test_an_audit_from_before_the_chain_is_linked(url: str, engine: Engine) -> None:
    older = engine_of(url)
    with begun(older, "publish") as connection:
        command.upgrade(alembic_config(connection), "0001")
        connection.execute(
            text(
                "INSERT INTO audit (at, request_id, who, role, what, result) "
                "VALUES ('2026-10-01 09:30:00.000000', 'r', 'w', 'hr', 'GET', 'refused')"
            )
        )
    older.dispose()
    with Store(url) as store:
        store.append_audit([entry()])
        assert store.verify_audit().rows == 2
        assert store.verify_audit().is_whole


def test_the_command_prints_the_end_of_an_intact_audit_and_its_exit_code_shows_a_broken_one(
    store: Store, engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETENTION_DATABASE_URL", url)
    store.append_audit([entry("A"), entry("B")])
    head = store.verify_audit().head
    whole = CliRunner().invoke(app, ["audit", "verify", "--noted", str(head)])
    assert (whole.exit_code, whole.stdout) == (0, f"{head}\n")
    tamper(engine, "UPDATE audit SET whom = 'Z' WHERE id = 1")
    broken = CliRunner().invoke(app, ["audit", "verify"])
    assert (broken.exit_code, broken.stdout) == (3, "")


NOT_LINKS = [
    "",
    " ",
    ":",
    "1",
    "x:y",
    "1:abc",
    f"-1:{'a' * 64}",
    f"0:{'a' * 64}",
    f"1:{'A' * 64}",
    f"１:{'a' * 64}",
    f"1:{'a' * 64}:",
    f"1:{'a' * 64}\n",
    f"{'9' * 5000}:{'a' * 64}",
]


@pytest.mark.parametrize("noted", NOT_LINKS)
def test_an_invalid_noted_end_is_reported(noted: str) -> None:
    with pytest.raises(BadInput, match="not an end of the chain"):
        Link.of(noted)


@pytest.mark.parametrize("noted", ["", " ", "1:abc"])
def test_the_command_refuses_an_empty_or_invalid_noted_end(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch, noted: str
) -> None:
    """Taken as no end at all, an empty one would verify any audit."""
    monkeypatch.setenv("RETENTION_DATABASE_URL", url)
    store.append_audit([entry()])
    refused = CliRunner().invoke(app, ["audit", "verify", "--noted", noted])
    assert isinstance(refused.exception, BadInput)
    assert refused.stdout == ""


def at(moment: datetime) -> AuditEntry:
    return replace(entry(), at=moment)


@pytest.mark.parametrize(
    ("seconds", "backwards"),
    [
        ([0, 10, 20], ()),
        ([0, 0, 0], ()),
        ([100, 41, 100], ()),  # requests that waited for their turn
        ([100, 39, 200], (2,)),
        ([4000, 0, 10, 20], (2,)),  # the clock was set back once
        ([4000, 0, 5000, 100], (2, 4)),
        ([200, 160, 120, 80], (3,)),  # small steps add up: 120 is 80 s before the first
    ],
)
def test_times_that_run_backwards_are_noticed(store: Store, seconds: list[int], backwards: tuple[int, ...]) -> None:
    store.append_audit([at(AT + timedelta(seconds=each)) for each in seconds])
    chain = store.verify_audit()
    assert (chain.backwards, chain.is_whole) == (backwards, True)


def test_the_command_warns_of_times_that_run_backwards_with_their_rows(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETENTION_DATABASE_URL", url)
    store.append_audit([at(AT), at(AT - timedelta(days=1))])
    result = CliRunner().invoke(app, ["audit", "verify"])
    assert result.exit_code == 0
    assert "backwards at row 2:" in result.stderr
