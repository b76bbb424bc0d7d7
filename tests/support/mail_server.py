"""A real SMTP server with TLS and sign-in on loopback, and a company whose lists are delivered to it."""

import asyncio
import datetime as clock
import ipaddress
import math
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from briefed import brief
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from servers import free_port
from stores import month_of_scores

from pipeline.lists.delivery.delivery_ledger import deliveries
from pipeline.lists.delivery.mailing import Delivery, deliver
from pipeline.settings import Settings
from pipeline.store.publication import Publication
from pipeline.store.store import Store

AUGUST, SEPTEMBER = date(2026, 8, 31), date(2026, 9, 30)
NOW = datetime(2026, 10, 2, 4, tzinfo=UTC)
PASSWORD = "secret-1"
MANAGER_OF = {"A": "M1", "B": "M1", "C": "M2", "D": "M3", "E": "M4", "M1": None, "M2": None, "M3": None, "M4": None}
HIGH, CALM = 0.0, math.log(0.05 / 0.95)
"""Log-odds: risks of .5 and .05."""


def scored(day: date, high: str = "ACD", version: str = "1") -> Publication:
    """The people of `high` stand out; A and B report to M1, C to M2, D to M3, E to M4."""
    log_odds = {person: HIGH if person in set(high) else CALM for person in MANAGER_OF}
    return month_of_scores(day, log_odds, MANAGER_OF, version=version)


class Mailbox:
    """A handler that stores the mails that it accepted, and fails as a test demands."""

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
    """Key and self-signed certificate of 127.0.0.1, in one file."""
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
    """The settings of a company whose mail server is up, with STARTTLS unless the test changes it."""
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
        brief(store)
        yield store


def sent(store: Store, settings: Settings, month: str | None = None, **more: Any) -> Delivery:
    return deliver(store, settings, month, clock=lambda: NOW, **more)


def states(store: Store, month: str = "2026-08") -> dict[str, tuple[str, str | None]]:
    with store.reading() as scores:
        published = scores.of_month(month)
        assert published is not None
        known = deliveries(scores.connection, published)
        return {manager: (each.state, each.reason) for manager, each in sorted(known.items())}
