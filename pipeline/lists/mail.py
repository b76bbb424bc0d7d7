"""The mail that brings a manager's list: by default a link to it and no name of anybody."""

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final

from pipeline.html.rendering import rendered
from pipeline.language.translator import Language, language, marked
from pipeline.lists.pages import answers_at, list_page, list_text
from pipeline.lists.risk_list import RiskList
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
    """The mail as it goes over the wire, in UTF-8: plain text and HTML.

    Its Message-ID depends on the source, the month, the manager and the list alone: where one is sent again on
    purpose, mail systems know it for the same.
    """
    mail = EmailMessage(policy=_POLICY)
    domain = settings.smtp_from.rpartition("@")[2]
    said_in = language(settings.language)
    mail["Subject"] = said_in.text("Conversations for {month}", month=said_in.month(published.snapshot_date))
    mail["From"] = settings.smtp_from
    mail["To"] = address
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{_number(published, risk_list, list_hash)}@{domain}>"
    mail["List-Id"] = f"Monthly lists <retention-lists.{domain}>"
    mail["List-Owner"] = f"<mailto:{settings.smtp_from}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Sensitivity"] = "Company-Confidential"
    mail.set_content(_text(published, risk_list, settings, said_in))
    mail.add_alternative(_html(published, risk_list, settings, said_in), subtype="html")
    return mail.as_bytes()


def _number(published: Published, risk_list: RiskList, list_hash: str) -> str:
    whole = "\n".join((published.source, published.month, risk_list.manager_id, list_hash))
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def _text(published: Published, risk_list: RiskList, settings: Settings, said_in: Language) -> str:
    in_full = list_text(published, risk_list, said_in) if settings.mail_includes_list else ""
    return rendered("mail.txt", said_in, list_text=in_full, **_told(published, risk_list, settings, said_in))


def _html(published: Published, risk_list: RiskList, settings: Settings, said_in: Language) -> str:
    if settings.mail_includes_list:
        return list_page(published, risk_list, said_in, answers_at(settings.list_link, published))
    return rendered("mail.html", said_in, **_told(published, risk_list, settings, said_in))


def _told(published: Published, risk_list: RiskList, settings: Settings, said_in: Language) -> dict[str, Any]:
    """What both forms of the mail say."""
    return {
        "greeting": _greeting(risk_list, said_in),
        "link": answers_at(settings.list_link, published),
        "care": [said_in.text(text) for text in _CARE],
    }


def _greeting(risk_list: RiskList, said_in: Language) -> str:
    number = len(risk_list.entries)
    if not number:
        return said_in.text(
            "Your list of this month is ready. It has no conversation to plan, and says who needs none any longer."
        )
    return said_in.plural(
        "Your list of this month is ready: {number} conversation is worth having.",
        "Your list of this month is ready: {number} conversations are worth having.",
        number,
        number=number,
    )
