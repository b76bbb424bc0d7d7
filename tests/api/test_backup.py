"""Backup and restore as in `docs/deployment.md`: the copy serves, and the noted end proves that it is complete."""

import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
from published import SEPTEMBER, publication

from pipeline.store.audit.audit import AuditEntry
from pipeline.store.seals import Seals
from pipeline.store.store import Store


def filled(url: str) -> str:
    """Publishes a month and writes two audit rows; returns the end of the chain to note."""
    with Store(url) as store:
        store.publish(publication(date(2026, 9, 30), SEPTEMBER))
        for whom in "AB":
            at = datetime(2026, 10, 1, tzinfo=UTC)
            store.append_audit([AuditEntry(at, f"r{whom}", "H1", "hr", "GET", whom, None, "released")])
        return str(store.verify_audit().head)


def require_whole(url: str, noted: str) -> None:
    with Store(url) as copy:
        chain = copy.verify_audit()
        assert (chain.is_whole, chain.rows, str(chain.head)) == (True, 3, noted)
        assert copy.verify_publications() == Seals(1, (), (), 0)
        with copy.reading() as scores:
            published = scores.current()
            assert published is not None
            result = scores.score_and_factors_of(published, "A")
            assert result is not None
            assert result[1][0].contribution == 1.5
        assert copy.is_ready()


def test_a_copy_of_sqlite_made_while_it_runs_is_complete(tmp_path: Path) -> None:
    url, copy = f"sqlite:///{tmp_path / 'store.db'}", tmp_path / "copy.db"
    noted = filled(url)
    with Store(url) as running, running.reading() as scores:
        assert scores.current() is not None
        with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
            connection.execute(f"VACUUM INTO '{copy}'")
    require_whole(f"sqlite:///{copy}", noted)


def test_a_restored_dump_of_postgresql_is_complete(postgresql_url: str, postgresql_server: str, tmp_path: Path) -> None:
    noted, dump = filled(postgresql_url), tmp_path / "store.dump"
    with psycopg.connect(f"{postgresql_server}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored")
    subprocess.run(["pg_dump", "--format=custom", "--file", dump, postgresql_url], check=True)
    restore = ["pg_restore", "--clean", "--if-exists", "--exit-on-error", "--dbname", f"{postgresql_server}/restored"]
    subprocess.run([*restore, dump], check=True)
    require_whole(f"{postgresql_server}/restored", noted)
