"""The audit is kept for a period: old rows go behind a signed checkpoint, and any other gap is found."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from stores import month_of_scores
from typer.testing import CliRunner

from features.errors import Refused
from pipeline.commands.main import app
from pipeline.identity.keys import checkpoint_key
from pipeline.settings import Settings
from pipeline.store.audit.audit import AuditEntry, Link
from pipeline.store.purge.audit_pruning import prune_audit
from pipeline.store.purge.periods import purge
from pipeline.store.store import Store

TODAY = date(2026, 11, 24)
OLD, EDGE, YOUNG = (
    datetime(2023, 9, 5, tzinfo=UTC),
    datetime(2023, 11, 30, 23, 59, tzinfo=UTC),
    datetime(2023, 12, 1, tzinfo=UTC),
)
"""36 months before the end of November 2026 is the end of November 2023."""


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    return Settings(var=tmp_path / "var", database_url=url)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store.of(settings) as store:
        yield store


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    yield engine
    engine.dispose()


def entry(at: datetime, whom: str = "A", role: str = "hr", purpose: str | None = "model_review") -> AuditEntry:
    return AuditEntry(at, "r1", "H1", role, "GET", whom, purpose, "released")


ROWS = (
    entry(OLD),
    entry(OLD, "B"),
    entry(OLD, "B", "manager", "retention_conversation"),
    entry(EDGE, "C", "auditor", None),
    entry(YOUNG, "D"),
    entry(YOUNG, "E"),
)


def ids(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT id FROM audit ORDER BY id")).scalars())


def attack(engine: Engine, *statements: str) -> None:
    """As an administrator who removes what is in the way."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in ("audit", "audit_checkpoint"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))


def test_old_rows_go_and_the_chain_stays_verifiable(store: Store, settings: Settings, engine: Engine) -> None:
    store.append_audit(ROWS)
    before = store.verify_audit()
    assert prune_audit(store, settings, TODAY, is_rehearsal=True).rows == 4
    assert store.verify_audit() == before
    pruned = prune_audit(store, settings, TODAY)
    assert (pruned.until, pruned.rows) == (date(2023, 11, 30), 4)
    assert pruned.counts == [
        {"month": "2023-09", "role": "hr", "purpose": "model_review", "rows": 2},
        {"month": "2023-09", "role": "manager", "purpose": "retention_conversation", "rows": 1},
        {"month": "2023-11", "role": "auditor", "purpose": "", "rows": 1},
    ]
    assert ids(engine) == [5, 6, 7]
    chain = store.verify_audit(before.head)  # noted before, and still there
    assert (chain.rows, chain.pruned, chain.pruned_until, chain.is_whole) == (3, 4, date(2023, 11, 30), True)
    store.append_audit([entry(YOUNG, "F")])
    assert store.verify_audit().is_whole


def test_what_is_pruned_twice_goes_once_and_a_later_month_adds_a_checkpoint(
    store: Store, settings: Settings, engine: Engine
) -> None:
    store.append_audit(ROWS)
    prune_audit(store, settings, TODAY)
    assert prune_audit(store, settings, TODAY).rows == 0
    assert ids(engine) == [5, 6, 7]
    assert prune_audit(store, settings, date(2026, 12, 31)).rows == 2
    chain = store.verify_audit()
    assert (chain.rows, chain.pruned, chain.is_whole) == (2, 6, True)


def test_an_audit_of_which_every_row_is_old_keeps_its_chain(store: Store, settings: Settings, engine: Engine) -> None:
    store.append_audit(ROWS[:3])
    assert prune_audit(store, settings, TODAY).rows == 3
    assert ids(engine) == [4]
    assert store.verify_audit().is_whole


def test_a_young_row_before_old_ones_keeps_them(store: Store, settings: Settings, engine: Engine) -> None:
    """A clock was set back: rows go from the oldest on only."""
    store.append_audit([entry(OLD), entry(YOUNG), entry(OLD)])
    assert prune_audit(store, settings, TODAY).rows == 1
    assert ids(engine) == [2, 3, 4]


def test_nothing_old_means_no_checkpoint(store: Store, settings: Settings, engine: Engine) -> None:
    store.append_audit(ROWS[4:])
    assert prune_audit(store, settings, TODAY).rows == 0
    assert ids(engine) == [1, 2]
    assert not (settings.var / "keys" / "audit-checkpoint.pem").exists()


def test_the_database_refuses_to_delete_rows_after_the_checkpoint(
    store: Store, settings: Settings, engine: Engine
) -> None:
    store.append_audit(ROWS)
    for _ in range(2):
        for statement in ("DELETE FROM audit", "DELETE FROM audit WHERE id = 6", "UPDATE audit SET who = 'x'"):
            with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
                connection.execute(text(statement))
        prune_audit(store, settings, TODAY)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("UPDATE audit_checkpoint SET last_id = 6"))
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_checkpoint"))


def test_a_temporary_table_does_not_pass_for_checkpoints(store: Store, engine: Engine) -> None:
    store.append_audit(ROWS)
    own = "temp" if engine.dialect.name == "sqlite" else "pg_temp"
    with engine.connect() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE audit_checkpoint (last_id integer)"))
        connection.execute(text(f"INSERT INTO {own}.audit_checkpoint VALUES (99)"))
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text("DELETE FROM audit WHERE id = 1"))


FORGED = (
    "INSERT INTO audit_checkpoint (at, until, last_id, last_hash, rows, counts, previous, signature) SELECT "
    "'2026-11-24 10:00:00.000000', '2023-12-31', id, hash, 1, '[]', '', '{signature}' FROM audit WHERE id = {last}"
)


def test_a_checkpoint_that_nobody_signed_lets_rows_go_but_is_found(
    store: Store, settings: Settings, engine: Engine
) -> None:
    store.append_audit(ROWS)
    with engine.begin() as connection:  # no trigger has to be removed
        connection.execute(text(FORGED.format(signature="00" * 64, last=5)))
        connection.execute(text("DELETE FROM audit WHERE id <= 5"))
    chain = store.verify_audit()
    assert (chain.broken_at, chain.has_valid_checkpoints, chain.is_whole) == (None, False, False)
    with pytest.raises(Refused, match="the audit is broken"):
        prune_audit(store, settings, date(2026, 12, 31))
    assert ids(engine) == [6]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_checkpoint SET counts = '[]'",
        "UPDATE audit_checkpoint SET rows = 3",
        "UPDATE audit_checkpoint SET until = '2022-01-31'",
        "UPDATE audit_checkpoint SET first_sealed = 9",
        "UPDATE audit_checkpoint SET signature = 'xyz'",
        "UPDATE audit_checkpoint SET previous = 'x'",
        "UPDATE audit_checkpoint SET last_id = 5, last_hash = (SELECT hash FROM audit WHERE id = 5)",
        "DELETE FROM audit_checkpoint",
        "DELETE FROM audit WHERE id = 5",
        "UPDATE audit SET whom = 'Z' WHERE id = 6",
        "INSERT INTO audit (id, at, request_id, who, role, what, result, hash) "
        "VALUES (3, '2026-10-02 09:30:00.000000', 'r', 'w', 'hr', 'GET', 'released', 'x')",
    ],
)
def test_tampering_with_a_pruned_audit_is_found(store: Store, settings: Settings, engine: Engine, change: str) -> None:
    store.append_audit(ROWS)
    prune_audit(store, settings, TODAY)
    assert store.verify_audit().is_whole
    attack(engine, change)
    assert not store.verify_audit().is_whole


def test_a_removed_first_checkpoint_is_found_although_the_second_is_signed(
    store: Store, settings: Settings, engine: Engine
) -> None:
    store.append_audit(ROWS)
    prune_audit(store, settings, TODAY)
    prune_audit(store, settings, date(2026, 12, 31))
    attack(engine, "DELETE FROM audit_checkpoint WHERE id = 1")
    assert not store.verify_audit().is_whole


def test_without_the_key_or_with_another_one_nothing_is_valid(store: Store, settings: Settings) -> None:
    store.append_audit(ROWS)
    prune_audit(store, settings, TODAY)
    key = settings.var / "keys" / "audit-checkpoint.pem"
    kept = key.read_bytes()
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    assert not store.verify_audit().is_whole
    assert not key.exists()  # verifying makes none
    assert isinstance(checkpoint_key(settings.var), Ed25519PrivateKey)
    assert not store.verify_audit().is_whole
    key.write_bytes(kept)
    assert store.verify_audit().is_whole


def test_a_broken_audit_is_not_pruned(store: Store, settings: Settings, engine: Engine) -> None:
    store.append_audit(ROWS)
    attack(engine, "UPDATE audit SET whom = 'Z' WHERE id = 2")
    with pytest.raises(Refused, match="the audit is broken, so none of it was pruned"):
        prune_audit(store, settings, TODAY)
    assert ids(engine) == [1, 2, 3, 4, 5, 6]


def test_an_end_noted_before_the_checkpoint_is_not_accepted(store: Store, settings: Settings) -> None:
    store.append_audit(ROWS[:2])
    noted = store.verify_audit().head
    store.append_audit(ROWS[2:4])
    last_pruned = store.verify_audit().head
    store.append_audit(ROWS[4:])
    prune_audit(store, settings, TODAY)
    assert not store.verify_audit(noted).is_whole
    assert store.verify_audit(last_pruned).is_whole
    assert not store.verify_audit(Link(4, "0" * 64)).is_whole


FAR = date(datetime.now(UTC).year + 4, 1, 31)
"""A day at which everything that is written now is older than the period."""


def test_seals_outlive_the_rows_that_held_them(store: Store, settings: Settings, engine: Engine) -> None:
    """Of a publication that is served for longer, and of one that somebody removed."""
    for month in (8, 9, 10):
        store.publish(month_of_scores(date(2026, month, 28), {"A": 1.0, "B": 0.0}))
    prune_audit(store, settings, FAR)
    seals = store.verify_publications()
    assert (seals.sealed, seals.altered, seals.missing, seals.unsealed) == (3, (), (), 0)
    attack(engine, "UPDATE score SET risk = 0.9 WHERE publication_id = 2 AND employee_id = 'A'")
    attack(engine, *(f"DELETE FROM {table} WHERE publication_id = 1" for table in ("score", "group_figure")))
    attack(engine, "DELETE FROM publication WHERE id = 1")
    prune_audit(store, settings, FAR.replace(year=FAR.year + 1))
    seals = store.verify_publications()
    assert (seals.altered, seals.missing) == ((2,), (1,))


def test_an_invented_early_publication_is_found_after_pruning(store: Store, settings: Settings, engine: Engine) -> None:
    """The first seal is of publication 1, which was purged; a new row with that number is not from before seals."""
    for month in (8, 9):
        store.publish(month_of_scores(date(2026, month, 28), {"A": 1.0, "B": 0.0}))
    purge(store, settings.model_copy(update={"keep_scores_months": 1}), date(2026, 10, 30))
    prune_audit(store, settings, FAR)
    assert store.verify_publications().is_whole
    columns = (
        "source, snapshot_date, model_version, horizon_months, people, mean_risk, features, manifest, content_hash"
    )
    attack(
        engine,
        f"INSERT INTO publication (id, {columns}, published_at) SELECT 1, {columns}, published_at FROM publication",
    )
    assert store.verify_publications().altered == (1,)


def test_purging_prunes_and_verifying_says_so(
    store: Store, settings: Settings, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETENTION_DATABASE_URL", url)
    monkeypatch.setenv("RETENTION_VAR", str(settings.var))
    ancient = datetime(2010, 1, 5, tzinfo=UTC)
    store.append_audit([replace(entry(OLD), at=ancient), entry(datetime.now(UTC))])

    def purged(*more: str) -> Any:
        done = CliRunner().invoke(app, ["purge", "--json", "-", *more])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)["audit"]

    assert purged("--dry-run")["rows"] == 1
    assert purged()["rows"] == 1
    assert purged()["rows"] == 0
    verified = CliRunner().invoke(app, ["audit", "verify"])
    assert verified.exit_code == 0
    assert "Before them 1 were pruned, up to" in " ".join(verified.stderr.split())
    (settings.var / "keys" / "audit-checkpoint.pem").unlink()
    verified = CliRunner().invoke(app, ["audit", "verify"])
    assert verified.exit_code == 3
    assert "is not signed by this installation" in " ".join(verified.stderr.split())
