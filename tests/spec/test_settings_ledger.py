"""Changes of settings on record: one row for each, by whichever process is first, and neither secret nor address."""

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from stores import month_of_scores

from pipeline.settings import Settings
from pipeline.store.settings_ledger import changes, record, recorded_since, values_of
from pipeline.store.store import Store
from serving.settings import ServerSettings

SPAWN = multiprocessing.get_context("spawn")
SECRET, PERSON, FOLDER = "hunter2-of-the-test", "somebody@acme.example", "/folder/of/somebody"
HIDDEN = ("addresses", "database_url", "mlflow_tracking_uri", "smtp_from", "smtp_password", "smtp_user", "webhook_url")


def changed(store: Store) -> list[tuple[str, str, Any, Any]]:
    with store.reading() as scores:
        return [(each.program, each.setting, each.before, each.after) for each in changes(scores.connection)]


def test_the_first_record_is_no_change_and_later_differences_are(store: Store) -> None:
    assert record(store, Settings(), "commands", "retention score") == len(Settings.model_fields) - 1  # without var
    assert changed(store) == []
    assert record(store, Settings(), "commands", "retention lists") == 0
    settings = Settings(list_capacity=3, notice_given={"acme": date(2026, 9, 1)}, replacement_cost={1: 0.5})
    assert record(store, settings, "commands", "retention score") == 3
    assert record(store, settings, "commands", "retention score") == 0
    assert record(store, Settings(replacement_cost={1: 0.5}), "commands", "retention lists") == 2
    assert changed(store)[0] == ("commands", "notice_given", {"acme": "2026-09-01"}, {})
    assert ("commands", "list_capacity", 4, 3) in changed(store)
    assert ("commands", "list_capacity", 3, 4) in changed(store)


def test_server_and_commands_have_histories_of_their_own(store: Store) -> None:
    """A setting comes into force where it is read: of two machines with different files, each keeps its own."""
    record(store, ServerSettings(list_capacity=3), "server", "server")
    record(store, Settings(list_capacity=5), "commands", "retention score")
    record(store, ServerSettings(list_capacity=3, session_minutes=60), "server", "server")
    assert changed(store) == [("server", "session_minutes", 480, 60)]


def test_a_changed_secret_address_or_path_is_recorded_without_its_value(store: Store, engine: Engine) -> None:
    def settings(which: str) -> Settings:
        return Settings(
            smtp_password=SECRET + which,
            webhook_url=f"https://hooks.example/{SECRET}{which}",
            mlflow_tracking_uri=f"https://u:{SECRET}{which}@mlflow.example",
            database_url=f"postgresql://u:{SECRET}{which}@db/x",
            smtp_from=which + PERSON,
            smtp_user=which + PERSON,
            addresses=Path(FOLDER + which),
        )

    record(store, Settings(), "commands", "retention score")
    record(store, settings("a"), "commands", "retention score")
    assert sorted(changed(store)) == [("commands", name, None, "(set)") for name in HIDDEN]
    before = len(changed(store))
    record(store, settings("b"), "commands", "retention score")
    again = changed(store)[: len(changed(store)) - before]
    assert sorted(again) == [("commands", name, "(set)", "(set)") for name in ("addresses", "smtp_from", "smtp_user")]
    with engine.connect() as connection:
        stored = str(connection.execute(text("SELECT * FROM settings_ledger")).all())
    assert not [each for each in (SECRET, PERSON, FOLDER, "mlflow.example", "db/x") if each in stored]


def test_every_setting_that_may_hold_a_secret_an_address_or_a_path_is_hidden() -> None:
    values = {name: value.shown for name, value in values_of(ServerSettings()).items()}
    for name in ("oidc_client_secret", "smtp_password", "webhook_secret", "webhook_url", "smtp_ca_file", "directory"):
        assert values[name] is None
    assert "var" not in values
    assert values["halt_roles"] == ["hr"]


def record_in_a_process(url: str, arguments: Sequence[Any]) -> None:
    with Store(url) as store:
        for capacity in arguments:
            record(store, Settings(list_capacity=capacity), "server", "server")


def test_four_processes_that_start_together_record_a_change_once(store: Store, url: str) -> None:
    for capacities in ([4], [3]):
        processes = [SPAWN.Process(target=record_in_a_process, args=(url, capacities)) for _ in range(4)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
        assert [process.exitcode for process in processes] == [0] * 4
    assert changed(store) == [("server", "list_capacity", 4, 3)]
    with store.reading() as scores:
        rows = scores.connection.execute(text("SELECT count(*) FROM settings_ledger")).scalar_one()
    assert rows == len(Settings.model_fields)  # each once, without var, and the change


@pytest.fixture
def run(tmp_path: Path) -> Any:
    env = {name: value for name, value in os.environ.items() if not name.startswith("RETENTION_")}
    env |= {"RETENTION_VAR": str(tmp_path / "var"), "NO_COLOR": "1", "COLUMNS": "200"}

    def run(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
        command = [str(Path(sys.executable).with_name("retention")), *arguments]
        return subprocess.run(command, env=env | more, capture_output=True, text=True, check=False)

    return run


def test_commands_record_what_changed_and_settings_shows_it(run: Any, tmp_path: Path) -> None:
    assert "Nothing is recorded yet" in run("settings", "--changes").stdout
    with Store(f"sqlite:///{tmp_path / 'var' / 'store.db'}") as store:
        store.publish(month_of_scores(date(2026, 9, 30), {"A": 1.0, "B": 0.0}, {"A": "M"}))
    assert run("lists").returncode == 0
    assert run("halt", "--reason", "Review.", RETENTION_LIST_CAPACITY="3").returncode == 0
    assert run("lists", RETENTION_LIST_CAPACITY="2").returncode == 3  # halted, and on record all the same
    secret = {"RETENTION_SMTP_PASSWORD": SECRET, "RETENTION_LIST_CAPACITY": "2"}
    assert run("resume", **secret).returncode == 0
    shown = run("settings", "--changes").stdout
    lines = [line.partition("UTC  ")[2] for line in shown.splitlines()[:-1]]
    assert lines == [
        'smtp_password: "" to "(set)"  # retention resume',
        "list_capacity: 3 to 2  # retention lists",
        "list_capacity: 4 to 3  # retention halt",
    ]
    assert shown.splitlines()[-1].startswith("3 changes since ")
    document = json.loads(run("settings", "--changes", "--json", "-").stdout)
    assert [(each["setting"], each["before"], each["after"]) for each in document][1:] == [
        ("list_capacity", 3, 2),
        ("list_capacity", 4, 3),
    ]
    assert SECRET not in shown + str(document)


def test_a_command_that_finds_no_store_makes_none(run: Any, tmp_path: Path) -> None:
    assert run("score", str(tmp_path / "nothing")).returncode == 2
    assert not (tmp_path / "var" / "store.db").exists()


def test_nothing_is_recorded_before_the_first_record(store: Store) -> None:
    with store.reading() as scores:
        assert recorded_since(scores.connection) is None
        assert changes(scores.connection) == []
