"""The settings file: what is read from it, what is above it, what it must not hold, what the commands show of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from documents import blocks, page
from pydantic import ValidationError
from typer.testing import CliRunner

from features.errors import BadInput
from pipeline.commands.main import app
from pipeline.settings import Settings, unusable
from serving.settings import ServerSettings

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes the settings file under the state folder."""
    var = tmp_path / "var"
    var.mkdir(mode=0o700)
    monkeypatch.setenv("RETENTION_VAR", str(var))

    def done(text: str) -> Path:
        (var / "retention.toml").write_text(text, encoding="utf-8")
        return var / "retention.toml"

    return done


def test_both_houses_read_the_same_file(write: Write) -> None:
    write(
        'list_capacity = 3\npage_limit = 50\nnotice_given = {Acme = 2026-09-01}\nmlflow_tracking_uri = "http://h:5000"\n'
    )
    assert (Settings().list_capacity, Settings().notice_given) == (3, {"Acme": date(2026, 9, 1)})
    assert Settings().tracking_uri == "http://h:5000"
    server = ServerSettings()
    assert (server.list_capacity, server.page_limit) == (3, 50)


def test_without_a_file_the_defaults_hold(write: Write) -> None:
    assert Settings().list_capacity == 4
    write("")
    assert Settings().list_capacity == 4


def test_the_environment_is_above_the_file_and_the_caller_above_both(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write('list_capacity = 3\nlanguage = "ru"\nnotice_given = {Acme = 2026-09-01}\n')
    monkeypatch.setenv("RETENTION_LIST_CAPACITY", "5")
    monkeypatch.setenv("RETENTION_NOTICE_GIVEN", '{"Other": "2026-10-01"}')
    settings = Settings()
    assert (settings.list_capacity, settings.language) == (5, "ru")
    assert settings.notice_given == {"Other": date(2026, 10, 1)}  # replaced, not merged
    assert Settings(list_capacity=7).list_capacity == 7


def test_a_variable_names_another_file(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write("list_capacity = 3\n")
    elsewhere = tmp_path / "company.toml"
    elsewhere.write_text(f'list_capacity = 6\nvar = "{tmp_path / "state"}"\n')
    monkeypatch.setenv("RETENTION_SETTINGS", str(elsewhere))
    assert Settings().list_capacity == 6
    monkeypatch.delenv("RETENTION_VAR")
    assert Settings().var == tmp_path / "state"
    monkeypatch.setenv("RETENTION_SETTINGS", str(tmp_path / "gone.toml"))
    with pytest.raises(BadInput, match=r"environment\.RETENTION_SETTINGS: there is no such file"):
        Settings()


def test_unknown_names_are_errors_with_the_nearest_known_one_all_at_once(write: Write) -> None:
    path = write('list_capasity = 3\npage_limt = 50\nzzz = 1\nlanguage = "ru"\n')
    for settings_class in (Settings, ServerSettings):
        with pytest.raises(BadInput) as caught:
            settings_class()
        assert [(each.place, each.remedy) for each in caught.value.findings] == [
            (f"{path}.list_capasity", "Did you mean list_capacity?"),
            (f"{path}.page_limt", "Did you mean page_limit?"),
            (f"{path}.zzz", "Remove it; `retention settings` shows every name."),
        ]


def test_an_invalid_value_is_named_by_its_place_without_the_value(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write('list_capacity = "four"\n')
    with pytest.raises(ValidationError) as caught:
        Settings()
    [finding] = unusable(caught.value).findings
    assert finding.place == f"{path}.list_capacity"
    assert "four" not in str(finding)
    monkeypatch.setenv("RETENTION_LIST_CAPACITY", "five")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert unusable(caught.value).findings[0].place == "environment.RETENTION_LIST_CAPACITY"


@pytest.mark.parametrize("text", ["list_capacity: 3", "a = ", 'language = "ru', "\x00"])
def test_a_file_that_is_not_toml_is_an_error_without_its_content(write: Write, text: str) -> None:
    path = write(text)
    with pytest.raises(BadInput, match="not TOML") as caught:
        Settings()
    assert str(path) in str(caught.value)


def test_a_file_cannot_move_the_folder_in_which_it_is_looked_for(write: Write) -> None:
    write('var = "elsewhere"\n')
    with pytest.raises(BadInput, match=r"retention\.toml\.var"):
        Settings()


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('smtp_password = "hunter2"', "smtp_password"),
        ('oidc_client_secret = "hunter2"', "oidc_client_secret"),
        ('database_url = "postgresql://u:hunter2@db/x"', "database_url"),
        ('mlflow_tracking_uri = "https://u:hunter2@flow"', "mlflow_tracking_uri"),
    ],
)
def test_secrets_are_refused_in_the_file_and_not_repeated(write: Write, line: str, key: str) -> None:
    write(line)
    with pytest.raises(BadInput, match="a secret in the settings file") as caught:
        Settings()
    assert caught.value.findings[0].column == key
    assert "hunter2" not in str(caught.value)


def test_a_url_without_a_password_may_be_in_the_file(write: Write) -> None:
    write('database_url = "postgresql://db/x"\n')
    assert Settings().store_url == "postgresql://db/x"


def test_a_secret_is_read_from_the_file_that_the_environment_or_the_settings_file_names(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("pass word\n")
    second.write_text("other")
    write(f'smtp_password_file = "{first}"\n')
    assert (password := Settings().smtp_password) is not None
    assert password.get_secret_value() == "pass word"
    monkeypatch.setenv("RETENTION_SMTP_PASSWORD_FILE", str(second))
    assert (password := Settings().smtp_password) is not None
    assert password.get_secret_value() == "other"
    monkeypatch.setenv("RETENTION_SMTP_PASSWORD", "third")
    assert (password := Settings().smtp_password) is not None
    assert password.get_secret_value() == "third"
    monkeypatch.setenv("RETENTION_DATABASE_URL_FILE", str(tmp_path / "none"))
    with pytest.raises(BadInput, match="the file of a secret cannot be read"):
        Settings()


def test_the_command_shows_every_setting_with_its_origin_and_no_secret(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("list_capacity = 3\n")
    monkeypatch.setenv("RETENTION_PAGE_LIMIT", "50")
    monkeypatch.setenv("RETENTION_SMTP_PASSWORD", "hunter2")
    monkeypatch.setenv("RETENTION_DATABASE_URL", "postgresql://u:hunter2@db:5432/x?sslpassword=hunter2")
    result = CliRunner().invoke(app, ["settings", "--json", "-"])
    assert result.exit_code == 0, result.output
    rows = {row["name"]: row for row in json.loads(result.stdout)}
    assert rows.keys() == ServerSettings.model_fields.keys()
    assert (rows["list_capacity"]["value"], rows["list_capacity"]["origin"]) == (3, "file")
    assert rows["list_capacity"]["where"] == str(path)
    assert (rows["page_limit"]["value"], rows["page_limit"]["where"]) == (50, "RETENTION_PAGE_LIMIT")
    assert rows["language"]["origin"] == "default"
    assert rows["smtp_password"]["value"] == "(set)"
    assert rows["database_url"]["value"] == "postgresql://db:5432/x"
    text = CliRunner().invoke(app, ["settings"]).stdout
    assert "page_limit = 50  # environment RETENTION_PAGE_LIMIT" in text
    assert "hunter2" not in text + result.stdout


def test_invalid_settings_end_a_command_with_exit_code_2_and_their_places(write: Write) -> None:
    path = write("list_capasity = 3\n")
    env = os.environ | {"COLUMNS": "200", "NO_COLOR": "1"}
    retention = str(Path(sys.executable).with_name("retention"))
    done = subprocess.run([retention, "settings"], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"{path}.list_capasity: unknown setting. Did you mean list_capacity?" in done.stderr


def test_the_check_ends_with_exit_code_2_for_an_error_only(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("")
    sound = CliRunner().invoke(app, ["settings", "check"])
    assert (sound.exit_code, "0 errors" in sound.stdout) == (0, True)
    monkeypatch.setenv("RETENTION_COOKIE_SECURE", "false")
    wrong = CliRunner().invoke(app, ["settings", "check", "--json", "-"])
    assert wrong.exit_code == 2
    levels = {row["column"]: row["level"] for row in json.loads(wrong.stdout)}
    assert (levels["cookie_secure"], levels["oidc_issuer"]) == ("error", "warning")


def test_the_example_in_the_documents_is_valid(write: Write, tmp_path: Path) -> None:
    [example] = [block for block in blocks(page("docs/deployment.md"), "toml") if "list_capacity" in block]
    (tmp_path / "smtp").write_text("secret")
    write(example.replace("/run/secrets/smtp", str(tmp_path / "smtp")))
    assert ServerSettings().list_capacity == 3


def test_the_shell_completes_commands() -> None:
    retention = str(Path(sys.executable).with_name("retention"))
    env = os.environ | {"_RETENTION_COMPLETE": "complete_bash", "COMP_WORDS": "retention ha", "COMP_CWORD": "1"}
    done = subprocess.run([retention], env=env, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["halt"]
