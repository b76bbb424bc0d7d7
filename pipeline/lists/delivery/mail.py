"""The mail with a manager's list: by default a link to the list, without names."""

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from pipeline.html.rendering import rendered
from pipeline.language.direction import isolated
from pipeline.language.translator import marked
from pipeline.lists.risk_list import RiskList
from pipeline.lists.written.pages import answers_at, list_page, list_text
from pipeline.settings import Settings
from pipeline.store.reading import Published

_POLICY: Final = SMTP.clone(cte_type="7bit")
"""Every server takes 7 bits; what is not ASCII is encoded."""

_CARE: Final = (
    marked("Talk within the month, in private, and listen more than you speak. Do not mention a list or a score."),
    marked("For conversations that help people stay. Never for a dismissal, a redundancy, a pay cut or an appraisal."),
)


def mail_of(
    published: Published, risk_list: RiskList, list_hash: str, address: str, at: datetime, settings: Settings
) -> bytes:
    """The mail in the bytes that are sent, with plain text and HTML in UTF-8.

    Its Message-ID depends only on the source, the month, the manager and the list, so mail systems recognise a list
    that is sent again as the same mail.
    """
    language = risk_list.language
    subject = language.text("Conversations for {month}", month=language.month(published.snapshot_date))
    mail = _headed(subject, _message_id(published, risk_list, list_hash), address, at, settings)
    mail.set_content(_text(published, risk_list, settings))
    mail.add_alternative(_html(published, risk_list, settings), subtype="html")
    return mail.as_bytes()


def reminder_of(published: Published, risk_list: RiskList, address: str, at: datetime, settings: Settings) -> bytes:
    """The mail that reminds a manager of a list without an answer: a link, and none of the names on the list."""
    language = risk_list.language
    subject = language.text("Reminder: conversations for {month}", month=language.month(published.snapshot_date))
    mail = _headed(subject, _message_id(published, risk_list, "reminder"), address, at, settings)
    greeting = language.text("Your list for this month has no answer yet. One tap for each person is enough.")
    values = _values(published, risk_list, greeting, settings)
    mail.set_content(rendered("mail.txt", language, list_text="", **values))
    mail.add_alternative(rendered("mail.html", language, **values), subtype="html")
    return mail.as_bytes()


def briefing_mail_of(
    published: Published, risk_list: RiskList, address: str, at: datetime, settings: Settings
) -> bytes:
    """The mail that asks a manager to read the briefing before the list is shown: a link, and nobody on the list."""
    language = risk_list.language
    subject = language.text("Please read the briefing: conversations about staying")
    mail = _headed(subject, _message_id(published, risk_list, "briefing"), address, at, settings)
    greeting = language.text(
        "Your list for this month is ready. Before you read it, please read a short briefing and confirm it."
    )
    link = briefing_at(settings.list_link)
    values = _values(published, risk_list, greeting, settings) | {
        "link": link,
        "instruction": language.text("Read and confirm it here: {link}", link=link),
        "action": language.text("Read the briefing"),
    }
    mail.set_content(rendered("mail.txt", language, list_text="", **values))
    mail.add_alternative(rendered("mail.html", language, **values), subtype="html")
    return mail.as_bytes()


def briefing_at(list_link: str) -> str:
    """The page of the briefing, on the server of the page of lists."""
    parts = urlsplit(list_link)
    return urlunsplit((parts.scheme, parts.netloc, "/briefing", "", ""))


def _headed(subject: str, message_id: str, address: str, at: datetime, settings: Settings) -> EmailMessage:
    """A mail without its text."""
    mail = EmailMessage(policy=_POLICY)
    domain = settings.smtp_from.rpartition("@")[2]
    mail["Subject"] = subject
    mail["From"] = settings.smtp_from
    mail["To"] = address
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message_id}@{domain}>"
    mail["List-Id"] = f"Monthly lists <retention-lists.{domain}>"
    mail["List-Owner"] = f"<mailto:{settings.smtp_from}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Sensitivity"] = "Company-Confidential"
    return mail


def _message_id(published: Published, risk_list: RiskList, list_hash: str) -> str:
    whole = "\n".join((published.source, published.month, risk_list.manager_id, list_hash))
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def _text(published: Published, risk_list: RiskList, settings: Settings) -> str:
    in_full = list_text(published, risk_list) if settings.mail_includes_list else ""
    values = _values(published, risk_list, _greeting(risk_list), settings)
    return rendered("mail.txt", risk_list.language, list_text=in_full, **values)


def _html(published: Published, risk_list: RiskList, settings: Settings) -> str:
    if settings.mail_includes_list:
        return list_page(published, risk_list, answers_at(settings.list_link, published))
    values = _values(published, risk_list, _greeting(risk_list), settings)
    return rendered("mail.html", risk_list.language, **values)


def _values(published: Published, risk_list: RiskList, greeting: str, settings: Settings) -> dict[str, Any]:
    """Values for the templates of both forms of the mail."""
    language, link = risk_list.language, answers_at(settings.list_link, published)
    return {
        "manager": risk_list.names.get(risk_list.manager_id),
        "isolated": isolated,
        "greeting": greeting,
        "link": link,
        "instruction": language.text("Read it and record what you did: {link}", link=link),
        "action": language.text("Read the list and answer"),
        "care": [language.text(text) for text in _CARE],
    }


def _greeting(risk_list: RiskList) -> str:
    language, number = risk_list.language, len(risk_list.entries)
    if not number:
        return language.text(
            "Your list for this month is ready. There is no conversation to plan; it shows who no longer needs one."
        )
    return language.plural(
        "Your list for this month is ready: {number} conversation is worth having.",
        "Your list for this month is ready: {number} conversations are worth having.",
        number,
        number=number,
    )
