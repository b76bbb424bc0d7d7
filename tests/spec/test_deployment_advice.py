"""What `retention settings --check` says about a deployment: what is wrong with it, and what is unusual."""

import json
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from stopping import halt

from pipeline.deployment import advice
from pipeline.store.store import Store
from serving.deployment import advice as advice_of_server
from serving.settings import ServerSettings


def rules(found: Any) -> dict[str, bool]:
    """Whether each finding is an error, by what it is about."""
    return {each.finding.column: each.is_error for each in found}


def test_a_sound_deployment_has_no_advice(tmp_path: Path) -> None:
    """But that of the server about the issuer, whose keys a test of its own fetches."""
    settings = ServerSettings(
        var=tmp_path / "var",
        notice_required=True,
        notice_given={"Acme": date(2026, 9, 1)},
        public_url="https://retention.example",
        rate_limit="1200/minute",
    )
    assert advice(settings, date(2026, 10, 1)) == []
    assert rules(advice_of_server(settings)) == {"oidc_issuer": False}


def test_what_is_wrong_with_a_deployment_is_an_error_and_what_is_unusual_a_warning(tmp_path: Path) -> None:
    settings = ServerSettings(
        var=tmp_path / "var",
        debug=True,
        surveys_confidential=False,
        notice_given={"Acme": date(2026, 12, 1)},
        smtp_host="192.0.2.1",
        smtp_security="none",
        cookie_secure=False,
        cors_origins=("*", "https://hr.example"),
        metrics="open",
        session_minutes=10_000,
    )
    with Store.of(settings) as store:
        halt(store)
    assert rules(advice(settings, date(2026, 10, 1))) == {
        "debug": False,
        "store": False,
        "notice_required": False,
        "notice_given": False,
        "surveys_confidential": False,
        "list_link": True,
        "RETENTION_SMTP_FROM": True,
        "RETENTION_SMTP_SECURITY": True,
    }
    assert rules(advice_of_server(settings)) == {
        "oidc_issuer": False,
        "public_url": False,
        "cookie_secure": True,
        "session_minutes": False,
        "cors_origins": True,
        "metrics": False,
        "rate_limit": False,
    }


def test_a_store_that_does_not_answer_and_a_mail_server_that_is_down_are_errors(tmp_path: Path) -> None:
    book = tmp_path / "addresses.csv"
    book.write_text("manager_id,address\nM1,m1@firm.test\n")
    settings = ServerSettings(
        var=tmp_path / "var",
        database_url="postgresql://u@127.0.0.1:1/x",
        notice_required=True,
        notice_given={"Acme": date(2026, 9, 1)},
        addresses=book,
        list_link="https://people.firm.test/lists/{month}",
        smtp_host="127.0.0.1",
        smtp_port=1,
        smtp_from="hr@firm.test",
    )
    found = advice(settings, date(2026, 10, 1))
    assert [(each.is_error, each.finding.rule) for each in found] == [
        (True, "the store does not answer, or accepts no writes"),
        (True, "it does not answer"),
    ]


def test_a_variable_that_no_setting_has_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETENTION_LIST_CAPASITY", "3")
    found = advice(ServerSettings(var=tmp_path / "var"), date(2026, 10, 1))
    [finding] = [each.finding for each in found if each.finding.column == "RETENTION_LIST_CAPASITY"]
    assert finding.remedy == "Did you mean RETENTION_LIST_CAPACITY?"


def test_audit_without_its_triggers_is_an_error(tmp_path: Path) -> None:
    settings = ServerSettings(var=tmp_path / "var", notice_required=True, notice_given={"Acme": date(2026, 9, 1)})
    assert advice(settings, date(2026, 10, 1)) == []
    with Store.of(settings) as store, store.changing() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_refuses_delete")
    [found] = advice(settings, date(2026, 10, 1))
    assert (found.is_error, found.finding.rule) == (True, "triggers that make the audit append-only are missing")


class Keys(BaseHTTPRequestHandler):
    """An issuer's keys: one key, or none."""

    def do_GET(self) -> None:
        key = {
            "kty": "OKP",
            "crv": "Ed25519",
            "kid": "1",
            "use": "sig",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        }
        body = json.dumps({"keys": [key] if self.path == "/keys" else []}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize(("path", "is_sound"), [("/keys", True), ("/none", False)])
def test_the_issuers_keys_are_fetched(tmp_path: Path, path: str, is_sound: bool) -> None:
    server = HTTPServer(("127.0.0.1", 0), Keys)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        settings = ServerSettings(
            var=tmp_path / "var",
            oidc_issuer="https://issuer.example",
            oidc_audience="retention",
            oidc_jwks_url=f"http://127.0.0.1:{server.server_port}{path}",
            oidc_client_id="retention",
            public_url="https://retention.example",
            rate_limit="1200/minute",
        )
        assert rules(advice_of_server(settings)) == ({} if is_sound else {"oidc_jwks_url": True})
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
