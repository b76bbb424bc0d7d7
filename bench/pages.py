"""The part `pages`: the web pages compared with API calls that return the same figures."""

import json
import re
import statistics
import time
from collections.abc import Mapping
from datetime import date
from logging import INFO
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from fastapi.testclient import TestClient

from bench.measure import Figures
from bench.part import SEED, Differs, Figure, Part, Ratio, Side, Size
from features.contract.vocabulary import CONTEXT, DRIVERS
from pipeline.identity.tokens import issue_token
from pipeline.store.publication import Publication
from pipeline.store.store import Store
from serving.app import create_app
from serving.http.logs import LOG
from serving.settings import ServerSettings

MONTHS: Final = (date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30))
FEATURES: Final = 100
TEAM: Final = 10
DEPARTMENTS: Final = 12
REPEATS: Final = 10
ENOUGH_SECONDS: Final = 5
LEAST_REPEATS: Final = 3
"""Slow answers are requested less often: the API's lists of everyone are megabytes."""

_PERSON: Final = "E000017"
_PURPOSE: Final = "retention_conversation"
_MONTH: Final = f"{MONTHS[-1]:%Y-%m}"
PAGES: Final[Mapping[str, str]] = {
    "overview": "/overview",
    "groups": "/groups",
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
    "groups": "/v1/groups/department",
    "services": "/v1/internal-services",
    "pair": "/v1/internal-services",
    "people": f"/v1/risks?limit=25&purpose={_PURPOSE}",
    "person": f"/v1/employees/{_PERSON}/risk?purpose={_PURPOSE}",
    "receipt": f"/v1/employees/{_PERSON}/receipt?purpose=data_subject_request",
    "lists": f"/v1/lists/{_MONTH}",
    "list": f"/v1/lists/{_MONTH}?manager_id=E000001",
}


def publish(size: Size, data: Path) -> None:
    """Publish three months of a company with 100 factors per person, teams of ten and twelve departments."""
    data.mkdir(parents=True)
    with Store(settings_of(data).store_url) as store:
        for number, day in enumerate(MONTHS):
            store.publish(_publication(size.people, day, number))


def ask_for_pages(data: Path, out: Path) -> Figures:
    """Request each page as HR; return milliseconds."""
    with _client(data) as client:
        form = client.get("/sign-in").text
        given = {"form_token": _form_token(form), "token": issue_token(settings_of(data), "hr")}
        _sound(client.post("/sign-in", data=given))
        given = {"form_token": _form_token(client.get("/purpose").text), "purpose": _PURPOSE}
        _sound(client.post("/purpose", data=given))
        return _ask(client, PAGES, out)


def ask_the_api(data: Path, out: Path) -> Figures:
    """Request the same figures from the API; return milliseconds."""
    with _client(data) as client:
        client.headers["Authorization"] = f"Bearer {issue_token(settings_of(data), 'hr')}"
        return _ask(client, CALLS, out)


def check(outs: Mapping[str, Path]) -> str:
    """Compare the people in the table with those of the API."""
    ours, api = ((outs[name] / "people").read_text() for name in ("pages", "the API"))
    if re.findall(r'href="/people/(E\d+)"', ours) != [each["employee_id"] for each in json.loads(api)["people"]]:
        raise Differs("the page and the API name different people")
    return "both name the same people, in the same order"


def settings_of(data: Path) -> ServerSettings:
    """Those of the server over what was published."""
    return ServerSettings(var=data / "var", rate_limit="100000/minute")


def _client(data: Path) -> TestClient:
    LOG.addFilter(lambda entry: entry.levelno > INFO)  # one line per request would bury the table
    return TestClient(create_app(settings_of(data)), base_url="https://bench.example")  # cookies travel by https


def _ask(client: TestClient, addresses: Mapping[str, str], out: Path) -> Figures:
    """Median milliseconds of each answer. Each answer is written to a file of the same name."""
    taken: dict[str, float] = {}
    for name, address in addresses.items():
        (out / name).write_text(_sound(client.get(address)).text)
        taken[name] = statistics.median(_times(client, address)) * 1000
    return taken


def _times(client: TestClient, address: str) -> list[float]:
    taken: list[float] = []
    while len(taken) < REPEATS and (len(taken) < LEAST_REPEATS or sum(taken) < ENOUGH_SECONDS):
        started = time.perf_counter()
        _sound(client.get(address))
        taken.append(time.perf_counter() - started)
    return taken


def _sound(answer: Any) -> Any:
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.request.url.path} answers {answer.status_code}")
    return answer


def _form_token(page: str) -> str:
    match = re.search(r'name="form_token" value="(\w+)"', page)
    return match.group(1) if match else ""


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
    features = {
        name: about | {"label": f"Figure {name}", "driver": driver} for name, driver in zip(names, drivers, strict=True)
    }
    return Publication("bench", day, "1", 6, {"features": features}, scores, factors, _services())


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
    sides=(
        Side("pages", "bench.pages:ask_for_pages", f"each page up to {REPEATS} times, from the cookie to the HTML"),
        Side("the API", "bench.pages:ask_the_api", "the plain calls of the API with the same figures, as JSON"),
    ),
    figures=tuple(Figure(name, name, "ms", "at most 200") for name in PAGES),
    ratios=tuple(Ratio(f"{name}, page : call", ("pages", name), ("the API", name)) for name in PAGES),
    check=check,
    sized=f"{{people:,}} published people, {len(MONTHS)} months, {FEATURES} factors each",
)
