"""What `retention lists` and `retention deliver` print at their end."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.markup import escape

from features.errors import counted
from pipeline.commands.screens.parts import copyable, people_text
from pipeline.settings import Settings

if TYPE_CHECKING:  # they bring MLflow with them, which takes seconds, or Jinja
    from pipeline.lists.month_folder import WrittenLists


def lists_screen(written: "WrittenLists", settings: Settings, is_elsewhere: bool = False) -> RenderableType:
    """How many lists there are, where, and how they reach their managers. `is_elsewhere`: not in their usual place."""
    waiting = f" {counted(written.waiting, 'manager')} held back by the roll-out." if written.waiting else ""
    deliver = f"retention deliver --month {written.month}"
    by_hand = f"hand them out, or name a mail server (RETENTION_SMTP_HOST) and run\n{deliver}"
    return Group(
        f"Lists of {written.month}: {people_text(written.people)} for {counted(written.managers, 'manager')}.{waiting}",
        copyable(f"Open: {written.folder / 'index.html'}"),
        *((_ELSEWHERE,) if is_elsewhere else ()),
        f"Next: {deliver if settings.smtp_host else by_hand}",
    )


_ELSEWHERE = (
    "Erasure and retention purge delete this folder too, as long as it stays where it is and they may write there.\n"
    "A copy of it is yours to delete."
)

_WHAT_TO_DO = {
    "no_address": "Add them to the file of RETENTION_ADDRESSES and run this again.",
    "manager_gone": "They are no longer scored: correct manager_id in the source, and score again.",
    "recipient_refused": "The server does not know the mailbox: correct the address and run this again.",
    "sender_refused": "The server does not take our sender: correct RETENTION_SMTP_FROM and run this again.",
    "mail_refused": "The server does not take the mail itself: ask whoever runs it why, then run this again.",
    "resend": "Run this again.",
}


def delivery_screen(done: Mapping[str, Any], is_rehearsal: bool) -> str:
    """What became of the lists of a month (`delivery.as_json`), and what to do about those that did not go out."""
    if is_rehearsal:
        return f"Lists of {done['month']}: {done['to_send']:,} would be sent. Nothing was sent or written."
    return "\n".join([f"Lists of {done['month']}: {sent(done)}.", *not_sent(done)])


def sent(done: Mapping[str, Any]) -> str:
    """How many lists went out, and how many did not."""
    sent, unchanged, failed, uncertain = (
        done["states"].get(state, 0) for state in ("sent", "unchanged", "failed", "uncertain")
    )
    nothing_new = f"{unchanged:,} not sent because they say nothing new"
    return f"{sent:,} sent, {nothing_new}, {failed:,} failed, {uncertain:,} uncertain"


def not_sent(done: Mapping[str, Any]) -> list[str]:
    """Why lists did not go out, and what to do about each reason."""
    lines = [
        f"[red]failed[/] {number:,} ({reason.replace('_', ' ')}). {_WHAT_TO_DO.get(reason, 'Run this again.')}"
        for reason, number in done["failed"].items()
    ]
    if done["states"].get("uncertain"):
        lines.append(
            "[red]uncertain[/] A run was killed, or the server never answered: they may have arrived, so they are not "
            "sent again. Ask the managers, or use `retention deliver --resend-uncertain`: to a mail system it is the "
            "same mail."
        )
    if changed := done["changed_since_sent"]:
        lines.append(f"{changed:,} lists have changed since they were sent; the page shows them as now.")
    if done["stopped"]:
        lines.append(f"[red]stopped[/] {escape(done['stopped'])}")
    return lines
