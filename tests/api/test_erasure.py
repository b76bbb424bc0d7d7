"""After an erasure no file under the state folder holds the person, and its proof lists all that remains."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from api_server import Bearer
from fastapi.testclient import TestClient
from names import directory
from published import SEPTEMBER, publication
from sqlalchemy import select
from traces import copies_in, files_holding, rows_holding

from pipeline.dataset.table import write_features
from pipeline.dataset.workspace import tell_of_erasure, workspace
from pipeline.lists.delivery.delivery_ledger import record
from pipeline.lists.rollout import allocate
from pipeline.lists.written import pages
from pipeline.lists.written.month_folder import write_lists
from pipeline.store.answers import ListAnswer, store_answer
from pipeline.store.list_folders import note_folder
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.schema import SCORE
from pipeline.store.store import Store
from pipeline.store.subject_rights import Contest, contest
from serving.app import create_app
from serving.settings import ServerSettings

LISTED, LEAD, ONLY_LEADS, CLERK, UNSCORED = "person-7f3a", "lead-91c4", "chief-5b20", "clerk-e8d1", "newcomer-3a6f"
OTHER = "person-0c52"
STAND_OUT, CALM = SEPTEMBER["A"], SEPTEMBER["E"]
PEOPLE = {LISTED: STAND_OUT, OTHER: STAND_OUT, LEAD: CALM, **{f"person-{number}": CALM for number in range(6)}}
MANAGER_OF = {LISTED: LEAD, OTHER: ONLY_LEADS, LEAD: None, **{f"person-{number}": LEAD for number in range(6)}}
NAMES = {LISTED: "Quilla", LEAD: "Zandor", ONLY_LEADS: "Fjodor", CLERK: "Wendelin", UNSCORED: "Ypsilanti"}
ADDRESSES = {person: f"{name.lower()}@firm.example" for person, name in NAMES.items()}
MONTHS = (date(2026, 8, 31), date(2026, 9, 30))
HIRED = "\n".join(f"{person},2020-01-01" for person in (*PEOPLE, UNSCORED))
SERVICES = "\n".join(f"{LISTED},{UNSCORED},2026-0{month}-02 09:00" for month in range(1, 10))
TABLES = {
    "employees": f"employee_id,hire_date\n{HIRED}\n",
    "exits": "employee_id,exit_date,kind\n",
    "collaboration": f"client_id,provider_id,opened_at\n{SERVICES}\n",
}


@pytest.fixture
def settings(tmp_path: Path) -> ServerSettings:
    return ServerSettings(var=tmp_path / "var", listed_from=1.5, rollout_share=0.5, stored_tables=True)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "source.toml").write_text('name = "tiny"\ncomplete_from = 2026-01-01\ncomplete_until = 2026-09-30\n')
    return folder


@pytest.fixture
def store(settings: ServerSettings, source: Path, tmp_path: Path) -> Iterator[Store]:
    """Two months, with everything that the product writes about people, and what killed runs leave behind."""
    with Store(settings.store_url) as store:
        for day in MONTHS:
            month = publication(day, PEOPLE, manager_of=MANAGER_OF)
            store.publish(replace(month, directory=directory(NAMES, email=ADDRESSES)))
        published = answered(store)
        allocate(store, settings, published)
        with store.changing() as connection:
            record(connection, published, dict.fromkeys((LEAD, ONLY_LEADS), "hash"), "sent", at(), None)
        write_lists(store, settings.var / "lists", settings.list_rules)
        note_folder(settings.var, tmp_path / "hr" / published.month)
        write_lists(store, tmp_path / "hr", settings.list_rules)
        for parent in (settings.var / "lists", tmp_path / "hr"):
            killed = parent / ".draft-killed"
            killed.mkdir()
            for each in (LISTED, LEAD, ONLY_LEADS, CLERK, UNSCORED):
                (killed / f"{each}.txt").write_text(each)
        features(settings, source, tmp_path)
        (settings.var / "run-killed").mkdir()
        (settings.var / "run-killed" / "employees.csv").write_text(TABLES["employees"] + CLERK)
        yield store


def at() -> datetime:
    return datetime(2026, 10, 1, tzinfo=UTC)


def answered(store: Store) -> Published:
    """The current month, with an answer and a contest about the listed person, given by the lead and the clerk."""
    with store.changing() as connection:
        published = PublishedScores(connection).current()
        assert published is not None
        for who in (LEAD, CLERK):
            store_answer(connection, published, ListAnswer(at(), who, LISTED, "talked", []))
            contest(connection, Contest(at(), who, LISTED, "wrong", None, "a raise was overlooked"))
    return published


def features(settings: ServerSettings, source: Path, out: Path, progress: Callable[[str], None] = print) -> None:
    with workspace(settings) as folder:
        write_features(source, [], out / "features.parquet", folder, progress, settings)
    (out / "features.parquet").unlink()  # a file elsewhere is the company's


@pytest.fixture
def client(settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def erase(client: TestClient, bearer: Bearer) -> Callable[[str], dict[str, Any]]:
    def delete(person: str) -> dict[str, Any]:
        answer = client.delete(f"/v1/employees/{person}", headers=bearer("hr", "H1"))
        assert answer.status_code == 200
        content: dict[str, Any] = answer.json()
        return content

    return delete


@pytest.mark.parametrize(
    ("person", "removed"),
    [
        (LISTED, {"score": 2, "list_answer": 2, "contest": 2, "lists": 2, "monthly_sums": 1,
                  "validated_tables": 1}),
        (LEAD, {"score": 2, "manager_of": 14, "manager_figure": 2, "delivery": 1, "rollout": 1, "answered_by": 1,
                "manager_of_answer": 2,
                "contested_by": 1, "lists": 2, "monthly_sums": 1, "validated_tables": 1}),
        (ONLY_LEADS, {"manager_of": 2, "manager_figure": 2, "delivery": 1, "rollout": 1, "lists": 2}),
        (CLERK, {"answered_by": 1, "contested_by": 1}),
        (UNSCORED, {"monthly_sums": 1, "validated_tables": 1}),
    ],
)  # fmt: skip
def test_no_file_holds_an_erased_person_but_the_audit(
    erase: Callable[[str], dict[str, Any]],
    settings: ServerSettings,
    tmp_path: Path,
    person: str,
    removed: dict[str, int],
) -> None:
    database = settings.var / "store.db"
    assert files_holding(settings.var, person)
    proof = erase(person)
    assert {kind: number for kind, number in proof["removed"].items() if number} == {
        **removed, "directory": 1, "drafts_of_lists": 2, "killed_runs": 1
    }  # fmt: skip
    assert proof["remains"] == {**dict.fromkeys(proof["remains"], 0), "audit_about": 1}
    assert files_holding(settings.var, person) == files_holding(tmp_path / "hr", person) == []
    assert rows_holding(database, person) == {"audit": 1}
    assert copies_in(database, person) == 2  # in the audit's row and in its index
    for part in (NAMES[person], ADDRESSES[person], NAMES[person].lower()):
        assert files_holding(settings.var, part) == files_holding(tmp_path / "hr", part) == []
        assert rows_holding(database, part) == {}
        assert copies_in(database, part) == 0


def test_others_stay_when_a_person_is_erased(
    erase: Callable[[str], dict[str, Any]], store: Store, settings: ServerSettings
) -> None:
    erase(LEAD)
    with store.reading() as scores:
        left = scores.connection.execute(select(SCORE.c.employee_id, SCORE.c.manager_id)).all()
        answers = {row.who for row in scores.connection.exec_driver_sql("select who from list_answer")}
    assert {row.employee_id for row in left} == PEOPLE.keys() - {LEAD}
    assert {row.manager_id for row in left} == {None, ONLY_LEADS}
    assert answers == {"", CLERK}
    assert files_holding(settings.var / "keys", LEAD) == []


def test_an_erasure_can_be_repeated_until_nothing_is_left(
    client: TestClient, bearer: Bearer, erase: Callable[[str], dict[str, Any]], settings: ServerSettings
) -> None:
    erase(CLERK)
    assert client.delete(f"/v1/employees/{CLERK}", headers=bearer("hr")).status_code == 404
    draft = settings.var / "lists" / ".draft-of-a-run-killed-later"
    draft.mkdir()
    (draft / "index.csv").write_text(CLERK)
    assert client.delete("/v1/employees/never-heard-of", headers=bearer("hr")).status_code == 404
    assert erase(CLERK)["removed"]["drafts_of_lists"] == 1
    assert not draft.exists()


def test_an_erasure_that_fails_halfway_is_finished_by_the_next(
    client: TestClient,
    bearer: Bearer,
    erase: Callable[[str], dict[str, Any]],
    settings: ServerSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space left")

    broken = TestClient(client.app, raise_server_exceptions=False)  # not entered: leaving it would end the server
    with monkeypatch.context() as patch:
        patch.setattr("serving.routes.receipts.erase_files", full)
        assert broken.delete(f"/v1/employees/{LISTED}", headers=bearer("hr")).status_code == 500
    assert files_holding(settings.var, LISTED)
    assert erase(LISTED)["removed"]["score"] == 0
    assert files_holding(settings.var, LISTED) == []


def test_lists_that_are_being_written_are_deleted_once_they_are_finished(
    erase: Callable[[str], dict[str, Any]],
    store: Store,
    settings: ServerSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proofs: list[dict[str, Any]] = []
    erasure = threading.Thread(target=lambda: proofs.append(erase(LISTED)))

    def index_page(*arguments: Any) -> str:
        erasure.start()
        erasure.join(1)  # long enough for an erasure that does not wait
        return pages.index_page(*arguments)

    monkeypatch.setattr("pipeline.lists.written.month_folder.index_page", index_page)
    written = write_lists(store, settings.var / "lists", settings.list_rules)
    erasure.join()
    assert (written.people, proofs[0]["removed"]["lists"], proofs[0]["remains"]["lists_in_use"]) == (2, 2, 0)
    assert files_holding(settings.var, LISTED) == []


def test_a_running_job_goes_on_and_takes_its_copies_with_it(
    erase: Callable[[str], dict[str, Any]], settings: ServerSettings, source: Path, tmp_path: Path
) -> None:
    before, proofs = tmp_path / "before", []
    (before).mkdir()

    def progress(stage: str) -> None:
        if stage == "features of 2026-02":
            proofs.append(erase(UNSCORED))

    with workspace(settings) as folder:
        write_features(source, [], before / "undisturbed.parquet", folder, print, settings)
    with workspace(settings) as folder:
        write_features(source, [], before / "disturbed.parquet", folder, progress, settings)
        assert files_holding(folder, UNSCORED)
    assert proofs[0]["remains"]["running_jobs"] == proofs[0]["remains"]["monthly_sums_in_use"] == 1
    assert "1 running job may have read the company's tables before the erasure" in proofs[0]["stays"]
    assert files_holding(settings.var, UNSCORED) == []
    tables = [pl.read_parquet(before / f"{name}.parquet") for name in ("undisturbed", "disturbed")]
    assert tables[0].equals(tables[1])


def test_the_sums_of_a_job_that_was_killed_after_an_erasure_are_deleted(
    settings: ServerSettings, source: Path, tmp_path: Path
) -> None:
    features(settings, source, tmp_path)
    with workspace(settings) as folder:
        assert tell_of_erasure(settings.var).alive == 1
        folder.rename(settings.var / "run-left")  # nobody holds the lock of this folder below
        folder.mkdir()
    assert files_holding(settings.var, LISTED)
    with workspace(settings):
        assert files_holding(settings.var, LISTED) == []


def test_the_proof_says_that_a_reader_keeps_the_write_ahead_log(
    erase: Callable[[str], dict[str, Any]], store: Store, settings: ServerSettings
) -> None:
    with store.reading() as scores:
        scores.connection.execute(select(SCORE.c.employee_id)).all()
        proof = erase(CLERK)
        assert proof["remains"]["database_files"] == 1
        assert "Somebody was reading the store" in proof["stays"]
    assert erase(LISTED)["remains"]["database_files"] == 0
    assert copies_in(settings.var / "store.db", CLERK) == 2


def test_the_proof_counts_what_the_audit_keeps(
    client: TestClient, bearer: Bearer, erase: Callable[[str], dict[str, Any]]
) -> None:
    risk = f"/v1/employees/{LISTED}/risk?purpose=retention_conversation"
    assert client.get(risk, headers=bearer("hr", LEAD)).status_code == 200
    assert erase(LISTED)["remains"]["audit_about"] == 2
    assert erase(LEAD)["remains"]["audit_by"] == 1
