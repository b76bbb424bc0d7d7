"""The part `scale`: the whole chain on simulated companies, and how its time and memory grow with their people."""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

from bench.measure import Figures
from bench.part import CPU, PEAK, SEED, TIME, Figure, Part, Side, Size
from features.simulation.run import simulate
from pipeline.dataset.table import write_features
from pipeline.dataset.workspace import workspace
from pipeline.lists.risk_list import month_to_list
from pipeline.lists.rollout import allocate
from pipeline.lists.written.month_folder import write_lists
from pipeline.monitoring.report import monitor
from pipeline.scoring.job import score_and_publish
from pipeline.settings import Settings
from pipeline.store.store import Store
from pipeline.training import Request, train

_EMPLOYEES: Final = "employees"
_MONTHS: Final = "months"
_COMPANY: Final = "company"
_VERSION: Final = "version"
_TODAY: Final = date(2026, 1, 31)
"""The simulated data end in the month before."""


def write_size(size: Size, data: Path) -> None:
    """Write the size only: the first stage simulates the company."""
    data.mkdir(parents=True)
    (data / _EMPLOYEES).write_text(str(size.people))
    (data / _MONTHS).write_text(str(size.months))


def simulate_company(data: Path, out: Path) -> None:
    """`retention simulate`."""
    employees, months = (int((data / name).read_text()) for name in (_EMPLOYEES, _MONTHS))
    simulate(out / _COMPANY, employees, months, SEED)


def build_features(data: Path, out: Path) -> None:
    """`retention features`, on every snapshot date."""
    settings = _settings(out)
    with workspace(settings) as folder:
        write_features(out / _COMPANY, [], out / "features.parquet", folder, _untold, settings)


def train_quickly(data: Path, out: Path) -> None:
    """`retention train --quick`, with its whole evaluation."""
    trained = train(out / _COMPANY, _settings(out), Request(SEED, quick=True))
    (out / _VERSION).write_text(str(trained.report.model_version))


def score_everyone(data: Path, out: Path) -> None:
    """`retention score` with the model of the stage before, whether or not the gate allowed its promotion."""
    score_and_publish(out / _COMPANY, _settings(out), None, (out / _VERSION).read_text(), _TODAY)


def write_everyones_lists(data: Path, out: Path) -> None:
    """`retention lists`."""
    settings = _settings(out)
    with closing(Store.of(settings)) as store:
        with store.reading() as scores:
            published = month_to_list(scores, None)
        allocate(store, settings, published)
        write_lists(store, out / "lists", settings.list_rules)


def monitor_the_month(data: Path, out: Path) -> Figures:
    """`retention monitor`; and what is on the disk at the end of the chain."""
    monitor(out / _COMPANY, _settings(out), out / "monitoring.html")
    return {"disk_gb": sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 1e9}


def _settings(out: Path) -> Settings:
    return Settings(var=out / "var")


def _untold(_: str) -> None:
    """Ignore progress: the bench reports it by side."""


PART: Final = Part(
    name="scale",
    title="Scale",
    prepare=write_size,
    sides=(
        Side("simulate", "bench.scale:simulate_company", "writes the company's tables"),
        Side("features", "bench.scale:build_features", "validates them, and every feature on every snapshot date"),
        Side("train --quick", "bench.scale:train_quickly", "features of the judged dates, training, judging, registry"),
        Side("score", "bench.scale:score_everyone", "everyone at risk on the last date, with factors, into the store"),
        Side("lists", "bench.scale:write_everyones_lists", "the managers' lists of that month"),
        Side("monitor", "bench.scale:monitor_the_month", "that month against the training data"),
    ),
    figures=(TIME, CPU, PEAK, Figure("disk_gb", "disk at the end", "GB", grows=True)),
    sized="{people:,} simulated people, {months} months",
    people=(1_000, 10_000),
    months=48,
    runs=1,
    is_chain=True,
)
