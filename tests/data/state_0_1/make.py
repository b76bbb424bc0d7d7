"""Makes `state.tar.xz` with the code of version 0.1: the source and the state folder of a small simulated company.

It runs in the environment of a checkout of 0.1 (commit de879387, `make setup`), from that checkout:

    .venv/bin/python /path/to/tests/data/state_0_1/make.py /path/to/tests/data/state_0_1/state.tar.xz

Its folder is /tmp/retention_0_1, whose path is in MLflow's database; the test replaces it by its own.
"""

import lzma
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import polars as pl

HOME = Path("/tmp/retention_0_1")
SOURCE, VAR = HOME / "source", HOME / "var"
RETENTION = Path(sys.executable).with_name("retention")
SETTINGS = {"RETENTION_VAR": str(VAR), "RETENTION_ROLLOUT_SHARE": "0.5", "RETENTION_LISTED_FROM": "1.5"}
EMPLOYEES, MONTHS, PUBLISHED = 190, 48, 2
TABLES = ("employees", "assignments", "compensation", "collaboration", "surveys", "exits")
ONE_SERVICE_IN = 40
"""The other rows are left out, so that the archive stays small; so are all items of the survey but one."""


def retention(*command: str, codes: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run([RETENTION, *command], stdout=subprocess.PIPE, check=False, text=True)
    if done.returncode not in codes:
        raise SystemExit(f"retention {command[0]}: exit code {done.returncode}")
    return done.stdout.strip()


def make_source() -> list[str]:
    """The tables as CSV; the last months of the source, as YYYY-MM."""
    retention("simulate", "--out", str(HOME / "simulated"), "--employees", str(EMPLOYEES), "--months", str(MONTHS))
    SOURCE.mkdir()
    for name in TABLES:
        table = pl.read_parquet(HOME / "simulated" / f"{name}.parquet")
        if name == "collaboration":
            table = table.gather_every(ONE_SERVICE_IN)
        if name == "surveys":
            table = table.filter(pl.col("item") == table["item"][0])
        table.write_csv(SOURCE / f"{name}.csv", float_precision=2)
    days = pl.read_parquet(HOME / "simulated" / "truth.parquet")["snapshot_date"].unique().sort()
    return [f"{day:%Y-%m}" for day in days[-PUBLISHED:]]


def use(months: list[str]) -> None:
    """Reads, answers, a contest, an objection and an erasure, through the API of 0.1."""
    from fastapi.testclient import TestClient

    from serving.app import create_app

    hr = {"Authorization": f"Bearer {retention('token', '--role', 'hr')}"}
    with TestClient(create_app()) as client:
        for month, outcome in zip(months, ("talked", "disagree"), strict=True):
            lists = (
                client.get(f"/v1/lists/{month}?purpose=retention_conversation", headers=hr).raise_for_status().json()
            )
            for person in [person for each in lists["lists"] for person in each["entries"]][:2]:
                url = f"/v1/lists/{month}/{person['employee_id']}/answer?purpose=retention_conversation"
                client.post(url, headers=hr, json={"outcome": outcome}).raise_for_status()
        page = client.get("/v1/risks?purpose=workforce_planning&limit=3", headers=hr).raise_for_status().json()
        first, second, third = (f"/v1/employees/{each['employee_id']}" for each in page["people"])
        subject = "purpose=data_subject_request"
        client.get(f"{first}/risk?purpose=retention_conversation", headers=hr).raise_for_status()
        wrong = {"ground": "wrong", "statement": "The level is out of date."}
        client.post(f"{first}/contest?{subject}", headers=hr, json=wrong).raise_for_status()
        objects = {"ground": "objection", "statement": "Not without me."}
        client.post(f"{second}/contest?{subject}", headers=hr, json=objects).raise_for_status()
        client.delete(f"{third}?{subject}", headers=hr).raise_for_status()


def pack(target: Path) -> None:
    """Without plots and pages of the model, which are large and which later versions make again."""
    for pattern in ("**/*.png", "**/*.svg", "mlartifacts/**/*.html", "mlartifacts/**/*.md"):
        for page in VAR.glob(pattern):
            page.unlink()
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]
    with lzma.open(target, "wb", filters=filters) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        for folder in (SOURCE, VAR):
            archive.add(folder, folder.name, filter=_anonymous)


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """None for the keys, which no one should publish, and which are no part of a backup."""
    if entry.name == "var/keys":
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = 0
    return entry


def main() -> None:
    os.environ |= SETTINGS
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir()
    months = make_source()
    retention("train", str(SOURCE), "--quick", codes=(0, 3))
    retention("models", "promote", "1", "--reason", "a company this small seldom passes the gate")
    for month in months:
        retention("monthly", str(SOURCE), "--month", month, codes=(0, 3))
    use(months)
    pack(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
