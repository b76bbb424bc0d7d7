"""A server in a separate process: start it, wait for it, load it with wrk, and measure its memory."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import Request, urlopen

from bench.part import Differs

AT_A_TIME: Final = 16
SECONDS: Final = 10
_PATIENCE_SECONDS: Final = 180


@dataclass(frozen=True)
class Load:
    """What wrk measured of one kind of request, and the CPU time that the server's processes spent on each."""

    requests: int
    per_second: float
    p99_ms: float
    cpu_ms: float


@dataclass(frozen=True)
class Server:
    """A running server: its URL, its process group, and a folder for the load script."""

    url: str
    group: int
    folder: Path

    def first_answer(self, path: str, headers: Mapping[str, str], body: Any = None) -> tuple[float, Any]:
        """Seconds until the server answers, and the answer. Raises Differs if it never does."""
        began = time.perf_counter()
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}{path}", data, {"Content-Type": "application/json", **headers})  # noqa: S310
        while time.perf_counter() - began < _PATIENCE_SECONDS:
            try:
                with urlopen(request, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310
                    return time.perf_counter() - began, json.load(answer)
            except (URLError, ConnectionError) as fault:
                if getattr(fault, "code", 503) != 503:
                    raise
                time.sleep(0.02)
        raise Differs("a server did not answer; look into its log")

    def load(self, method: str, paths: Sequence[str], headers: Mapping[str, str], body: Any = None) -> Load:
        """Request the paths in turn, sixteen at a time, for ten seconds. Raises Differs if a request fails."""
        asked = {"method": method, "paths": list(paths), "headers": {**headers, "Content-Type": "application/json"}}
        script = self.folder / "load.lua"
        script.write_text(_LUA.replace("ASKED", _as_lua(asked | {"body": body and json.dumps(body)})))
        spent = self.cpu_seconds()
        command = ["wrk", "-t1", f"-c{AT_A_TIME}", f"-d{SECONDS}s", "--timeout", "60s", "-s", str(script), self.url]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        totals = json.loads(done.stdout.rpartition("DONE ")[2])
        if totals["failed"] or not totals["requests"]:
            raise Differs(f"{totals['failed']} of {totals['requests']} requests to {paths[0].partition('?')[0]} failed")
        cpu_ms = 1000 * (self.cpu_seconds() - spent) / totals["requests"]
        return Load(totals["requests"], totals["requests"] / totals["seconds"], totals["p99_ms"], cpu_ms)

    def cpu_seconds(self) -> float:
        """CPU seconds of the server and its child processes so far."""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()  # a program's name may contain anything
            except OSError:
                continue  # it has ended in the meantime
            if int(fields[2]) == self.group:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        """Resident memory of the started process, in MB."""
        status = Path("/proc", str(self.group), "status").read_text()
        return int(dict(line.split(":", 1) for line in status.splitlines())["VmRSS"].split()[0]) * 1024 / 1e6


@contextmanager
def serving(command: Sequence[str], settings: Mapping[str, str], folder: Path) -> Iterator[Server]:
    """Run the command with a free port as its last argument until the block ends; its output goes to `server.log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            [*command, str(port)], stdout=log, stderr=log, env={**os.environ, **settings}, start_new_session=True
        )
        try:
            yield Server(f"http://127.0.0.1:{port}", process.pid, folder)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def uvicorn_of(app: str) -> list[str]:
    """The command that serves an app as `make serve` does, without its port."""
    command = [sys.executable, "-m", "uvicorn", app, "--factory", "--host", "127.0.0.1"]
    return [*command, "--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "30", "--port"]


def require_wrk() -> None:
    """Raise Differs if wrk is not installed."""
    if shutil.which("wrk") is None:
        raise Differs("wrk is not installed, so nobody asks (Debian: apt install wrk)")


_LUA: Final = """
local asked = ASKED
local turn = 0
function request()
  turn = turn % #asked.paths + 1
  return wrk.format(asked.method, asked.paths[turn], asked.headers, asked.body)
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('DONE {"requests": %d, "seconds": %f, "p99_ms": %f, "failed": %d}', summary.requests,
    summary.duration / 1e6, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


def _as_lua(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{json.dumps(key)}] = {_as_lua(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(_as_lua, value)) + "}"
    return "nil" if value is None else json.dumps(value)
