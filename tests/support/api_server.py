"""The API over the published months: a client in this process, uvicorn in a process or a thread, and tokens."""

import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient

from pipeline.identity.tokens import issue_token
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

Bearer = Callable[..., dict[str, str]]
"""The headers of a role and, for a manager, a person."""


@pytest.fixture(autouse=True)
def _the_log_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow's migrations disable every existing logger, and other tests run them."""
    monkeypatch.setattr(logging.getLogger("retention.server"), "disabled", False)


@pytest.fixture
def client(settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def bearer(settings: ServerSettings) -> Bearer:
    issuing = settings.model_copy(update={"employee_access": True})  # as if it had been on when the token was issued

    def header(role: str, person: str | None = None, **more: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {issue_token(issuing, role, person, **more)}"}

    return header


def becomes(ask: Callable[[], int], status: int) -> bool:
    """Whether the status is reached in time; a fault takes a moment to appear and to clear."""
    for _ in range(100):
        if ask() == status:
            return True
        time.sleep(0.05)
    return False


@dataclass
class Server:
    """A uvicorn process on a free port, as `make serve` starts it."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path


@pytest.fixture
def start_server(settings: ServerSettings, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers with additional settings; those still running at the end must stop cleanly on SIGTERM."""
    started: list[Server] = []

    def start(**more: str) -> Server:
        log = tmp_path / f"server-{len(started)}.log"
        command = [sys.executable, "-m", "uvicorn", "serving.app:create_app", "--factory", "--port", "0"]
        with log.open("w") as file:
            own = {"RETENTION_VAR": str(settings.var), "RETENTION_LISTED_FROM": str(settings.listed_from)}
            if settings.database_url:
                own["RETENTION_DATABASE_URL"] = settings.database_url
            environment = os.environ | own | more
            process = subprocess.Popen(command, stdout=file, stderr=file, env=environment)
        started.append(Server("", process, log))
        started[-1].url = _address(process, log)
        return started[-1]

    yield start
    running = [server.process for server in started if server.process.poll() is None]
    for process in running:
        process.terminate()
    assert {process.wait(timeout=20) for process in running} <= {0, -15}


@pytest.fixture
def server(start_server: Callable[..., Server], store: Store) -> Server:
    return start_server()


@contextmanager
def running(app: object, port: int = 0) -> Iterator[str]:
    """The URL of an application that uvicorn serves from a thread; a separate process would take seconds to start."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, timeout_graceful_shutdown=1))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(2400):  # two minutes: a server starts slowly on a busy machine
        if address := re.search(r"http://127\.0\.0\.1:\d+", log.read_text()):
            return address.group()
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())
