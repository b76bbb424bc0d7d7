"""A deleted key and a revoked token end access: tokens and sessions, on all workers, without a restart."""

import re
import stat
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import jwt
import pytest
from api_server import Bearer, becomes
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from features.errors import BadInput
from pipeline.commands.main import app
from pipeline.identity.keys import SESSION_KEY, SIGNING_KEY
from pipeline.identity.tokens import issue_token
from pipeline.store.store import Store
from serving.app import create_app
from serving.settings import ServerSettings

URL = "/v1/employees/A/risk?purpose=retention_conversation"


@pytest.fixture
def commands(settings: ServerSettings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs `retention token …` on the server's settings; returns the result."""
    monkeypatch.setenv("RETENTION_VAR", str(settings.var))
    return lambda *arguments: CliRunner().invoke(app, ["token", *arguments])


@pytest.fixture
def client(settings: ServerSettings, store: Store) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url="https://testserver", follow_redirects=False) as client:
        yield client


def headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.strip()}"}


def token_id(token: str) -> str:
    return str(jwt.decode(token.strip(), options={"verify_signature": False})["jti"])


def sign_in(client: TestClient, token: str) -> None:
    form = re.search('name="form_token" value="([^"]+)"', client.get("/sign-in").text)
    assert form
    answer = client.post("/sign-in", data={"token": token, "form_token": form[1]})
    assert (answer.status_code, client.get("/overview").status_code) == (303, 200)


def test_no_token_is_made_that_the_servers_refuse(
    commands: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = token_id(commands("--role", "hr").stdout)
    monkeypatch.setenv("RETENTION_OIDC_ISSUER", "https://issuer.example")
    refused = commands("--role", "hr")
    assert isinstance(refused.exception, BadInput)
    [finding] = refused.exception.findings
    assert (finding.column, refused.stdout) == ("RETENTION_OIDC_ISSUER", "")
    assert [line.split()[0] for line in commands("--list").stdout.splitlines()].count(earlier) == 1
    assert commands("--revoke", earlier).exit_code == 0


def test_a_revoked_token_ends_and_others_stay(client: TestClient, commands: Callable[..., Any]) -> None:
    first, second = (commands("--role", "hr").stdout for _ in range(2))
    assert [client.get(URL, headers=headers(each)).status_code for each in (first, second)] == [200, 200]
    assert commands("--revoke", token_id(first)).exit_code == 0
    assert becomes(lambda: client.get(URL, headers=headers(first)).status_code, 401)
    assert client.get(URL, headers=headers(second)).status_code == 200
    assert client.get(URL, headers=headers(first)).headers["WWW-Authenticate"].endswith('error="invalid_token"')


def test_a_revoked_token_ends_the_session_that_it_started(client: TestClient, commands: Callable[..., Any]) -> None:
    token = commands("--role", "hr").stdout
    sign_in(client, token)
    commands("--revoke", token_id(token))
    assert becomes(lambda: client.get("/overview").status_code, 303)
    assert client.get("/overview").headers["Location"].startswith("/sign-in")


def test_all_tokens_of_a_person_are_revoked_at_once(client: TestClient, commands: Callable[..., Any]) -> None:
    tokens = [commands("--role", role, "--person", "M1").stdout for role in ("manager", "hr")]
    other = commands("--role", "manager", "--person", "M2").stdout
    assert "2" in commands("--revoke-all-of", "M1").stderr
    for token in tokens:
        assert becomes(lambda token=token: client.get(URL, headers=headers(token)).status_code, 401)  # type: ignore[misc]
    assert client.get("/v1/lists/2026-09", headers=headers(other)).status_code == 200


def test_the_list_shows_each_token_without_its_secret_or_its_person(
    settings: ServerSettings, commands: Callable[..., Any]
) -> None:
    token = commands("--role", "manager", "--person", "E-4711").stdout.strip()
    commands("--revoke", token_id(token))
    kept = commands("--role", "hr").stdout.strip()
    _, *lines = commands("--list").stdout.splitlines()
    shown = {line.split()[0]: line.split()[-1] for line in lines}
    assert shown == {token_id(token): "revoked", token_id(kept): "valid"}
    assert "manager" in "".join(lines)
    for path in settings.var.glob("store.db*"):
        content = path.read_bytes()
        assert b"E-4711" not in content
        assert all(part.encode() not in content for part in token.split("."))


def test_issuing_and_revoking_are_in_the_audit_and_name_nobody(
    store: Store, commands: Callable[..., Any], audit_rows: Callable[[], list[Any]]
) -> None:
    token = commands("--role", "manager", "--person", "E-4711").stdout
    commands("--revoke", token_id(token))
    rows = [(row["result"], row["request_id"], row["whom"]) for row in audit_rows()]
    assert rows == [("issued", token_id(token), None), ("revoked", token_id(token), None)]


def test_a_token_that_was_never_registered_can_be_revoked_by_its_id(
    client: TestClient, settings: ServerSettings, commands: Callable[..., Any]
) -> None:
    token = issue_token(settings, "hr")
    assert client.get(URL, headers=headers(token)).status_code == 200
    assert "no token of this id was registered" in " ".join(commands("--revoke", token_id(token)).stderr.split())
    assert becomes(lambda: client.get(URL, headers=headers(token)).status_code, 401)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--list", "--role", "hr"],
        ["--revoke", ""],
        ["--revoke", "x"],
        ["--revoke-all-of", " "],
        ["--role", ""],
        ["--role", "hr", "--person", ""],
        ["--person", "M1"],
    ],
)
def test_an_unclear_command_does_nothing(commands: Callable[..., Any], arguments: list[str]) -> None:
    result = commands(*arguments)
    assert isinstance(result.exception, BadInput)
    assert result.stdout == ""


def test_nothing_is_released_while_revoked_tokens_cannot_be_read(
    settings: ServerSettings, store: Store, bearer: Bearer
) -> None:
    """An unreadable list of revoked tokens must not count as an empty one."""
    away = settings.model_copy(update={"database_url": f"sqlite:///{settings.var}/keys/embedded-issuer.pem"})
    with TestClient(create_app(away)) as client:
        assert client.get(URL, headers=bearer("hr")).json()["type"] == "urn:retention:problem:store-unavailable"


@pytest.mark.parametrize("name", [SIGNING_KEY, SESSION_KEY])
def test_deleting_a_key_ends_all_sessions_at_once(client: TestClient, settings: ServerSettings, name: str) -> None:
    sign_in(client, issue_token(settings, "hr"))
    (settings.var / "keys" / name).unlink()
    assert client.get("/overview").status_code == 303
    refused = client.get("/sign-in")
    assert (refused.status_code, "Restart the server" in refused.text) == (503, True)
    assert not (settings.var / "keys" / name).exists()  # a running server makes no key


def test_deleting_the_signing_key_ends_all_tokens_at_once_and_its_successor_is_accepted(
    client: TestClient, settings: ServerSettings
) -> None:
    old = issue_token(settings, "hr")
    assert client.get(URL, headers=headers(old)).status_code == 200
    path = settings.var / "keys" / SIGNING_KEY
    path.unlink()
    assert client.get(URL, headers=headers(old)).status_code == 401
    assert not path.exists()
    new = issue_token(settings, "hr")  # the command makes the next key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [client.get(URL, headers=headers(each)).status_code for each in (old, new)] == [401, 200]


def test_all_workers_see_a_revocation_and_a_deleted_key(
    start_server: Callable[..., Any], store: Store, settings: ServerSettings, commands: Callable[..., Any]
) -> None:
    servers = [start_server() for _ in range(2)]
    token, other = commands("--role", "hr").stdout, commands("--role", "hr").stdout

    def statuses(given: str) -> list[int]:
        return [httpx2.get(server.url + URL, headers=headers(given), timeout=60).status_code for server in servers]

    assert statuses(token) == [200, 200]
    commands("--revoke", token_id(token))
    assert becomes(lambda: max(set(statuses(token)) - {401}, default=401), 401)
    assert statuses(other) == [200, 200]
    (settings.var / "keys" / SIGNING_KEY).unlink()
    assert statuses(other) == [401, 401]
