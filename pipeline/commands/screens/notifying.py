"""What `retention notify` and `retention remind` print."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from features.errors import counted

if TYPE_CHECKING:  # it imports Jinja
    from pipeline.lists.delivery.notifying import Called, Reminded

_WHAT_TO_DO: Final = {
    "sent": "sent",
    "failed": "[red]failed[/]: run this again",
    "uncertain": "[red]uncertain[/]: it may have arrived, so it is not sent again",
}


def call_line(called: "Called") -> str:
    """The outcome of a month's call."""
    lists = f"{counted(called.managers, 'list')}, {counted(called.people, 'conversation')}"
    return f"Webhook, {called.month}: {lists}, {state_line(asdict(called))}."


def state_line(called: Mapping[str, Any]) -> str:
    """The state of a call, with its reason and what to do."""
    reason = f" ({called['reason'].replace('_', ' ')})" if called["reason"] else ""
    return f"{_WHAT_TO_DO[called['state']]}{reason}"


def reminder_lines(done: "Reminded") -> list[str]:
    """The outcome of a run of reminders."""
    lines = [f"Lists of {done.month} without an answer: {done.unanswered:,}."]
    if done.states or done.failed:
        sent, uncertain = done.states["sent"], done.states["uncertain"]
        lines.append(f"Reminders: {sent:,} sent, {sum(done.failed.values()):,} failed, {uncertain:,} uncertain.")
    lines += [f"[red]failed[/] {number:,} ({reason.replace('_', ' ')})." for reason, number in done.failed.items()]
    if done.stopped:
        lines.append(f"[red]stopped[/] {done.stopped}")
    return [*lines, *([call_line(done.call)] if done.call else [])]
