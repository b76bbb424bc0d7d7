"""The mail that brings a manager's list: by default a link to it and no name of anybody."""

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Final

from pipeline.list_pages import list_page
from pipeline.published import Published
from pipeline.risk_list import RiskList
from pipeline.settings import Settings

_POLICY: Final = SMTP.clone(cte_type="7bit")
"""Every server takes 7 bits; what is not ASCII is encoded."""

_CARE: Final = (
    "Talk within the month, in private, and listen more than you speak. Do not mention a list or a score.",
    "For conversations that help people stay. Never for a dismissal, a redundancy, a pay cut or an appraisal.",
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
    mail["Subject"] = f"Conversations for {published.snapshot_date:%B %Y}"
    mail["From"] = settings.smtp_from
    mail["To"] = address
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{_number(published, risk_list, list_hash)}@{domain}>"
    mail["List-Id"] = f"Monthly lists <retention-lists.{domain}>"
    mail["List-Owner"] = f"<mailto:{settings.smtp_from}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Sensitivity"] = "Company-Confidential"
    mail.set_content("\n\n".join(_text(published, risk_list, settings)) + "\n")
    mail.add_alternative(_html(published, risk_list, settings), subtype="html")
    return mail.as_bytes()


def link_to(published: Published, settings: Settings) -> str:
    """Where the manager signs in, reads the list and answers."""
    return settings.list_link.replace("{month}", published.month)


def _number(published: Published, risk_list: RiskList, list_hash: str) -> str:
    whole = "\n".join((published.source, published.month, risk_list.manager_id, list_hash))
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def _text(published: Published, risk_list: RiskList, settings: Settings) -> list[str]:
    """Paragraphs."""
    people = _people(risk_list) if settings.mail_includes_list else []
    return [_greeting(risk_list), *people, *_invitation(published, settings), *_CARE]


def _html(published: Published, risk_list: RiskList, settings: Settings) -> str:
    if settings.mail_includes_list:
        return list_page(published, risk_list)
    link = escape(link_to(published, settings), quote=True)
    button = (
        f'<p><a href="{link}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:#1d4f91;'
        'color:#fff;text-decoration:none;font-weight:600">Read the list and answer</a></p>'
    )
    said = [f"<p>{escape(text)}</p>" for text in (_greeting(risk_list), *_CARE)]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>\n'
        '<body style="margin:0 auto;max-width:36rem;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1c2430">\n'
        f"{said[0]}\n{button}\n" + "\n".join(said[1:]) + "\n</body></html>\n"
    )


def _greeting(risk_list: RiskList) -> str:
    number = len(risk_list.entries)
    if not number:
        return "Your list of this month is ready. It has no conversation to plan, and says who needs none any longer."
    return f"Your list of this month is ready: {number} conversation{'s are' if number > 1 else ' is'} worth having."


def _invitation(published: Published, settings: Settings) -> list[str]:
    link = link_to(published, settings)
    return [f"Read it, and answer what you did: {link}"] if link else []


def _people(risk_list: RiskList) -> list[str]:
    people = [
        "\n".join(
            [
                entry.employee_id,
                *(f"- {reason.text}" for reason in entry.reasons),
                *(f"  Ask: {guide.ask}" for guide in entry.guidance),
            ]
        )
        for entry in risk_list.entries
    ]
    resolved = [f"No longer on the list: {', '.join(risk_list.resolved)}"] if risk_list.resolved else []
    return [risk_list.expected, *people, *resolved]
