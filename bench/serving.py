"""The part `serving`: the API as `make serve` starts it, compared with `mlflow models serve` on the same model.

wrk sends requests to all, sixteen at a time. Each of our answers is audited on disk before it is sent. The same server
holding no answers shows what a first look at a person costs, and a plain reader the least that any server could do.
"""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from fastapi import FastAPI

from bench.company import source, write_company
from bench.measure import Figures
from bench.part import SEED, Differs, Figure, Part, Ratio, Side, Size
from bench.plain_reader import FOLDER_VARIABLE, write_answers
from bench.server import AT_A_TIME, Server, require_wrk, serving, uvicorn_of
from features.build import feature_table
from features.catalogue.catalogue import catalogue
from features.known.snapshots import snapshot_dates
from pipeline.dataset.horizons import CURVE
from pipeline.dataset.splits import repeated_folds
from pipeline.identity.tokens import Role, issue_token
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.model.blend import fit_blend
from pipeline.model.stored_model import StoredModel
from pipeline.registry import versions as registry
from pipeline.registry.local import MODEL_NAME
from pipeline.scoring.job import score_people
from pipeline.settings import Settings
from pipeline.store.store import Store
from serving.access.laid_out import LaidOut
from serving.app import create_app
from serving.views.months import newest
from serving.views.person import risk_for_hr, scored

HORIZON: Final = 6
TOLERANCE: Final = 1e-6
_TRAINING_ROWS: Final = 5_000
_SAMPLE: Final = 1_000
"""The number of people requested in turn: about as many uncompressed answers as a server holds."""
_ASKED: Final = "asked.json"
_PURPOSE: Final = "purpose=retention_conversation"


def publish_company(size: Size, data: Path) -> None:
    """Register a model with the features of a real catalogue, and publish a month scored with it."""
    require_wrk()
    data.mkdir(parents=True)
    people = size.people
    settings = Settings(var=data / "var").model_copy(update={"mlflow_tracking_uri": f"sqlite:///{data}/mlflow.db"})
    features, table = _company(data, people)
    random = np.random.default_rng(SEED)
    lean = table["client_rating_12m"].fill_null(3).to_numpy() + 2 * table["pay_against_market"].fill_null(0).to_numpy()
    left = random.random(people) < 1 / (1 + np.exp(lean - 1.5))
    rows = min(people, _TRAINING_ROWS)
    folds = list(repeated_folds(left[:rows], np.arange(rows), seed=SEED, repeats=1, folds=3))
    blend = fit_blend(table.head(rows), left[:rows], folds, seed=SEED)
    model = StoredModel(HORIZON, dict.fromkeys(CURVE, blend), features, {"source": "bench"})
    version, _ = registry.register(settings, model, TrainingReport("bench"))
    numbers = pl.int_range(people, eager=True)
    posts = pl.DataFrame(
        {
            "employee_id": "P" + numbers.cast(pl.String),
            "department": "D" + (numbers % 50).cast(pl.String),
            "level": numbers % 8,
            "job": "J" + (numbers % 120).cast(pl.String),
            "location": "L" + (numbers % 12).cast(pl.String),
            "manager_id": "P" + (numbers // 8).cast(pl.String),
        }
    )
    month = score_people(model, version, "bench", "", date(2026, 9, 30), posts, table)
    with Store(settings.store_url) as store:
        store.publish(month)
    sample = random.choice(people, min(people, _SAMPLE), replace=False)
    ids = posts["employee_id"].gather(sample).to_list()
    write_answers(data, _answers(settings, ids))
    record = {name: value for name, value in table.row(int(sample[0]), named=True).items() if value is not None}
    asked = {
        "version": version,
        "token": issue_token(settings, Role.HR),
        "ids": ids,
        "record": {"dataframe_records": [record]},
        "risk": float(month.scores["risk"][int(sample[0])]),
        "requests": size.requests,
    }
    (data / _ASKED).write_text(json.dumps(asked))


def _company(data: Path, people: int) -> tuple[dict[str, Any], pl.DataFrame]:
    """The catalogue of a small company, and rows that resample its features column by column."""
    small = data / "company"
    write_company(Size(200, 18, 10), small)
    company = source(small)
    days = snapshot_dates(company)[-1:]
    features = catalogue(company)
    seen = pl.read_parquet(feature_table(company, days, small)[0]).select(list(features))
    drawn = seen.select(pl.all().sample(people, with_replacement=True, seed=SEED))
    shuffled = [column.shuffle(seed=SEED + position) for position, column in enumerate(drawn)]
    return features, pl.DataFrame(shuffled)


def _answers(settings: Settings, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Each person's risk as HR gets it, in bytes."""
    with Store.of(settings) as store, store.reading() as scores:
        published = newest(scores)
        for employee_id in ids:
            score, factors = scored(scores, published, employee_id)
            shown = risk_for_hr(published, score, factors, None, hides_answers=settings.surveys_confidential)
            yield employee_id, shown.model_dump_json().encode()


def preparing_app() -> FastAPI:
    """The API, preparing every answer as if it were asked for the first time."""
    app = create_app()
    app.state.laid_out = LaidOut(most_bytes=0)
    return app


def ask_ours(data: Path, out: Path) -> Figures:
    """Measure our server from its start to the last request, with its memory before and after."""
    asked = _asked(data)
    headers = _headers(asked)
    risks, what_ifs = _paths(asked, "risk"), _paths(asked, "what-if")
    with _serving("serving.app:create_app", data, out) as server:
        seconds, answer = server.first_answer(risks[0], headers)
        _require_equal(answer["risk"], asked["risk"], "retention")
        raised = {"raise_percent": 5}
        server.first_answer(what_ifs[0], headers, raised)  # loads the model
        server.load("GET", risks, headers)  # everyone once, at least
        risk = server.load("GET", risks, headers)
        what_if = server.load("POST", what_ifs, headers, raised)
        page = server.load("GET", [f"/v1/risks?limit=100&{_PURPOSE}"], headers)
        return {
            "start_seconds": seconds,
            "risks_a_second": risk.per_second,
            "risk_p99_ms": risk.p99_ms,
            "risk_cpu_ms": risk.cpu_ms,
            "what_ifs_a_second": what_if.per_second,
            "page_p99_ms": page.p99_ms,
            "before_mb": server.resident_mb(),
            "after_mb": _resident_mb_after(asked["requests"], server, risks, headers),
        }


def ask_preparing(data: Path, out: Path) -> Figures:
    """Measure ten seconds of requests whose answers are prepared each time."""
    return _ask_for_risks("bench.serving:preparing_app", "retention, first look", data, out)


def ask_plain(data: Path, out: Path) -> Figures:
    """Measure ten seconds of requests to the plain reader."""
    return _ask_for_risks("bench.plain_reader:plain_app", "the plain reader", data, out)


def _ask_for_risks(app: str, side: str, data: Path, out: Path) -> Figures:
    asked = _asked(data)
    risks, headers = _paths(asked, "risk"), _headers(asked)
    with _serving(app, data, out) as server:
        _, answer = server.first_answer(risks[0], headers)
        _require_equal(answer["risk"], asked["risk"], side)
        risk = server.load("GET", risks, headers)
        return {"risks_a_second": risk.per_second, "risk_p99_ms": risk.p99_ms, "risk_cpu_ms": risk.cpu_ms}


def _serving(app: str, data: Path, out: Path) -> AbstractContextManager[Server]:
    settings = {"RETENTION_VAR": str(data / "var"), "RETENTION_RATE_LIMIT": "100000000/minute"}
    return serving(uvicorn_of(app), settings | _registry(data) | {FOLDER_VARIABLE: str(data)}, out)


def _headers(asked: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {asked['token']}"}


def _paths(asked: dict[str, Any], kind: str) -> list[str]:
    return [f"/v1/employees/{person}/{kind}?{_PURPOSE}" for person in asked["ids"]]


def ask_mlflow(data: Path, out: Path) -> Figures:
    """Measure MLflow's server from its start to the end of ten seconds of requests."""
    asked = _asked(data)
    model = f"models:/{MODEL_NAME}/{asked['version']}"
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", model, "--env-manager", "local"]
    settings = {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",  # it starts uvicorn by name
    }
    with serving([*command, "--host", "127.0.0.1", "--port"], settings | _registry(data), out) as server:
        seconds, answer = server.first_answer("/invocations", {}, asked["record"])
        _require_equal(answer["predictions"][0]["risk"], asked["risk"], "mlflow models serve")
        risk = server.load("POST", ["/invocations"], {}, asked["record"])
        return {
            "start_seconds": seconds,
            "risks_a_second": risk.per_second,
            "risk_p99_ms": risk.p99_ms,
            "risk_cpu_ms": risk.cpu_ms,
        }


def _resident_mb_after(requests: int, server: Server, paths: list[str], headers: dict[str, str]) -> float:
    done = 0
    while done < requests:
        done += server.load("GET", paths, headers).requests
    return server.resident_mb()


def _asked(data: Path) -> dict[str, Any]:
    asked: dict[str, Any] = json.loads((data / _ASKED).read_text())
    return asked


def _registry(data: Path) -> dict[str, str]:
    return {"MLFLOW_TRACKING_URI": f"sqlite:///{data}/mlflow.db"}


def _require_equal(risk: float, expected: float, side: str) -> None:
    if abs(risk - expected) > TOLERANCE:
        raise Differs(f"{side} gives another risk than was published")


def _ratios() -> Iterator[Ratio]:
    ours, first, plain, peer = "retention", "first look", "plain reader", "mlflow"
    for side, aim in ((ours, "at least 60"), (first, "at least 5")):
        yield Ratio(f"risks a second, {side} : mlflow", (side, "risks_a_second"), (peer, "risks_a_second"), aim)
    for side, aim in ((ours, "at least 20"), (first, "at least 5")):
        name = f"99th percentile of a risk, mlflow : {side}"
        yield Ratio(name, (peer, "risk_p99_ms"), (side, "risk_p99_ms"), aim)
    for side in (ours, first):
        yield Ratio(f"CPU of a risk, mlflow : {side}", (peer, "risk_cpu_ms"), (side, "risk_cpu_ms"))
    name = "risks a second, plain reader : retention"
    yield Ratio(name, (plain, "risks_a_second"), (ours, "risks_a_second"), "at most 3")
    yield Ratio("CPU of a risk, retention : plain reader", (ours, "risk_cpu_ms"), (plain, "risk_cpu_ms"), "at most 3")
    yield Ratio(
        "what-ifs a second : mlflow's risks", (ours, "what_ifs_a_second"), (peer, "risks_a_second"), "at least 2"
    )
    yield Ratio(
        "99th percentile, mlflow's risk : a page of 100", (peer, "risk_p99_ms"), (ours, "page_p99_ms"), "above 1"
    )
    yield Ratio(
        "start to first answer, mlflow : retention", (peer, "start_seconds"), (ours, "start_seconds"), "at least 3"
    )
    yield Ratio("memory after all requests : before", (ours, "after_mb"), (ours, "before_mb"))


PART: Final = Part(
    name="serving",
    title="Serving",
    prepare=publish_company,
    sides=(
        Side("retention", "bench.serving:ask_ours", "one worker of the API; a risk comes with factors, and is audited"),
        Side("first look", "bench.serving:ask_preparing", "the same, every answer prepared as if nobody had asked yet"),
        Side("plain reader", "bench.serving:ask_plain", "the same bytes read by id and sent: no permission, no audit"),
        Side("mlflow", "bench.serving:ask_mlflow", "`mlflow models serve`: one record a request, the risk alone"),
    ),
    figures=(
        Figure("start_seconds", "start to first answer", "s"),
        Figure("risks_a_second", "risks", "requests/s"),
        Figure("risk_p99_ms", "risk, 99th percentile", "ms"),
        Figure("risk_cpu_ms", "risk, CPU", "ms", "at most 1"),
        Figure("what_ifs_a_second", "what-ifs", "requests/s"),
        Figure("page_p99_ms", "page of 100 people, 99th percentile", "ms"),
        Figure("before_mb", "memory after a load of each", "MB"),
        Figure("after_mb", "memory after all requests", "MB"),
    ),
    ratios=tuple(_ratios()),
    sized="{people:,} published people, "
    f"every feature of the catalogue, asked {AT_A_TIME} at a time, {{requests:,}} requests for the memory",
    people=(100_000,),
)
