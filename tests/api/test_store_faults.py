"""A store that is locked, full, read-only or gone, under the real server or on a real PostgreSQL: nothing is released,
ready goes red, and both recover by themselves."""

import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import httpx2
import psycopg
import pytest
from api_server import Bearer, becomes

from pipeline.store.store import Store
from serving.settings import ServerSettings

URL = "/v1/employees/A/risk?purpose=retention_conversation"
UNAVAILABLE = "urn:retention:problem:store-unavailable"


def test_a_locked_store_releases_nothing_and_waiting_requests_succeed_later(
    server: Any, settings: ServerSettings, bearer: Bearer
) -> None:
    lock = sqlite3.connect(settings.var / "store.db", isolation_level=None)
    with httpx2.Client(base_url=server.url) as client:
        lock.execute("BEGIN IMMEDIATE")
        assert client.get("/health/ready").status_code == 503
        with pytest.raises(httpx2.ReadTimeout):  # it waits its turn
            client.get(URL, headers=bearer("hr"), timeout=0.5)
        assert client.get("/health/live").status_code == 200
        lock.execute("ROLLBACK")
        assert becomes(lambda: client.get("/health/ready").status_code, 200)
        assert client.get(URL, headers=bearer("hr")).status_code == 200
    lock.close()


def test_on_a_full_disk_nothing_is_released_until_there_is_room(
    server: Any, settings: ServerSettings, bearer: Bearer, audit_rows: Callable[[], list[Any]]
) -> None:
    with httpx2.Client(base_url=server.url) as client:
        assert client.get(URL, headers=bearer("hr")).status_code == 200
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        room = min(path.stat().st_size for path in settings.var.glob("store.db*"))
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (min(room, 4096), hard))
        answer = client.get(URL, headers=bearer("hr"))
        assert (answer.status_code, answer.json()["type"]) == (503, UNAVAILABLE)
        assert becomes(lambda: client.get("/health/ready").status_code, 503)
        assert len(audit_rows()) == 1
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        assert becomes(lambda: client.get("/health/ready").status_code, 200)
        assert client.get(URL, headers=bearer("hr")).status_code == 200
    assert len(audit_rows()) == 2


def administer(server: str, *statements: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_on_postgresql_nothing_is_released_while_it_takes_no_writes_or_is_gone(
    start_server: Callable[..., Any], postgresql_url: str, postgresql_server: str, bearer: Bearer
) -> None:
    name = postgresql_url.rpartition("/")[2]
    drop = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    faults = {
        f"ALTER DATABASE {name} SET default_transaction_read_only = on": (
            f"ALTER DATABASE {name} SET default_transaction_read_only = off"
        ),
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS false": f"ALTER DATABASE {name} ALLOW_CONNECTIONS true",
    }
    with httpx2.Client(base_url=start_server(RETENTION_DATABASE_URL=postgresql_url).url) as client:
        assert becomes(lambda: client.get("/health/ready").status_code, 200)
        for broken, mended in faults.items():
            administer(postgresql_server, broken, drop)
            assert becomes(lambda: client.get("/health/ready").status_code, 503)
            assert client.get("/v1/audit", headers=bearer("auditor")).json()["type"] == UNAVAILABLE
            administer(postgresql_server, mended, drop)
            assert becomes(lambda: client.get("/health/ready").status_code, 200)
            assert client.get("/v1/audit", headers=bearer("auditor")).status_code == 200


def test_a_read_only_file_is_not_ready(
    settings: ServerSettings, store: Store, start_server: Callable[..., Any], bearer: Bearer
) -> None:
    url = f"sqlite:///file:{settings.var / 'store.db'}?mode=ro&uri=true"
    with httpx2.Client(base_url=start_server(RETENTION_DATABASE_URL=url).url) as client:
        assert client.get("/health/ready").status_code == 503
        assert client.get(URL, headers=bearer("hr")).json()["type"] == UNAVAILABLE
        assert client.get("/health/live").status_code == 200


def test_a_store_file_deleted_under_the_server_is_noticed_and_a_restored_one_is_used(
    server: Any, settings: ServerSettings, bearer: Bearer, audit_rows: Callable[[], list[Any]]
) -> None:
    place, backup = settings.var / "store.db", settings.var / "backup.db"
    with httpx2.Client(base_url=server.url) as client:
        assert client.get(URL, headers=bearer("hr")).status_code == 200
        with closing(sqlite3.connect(place)) as source, closing(sqlite3.connect(backup)) as copy:
            source.backup(copy)
        for path in settings.var.glob("store.db*"):
            path.unlink()
        answer = client.get(URL, headers=bearer("hr"))
        assert (answer.status_code, answer.json()["type"]) == (503, UNAVAILABLE)
        assert becomes(lambda: client.get("/health/ready").status_code, 503)
        assert not place.exists()  # no empty store takes its place
        backup.rename(place)
        assert becomes(lambda: client.get("/health/ready").status_code, 200)
        assert client.get(URL, headers=bearer("hr")).status_code == 200
    assert len(audit_rows()) == 2
