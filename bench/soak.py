"""The part `soak`: the server over minutes, nine reads to each write, and whether it ends as it began.

Four clients send their requests at fixed times, so that both ends have the same load; a client that still waits for an
answer sends the next one late, and all are sent, however long that takes. A read is a person's risk with its factors,
as HR asks for it; a write is a contest, after which no answer that the server holds is valid.
"""

import http.client
import json
import sqlite3
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import numpy as np

from bench import pages
from bench.measure import Figures
from bench.part import Differs, Figure, Part, Ratio, Side, Size
from bench.server import Server, serving, uvicorn_of
from pipeline.identity.tokens import issue_token

CLIENTS: Final = 4
REQUESTS_A_SECOND: Final = 40
WRITES: Final = 10
"""Every tenth request is a write."""
_ENDS: Final = 0.2
"""Share of the time that is the start, and the end."""
_MINUTES: Final = "minutes"
_PEOPLE: Final = "people"
_PURPOSES: Final = {"GET": "retention_conversation", "POST": "data_subject_request"}
_CONTEST: Final = json.dumps({"ground": "outdated", "statement": "There was a raise in September."})


def publish(size: Size, data: Path) -> None:
    """Publish the company of the part `pages`."""
    pages.publish(size, data)
    (data / _MINUTES).write_text(str(size.minutes))
    (data / _PEOPLE).write_text(str(size.people))


@dataclass
class Client:
    """What one client sent: the second since the start at which each request was due, its milliseconds, its method."""

    number: int
    due: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    failed: int = 0

    def ask(self, url: str, token: str, people: int, began: float, seconds: float) -> None:
        """Request people in a random order, one after the other, until all that were due in the time are answered."""
        random = np.random.default_rng(self.number)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        address, turn = urlsplit(url), 0
        with closing(http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)) as connection:
            while (due := (turn + self.number / CLIENTS) * CLIENTS / REQUESTS_A_SECOND) < seconds:
                time.sleep(max(0.0, began + due - time.perf_counter()))
                method = "GET" if (turn + 1) % WRITES else "POST"
                started = time.perf_counter()
                path = f"/v1/employees/E{random.integers(people):06}/{'risk' if method == 'GET' else 'contest'}"
                body = None if method == "GET" else _CONTEST
                connection.request(method, f"{path}?purpose={_PURPOSES[method]}", body, headers)
                answer = connection.getresponse()
                answer.read()
                self.failed += answer.status not in (200, 201)
                self.due.append(due)
                self.milliseconds.append(1000 * (time.perf_counter() - started))
                self.methods.append(method)
                turn += 1


def soak(data: Path, out: Path) -> Figures:
    """Measure the server at both ends of the time. Raises Differs for a failed request, or one without audit row."""
    seconds, people = 60 * float((data / _MINUTES).read_text()), int((data / _PEOPLE).read_text())
    settings = {"RETENTION_VAR": str(data / "var"), "RETENTION_RATE_LIMIT": "100000000/minute"}
    token = issue_token(pages.settings_of(data), "hr")
    before = _audit_rows(data)
    with serving(uvicorn_of("serving.app:create_app"), settings, out) as server:
        path = f"/v1/employees/E000000/risk?purpose={_PURPOSES['GET']}"
        server.first_answer(path, {"Authorization": f"Bearer {token}"})
        clients, memory, cpu = _asked(server, token, people, seconds)
    sent, failed = _sent(clients), sum(client.failed for client in clients)
    if failed:
        raise Differs(f"{failed} of {sent} requests failed; look into the server's log")
    if _audit_rows(data) - before < sent + 1:
        raise Differs("fewer audit rows than answers")
    return {"requests": sent, "cpu_ms": 1000 * cpu / sent, **memory, **_latencies(clients, seconds)}


def _asked(server: Server, token: str, people: int, seconds: float) -> tuple[list[Client], Figures, float]:
    """The clients after the time is over, the server's memory at the end of its start and at its end, and its CPU."""
    clients = [Client(number) for number in range(CLIENTS)]
    began, spent = time.perf_counter(), server.cpu_seconds()
    with ThreadPoolExecutor(CLIENTS) as pool:
        asking = [pool.submit(client.ask, server.url, token, people, began, seconds) for client in clients]
        while not all(each.done() for each in asking) and _sent(clients) < _ENDS * seconds * REQUESTS_A_SECOND:
            time.sleep(0.1)
        start = server.resident_mb()
        for each in asking:
            each.result()
    return clients, {"start_mb": start, "end_mb": server.resident_mb()}, server.cpu_seconds() - spent


def _sent(clients: Sequence[Client]) -> int:
    return sum(len(client.methods) for client in clients)


def _latencies(clients: Sequence[Client], seconds: float) -> Figures:
    at = np.concatenate([client.due for client in clients])
    taken = np.concatenate([client.milliseconds for client in clients])
    is_read = np.concatenate([client.methods for client in clients]) == "GET"
    ends = {"start": at < _ENDS * seconds, "end": at >= (1 - _ENDS) * seconds}
    kinds = {"read": is_read, "write": ~is_read}
    return {
        f"{kind}_p{percentile}_{end}": float(np.percentile(taken[of_kind & at_end], percentile))
        for kind, of_kind in kinds.items()
        for end, at_end in ends.items()
        for percentile in (50, 99)
        if (of_kind & at_end).any()
    }


def _audit_rows(data: Path) -> int:
    """Of the store, without opening it as the product does."""
    file = pages.settings_of(data).store_url.rpartition("sqlite:///")[2]
    with closing(sqlite3.connect(file)) as connection:
        [count] = connection.execute("SELECT count(*) FROM audit").fetchone()
        return int(count)


_FIGURES: Final = tuple(
    Figure(f"{kind}_p{percentile}_{end}", f"{kind}, {name}, at the {end}", "ms")
    for kind in ("read", "write")
    for percentile, name in ((50, "median"), (99, "99th percentile"))
    for end in ("start", "end")
)

PART: Final = Part(
    name="soak",
    title="Soak",
    prepare=publish,
    sides=(
        Side(
            "retention",
            "bench.soak:soak",
            f"one worker of the API, asked {REQUESTS_A_SECOND} times a second; every {WRITES}th request writes, "
            f"start and end are {_ENDS:.0%} of the requests each",
        ),
    ),
    figures=(
        Figure("requests", "requests", "all answered and audited"),
        Figure("cpu_ms", "CPU of a request", "ms"),
        *_FIGURES,
        Figure("start_mb", "memory at the end of the start", "MB"),
        Figure("end_mb", "memory at the end", "MB"),
    ),
    ratios=(
        Ratio("memory, end : start", ("retention", "end_mb"), ("retention", "start_mb"), "at most 1.05"),
        Ratio("99th percentile of a read, end : start", ("retention", "read_p99_end"), ("retention", "read_p99_start")),
    ),
    sized=f"{{people:,}} published people, {pages.FEATURES} factors each, {{minutes:g}} minutes",
    runs=1,
)
