"""A call to a webhook (Slack, Teams or anything else): a month, counts and a link, signed, and never a name."""

import hashlib
import hmac
import json
import ssl
from dataclasses import asdict, dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from features.errors import BadInput, Finding
from pipeline.language import translator
from pipeline.language.translator import Language
from pipeline.lists.delivery.smtp import LOOPBACK, NoAnswer, NotSent
from pipeline.settings import Settings
from pipeline.store.reading import Published

Event = Literal["lists", "reminder"]

TIMESTAMP_HEADER: Final = "X-Retention-Timestamp"
SIGNATURE_HEADER: Final = "X-Retention-Signature"
DELIVERY_HEADER: Final = "X-Retention-Delivery"

_OK: Final = range(200, 300)
_NOT_NOW: Final = (408, 425, 429)


@dataclass(frozen=True)
class Call:
    """What a call says. `managers` have a list, or have not answered; `people` is the number of conversations."""

    event: Event
    month: str
    managers: int
    people: int
    link: str


def require_webhook(settings: Settings) -> str:
    """The address of the webhook. Raises BadInput unless one is set that can be called safely."""
    url = settings.webhook_url.get_secret_value() if settings.webhook_url else ""
    if not url:
        raise BadInput(_setting("no webhook is set", "WEBHOOK_URL", "Set the address to call."))
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or (parts.scheme != "https" and not is_local) or parts.username is not None:
        raise BadInput(_setting("not an https address without a user", "WEBHOOK_URL", "Correct it."))
    return url


def send(call: Call, published: Published, settings: Settings, at: datetime) -> None:
    """Call the webhook once. Raises NotSent if it certainly did not accept, NoAnswer if that is unknown.

    Redirects are not followed: they could lead the call, and its signature, elsewhere.
    """
    url = require_webhook(settings)
    body = body_of(call, published, settings)
    headers = {"Content-Type": "application/json", DELIVERY_HEADER: delivery_id(call, published)}
    if settings.webhook_secret is not None:
        headers |= signature(settings.webhook_secret.get_secret_value(), body, at)
    status = _post(url, body, headers, settings)
    if status not in _OK:
        raise NotSent(f"status_{status}", is_permanent=400 <= status < 500 and status not in _NOT_NOW)


def signature(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers that prove who calls: HMAC-SHA-256 of the time in seconds, a dot, and the body."""
    seconds = str(int(at.timestamp()))
    mac = hmac.digest(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hex()
    return {TIMESTAMP_HEADER: seconds, SIGNATURE_HEADER: f"v1={mac}"}


def delivery_id(call: Call, published: Published) -> str:
    """Equal for a call that is repeated, so that a receiver recognises it."""
    return hashlib.sha256(f"{published.source}\n{call.month}\n{call.event}".encode()).hexdigest()[:32]


def body_of(call: Call, published: Published, settings: Settings) -> bytes:
    """The call in the form that the receiver reads."""
    language = translator.language(settings.language)
    text = _text(call, published, language)
    form: dict[str, Any]
    if settings.webhook_format == "slack":
        form = {"text": f"{text} {call.link}".strip()}
    elif settings.webhook_format == "teams":
        form = _teams(text, call.link, language.text("Read the list and answer"))
    else:
        form = asdict(call) | {"text": text}
    return json.dumps(form, ensure_ascii=False).encode()


def _text(call: Call, published: Published, language: Language) -> str:
    month = language.month(published.snapshot_date)
    if call.event == "reminder":
        return language.text(
            "Lists for {month} still without an answer: {managers}.", month=month, managers=call.managers
        )
    return language.text(
        "The lists for {month} are ready. Managers with a list: {managers}; conversations: {people}.",
        month=month,
        managers=call.managers,
        people=call.people,
    )


def _teams(text: str, link: str, title: str) -> dict[str, Any]:
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "TextBlock", "text": text, "wrap": True}],
    }
    if link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": title, "url": link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _post(url: str, body: bytes, headers: dict[str, str], settings: Settings) -> int:
    """The status of the answer."""
    connection = _connection(url, settings)
    parts = urlsplit(url)
    try:
        try:
            connection.connect()
        except ssl.SSLCertVerificationError:
            raise NotSent("certificate_not_verified", is_permanent=True) from None
        except (OSError, HTTPException):
            raise NotSent("no_connection", is_permanent=False) from None
        try:
            connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
            return connection.getresponse().status
        except (OSError, HTTPException):
            raise NoAnswer from None
    finally:
        connection.close()


def _connection(url: str, settings: Settings) -> HTTPConnection:
    parts = urlsplit(url)
    host, seconds = str(parts.hostname), settings.webhook_timeout_seconds
    if parts.scheme == "http":
        return HTTPConnection(host, parts.port, timeout=seconds)
    context = ssl.create_default_context(cafile=settings.webhook_ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return HTTPSConnection(host, parts.port, timeout=seconds, context=context)


def _setting(rule: str, name: str, remedy: str) -> Finding:
    return Finding(rule, "environment", f"RETENTION_{name}", remedy=remedy)
