"""The part `pages`: the pages of the browser against the plain calls of the API that hold the same figures."""

import json
import re
import statistics
import time
from collections.abc import Iterator, Mapping
from datetime import date
from logging import INFO
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from fastapi.testclient import TestClient

from bench.part import SEED, Differs, Part, Side, Size
from features.vocabulary import CONTEXT, DRIVERS
from pipeline.publication import Publication
from pipeline.store import Store
from pipeline.tokens import issue_token
from serving.app import create_app
from serving.logs import LOG
from serving.settings import ServerSettings

MONTHS: Final = (date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30))
FEATURES: Final = 100
TEAM: Final = 10
DEPARTMENTS: Final = 12
REPEATS: Final = 10
WITHIN_MS: Final = 200
"""How long a page may take."""

_PERSON: Final = "E000017"
_TIMES: Final = "milliseconds.json"
_PURPOSE: Final = "retention_conversation"
_MONTH: Final = f"{MONTHS[-1]:%Y-%m}"
PAGES: Final[Mapping[str, str]] = {
    "overview": "/overview",
    "services": "/services",
    "pair": "/services/pair?client=D1&provider=D2",
    "people": "/people",
    "person": f"/people/{_PERSON}",
    "receipt": f"/people/{_PERSON}/receipt",
    "lists": "/lists",
    "list": "/list?manager_id=E000001",
}
CALLS: Final[Mapping[str, str]] = {
    "overview": "/v1/groups/department",
    "services": "/v1/internal-services",
    "pair": "/v1/internal-services",
    "people": f"/v1/risks?limit=25&purpose={_PURPOSE}",
    "person": f"/v1/employees/{_PERSON}/risk?purpose={_PURPOSE}",
    "receipt": f"/v1/employees/{_PERSON}/receipt?purpose=data_subject_request",
    "lists": f"/v1/lists/{_MONTH}",
    "list": f"/v1/lists/{_MONTH}?manager_id=E000001",
}


def publish(size: Size, data: Path) -> None:
    """Three months of a company with 100 factors a person, teams of ten and twelve departments."""
    data.mkdir(parents=True)
    with Store(_settings(data).store_url) as store:
        for number, day in enumerate(MONTHS):
            store.publish(_publication(size.people, day, number))


def ask_for_pages(data: Path, out: Path) -> None:
    """Each page ten times, as HR."""
    with _client(data) as client:
        form = client.get("/sign-in").text
        given = {"form_token": _form_token(form), "token": issue_token(_settings(data), "hr")}
        _sound(client.post("/sign-in", data=given))
        given = {"form_token": _form_token(client.get("/purpose").text), "purpose": _PURPOSE}
        _sound(client.post("/purpose", data=given))
        _ask(client, PAGES, out)


def ask_the_api(data: Path, out: Path) -> None:
    """The API's answer with the same figures, ten times."""
    with _client(data) as client:
        client.headers["Authorization"] = f"Bearer {issue_token(_settings(data), 'hr')}"
        _ask(client, CALLS, out)


def check(outs: Mapping[str, Path]) -> str:
    """Hold the people of the table against those of the API, and tell what each page takes."""
    ours, api = ((outs[name] / "people").read_text() for name in ("pages", "the API"))
    if re.findall(r'href="/people/(E\d+)"', ours) != [each["employee_id"] for each in json.loads(api)["people"]]:
        raise Differs("the page and the API name different people")
    pages, calls = (json.loads((outs[name] / _TIMES).read_text()) for name in ("pages", "the API"))
    told = ", ".join(f"{name} {pages[name]:.0f} ({pages[name] / calls[name]:.1f} times its call)" for name in pages)
    slow = [name for name, taken in pages.items() if taken > WITHIN_MS]
    kept = f"over {WITHIN_MS} ms: {', '.join(slow)}" if slow else f"all within {WITHIN_MS} ms"
    return f"both name the same people; milliseconds a page, median of {REPEATS}: {told}; {kept}"


def _settings(data: Path) -> ServerSettings:
    return ServerSettings(var=data / "var", rate_limit="100000/minute")


def _client(data: Path) -> TestClient:
    LOG.addFilter(lambda entry: entry.levelno > INFO)  # a line a request would bury the table
    return TestClient(create_app(_settings(data)), base_url="https://bench.example")  # cookies travel by https


def _ask(client: TestClient, addresses: Mapping[str, str], out: Path) -> None:
    taken: dict[str, float] = {}
    for name, address in addresses.items():
        times = list(_times(client, address))
        taken[name] = statistics.median(times) * 1000
        (out / name).write_text(client.get(address).text)
    (out / _TIMES).write_text(json.dumps(taken))


def _times(client: TestClient, address: str) -> Iterator[float]:
    for _ in range(REPEATS):
        started = time.perf_counter()
        _sound(client.get(address))
        yield time.perf_counter() - started


def _sound(answer: Any) -> None:
    if answer.status_code != 200:
        raise Differs(f"{answer.request.url.path} answers {answer.status_code}")


def _form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="(\w+)"', page)
    return found.group(1) if found else ""


def _publication(people: int, day: date, number: int) -> Publication:
    random = np.random.default_rng(SEED + number)
    ids = [f"E{person:06}" for person in range(people)]
    contributions = random.normal(0, 0.08, (people, FEATURES))
    log_odds = -2.5 + contributions.sum(axis=1)
    risk = 1 / (1 + np.exp(-log_odds))
    scores = pl.DataFrame(
        {
            "employee_id": ids,
            "risk": risk,
            "risk_3m": risk / 2,
            "risk_6m": risk,
            "risk_12m": (1 + risk) / 2,
            "risk_low": risk / 1.2,
            "risk_high": (1 + 4 * risk) / 5,
            "log_odds": log_odds,
            "level": random.integers(1, 6, people),
            "department": [f"D{person % DEPARTMENTS}" for person in range(people)],
            "manager_id": [None if person == 0 else ids[person // TEAM] for person in range(people)],
        }
    ).with_columns(evidence=pl.lit("enough"), base_log_odds=-2.5, job=pl.lit("Clerk"), location=pl.lit("Riga"))
    names = [f"feature_{feature}" for feature in range(FEATURES)]
    drivers = [(*DRIVERS, CONTEXT)[feature % 5] for feature in range(FEATURES)]
    factors = pl.DataFrame(
        {
            "employee_id": np.repeat(ids, FEATURES),
            "feature": names * people,
            "driver": drivers * people,
            "value": "3.2",
            "peer_value": "3.4",
            "contribution": contributions.ravel(),
        }
    )
    about = {"unit": "1 to 5", "worse": "lower", "actionable": True, "kind": "number"}
    told = {
        name: about | {"label": f"Figure {name}", "driver": driver} for name, driver in zip(names, drivers, strict=True)
    }
    return Publication("bench", day, "1", 6, {"features": told}, scores, factors, _services())


def _services() -> pl.DataFrame:
    departments = pl.DataFrame({"client_department": [f"D{number}" for number in range(DEPARTMENTS)]})
    kinds = [{"kind": kind, "services": 50, "clients": 9, "providers": 9} for kind in ("data", "information")]
    return departments.join(departments.rename({"client_department": "provider_department"}), how="cross").with_columns(
        clients=pl.lit(9, pl.Int64),
        providers=pl.lit(9, pl.Int64),
        services=pl.lit(100, pl.Int64),
        rating=3.5,
        hours=20.0,
        balance=0.1,
        trend=0.05,
        risk=0.1,
        relationships_log_odds=0.2,
        kinds=pl.lit(kinds),
    )


PART: Final = Part(
    name="pages",
    title="Pages",
    prepare=publish,
    ours=Side("pages", "bench.pages:ask_for_pages", "eight pages, each ten times, from the cookie to the HTML"),
    peer=Side("the API", "bench.pages:ask_the_api", "the plain API calls with the same figures, as JSON"),
    check=check,
)
