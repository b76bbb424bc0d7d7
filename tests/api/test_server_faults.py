"""The real server when killed or stopped, during a publication, and without a registry."""

import multiprocessing
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from typing import Any

import httpx2
import pytest
from api_server import Bearer
from published import SEPTEMBER, publication
from stores import publish_half

from pipeline.store.store import Store
from serving.settings import ServerSettings

Start = Callable[..., Any]
URL = "/v1/employees/A/risk?purpose=retention_conversation"
SPAWN = multiprocessing.get_context("spawn")
OCTOBER = {**SEPTEMBER, "A": ("enough", {"pay_against_market": ("-0.3", "0", 2.0)})}
"""By model version 5, A has 0.5 in place of 0.3775."""


def ask_until_it_fails(url: str, headers: Mapping[str, str], answered: list[str]) -> None:
    with httpx2.Client(base_url=url) as client, suppress(httpx2.TransportError):
        while True:
            answer = client.get(URL, headers=headers)
            assert answer.status_code == 200
            answered.append(answer.headers["X-Request-ID"])


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
def test_a_killed_server_has_an_audit_row_for_every_answer_it_gave(
    start_server: Start, store: Store, bearer: Bearer, audit_rows: Callable[[], list[Any]]
) -> None:
    server, answered = start_server(), []
    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask_until_it_fails, server.url, bearer("hr"), answered) for _ in range(4)]
        while len(answered) < 30 and not any(each.done() for each in asking):
            time.sleep(0.001)
        os.kill(server.process.pid, signal.SIGKILL)
        for each in asking:
            each.result()
    server.process.wait()
    assert len(answered) >= 30
    assert set(answered) <= {row["request_id"] for row in audit_rows()}
    assert store.verify_audit().is_whole
    with httpx2.Client(base_url=start_server().url) as client:
        assert client.get("/health/ready").status_code == 200
        assert client.get(URL, headers=bearer("hr")).status_code == 200
    assert store.verify_audit().is_whole


def test_readers_get_the_old_month_or_the_new_one_and_nothing_of_a_killed_publication(
    server: Any, settings: ServerSettings, store: Store, bearer: Bearer
) -> None:
    headers = bearer("hr")
    old, new = ("2026-09-30", "4", 0.3775), ("2026-10-31", "5", 0.5)

    def month(client: httpx2.Client) -> tuple[str, str, float]:
        answer = client.get(URL, headers=headers, timeout=60).json()
        return answer["snapshot_date"], answer["model_version"], round(answer["risk"], 4)

    ours, theirs = SPAWN.Pipe(duplex=False)
    october = publication(date(2026, 10, 31), OCTOBER, "5")
    killed = SPAWN.Process(target=publish_half, args=[settings.store_url, october, 4, theirs])
    killed.start()
    with httpx2.Client(base_url=server.url) as client, ThreadPoolExecutor(1) as pool:
        assert ours.recv() == "half"
        waiting = pool.submit(month, client)  # its audit row waits for the writer
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.3)
        os.kill(killed.pid, signal.SIGKILL)  # type: ignore[arg-type]
        assert waiting.result(timeout=30) == old
        seen = [month(client)]
        publishing = pool.submit(store.publish, publication(date(2026, 10, 31), OCTOBER, "5"))
        while not publishing.done():
            seen.append(month(client))
        assert month(client) == new
    killed.join()
    publishing.result()
    assert set(seen) <= {old, new}
    assert seen == sorted(seen)  # once the new month is seen, the old one is not seen again


def test_scores_are_served_without_a_registry_and_a_stop_finishes_open_requests(
    start_server: Start, settings: ServerSettings, store: Store, bearer: Bearer
) -> None:
    nobody = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
    server = start_server(**nobody)
    lock = sqlite3.connect(settings.var / "store.db", isolation_level=None)
    with httpx2.Client(base_url=server.url, timeout=60) as client, ThreadPoolExecutor(1) as pool:
        assert client.get("/health/ready").status_code == 200
        refused = client.post(URL.replace("/risk", "/what-if"), headers=bearer("hr"), json={"raise_percent": 5})
        assert (refused.status_code, refused.json()["type"]) == (503, "urn:retention:problem:registry-unavailable")
        lock.execute("BEGIN IMMEDIATE")
        under_way = pool.submit(client.get, URL, headers=bearer("hr"))
        with pytest.raises(TimeoutError):
            under_way.result(timeout=0.3)
        server.process.terminate()
        with pytest.raises(TimeoutError):
            under_way.result(timeout=0.3)
        lock.execute("ROLLBACK")
        assert under_way.result(timeout=30).status_code == 200
    lock.close()
    assert server.process.wait(timeout=20) in (0, -15)
    assert "Application shutdown complete" in server.log.read_text()
