"""Servers in separate processes for the duration of a test."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from documents import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unprivileged_user() -> dict[str, str | int | list[int]]:
    """PostgreSQL refuses to run as root, so as root the server belongs to another user."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def mariadb(install: str, server: str) -> Iterator[str]:
    """The URL of a MariaDB in a folder of its own, without a database name."""
    home, port = Path(tempfile.mkdtemp(prefix="mariadb-")), free_port()
    owner = unprivileged_user()
    if owner:
        os.chown(home, int(owner["user"]), int(owner["group"]))  # type: ignore[arg-type]
    data = ["--no-defaults", f"--datadir={home / 'data'}"]
    made = [install, *data, "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run(made, check=True, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **owner)  # type: ignore[call-overload]
    options = [
        f"--port={port}",
        "--bind-address=127.0.0.1",
        "--character-set-server=utf8mb4",
        f"--socket={home / 'socket'}",
        f"--pid-file={home / 'pid'}",
    ]
    speed = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M"]
    with (home / "log").open("w") as log:
        command = [server, *data, *options, *speed]
        process = subprocess.Popen(command, cwd=home, stdout=log, stderr=log, **owner)  # type: ignore[call-overload]
    try:
        _wait_for_port(port)
        yield f"mysql://root@127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(home, ignore_errors=True)


def mysql_address(url: str) -> dict[str, Any]:
    """The arguments of `pymysql.connect` for a URL."""
    parts = urlsplit(url)
    return {
        "host": parts.hostname,
        "port": parts.port or 3306,
        "user": parts.username,
        "password": parts.password or "",
        "database": parts.path.removeprefix("/") or None,
        "autocommit": True,
    }


def _wait_for_port(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return


@contextmanager
def served(command: Sequence[str], port: int, env: Mapping[str, str], log: Path) -> Iterator[str]:
    """The address of our API, started by the command on that port, once it is ready; its output goes to `log`."""
    address = f"http://127.0.0.1:{port}"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
    try:
        for _ in range(600):
            try:
                if httpx2.get(f"{address}/health/ready").status_code == 200:
                    break
            except httpx2.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        assert process.wait(40) in (0, -signal.SIGTERM)  # the signal ends it once open requests are answered
