"""What `retention lists` and `retention deliver` print at their end."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.markup import escape

from features.errors import counted
from pipeline.commands.screens.parts import copyable, people_text
from pipeline.settings import Settings

if TYPE_CHECKING:  # they import MLflow, which takes seconds, or Jinja
    from pipeline.lists.written.month_folder import WrittenLists


def lists_screen(
    written: "WrittenLists", settings: Settings, is_elsewhere: bool = False, unread: int = 0
) -> RenderableType:
    """How many lists there are, where they are, and how to deliver them. `is_elsewhere`: not in the usual folder.
    unread: lists of managers who have not confirmed the briefing."""
    waiting = f" {counted(written.waiting, 'manager')} held back by the roll-out." if written.waiting else ""
    deliver = f"retention deliver --month {written.month}"
    by_hand = f"hand them out, or set a mail server (RETENTION_SMTP_HOST) and run\n{deliver}"
    return Group(
        f"Lists of {written.month}: {people_text(written.people)} for {counted(written.managers, 'manager')}.{waiting}",
        *without_manager(written.without_manager, written.managers),
        *not_informed(written.not_informed),
        *_unread(unread),
        copyable(f"Open: {written.folder / 'index.html'}"),
        *((_ELSEWHERE,) if is_elsewhere else ()),
        *([f"Next: {deliver if settings.smtp_host else by_hand}"] if written.managers else []),
    )


def without_manager(people: int, managers: int) -> list[str]:
    """The people whom no list can name, if there are any; where no manager is listed at all, what to do about it."""
    remedy = "" if managers else " Give manager_id in assignments; HR sees them at /people all the same."
    return [f"On no list, having no known manager: {people_text(people)}.{remedy}"] if people else []


def _unread(lists: int) -> list[str]:
    """The lists that are HR's to read, and not yet their managers'."""
    remedy = "Do not hand them out before; the page /briefing has it."
    return [f"{counted(lists, 'list')} of managers who have not confirmed the briefing. {remedy}"] if lists else []


def not_informed(people: int) -> list[str]:
    """The people who cannot be on a list yet, if there are any, and what to do about it."""
    remedy = "Give them notice, record it in RETENTION_NOTICE_GIVEN, and score again."
    return [f"On no list, not informed yet: {people_text(people)}. {remedy}"] if people else []


_ELSEWHERE = (
    "Erasure and retention purge delete this folder too, if it is not moved and they have permission to write there.\n"
    "Copies of it you must delete yourself."
)

_WHAT_TO_DO = {
    "no_address": "Add them to the file of RETENTION_ADDRESSES and run this again.",
    "list_changed": "A person on them was erased while they were sent: run this again.",
    "manager_gone": "They are no longer scored: correct manager_id in the source, and score again.",
    "recipient_refused": "The server does not know the mailbox: correct the address and run this again.",
    "sender_refused": "The server does not accept our sender: correct RETENTION_SMTP_FROM and run this again.",
    "mail_refused": "The server does not accept the mail itself: ask its administrator why, then run this again.",
    "resend": "Run this again.",
    "no_page": "Set RETENTION_LIST_LINK to the server's page of lists, where managers confirm it.",
}


def delivery_screen(done: Mapping[str, Any], is_rehearsal: bool) -> str:
    """The outcome of a month's delivery (`mailing.as_json`), and what to do about lists that were not sent."""
    if is_rehearsal:
        return f"Lists of {done['month']}: {done['to_send']:,} would be sent. Nothing was sent or written."
    return "\n".join([f"Lists of {done['month']}: {sent(done)}.", *not_sent(done), *not_briefed(done)])


def not_briefed(done: Mapping[str, Any]) -> list[str]:
    """Lists that wait until their manager has confirmed the briefing, and mails about it that were not sent."""
    briefing = done.get("briefing") or {"managers": 0}
    if not briefing["managers"]:
        return []
    sent = briefing["states"].get("sent", 0)
    remedy = "They see it on the page once they have confirmed; run this again to mail it."
    lines = [
        f"{counted(briefing['managers'], 'list')} not sent: the manager has not confirmed the briefing, and "
        f"{sent:,} of them have a mail with the link to it. {remedy}"
    ]
    return lines + [
        f"[red]failed[/] {number:,} about the briefing ({reason.replace('_', ' ')}). "
        f"{_WHAT_TO_DO.get(reason, 'Run this again.')}"
        for reason, number in briefing["failed"].items()
    ]


def sent(done: Mapping[str, Any]) -> str:
    """How many lists were sent, and how many were not."""
    sent, unchanged, failed, uncertain = (
        done["states"].get(state, 0) for state in ("sent", "unchanged", "failed", "uncertain")
    )
    nothing_new = f"{unchanged:,} not sent because they contain nothing new"
    return f"{sent:,} sent, {nothing_new}, {failed:,} failed, {uncertain:,} uncertain"


def not_sent(done: Mapping[str, Any]) -> list[str]:
    """Why lists were not sent, and what to do about each reason."""
    lines = [
        f"[red]failed[/] {number:,} ({reason.replace('_', ' ')}). {_WHAT_TO_DO.get(reason, 'Run this again.')}"
        for reason, number in done["failed"].items()
    ]
    if done["states"].get("uncertain"):
        lines.append(
            "[red]uncertain[/] A run was killed, or the server never answered: they may have arrived, so they are not "
            "sent again. Ask the managers, or use `retention deliver --resend-uncertain`: mail systems recognise it as "
            "the same mail."
        )
    if changed := done["changed_since_sent"]:
        lines.append(f"{changed:,} lists have changed since they were sent; the page shows the current ones.")
    if done["stopped"]:
        lines.append(f"[red]stopped[/] {escape(done['stopped'])}")
    return lines
