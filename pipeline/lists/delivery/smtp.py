"""Sending mails to a server: TLS with verified certificates, sign-in, and what a failure means for the mail."""

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
_PERMANENT: Final = 500
"""Replies from this code on are permanent: trying again does not help (RFC 5321, 4.2.1)."""


class NotSent(Exception):
    """The mail was certainly not accepted; `reason` is a class of fault, without the server's words or an address."""

    def __init__(self, reason: str, is_permanent: bool) -> None:
        self.reason = reason
        self.is_permanent = is_permanent
        super().__init__(reason)


class NoAnswer(Exception):
    """The whole mail was sent and the server never answered, so it is unknown whether it was accepted."""


@dataclass
class MailServer:
    """One connection, opened when it is needed and reopened after it breaks."""

    settings: Settings
    _client: smtplib.SMTP | None = None

    def ready(self) -> None:
        """Connect and sign in, if not done yet. Raises Unavailable, with a remedy, if that fails."""
        if self._client is None:
            self._client = _connected(self.settings)

    def send(self, sender: str, recipient: str, mail: bytes) -> None:
        """Send a mail. Raises NotSent or NoAnswer, or Unavailable if the server fails before this mail is begun."""
        self.ready()
        client = self._client
        assert client is not None  # noqa: S101
        with self._closed_if_broken("connection_lost"):
            _require(client.mail(sender)[0], "sender_refused")
            _require(client.rcpt(recipient)[0], "recipient_refused")
        self._transmit(client, mail)

    def close(self) -> None:
        """Close the connection, politely if the server still answers."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError, smtplib.SMTPException):
                client.quit()
            client.close()

    def _transmit(self, client: smtplib.SMTP, mail: bytes) -> None:
        try:
            code = client.data(mail)[0]
        except smtplib.SMTPDataError as refused:  # refused before the mail itself
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
            self._reset()
            raise
        except (OSError, smtplib.SMTPException) as broken:
            self._drop()
            raise NotSent("timeout" if isinstance(broken, TimeoutError) else reason, is_permanent=False) from broken

    def _reset(self) -> None:
        """Discard the unfinished mail, so that it does not make the server refuse the next one."""
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
    """Raise BadInput for settings with which mails could not be sent, or not safely."""
    findings = []
    if not settings.smtp_host:
        findings.append(_setting("no mail server is set", "SMTP_HOST", "Set it, or use `retention lists`."))
    if not settings.smtp_from:
        findings.append(_setting("no sender is set", "SMTP_FROM", "Set an HR address."))
    if settings.smtp_security == "none" and settings.smtp_host not in LOOPBACK:
        findings.append(_setting("mail would be sent unencrypted", "SMTP_SECURITY", "Use starttls or tls."))
    if bool(settings.smtp_user) != (settings.smtp_password is not None):
        findings.append(_setting("a user or a password is set without the other", "SMTP_USER", "Set both or neither."))
    if settings.smtp_password is not None and not settings.smtp_password.get_secret_value().isascii():
        findings.append(_setting("an SMTP password must be ASCII", "SMTP_PASSWORD", "Choose another one."))
    if findings:
        raise BadInput(findings)


def _connected(settings: Settings) -> smtplib.SMTP:
    client: smtplib.SMTP | None = None
    try:
        client = _opened(settings)
        if settings.smtp_user and settings.smtp_password is not None:
            client.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        client.ehlo_or_helo_if_needed()  # signing in sends it already; a relay without sign-in needs it too
    except (OSError, smtplib.SMTPException) as error:
        if client is not None:
            client.close()
        rule, remedy = _cause(error)
        # without the cause: the server's answer may quote what we sent
        raise Unavailable(Finding(rule, f"mail server {settings.smtp_host}", remedy=remedy)) from None
    return client


def _opened(settings: Settings) -> smtplib.SMTP:
    address = (settings.smtp_host, settings.smtp_port)
    seconds = settings.smtp_timeout_seconds
    if settings.smtp_security == "none":
        return smtplib.SMTP(*address, timeout=seconds)
    context = ssl.create_default_context(cafile=settings.smtp_ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(*address, timeout=seconds, context=context)
    client = smtplib.SMTP(*address, timeout=seconds)
    try:
        client.starttls(context=context)
    except BaseException:
        client.close()
        raise
    return client


def _cause(error: Exception) -> tuple[str, str]:
    """The rule that the server breaks, and the remedy."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            "its certificate cannot be verified",
            "Set RETENTION_SMTP_CA_FILE to the company's certificate authority.",
        )
    if isinstance(error, ssl.SSLError):
        return "it does not use TLS on this port", "Check RETENTION_SMTP_SECURITY and RETENTION_SMTP_PORT."
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "it refuses the user or the password", "Correct RETENTION_SMTP_USER and RETENTION_SMTP_PASSWORD."
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it offers no STARTTLS, or no sign-in", "Check RETENTION_SMTP_SECURITY and RETENTION_SMTP_PORT."
    return "it does not answer", "Check that it is running and reachable; then run the same command again."


def _require(code: int, reason: str) -> None:
    if code == _CLOSING:
        raise smtplib.SMTPServerDisconnected("closing")
    if code not in _OK:
        raise NotSent(reason if code >= _PERMANENT else f"{reason}_for_now", is_permanent=code >= _PERMANENT)


def _setting(rule: str, name: str, remedy: str) -> Finding:
    return Finding(rule, "environment", f"RETENTION_{name}", remedy=remedy)
