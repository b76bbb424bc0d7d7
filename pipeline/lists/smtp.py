"""Handing mails to a server: TLS with certificates verified, sign-in, and what a failure says of the mail."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from features.errors import BadInput, Finding, Unavailable
from pipeline.settings import Settings

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

_OK: Final = (250, 251, 252)
_CLOSING: Final = 421
_LASTING: Final = 500
"""Replies from here on say that trying again will not help (RFC 5321, 4.2.1)."""


class NotSent(Exception):
    """The mail was certainly not taken; `reason` is a class of fault, without a word of the server or an address."""

    def __init__(self, reason: str, is_lasting: bool) -> None:
        self.reason = reason
        self.is_lasting = is_lasting
        super().__init__(reason)


class NoAnswer(Exception):
    """The whole mail was handed over and the server never answered: nobody knows whether it was taken."""


@dataclass
class MailServer:
    """One connection, which is opened when it is needed and again after it broke."""

    settings: Settings
    _client: smtplib.SMTP | None = None

    def ready(self) -> None:
        """Be connected and signed in. Raises Unavailable, with what to do, where that cannot be."""
        if self._client is None:
            self._client = _connected(self.settings)

    def send(self, sender: str, recipient: str, mail: bytes) -> None:
        """Hand a mail over. Raises NotSent, NoAnswer, or Unavailable before anything was said of this mail."""
        self.ready()
        client = self._client
        assert client is not None  # noqa: S101
        with self._closed_if_broken("connection_lost"):
            _require(client.mail(sender)[0], "sender_refused")
            _require(client.rcpt(recipient)[0], "recipient_refused")
        self._hand_over(client, mail)

    def close(self) -> None:
        """Say goodbye, if anybody listens."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError, smtplib.SMTPException):
                client.quit()
            client.close()

    def _hand_over(self, client: smtplib.SMTP, mail: bytes) -> None:
        try:
            code = client.data(mail)[0]
        except smtplib.SMTPDataError as refused:  # before the mail itself
            code = refused.smtp_code
        except (OSError, smtplib.SMTPException) as broken:
            self._drop()
            raise NoAnswer from broken
        with self._closed_if_broken("connection_lost"):
            _require(code, "mail_refused")

    @contextmanager
    def _closed_if_broken(self, reason: str) -> Iterator[None]:
        try:
            yield
        except NotSent:
            self._start_over()
            raise
        except (OSError, smtplib.SMTPException) as broken:
            self._drop()
            raise NotSent("timeout" if isinstance(broken, TimeoutError) else reason, is_lasting=False) from broken

    def _start_over(self) -> None:
        """Forget the half-begun mail, so that the next one is not refused for it."""
        try:
            if self._client is None or self._client.rset()[0] not in _OK:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def require_safe(settings: Settings) -> None:
    """Raise BadInput for settings by which a mail could not go out, or not in safety."""
    findings = []
    if not settings.smtp_host:
        findings.append(_setting("no mail server is named", "SMTP_HOST", "Name it, or use `retention lists`."))
    if not settings.smtp_from:
        findings.append(_setting("no sender is named", "SMTP_FROM", "Give an address of HR's."))
    if settings.smtp_security == "none" and settings.smtp_host not in LOOPBACK:
        findings.append(_setting("mail would go out unencrypted", "SMTP_SECURITY", "Use starttls or tls."))
    if bool(settings.smtp_user) != (settings.smtp_password is not None):
        findings.append(_setting("a user needs a password, and a password a user", "SMTP_USER", "Set both or none."))
    if settings.smtp_password is not None and not settings.smtp_password.get_secret_value().isascii():
        findings.append(_setting("a password for SMTP must be ASCII", "SMTP_PASSWORD", "Choose another one."))
    if findings:
        raise BadInput(findings)


def _connected(settings: Settings) -> smtplib.SMTP:
    client: smtplib.SMTP | None = None
    try:
        client = _opened(settings)
        if settings.smtp_user and settings.smtp_password is not None:
            client.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        client.ehlo_or_helo_if_needed()  # what signs in has said it; a relay without sign-in wants it too
    except (OSError, smtplib.SMTPException) as error:
        if client is not None:
            client.close()
        rule, remedy = _cause(error)
        # without its cause: a server's words may hold what was said to it
        raise Unavailable(Finding(rule, f"mail server {settings.smtp_host}", remedy=remedy)) from None
    return client


def _opened(settings: Settings) -> smtplib.SMTP:
    place = (settings.smtp_host, settings.smtp_port)
    seconds = settings.smtp_timeout_seconds
    if settings.smtp_security == "none":
        return smtplib.SMTP(*place, timeout=seconds)
    context = ssl.create_default_context(cafile=settings.smtp_ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(*place, timeout=seconds, context=context)
    client = smtplib.SMTP(*place, timeout=seconds)
    try:
        client.starttls(context=context)
    except BaseException:
        client.close()
        raise
    return client


def _cause(error: Exception) -> tuple[str, str]:
    """What is wrong with the server, and what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate cannot be verified", "Name the company's authority in RETENTION_SMTP_CA_FILE."
    if isinstance(error, ssl.SSLError):
        return "it does not speak TLS here", "See RETENTION_SMTP_SECURITY and RETENTION_SMTP_PORT."
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "it refuses user or password", "Correct RETENTION_SMTP_USER and RETENTION_SMTP_PASSWORD."
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it offers no STARTTLS, or no sign-in", "See RETENTION_SMTP_SECURITY and RETENTION_SMTP_PORT."
    return "it does not answer", "See that it is up and can be reached; then run the same command again."


def _require(code: int, reason: str) -> None:
    if code == _CLOSING:
        raise smtplib.SMTPServerDisconnected("closing")
    if code not in _OK:
        raise NotSent(reason if code >= _LASTING else f"{reason}_for_now", is_lasting=code >= _LASTING)


def _setting(rule: str, name: str, remedy: str) -> Finding:
    return Finding(rule, "environment", f"RETENTION_{name}", remedy=remedy)
