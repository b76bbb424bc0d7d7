"""A state folder that version 0.1 made, with its own code, under the commands and the server of today.

`tests/data/state_0_1/make.py` made it: a simulated company, a model, two published months with lists and monitoring,
answers, a contest, an objection and an erasure.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from documents import ROOT
from fastapi.testclient import TestClient

from pipeline.identity.tokens import issue_token
from serving.app import create_app
from serving.settings import ServerSettings

pytestmark = pytest.mark.filterwarnings("default")  # importing MLflow raises warnings about itself and SQLAlchemy

MADE_IN = "/tmp/retention_0_1"
MONTHS = ["2025-11", "2025-12"]
TABLES = ("publication", "score", "group_figure", "service_figure", "list_answer", "contest", "rollout", "model_ledger")
TABLES += ("audit",)
PATHS = (("experiments", "artifact_location"), ("runs", "artifact_uri"), ("logged_models", "artifact_location"))
PATHS += (("model_versions", "storage_location"),)
Rows = list[tuple[Any, ...]]
Command = Callable[..., subprocess.CompletedProcess[str]]

PAGES = {
    "hr": ("/overview", "/groups", "/services", "/people", "/people/{}/receipt", "/lists", "/model", "/plans", "/halt"),
    "manager": ("/list", "/organisation", "/briefing"),
    "data_scientist": ("/overview", "/groups", "/services", "/model", "/model/1/card"),
    "auditor": ("/audit", "/model", "/model/1/card"),
    "representative": ("/representation", "/representation/card"),
    "employee": ("/me", "/me/file"),
}


@dataclass(frozen=True)
class State:
    """A state folder of 0.1 in a new place, with the source beside it.

    `written` are the rows that 0.1 wrote, by the query that reads them.
    """

    home: Path
    written: Mapping[str, Rows]

    @property
    def var(self) -> Path:
        return self.home / "var"

    @property
    def source(self) -> Path:
        return self.home / "source"

    @property
    def settings(self) -> ServerSettings:
        return ServerSettings(var=self.var, rollout_share=0.5, listed_from=1.5, employee_access=True)

    def rows(self, query: str, *values: str) -> Rows:
        with closing(sqlite3.connect(self.var / "store.db")) as store:
            return store.execute(query, values).fetchall()

    def lost(self) -> list[str]:
        """The tables in which a row of 0.1 is not as 0.1 wrote it."""
        return [query for query, rows in self.written.items() if not set(rows) <= set(self.rows(query))]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> State:
    """As it was; tests work on copies."""
    home = tmp_path_factory.mktemp("state_of_0_1")
    with tarfile.open(ROOT / "tests/data/state_0_1/state.tar.xz") as archive:
        archive.extractall(home, filter="data")
    (home / "var" / "retention.toml").write_text("rollout_share = 0.5\nlisted_from = 1.5\n")
    queries = [f"select {_columns(home, table)} from {table}" for table in TABLES]
    state = State(home, {})
    return State(home, {query: state.rows(query) for query in queries})


@pytest.fixture
def state(unpacked: State, tmp_path: Path) -> State:
    return copied(unpacked, tmp_path / "company")


def copied(state: State, home: Path) -> State:
    shutil.copytree(state.home, home)
    with closing(sqlite3.connect(home / "var" / "mlflow.db")) as mlflow:  # it stores absolute paths
        for table, column in PATHS:
            mlflow.execute(f"update {table} set {column} = replace({column}, ?, ?)", (MADE_IN, str(home)))
        mlflow.commit()
    return State(home, state.written)


def _columns(home: Path, table: str) -> str:
    with closing(sqlite3.connect(home / "var" / "store.db")) as store:
        return ", ".join(f'"{row[1]}"' for row in store.execute(f"pragma table_info({table})"))


def test_the_months_keep_their_figures_and_the_commands_work_on_them(state: State, retention: Command) -> None:
    retention("lists", "--month", MONTHS[0], var=state.var)
    monitored = retention("monitor", state.source, "--json", "-", var=state.var)
    assert [month["month"] for month in json.loads(monitored.stdout)["months"]] == MONTHS
    assert "kept nothing of what was learned from" in monitored.stderr
    retention("effect", state.source, var=state.var)
    retention("audit", "verify", var=state.var)
    assert state.lost() == []


def test_the_model_still_scores_and_the_months_before_stay(state: State, retention: Command) -> None:
    retention("score", state.source, var=state.var)
    assert state.rows("select model_version from publication where snapshot_date = '2025-12-31'") == [("1",), ("1",)]
    query = "select employee_id, risk from score where publication_id = ?"
    of_0_1, of_today = (dict(state.rows(query, number)) for number in ("2", "3"))
    different = [person for person in of_0_1.keys() & of_today.keys() if abs(of_0_1[person] - of_today[person]) > 1e-9]
    assert len(different) < len(of_0_1) / 50  # rows of an unknown manager, which 0.1 left out, count today
    assert state.lost() == []


@pytest.mark.parametrize("role", PAGES)
def test_every_page_of_a_role_answers(state: State, role: str) -> None:
    [(person, manager)] = state.rows(
        "select employee_id, manager_id from score where publication_id = 2 and manager_id is not null "
        "order by rank limit 1"
    )
    who = {"manager": manager, "employee": person}.get(role, "someone")
    with TestClient(create_app(state.settings), base_url="https://testserver") as client:
        form = re.search(r'name="form_token" value="([^"]+)"', client.get("/sign-in").text)
        assert form
        client.post("/sign-in", data={"form_token": form[1], "token": issue_token(state.settings, role, who)})
        answers = {page: client.get(page.format(person)).status_code for page in PAGES[role]}
    assert answers == dict.fromkeys(PAGES[role], 200)


def test_lists_show_the_answers_and_erasure_reaches_what_0_1_wrote(state: State, retention: Command) -> None:
    token = retention("token", "--role", "hr", var=state.var).stdout.strip()
    answered = state.rows("select employee_id, outcome from list_answer")
    with TestClient(create_app(state.settings), headers={"Authorization": f"Bearer {token}"}) as client:
        pages = [client.get(f"/v1/lists/{month}").raise_for_status().json() for month in MONTHS]
        entries = [entry for page in pages for one in page["lists"] for entry in one["entries"]]
        shown = {(entry["employee_id"], entry["answer"]["outcome"]) for entry in entries if entry["answer"]}
        assert shown
        assert shown <= set(answered)
        person = answered[0][0]
        receipt = f"/v1/employees/{person}/receipt?purpose=data_subject_request"
        assert len(client.get(receipt).raise_for_status().json()["scores"]) == len(MONTHS)
        erased = client.delete(f"/v1/employees/{person}?purpose=data_subject_request").raise_for_status().json()
        assert erased["removed"]["score"] == len(MONTHS)
        assert client.get(receipt).status_code == 404
    assert state.rows("select 1 from score where employee_id = ?", person) == []
    assert state.rows("select 1 from list_answer where employee_id = ?", person) == []
    retention("audit", "verify", var=state.var)
