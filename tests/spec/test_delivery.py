"""Lists by mail, against a real SMTP server with TLS and sign-in: each at most once, whatever breaks."""

import asyncio
import datetime as clock
import ipaddress
import multiprocessing
import os
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from servers import free_port
from sqlalchemy.exc import SQLAlchemyError
from typer.testing import CliRunner

from features.errors import BadInput, Refused
from pipeline.commands.main import app
from pipeline.faults import fault_of
from pipeline.lists.delivery_ledger import deliveries
from pipeline.lists.mailing import Delivery, Resend, deliver
from pipeline.settings import Settings
from pipeline.store.publication import Publication
from pipeline.store.schema import AUDIT
from pipeline.store.store import Store

# with implicit TLS the server does not know that it is encrypted
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
SPAWN = multiprocessing.get_context("spawn")
AUGUST, SEPTEMBER = date(2026, 8, 31), date(2026, 9, 30)
NOW = datetime(2026, 10, 2, 4, tzinfo=UTC)
PASSWORD = "secret-1"
MANAGER_OF = {"A": "M1", "B": "M1", "C": "M2", "D": "M3", "E": "M4", "M1": None, "M2": None, "M3": None, "M4": None}
HIGH, CALM = 0.5, 0.05


def scored(day: date, high: str = "ACD", version: str = "1") -> Publication:
    """The people of `high` stand out; A and B report to M1, C to M2, D to M3, E to M4."""
    risk = [HIGH if person in set(high) else CALM for person in MANAGER_OF]
    log_odds = [0.0 if each == HIGH else -2.9444389791664403 for each in risk]
    absent = ("risk_3m", "risk_6m", "risk_12m", "risk_low", "risk_high", "department", "level", "job", "location")
    scores = pl.DataFrame(
        {
            "employee_id": list(MANAGER_OF),
            "risk": risk,
            "base_log_odds": log_odds,
            "log_odds": log_odds,
            "manager_id": list(MANAGER_OF.values()),
        }
    ).with_columns(*(pl.lit(None).alias(name) for name in absent), evidence=pl.lit("enough"))
    words = dict.fromkeys(("employee_id", "feature", "driver", "value", "peer_value"), pl.String)
    return Publication("tiny", day, version, 6, {}, scores, pl.DataFrame(schema=words | {"contribution": pl.Float64}))


class Mailbox:
    """A handler that keeps what it took, and fails as told."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.replies: dict[str, list[str]] = {}
        self.hangs_for: set[str] = set()
        self.dies_for: set[str] = set()
        self.on_mail: Callable[[], object] = lambda: None
        self.ends_after: int | None = None
        self.end: Callable[[], None] = lambda: None

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(self.mails) == self.ends_after:
            self.end()
            assert server.transport is not None
            server.transport.abort()
        if self.replies.get(address):
            return self.replies[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        [address] = envelope.rcpt_tos
        mail = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((address, mail))
        self.on_mail()
        if address in self.hangs_for:
            await asyncio.sleep(60)
        if address in self.dies_for:
            self.dies_for.remove(address)
            assert server.transport is not None
            server.transport.abort()
        return "250 OK"

    @property
    def recipients(self) -> list[str]:
        return [address for address, _ in self.mails]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1 that vouch for themselves, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - clock.timedelta(days=1))
        .not_valid_after(now + clock.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def knows(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    assert isinstance(given, LoginPassword)
    return AuthResult(success=given.login == b"hr" and given.password.decode() == PASSWORD, handled=False)


@contextmanager
def mail_server(mailbox: Mailbox, certificate: Path, security: str, port: int) -> Iterator[Controller]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    tls = {"ssl_context": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=port,
        authenticator=knows,
        auth_required=True,
        auth_require_tls=security == "starttls",
        **tls,
    )
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def settings(mailbox: Mailbox, certificate: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Of a company whose mail server is up; with STARTTLS unless the test says otherwise."""
    security, port = getattr(request, "param", "starttls"), free_port()
    book = tmp_path / "addresses.csv"
    book.write_text("manager_id,address\nM1,m1@firm.test\nM2,m2@firm.test\nM3,m3@firm.test\n", encoding="utf-8")
    with mail_server(mailbox, certificate, security, port):
        yield Settings(
            var=tmp_path / "var",
            listed_from=1.5,  # nobody in so small a company is far above its mean
            addresses=book,
            list_link="https://people.firm.test/lists/{month}",
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security=security,
            smtp_ca_file=certificate,
            smtp_user="hr",
            smtp_password=SecretStr(PASSWORD),
            smtp_from="hr@firm.test",
            smtp_timeout_seconds=2,
            smtp_attempts=3,
            smtp_pause_seconds=0,
        )


@pytest.fixture
def store(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Store]:
    with Store(settings.store_url) as store:
        store.publish(scored(AUGUST))
        yield store


def sent(store: Store, settings: Settings, month: str | None = None, **more: Any) -> Delivery:
    return deliver(store, settings, month, clock=lambda: NOW, **more)


def states(store: Store, month: str = "2026-08") -> dict[str, tuple[str, str | None]]:
    with store.reading() as scores:
        published = scores.of_month(month)
        assert published is not None
        known = deliveries(scores.connection, published)
        return {manager: (each.state, each.reason) for manager, each in sorted(known.items())}


@pytest.mark.parametrize("settings", ["starttls", "tls"], indirect=True)
def test_each_manager_with_something_to_read_gets_one_mail(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    done = sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]
    assert (done.states, done.is_complete) == ({"sent": 3, "unchanged": 1}, True)
    assert states(store)["M4"] == ("unchanged", "nothing_to_read")
    sent(store, settings)
    assert len(mailbox.mails) == 3


def test_a_mail_names_nobody_and_leads_to_the_list(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    sent(store, settings)
    mail = mailbox.mails[0][1]
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert mail["Subject"] == "Conversations for August 2026"
    assert mail["List-Id"] == "Monthly lists <retention-lists.firm.test>"
    for part in (text, html):
        assert "https://people.firm.test/lists/2026-08" in part.get_content()
        assert part.get_content_charset() == "utf-8"
        assert not {"A", "B", "M1"} & set(part.get_content().replace("<", " ").replace(">", " ").split())


def test_the_list_itself_is_mailed_only_where_settings_say_so(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    sent(store, settings.model_copy(update={"mail_includes_list": True}))
    html = mailbox.mails[0][1].get_body(("html",))
    text = mailbox.mails[0][1].get_body(("plain",))
    assert html is not None
    assert text is not None
    assert "<h2>A</h2>" in html.get_content()
    link = f'<a href="{settings.list_link.replace("{month}", "2026-08")}">Answer what you did</a>'
    assert link in html.get_content()
    assert "1. A · Elevated · New this month" in text.get_content().splitlines()
    with store.reading() as scores:
        rows = scores.connection.execute(AUDIT.select()).mappings().all()
    assert [(row["who"], row["whom"], row["result"]) for row in rows] == [
        ("M1", "A", "mailed"),
        ("M2", "C", "mailed"),
        ("M3", "D", "mailed"),
    ]


def test_nothing_is_sent_when_nothing_changed_and_that_is_recorded(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    sent(store, settings)
    store.publish(scored(SEPTEMBER, high="ABC"))  # M1 has B too, M2 the same, D of M3 calmed down
    sent(store, settings)
    assert mailbox.recipients[3:] == ["m1@firm.test", "m3@firm.test"]
    assert states(store, "2026-09") == {
        "M1": ("sent", None),
        "M2": ("unchanged", "no_news"),
        "M3": ("sent", None),
        "M4": ("unchanged", "nothing_to_read"),
    }


def test_a_recipient_that_is_refused_for_good_costs_the_others_nothing(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    mailbox.replies["m2@firm.test"] = ["550 no such mailbox"] * 9
    done = sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test", "m3@firm.test"]
    assert states(store)["M2"] == ("failed", "recipient_refused")
    assert not done.is_complete
    mailbox.replies.clear()
    assert sent(store, settings).is_complete
    assert mailbox.recipients[2:] == ["m2@firm.test"]


def test_a_recipient_that_is_put_off_is_tried_again_in_the_same_run(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    mailbox.replies["m1@firm.test"] = ["451 later", "451 later"]
    assert sent(store, settings).is_complete
    assert mailbox.recipients == ["m2@firm.test", "m3@firm.test", "m1@firm.test"]


def test_a_server_that_closes_the_connection_is_called_again(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    mailbox.replies["m2@firm.test"] = ["421 too many mails"]
    assert sent(store, settings).is_complete
    assert sorted(mailbox.recipients) == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]


@pytest.mark.parametrize("fault", ["hangs_for", "dies_for"])
def test_a_server_that_takes_a_mail_and_never_answers_is_not_sent_it_again(
    store: Store, settings: Settings, mailbox: Mailbox, fault: str
) -> None:
    getattr(mailbox, fault).add("m2@firm.test")
    done = sent(store, settings)
    assert (done.states["uncertain"], done.is_complete) == (1, False)
    assert states(store)["M2"] == ("claimed", "no_answer")
    getattr(mailbox, fault).clear()
    sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]


def test_what_is_uncertain_is_sent_again_on_purpose_as_the_same_mail(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    mailbox.dies_for.add("m2@firm.test")
    sent(store, settings)
    assert sent(store, settings, resend=Resend(uncertain=True)).is_complete
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test", "m2@firm.test"]
    assert mailbox.mails[1][1]["Message-ID"] == mailbox.mails[3][1]["Message-ID"]
    assert len({mail["Message-ID"] for _, mail in mailbox.mails}) == 3


def test_one_list_is_sent_again_on_purpose(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    sent(store, settings)
    sent(store, settings, resend=Resend(["M3"]))
    assert mailbox.recipients[3:] == ["m3@firm.test"]
    with pytest.raises(BadInput, match="nothing is known of such a list"):
        sent(store, settings, resend=Resend(["M9"]))


def test_a_list_that_changed_after_it_was_sent_is_told_and_not_sent_again(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    sent(store, settings)
    store.publish(scored(AUGUST, high="ABCD"))
    assert sent(store, settings).changed_since_sent == 1
    assert len(mailbox.mails) == 3


def test_a_manager_without_an_address_is_reported_and_gets_the_list_once_there_is_one(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    assert settings.addresses is not None
    whole = settings.addresses.read_text()
    settings.addresses.write_text(whole.replace("M2,m2@firm.test\n", ""))
    done = sent(store, settings)
    assert (states(store)["M2"], done.failed, done.is_complete) == (("failed", "no_address"), {"no_address": 1}, False)
    settings.addresses.write_text(whole)
    assert sent(store, settings).is_complete
    assert mailbox.recipients[2:] == ["m2@firm.test"]


def test_a_manager_who_has_left_gets_nothing(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    later = scored(SEPTEMBER, high="ABCDE")
    without = later.scores.filter(pl.col("employee_id") != "M1")
    store.publish(Publication("tiny", SEPTEMBER, "1", 6, {}, without, later.factors))
    sent(store, settings, "2026-09")
    assert states(store, "2026-09")["M1"] == ("failed", "manager_gone")
    assert "m1@firm.test" not in mailbox.recipients


def test_a_rehearsal_sends_nothing_and_writes_nothing(store: Store, settings: Settings, mailbox: Mailbox) -> None:
    done = sent(store, settings, is_rehearsal=True)
    assert (done.to_send, mailbox.mails, states(store)) == (3, [], {})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"smtp_port": 1}, "it does not answer"),
        ({"smtp_password": SecretStr("wrong")}, "it refuses user or password"),
        ({"smtp_ca_file": None}, "its certificate cannot be verified"),
    ],
)
def test_a_server_that_cannot_be_used_stops_the_run_and_leaves_no_trace(
    store: Store, settings: Settings, mailbox: Mailbox, change: dict[str, Any], said: str
) -> None:
    done = sent(store, settings.model_copy(update=change))
    assert done.stopped is not None
    assert said in done.stopped
    assert "wrong" not in done.stopped
    assert (mailbox.mails, set(states(store))) == ([], {"M4"})
    assert sent(store, settings).is_complete
    assert len(mailbox.mails) == 3


def test_a_server_that_speaks_no_tls_gets_neither_password_nor_mail(
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
def test_a_relay_that_asks_for_no_sign_in_gets_the_mails(
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
        ({"smtp_host": ""}, "no mail server is named"),
        ({"smtp_from": ""}, "no sender is named"),
        ({"smtp_host": "mail.firm.test", "smtp_security": "none"}, "unencrypted"),
        ({"smtp_password": None}, "a user needs a password"),
        ({"smtp_password": SecretStr("пароль")}, "must be ASCII"),
        ({"list_link": ""}, "no link"),
        ({"addresses": None}, "no file of addresses"),
        ({"addresses": Path("nowhere.csv")}, "no such file"),
    ],
)
def test_settings_by_which_nothing_could_be_sent_safely_are_refused(
    store: Store, settings: Settings, change: dict[str, Any], rule: str
) -> None:
    with pytest.raises(BadInput, match=rule):
        sent(store, settings.model_copy(update=change))
    assert states(store) == {}


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        ("M1,m1@firm.test\nM1,other@firm.test\n", "several addresses"),
        ("M1,nobody\n", "no mail address"),
        ('M1,"m1@firm.test\nBcc: x@y.test"\n', "no mail address"),
        (",m1@firm.test\n", "without an id"),
    ],
)
def test_a_book_of_addresses_that_cannot_be_right_is_refused_without_a_word_of_it(
    store: Store, settings: Settings, rows: str, rule: str
) -> None:
    assert settings.addresses is not None
    settings.addresses.write_text(f"manager_id,address\n{rows}")
    with pytest.raises(BadInput, match=rule) as caught:
        sent(store, settings)
    assert "firm.test" not in str(caught.value)


def test_addresses_come_from_parquet_too(store: Store, settings: Settings, mailbox: Mailbox, tmp_path: Path) -> None:
    book = tmp_path / "book.parquet"
    pl.DataFrame({"manager_id": ["M2"], "address": [" m2@firm.test "], "name": ["x"]}).write_parquet(book)
    sent(store, settings.model_copy(update={"addresses": book}))
    assert mailbox.recipients == ["m2@firm.test"]


def test_settings_do_not_show_the_password(settings: Settings) -> None:
    assert PASSWORD not in repr(settings)


def deliver_there(settings: Settings) -> None:
    """In a process of its own, to be killed."""
    with Store(settings.store_url) as store:
        deliver(store, settings, None)


def test_a_run_that_is_killed_while_it_sends_sends_nothing_twice(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    mailbox.hangs_for.add("m2@firm.test")
    patient = settings.model_copy(update={"smtp_timeout_seconds": 60})
    process = SPAWN.Process(target=deliver_there, args=[patient])
    process.start()
    while len(mailbox.mails) < 2 and process.is_alive():
        process.join(0.02)
    os.kill(process.pid, signal.SIGKILL)  # type: ignore[arg-type]
    process.join()
    assert states(store) == {"M1": ("sent", None), "M2": ("claimed", None), "M4": ("unchanged", "nothing_to_read")}
    mailbox.hangs_for.clear()
    done = sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]
    assert done.states == {"sent": 2, "uncertain": 1, "unchanged": 1}


def test_a_server_that_is_gone_half_way_leaves_the_rest_for_later(
    store: Store, settings: Settings, mailbox: Mailbox, certificate: Path
) -> None:
    dying, port = Mailbox(), free_port()
    with mail_server(dying, certificate, "starttls", port) as controller:
        dying.ends_after, dying.end = 1, lambda: controller.server.close()  # type: ignore[union-attr]
        done = sent(store, settings.model_copy(update={"smtp_port": port}))
    assert done.stopped is not None
    assert "it does not answer" in done.stopped
    assert dying.recipients == ["m1@firm.test"]
    assert states(store) == {
        "M1": ("sent", None),
        "M2": ("failed", "connection_lost"),
        "M4": ("unchanged", "nothing_to_read"),
    }
    assert sent(store, settings).is_complete
    assert mailbox.recipients == ["m2@firm.test", "m3@firm.test"]


def test_a_server_that_never_says_a_word_stops_the_run_and_leaves_no_trace(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        done = sent(store, settings.model_copy(update={"smtp_port": port, "smtp_timeout_seconds": 0.2}))
    assert done.stopped is not None
    assert "it does not answer" in done.stopped
    assert set(states(store)) == {"M4"}
    assert sent(store, settings).is_complete
    assert len(mailbox.mails) == 3


def test_a_month_that_was_not_scored_is_said_and_nothing_is_sent(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    with pytest.raises(BadInput, match=r"this month has no published scores. Run `retention score` for it first"):
        sent(store, settings, "2026-07")
    assert mailbox.mails == []


def test_a_month_that_two_models_scored_is_sent_once_by_the_newer_one(
    store: Store, settings: Settings, mailbox: Mailbox
) -> None:
    store.publish(scored(AUGUST, high="AC", version="2"))
    assert sent(store, settings).states == {"sent": 2, "unchanged": 2}
    store.publish(scored(AUGUST, high="ABD", version="3"))  # M1 has another list, M2 none any more, M3 now one
    done = sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]
    assert (done.states, done.changed_since_sent) == ({"sent": 3, "unchanged": 1}, 2)


def test_a_person_is_with_one_manager_only(store: Store) -> None:
    twice = scored(SEPTEMBER)
    both = pl.concat([twice.scores, twice.scores.filter(employee_id="A").with_columns(manager_id=pl.lit("M2"))])
    with pytest.raises(Refused, match="a person is scored twice"):
        store.publish(Publication("tiny", SEPTEMBER, "1", 6, {}, both, twice.factors))


def test_on_a_full_disk_nothing_is_sent_for_it_could_not_be_written_down(
    store: Store, settings: Settings, mailbox: Mailbox, full_disk: Any
) -> None:
    with full_disk(), pytest.raises(SQLAlchemyError) as fault:
        sent(store, settings)
    said = str(fault_of(fault.value, settings))
    assert "store of scores" in said
    assert "Nothing is half-written: run the same command again" in said
    assert (mailbox.mails, states(store)) == ([], {})
    assert sent(store, settings).is_complete
    assert len(mailbox.mails) == 3


def test_a_disk_that_fills_up_after_a_mail_went_out_does_not_have_it_sent_twice(
    store: Store, settings: Settings, mailbox: Mailbox, full_disk: Any
) -> None:
    with ExitStack() as disk:
        mailbox.on_mail = lambda: disk.enter_context(full_disk())
        with pytest.raises(SQLAlchemyError):
            sent(store, settings)
    mailbox.on_mail = lambda: None
    assert states(store)["M1"] == ("claimed", None)
    done = sent(store, settings)
    assert mailbox.recipients == ["m1@firm.test", "m2@firm.test", "m3@firm.test"]
    assert done.states == {"sent": 2, "uncertain": 1, "unchanged": 1}


def test_a_run_that_is_killed_just_before_a_mail_leaves_it_uncertain_too(
    store: Store, settings: Settings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.lists.mailing.MailServer.send", die)
        with pytest.raises(KeyboardInterrupt):
            sent(store, settings)
    done = sent(store, settings)
    assert mailbox.recipients == ["m2@firm.test", "m3@firm.test"]
    assert done.states["uncertain"] == 1


def environment(settings: Settings) -> dict[str, str]:
    names = "var listed_from addresses list_link smtp_host smtp_port smtp_ca_file smtp_user smtp_from".split()
    told = {f"RETENTION_{name.upper()}": str(getattr(settings, name)) for name in names}
    return told | {"RETENTION_SMTP_PASSWORD": PASSWORD, "RETENTION_SMTP_PAUSE_SECONDS": "0"}


def test_the_command_says_what_became_of_the_lists_and_names_nobody(
    store: Store, settings: Settings, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    mailbox.replies["m2@firm.test"] = ["550 m2@firm.test is unknown"] * 9
    report = tmp_path / "report.json"
    run: Callable[..., Any] = CliRunner().invoke
    done = run(app, ["deliver", "--month", "2026-08", "--json", str(report)])
    assert done.exit_code == 1
    said = done.stderr + report.read_text()
    assert "recipient_refused" in said
    assert not [word for word in ("firm.test", "M2", PASSWORD) if word in said]
    mailbox.replies.clear()
    assert run(app, ["deliver"]).exit_code == 0
