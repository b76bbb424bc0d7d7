"""Many requests for the server's health, and half-open ones, on real servers: neither hides an outage, nor stops HR."""

import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
import psycopg
import pytest
from api_server import Bearer, becomes
from fastapi.testclient import TestClient
from servers import unprivileged_user

from pipeline.store.store import Store
from serving.access.rates import PROBE_RATE
from serving.app import create_app
from serving.settings import ServerSettings

URL = "/v1/employees/A/risk?purpose=retention_conversation"
MANY = 160
"""Probes at once. One after the other in eight threads, each with its second of waiting, they would take 20 seconds."""
GUARD_SECONDS = 12
"""Long enough for a busy machine, and too short for probes that wait for each other."""

BOTH = pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)


@contextmanager
def locked(settings: ServerSettings) -> Iterator[None]:
    """Another program holds the store."""
    if not settings.database_url:
        lock = sqlite3.connect(settings.var / "store.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        yield
        lock.execute("ROLLBACK")
        lock.close()
        return
    with psycopg.connect(settings.database_url) as connection:
        connection.execute("LOCK TABLE audit IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


@BOTH
def test_a_flood_of_probes_of_a_locked_store_is_told_so_and_takes_no_threads_from_others(
    server: Any, settings: ServerSettings, bearer: Bearer
) -> None:
    limits = httpx2.Limits(max_connections=2 * MANY)
    client = httpx2.Client(base_url=server.url, timeout=GUARD_SECONDS, limits=limits)
    with client, ThreadPoolExecutor(MANY) as pool:
        assert client.get("/sign-in").status_code == 200
        with locked(settings):
            probes = [pool.submit(client.get, "/health/ready") for _ in range(MANY)]
            assert client.get("/sign-in").status_code == 200  # it needs a thread, and no store
            assert {probe.result().status_code for probe in probes} == {503}
        assert becomes(lambda: client.get("/health/ready").status_code, 200)
        assert client.get(URL, headers=bearer("hr")).status_code == 200


def test_probes_from_one_client_are_limited_apart_from_its_other_requests(
    settings: ServerSettings, store: Store, bearer: Bearer
) -> None:
    number = int(PROBE_RATE.partition("/")[0])
    with TestClient(create_app(settings)) as client:
        rates = client.app.state.probe_rates  # type: ignore[attr-defined]
        for _ in range(number):
            rates.seconds_to_wait("address testclient")
        for path in ("/health/ready", "/health/live", "/metrics"):
            answer = client.get(path)
            assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)
        assert client.get(URL, headers=bearer("hr")).status_code == 200


def half_open(server: Any, path: str, head: str, body: bytes) -> socket.socket:
    """A connection on which a request has begun, and does not go on."""
    parts = urlsplit(server.url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=GUARD_SECONDS)
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{head}\r\n\r\n".encode() + body)
    return connection


def test_a_request_that_never_ends_is_408_and_its_connection_is_closed(
    start_server: Callable[..., Any], store: Store, bearer: Bearer
) -> None:
    server = start_server(RETENTION_BODY_SECONDS="1")
    token = f"Authorization: {bearer('hr')['Authorization']}"
    json, form = "Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded"
    scores = "/v1/scores?purpose=workforce_planning"
    begun = [
        half_open(server, scores, f"{token}\r\n{json}\r\nContent-Length: 100", b"{"),
        half_open(server, scores, f"{json}\r\nTransfer-Encoding: chunked", b"1\r\n{\r\n"),  # and nobody
        half_open(server, "/sign-in", f"{form}\r\nContent-Length: 100", b"token="),
    ]
    for connection in begun:
        with connection:
            answer = b""
            while received := connection.recv(65_536):  # until the server closes the connection
                answer += received
            assert answer.startswith(b"HTTP/1.1 408 "), answer[:100]
    assert httpx2.get(server.url + URL, headers=bearer("hr")).status_code == 200


def limit_file_size(pid: int, limit: str) -> None:
    """As the user of the process, because root without capabilities must not change another user's limits."""
    command = ["prlimit", "--pid", str(pid), f"--fsize={limit}:"]
    subprocess.run(command, check=True, **unprivileged_user())  # type: ignore[call-overload]


@contextmanager
def full_disk_of(postgresql_url: str) -> Iterator[None]:
    """No file of a new connection of PostgreSQL may exceed 16 MB, one segment of its log, and the audit is that large.

    PostgreSQL handles a file-size limit like a full disk.
    """
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        [(text,)] = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchall()
        pid = int(text.split()[0])
        connection.execute(
            "INSERT INTO audit (at, request_id, who, role, what, result) SELECT now(), md5(n::text), md5(n::text), "
            "'hr', 'GET', 'filler' FROM generate_series(1, 130000) AS n"
        )
        [(size,)] = connection.execute("SELECT pg_relation_size('audit')").fetchall()
        assert size > 2**24
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
        own = connection.info.backend_pid
        limit_file_size(pid, str(2**24))
        try:
            connection.execute(end, [own])
            yield
        finally:
            limit_file_size(pid, "unlimited")
            connection.execute(end, [own])


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="no prlimit on this machine")
@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_on_a_full_disk_of_postgresql_nothing_is_released_until_there_is_room(
    server: Any, settings: ServerSettings, bearer: Bearer
) -> None:
    released = 0

    def ask(client: httpx2.Client) -> int:
        nonlocal released
        status = client.get(URL, headers=bearer("hr")).status_code
        released += status == 200
        return status

    with httpx2.Client(base_url=server.url, timeout=60) as client:
        assert ask(client) == 200
        with full_disk_of(settings.database_url):
            assert becomes(lambda: ask(client), 503)  # once the last page of the table is full
            assert ask(client) == 503
        assert becomes(lambda: ask(client), 200)
    with psycopg.connect(settings.database_url) as connection:
        [(rows,)] = connection.execute("SELECT count(*) FROM audit WHERE result = 'released'").fetchall()
    assert rows == released
