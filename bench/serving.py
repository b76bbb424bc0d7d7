"""The served product: `uvicorn serving.app:create_app` beside `mlflow models serve`, both real processes, one model.

wrk asks both, sixteen at a time; every answer of ours has its row in the audit on the disk before it leaves, for that
is the product. The sides take turns, each run with processes of its own.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import Request, urlopen

import numpy as np
import polars as pl

from bench.company import source, write_company
from bench.features import COMPARED
from bench.part import SEED, Differs, Size
from bench.results import Spread, spread
from features.build import feature_table
from features.catalogue import catalogue
from features.snapshots import snapshot_dates
from pipeline import registry
from pipeline.model import fit_blend
from pipeline.scoring import score_people
from pipeline.settings import Settings
from pipeline.splits import repeated_folds
from pipeline.store import Store
from pipeline.stored_model import CURVE, StoredModel
from pipeline.tokens import Role, issue_token

NAME: Final = "serving"
PEOPLE: Final = 100_000
REQUESTS: Final = 100_000
"""Through which the server's memory is watched."""

AT_A_TIME: Final = 16
SECONDS: Final = 10
HORIZON: Final = 6
TOLERANCE: Final = 1e-6
_TRAINING_ROWS: Final = 5_000
_SAMPLE: Final = 2_000
"""People who are asked about, in turn: more than any cache between the disk and the answer would hold by chance."""
_ASKED: Final = "asked.json"
_PURPOSE: Final = "purpose=retention_conversation"
_PATIENCE_SECONDS: Final = 180
_LOCAL: Final = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}


@dataclass(frozen=True)
class Load:
    """What wrk saw of one kind of request, and what the server's processes spent on each."""

    requests: int
    per_second: float
    p99_seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Figure:
    """One row of the table: a figure of each side run by run, and what the ratio of the two should be."""

    what: str
    unit: str
    ours: Sequence[float]
    peer: Sequence[float]
    asked: str
    is_more_better: bool = False

    def ratio(self) -> Spread:
        """Ours over the peer's where more is better, else the peer's over ours: above 1 we are ahead."""
        pairs = list(zip(self.ours, self.peer, strict=True))
        return spread([ours / peer if self.is_more_better else peer / ours for ours, peer in pairs])

    def as_dict(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "unit": self.unit,
            "retention": spread(self.ours)._asdict(),
            "mlflow": spread(self.peer)._asdict(),
            "ratio": self.ratio()._asdict(),
            "asked": self.asked,
        }


def measured(runs: int, folder: Path, told: Callable[[str], None], people: int, requests: int) -> dict[str, Any]:
    """Everything the table shows of serving. Raises Differs where the two do not give the same risk."""
    if shutil.which("wrk") is None:
        raise Differs("wrk is not installed, so nobody asks (Debian: apt install wrk)")
    with tempfile.TemporaryDirectory(prefix=f".{NAME}-", dir=folder) as work:
        data = Path(work)
        told(f"Serving: publishing {people:,} people, {len(COMPARED)} features each")
        publish_company(people, data)
        ours: list[dict[str, Load | float]] = []
        peer: list[dict[str, Load | float]] = []
        for run in range(runs):
            sides = ((ours, _ask_ours), (peer, _ask_peer))
            for into, ask in sides if run % 2 == 0 else sides[::-1]:
                into.append(ask(data))
                told(f"  run {run + 1} of {runs}, {ask.__name__}: started in {into[-1]['start']:.1f} s")
        memory = _memory(data, requests)
    return {
        "people": people,
        "features": len(COMPARED),
        "at_a_time": AT_A_TIME,
        "figures": [figure.as_dict() for figure in _figures(ours, peer)],
        "memory": memory,
    }


def publish_company(people: int, data: Path) -> None:
    """A model with the features of a real catalogue, registered, and a month of so many people scored with it."""
    settings = Settings(var=data / "var").model_copy(update={"mlflow_tracking_uri": f"sqlite:///{data}/mlflow.db"})
    features, table = _company(data, people)
    random = np.random.default_rng(SEED)
    lean = table["client_rating_12m"].fill_null(3).to_numpy() + 2 * table["pay_against_market"].fill_null(0).to_numpy()
    left = random.random(people) < 1 / (1 + np.exp(lean - 1.5))
    rows = min(people, _TRAINING_ROWS)
    folds = list(repeated_folds(left[:rows], np.arange(rows), seed=SEED, repeats=1, folds=3))
    blend = fit_blend(table.head(rows), left[:rows], folds, seed=SEED)
    model = StoredModel(HORIZON, dict.fromkeys(CURVE, blend), features, {"source": "bench"})
    version = registry.register(settings, model, {"metrics": {}, "by_origin": []})
    numbers = pl.int_range(people, eager=True)
    place = pl.DataFrame(
        {
            "employee_id": "P" + numbers.cast(pl.String),
            "department": "D" + (numbers % 50).cast(pl.String),
            "level": numbers % 8,
            "job": "J" + (numbers % 120).cast(pl.String),
            "location": "L" + (numbers % 12).cast(pl.String),
            "manager_id": "P" + (numbers // 8).cast(pl.String),
        }
    )
    month = score_people(model, version, "bench", "", date(2026, 9, 30), place, table)
    with Store(settings.store_url) as store:
        store.publish(month)
    sample = random.choice(people, min(people, _SAMPLE), replace=False)
    record = {name: value for name, value in table.row(int(sample[0]), named=True).items() if value is not None}
    asked = {
        "version": version,
        "token": issue_token(settings, Role.HR),
        "ids": place["employee_id"].gather(sample).to_list(),
        "record": {"dataframe_records": [record]},
        "risk": float(month.scores["risk"][int(sample[0])]),
    }
    (data / _ASKED).write_text(json.dumps(asked))


def _company(data: Path, people: int) -> tuple[dict[str, Any], pl.DataFrame]:
    """The compared features of the catalogue, and rows like those of a small company, drawn column by column."""
    small = data / "company"
    write_company(Size(200, 18, 10), small)
    company = source(small)
    days = snapshot_dates(company)[-1:]
    seen = pl.read_parquet(feature_table(company, days, small)[0]).select(COMPARED)
    drawn = seen.select(pl.all().sample(people, with_replacement=True, seed=SEED))
    shuffled = [column.shuffle(seed=SEED + position) for position, column in enumerate(drawn)]
    told = catalogue(company)
    return {name: told[name] for name in COMPARED}, pl.DataFrame(shuffled)


def _ask_ours(data: Path) -> dict[str, Any]:
    asked = json.loads((data / _ASKED).read_text())
    person = f"/v1/employees/{asked['ids'][0]}"
    with _ours(data) as url:
        headers = {"Authorization": f"Bearer {asked['token']}"}
        seconds, answer = _first_answer(f"{url}{person}/risk?{_PURPOSE}", headers)
        _require_equal(answer["risk"], asked["risk"], "retention")
        _first_answer(f"{url}{person}/what-if?{_PURPOSE}", headers, {"raise_percent": 5})  # loads the model
        urls = [f"/v1/employees/{person}/risk?{_PURPOSE}" for person in asked["ids"]]
        what_ifs = [f"/v1/employees/{person}/what-if?{_PURPOSE}" for person in asked["ids"]]
        return {
            "start": seconds,
            "risk": _load(data, url, "GET", urls, headers),
            "what-if": _load(data, url, "POST", what_ifs, headers, {"raise_percent": 5}),
            "page": _load(data, url, "GET", [f"/v1/risks?limit=100&{_PURPOSE}"], headers),
        }


def _ask_peer(data: Path) -> dict[str, Any]:
    asked = json.loads((data / _ASKED).read_text())
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "models",
        "serve",
        "-m",
        f"models:/{registry.MODEL_NAME}/{asked['version']}",
    ]
    environment = {
        "MLFLOW_TRACKING_URI": f"sqlite:///{data}/mlflow.db",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",  # it starts uvicorn by name
    }
    with _process(data, [*command, "--env-manager", "local", "--host", "127.0.0.1", "--port"], environment) as url:
        seconds, answer = _first_answer(f"{url}/invocations", {}, asked["record"])
        _require_equal(answer["predictions"][0]["risk"], asked["risk"], "mlflow models serve")
        return {"start": seconds, "risk": _load(data, url, "POST", ["/invocations"], {}, asked["record"])}


def _memory(data: Path, requests: int) -> dict[str, Any]:
    """Resident memory of a server after a thousand requests, and after so many more."""
    asked = json.loads((data / _ASKED).read_text())
    urls = [f"/v1/employees/{person}/risk?{_PURPOSE}" for person in asked["ids"]]
    headers = {"Authorization": f"Bearer {asked['token']}"}
    with _ours(data) as url:
        _first_answer(f"{url}{urls[0]}", headers)
        marks = []
        for most in (1_000, requests):
            done = 0
            while done < most:
                done += _load(data, url, "GET", urls, headers).requests
            marks.append((done, _resident_bytes(data)))
    (before, least), (after, most_bytes) = marks
    return {"requests": [before, after], "bytes": [least, most_bytes]}


def _figures(ours: Sequence[Mapping[str, Any]], peer: Sequence[Mapping[str, Any]]) -> Iterator[Figure]:
    one = [run["risk"] for run in peer]
    rates, slowest = [load.per_second for load in one], [load.p99_seconds for load in one]
    risk, what_if, page = ([run[name] for run in ours] for name in ("risk", "what-if", "page"))
    yield Figure("a risk with its factors", "requests/s", [r.per_second for r in risk], rates, "at least 5", True)
    yield Figure("a risk with its factors", "p99, s", [r.p99_seconds for r in risk], slowest, "at least 10")
    cpu = [load.cpu_seconds for load in one]
    yield Figure("a risk with its factors", "CPU, s", [r.cpu_seconds for r in risk], cpu, "")
    yield Figure("a what-if", "requests/s", [w.per_second for w in what_if], rates, "at least 2", True)
    yield Figure("a page of 100 people", "p99, s", [p.p99_seconds for p in page], slowest, "above 1")
    starts = [run["start"] for run in ours], [run["start"] for run in peer]
    yield Figure("from start to first answer", "s", *starts, "at least 3")


@contextmanager
def _ours(data: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "uvicorn", "serving.app:create_app", "--factory", "--host", "127.0.0.1"]
    settings = {"RETENTION_VAR": str(data / "var"), "MLFLOW_TRACKING_URI": f"sqlite:///{data}/mlflow.db"}
    more = ["--no-access-log", "--no-server-header", "--timeout-graceful-shutdown", "30", "--port"]
    with _process(data, [*command, *more], settings | {"RETENTION_RATE_LIMIT": "100000000/minute"}) as url:
        yield url


@contextmanager
def _process(data: Path, command: Sequence[str], settings: Mapping[str, str]) -> Iterator[str]:
    """A server on a free port, with whatever it starts; its process id is kept beside the data."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    others = {name: value for name, value in _LOCAL.items() if not name.startswith("RETENTION_")}
    with (data / "server.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            [*command, str(port)], stdout=log, stderr=log, env={**others, **settings}, start_new_session=True
        )
        (data / "server.pid").write_text(str(process.pid))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def _first_answer(url: str, headers: Mapping[str, str], body: Any = None) -> tuple[float, Any]:
    """Seconds until it answers, from now on, and the answer. The server was started a moment before."""
    began = time.perf_counter()
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, {"Content-Type": "application/json", **headers})  # noqa: S310
    while time.perf_counter() - began < _PATIENCE_SECONDS:
        try:
            with urlopen(request, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310
                return time.perf_counter() - began, json.load(answer)
        except (URLError, ConnectionError) as fault:
            if getattr(fault, "code", 503) != 503:
                raise
            time.sleep(0.02)
    raise Differs("a server did not answer; look into its log")


def _load(
    data: Path, url: str, method: str, paths: Sequence[str], headers: Mapping[str, str], body: Any = None
) -> Load:
    """Ask for each path in turn, sixteen at a time. Raises Differs for an answer that is none."""
    asked = {"method": method, "paths": list(paths), "headers": {**headers, "Content-Type": "application/json"}}
    (data / "load.lua").write_text(_LUA.replace("ASKED", _as_lua(asked | {"body": body and json.dumps(body)})))
    spent = _cpu_seconds(data)
    command = ["wrk", "-t1", f"-c{AT_A_TIME}", f"-d{SECONDS}s", "--timeout", "60s", "-s", str(data / "load.lua"), url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    told = json.loads(done.stdout.rpartition("DONE ")[2])
    if told["failed"] or not told["requests"]:
        raise Differs(f"{told['failed']} of {told['requests']} requests to {paths[0].partition('?')[0]} failed")
    cpu = (_cpu_seconds(data) - spent) / told["requests"]
    return Load(told["requests"], told["requests"] / told["seconds"], told["p99"], cpu)


_LUA: Final = """
local asked = ASKED
local turn = 0
function request()
  turn = turn % #asked.paths + 1
  return wrk.format(asked.method, asked.paths[turn], asked.headers, asked.body)
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('DONE {"requests": %d, "seconds": %f, "p99": %f, "failed": %d}', summary.requests,
    summary.duration / 1e6, latency:percentile(99) / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


def _as_lua(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{json.dumps(key)}] = {_as_lua(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(_as_lua, value)) + "}"
    return "nil" if value is None else json.dumps(value)


def _require_equal(risk: float, expected: float, side: str) -> None:
    if abs(risk - expected) > TOLERANCE:
        raise Differs(f"{side} gives another risk than was published")


def _cpu_seconds(data: Path) -> float:
    """Of the server and whatever it started, so far."""
    group, ticks = (data / "server.pid").read_text(), 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()  # a program's name may hold anything
        except OSError:
            continue  # it ended meanwhile
        if fields[2] == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _resident_bytes(data: Path) -> int:
    status = Path("/proc", (data / "server.pid").read_text(), "status").read_text()
    return int(dict(line.split(":", 1) for line in status.splitlines())["VmRSS"].split()[0]) * 1024
