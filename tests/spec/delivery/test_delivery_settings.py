"""Which settings, address files and mail servers a delivery accepts, and what the command prints."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest
from aiosmtpd.controller import Controller
from mail_server import PASSWORD, Mailbox, sent, states
from pydantic import SecretStr
from servers import free_port
from typer.testing import CliRunner

from features.errors import BadInput
from pipeline.commands.main import app
from pipeline.settings import Settings
from pipeline.store.store import Store

# with implicit TLS the server does not know that it is encrypted
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def test_a_server_without_tls_gets_neither_password_nor_mail(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    plain, port = Mailbox(), free_port()
    controller = Controller(plain, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        done = sent(store, settings.model_copy(update={"smtp_port": port}))
    finally:
        controller.stop()
    assert done.stopped is not None
    assert "no STARTTLS" in done.stopped
    assert plain.mails == []


@pytest.mark.parametrize("security", ["none", "starttls"])
def test_a_relay_without_sign_in_gets_the_mails(
    store: Store, settings: Settings, certificate: Path, security: Literal["none", "starttls"]
) -> None:
    relay, port = Mailbox(), free_port()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    tls = {"tls_context": context, "require_starttls": True} if security == "starttls" else {}
    controller = Controller(relay, hostname="127.0.0.1", port=port, **tls)
    controller.start()
    without = {"smtp_port": port, "smtp_security": security, "smtp_user": "", "smtp_password": None}
    try:
        done = sent(store, settings.model_copy(update=without))
    finally:
        controller.stop()
    assert done.is_complete
    assert len(relay.mails) == 3


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"smtp_host": ""}, "no mail server is set"),
        ({"smtp_from": ""}, "no sender is set"),
        ({"smtp_host": "mail.firm.test", "smtp_security": "none"}, "unencrypted"),
        ({"smtp_password": None}, "a user or a password is set without the other"),
        ({"smtp_password": SecretStr("пароль")}, "must be ASCII"),
        ({"list_link": ""}, "no link"),
        ({"addresses": None}, "no address is known"),
        ({"addresses": Path("nowhere.csv")}, "does not exist"),
    ],
)
def test_settings_that_cannot_send_safely_are_refused(
    store: Store, settings: Settings, change: dict[str, Any], rule: str
) -> None:
    with pytest.raises(BadInput, match=rule):
        sent(store, settings.model_copy(update=change))
    assert states(store) == {}


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ("M1,m1@firm.test\nM1,other@firm.test\n", "several addresses"),
        ("M1,nobody\n", "not a mail address"),
        ('M1,"m1@firm.test\nBcc: x@y.test"\n', "not a mail address"),
        (",m1@firm.test\n", "has no manager id"),
    ],
)
def test_an_invalid_address_book_is_refused_without_quoting_it(
    store: Store, settings: Settings, rows: str, rule: str
) -> None:
    assert settings.addresses is not None
    settings.addresses.write_text(f"manager_id,address\n{rows}")
    with pytest.raises(BadInput, match=rule) as caught:
        sent(store, settings)
    assert "firm.test" not in str(caught.value)


def test_addresses_can_also_come_from_parquet(
    store: Store, settings: Settings, mailbox: Mailbox, tmp_path: Path
) -> None:
    book = tmp_path / "book.parquet"
    pl.DataFrame({"manager_id": ["M2"], "address": [" m2@firm.test "], "name": ["x"]}).write_parquet(book)
    sent(store, settings.model_copy(update={"addresses": book}))
    assert mailbox.recipients == ["m2@firm.test"]


def test_settings_do_not_show_the_password(settings: Settings) -> None:
    assert PASSWORD not in repr(settings)


def environment(settings: Settings) -> dict[str, str]:
    names = "var listed_from addresses list_link smtp_host smtp_port smtp_ca_file smtp_user smtp_from".split()
    variables = {f"RETENTION_{name.upper()}": str(getattr(settings, name)) for name in names}
    return variables | {"RETENTION_SMTP_PASSWORD": PASSWORD, "RETENTION_SMTP_PAUSE_SECONDS": "0"}


def test_the_command_reports_the_outcome_of_each_list_and_names_nobody(
    store: Store, settings: Settings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    mailbox.replies["m2@firm.test"] = ["550 m2@firm.test is unknown"] * 9
    report = tmp_path / "report.json"
    run: Callable[..., Any] = CliRunner().invoke
    done = run(app, ["deliver", "--month", "2026-08", "--json", str(report)])
    assert done.exit_code == 1
    output = done.stderr + report.read_text()
    assert "recipient_refused" in output
    assert not [word for word in ("firm.test", "M2", PASSWORD) if word in output]
    mailbox.replies.clear()
    assert run(app, ["deliver"]).exit_code == 0
