"""Two published months of a company of eight, the real application over them, and a token for whoever asks.

BOSS leads M1 and M2; A, B and C report to M1, D and E to M2. Log-odds are base −2 plus the factors below, so in
September A has 0.3775, B 0.3543, C 0.5 (without enough evidence), D 0.3318, E, M1 and M2 0.0474, BOSS 0.0180;
the mean is 0.2155. So small a company has nobody at two and a half times its mean, so here one is listed from one and
a half times on, 0.3232.
"""

import logging
import math
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import uvicorn
from fastapi.testclient import TestClient
from sqlalchemy import select

from features.catalogue.feature import Feature
from pipeline.dataset.splits import repeated_folds
from pipeline.identity.tokens import issue_token
from pipeline.model.blend import Blend, fit_blend
from pipeline.model.stored_model import StoredModel
from pipeline.settings import Settings
from pipeline.store.publication import Publication
from pipeline.store.schema import AUDIT
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

FEATURES = {
    "pay_against_market": ("pay", "Pay against the market", "log ratio", "lower", True),
    "overtime_3m": ("conditions", "Overtime over 3 months", "share of contracted hours", "higher", True),
    "survey_mood_last": ("conditions", "Mood: last", "0 to 10", "lower", True),
    "tenure_months": ("context", "Time in the company", "months", None, False),
}
MANAGER_OF = {"A": "M1", "B": "M1", "C": "M1", "D": "M2", "E": "M2", "M1": "BOSS", "M2": "BOSS", "BOSS": None}
Person = tuple[str, Mapping[str, tuple[str | None, str | None, float]]]

CALM = ("enough", {"pay_against_market": ("0.1", "0", -1.0)})
SEPTEMBER: Mapping[str, Person] = {
    "A": ("enough", {"pay_against_market": ("-0.2", "0", 1.5)}),
    "B": ("enough", {"survey_mood_last": ("2", "7", 1.2), "tenure_months": ("3", "30", 0.2)}),
    "C": ("too little is known", {"overtime_3m": ("0.4", "0.1", 2.0)}),
    "D": ("enough", {"tenure_months": ("1", "30", 1.3)}),
    "E": CALM,
    "M1": CALM,
    "M2": CALM,
    "BOSS": ("enough", {"pay_against_market": ("0.4", "0", -2.0)}),
}
AUGUST: Mapping[str, Person] = {
    **dict.fromkeys(SEPTEMBER, CALM),
    "A": SEPTEMBER["A"],
    "E": ("enough", {"overtime_3m": ("0.4", "0.1", 1.5)}),
}


@pytest.fixture(autouse=True)
def _the_log_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow's migrations switch off every logger that is there when they run, and other tests run them."""
    monkeypatch.setattr(logging.getLogger("retention.server"), "disabled", False)


def publication(
    day: date,
    people: Mapping[str, Person],
    model_version: str = "4",
    manager_of: Mapping[str, str | None] = MANAGER_OF,
) -> Publication:
    scores, factors = [], []
    for employee_id, (evidence, own) in people.items():
        log_odds = -2.0 + sum(contribution for _, _, contribution in own.values())
        risk = 1 / (1 + math.exp(-log_odds))
        scores.append(
            {
                "employee_id": employee_id,
                "risk": risk,
                "risk_3m": risk / 2,
                "risk_6m": risk,
                "risk_12m": (1 + risk) / 2,
                "risk_low": risk / 2,
                "risk_high": (1 + risk) / 2,
                "evidence": evidence,
                "base_log_odds": -2.0,
                "log_odds": log_odds,
                "department": "Sales" if manager_of[employee_id] == "M1" else "Plant",
                "level": 3 if employee_id.startswith("M") else 1,
                "job": "=Clerk" if employee_id == "D" else "Clerk",
                "location": "Riga",
                "manager_id": manager_of[employee_id],
            }
        )
        factors += [
            {"employee_id": employee_id, "feature": name, "driver": FEATURES[name][0]}
            | dict(zip(("value", "peer_value", "contribution"), figures, strict=True))
            for name, figures in own.items()
        ]
    told = {
        name: {
            "driver": driver,
            "label": label,
            "unit": unit,
            "worse": worse,
            "actionable": actionable,
            "kind": "number",
        }
        for name, (driver, label, unit, worse, actionable) in FEATURES.items()
    }
    return Publication("tiny", day, model_version, 6, {"features": told}, pl.DataFrame(scores), pl.DataFrame(factors))


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServerSettings:
    """A store of its own: on SQLite, or on PostgreSQL where a module's mark says so."""
    on_postgresql = getattr(request, "param", "sqlite") == "postgresql"
    url = str(request.getfixturevalue("postgresql_url")) if on_postgresql else ""
    for name in [name for name in os.environ if name.startswith("RETENTION_")]:
        monkeypatch.delenv(name)
    return ServerSettings(var=tmp_path / "var", database_url=url, listed_from=1.5)


@pytest.fixture
def store(settings: ServerSettings) -> Iterator[Store]:
    with Store(settings.store_url) as store:
        store.publish(publication(date(2026, 8, 31), AUGUST))
        store.publish(publication(date(2026, 9, 30), SEPTEMBER))
        yield store


@pytest.fixture
def publish_month(store: Store) -> Callable[[date], int]:
    return lambda day: store.publish(publication(day, SEPTEMBER))


@pytest.fixture
def client(settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def bearer(settings: ServerSettings) -> Callable[..., dict[str, str]]:
    def header(role: str, person: str | None = None, **more: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {issue_token(settings, role, person, **more)}"}

    return header


@dataclass
class Server:
    """A uvicorn process on a free port, as `make serve` starts it."""

    url: str
    process: "subprocess.Popen[bytes]"
    log: Path


@pytest.fixture
def start_server(settings: ServerSettings, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts a server with more settings; whatever still runs at the end must end in order when it is told to."""
    started: list[Server] = []

    def start(**more: str) -> Server:
        log = tmp_path / f"server-{len(started)}.log"
        command = [sys.executable, "-m", "uvicorn", "serving.app:create_app", "--factory", "--port", "0"]
        with log.open("w") as file:
            ours = {"RETENTION_VAR": str(settings.var), "RETENTION_LISTED_FROM": str(settings.listed_from)}
            environment = os.environ | ours | more
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
def running(app: object) -> Iterator[str]:
    """An application on a free port, by uvicorn in a thread: a process of its own would start for seconds."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1))  # type: ignore[arg-type]
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
    for _ in range(2400):  # two minutes: on a busy machine a server takes a while to start
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text()):
            return found.group()
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.fixture
def kept(store: Store) -> Callable[[], list[dict[str, Any]]]:
    """The audit, oldest first, without its hashes."""

    def rows() -> list[dict[str, Any]]:
        with store.reading() as scores:
            columns = [column for column in AUDIT.c if column.name != "hash"]
            return [dict(row) for row in scores.connection.execute(select(*columns).order_by(AUDIT.c.id)).mappings()]

    return rows


_ABOUT: dict[str, tuple[Any, ...]] = {
    "pay_against_market": ("pay", "Pay against the market", "log ratio", "now", "", "lower"),
    "client_rating_12m": ("relationships", "Rating given", "1 to 5", "(12, 0]", "", "lower"),
    "tenure_months": ("context", "Time in the company", "months", "now", ""),
}
MODEL_FEATURES = {name: Feature(name, *about) for name, about in _ABOUT.items()}
MODEL_FEATURES["contract"] = Feature("contract", "conditions", "Contract", "category", "now", "", kind="category")
REPORT = {
    "source": "tiny",
    "horizon_months": 6,
    "rows": 600,
    "people": 600,
    "voluntary_exits": 250,
    "base_rate": 0.4,
    "ablation": {},
    "features": [asdict(feature) for feature in MODEL_FEATURES.values()],
    "against_champion": {
        "version": "1",
        "average_precision": {"value": 0.0, "low": -0.1, "high": 0.1},
        "log_loss": {"value": 0.0, "low": -0.1, "high": 0.1},
    },
    "metrics": {
        "calibration_slope": {"value": 1.0, "low": 0.9, "high": 1.1},
        "average_precision": {"value": 0.5, "low": 0.4, "high": 0.6},
    },
    "baselines": {},
    "by_origin": [],
}


@pytest.fixture(scope="module")
def blend() -> Blend:
    """Trained on 600 people, of whom the badly paid, badly served and newly hired leave more often."""
    random = np.random.default_rng(1)
    rows = 600
    table = pl.DataFrame(
        {
            "pay_against_market": random.normal(0, 0.3, rows),
            "client_rating_12m": random.uniform(1, 5, rows),
            "tenure_months": random.exponential(40, rows),
            "contract": random.choice(["open", "fixed"], rows),
        }
    )
    log_odds = -2 * table["pay_against_market"] - 0.5 * (table["client_rating_12m"] - 3) - 0.02 * table["tenure_months"]
    left = random.random(rows) < 1 / (1 + np.exp(-log_odds.to_numpy()))
    return fit_blend(table, left, list(repeated_folds(left, np.arange(rows), seed=1, repeats=1, folds=3)), seed=1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, promote: Callable[[Settings], None]) -> Settings:
    """A registry with version 1 as champion."""
    var = tmp_path_factory.mktemp("registry")
    # named, for MLflow leaves the last registry of this process in the environment
    settings = Settings(var=var).model_copy(update={"mlflow_tracking_uri": f"sqlite:///{var / 'mlflow.db'}"})
    promote(settings)
    return settings


@pytest.fixture(scope="module")
def promote(blend: Blend) -> Callable[[Settings], None]:
    """Registers the blend once more, as the champion."""
    from pipeline.registry import promotion  # MLflow takes seconds to import, and most tests need none
    from pipeline.registry.report_json import report_of

    model = StoredModel(6, {6: blend}, MODEL_FEATURES, {"source": "tiny"})

    def record(settings: Settings) -> None:
        promotion.record(settings, model, report_of(REPORT))

    return record
