"""The briefing that a manager reads and confirms before the first list, and again after some months.

A list that was not shown was not received: it is not mailed, it needs no answer, and no reminder is sent for it.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from pipeline.language.translator import marked
from pipeline.lists.risk_list import list_sizes
from pipeline.settings import Settings
from pipeline.store.operations import briefings
from pipeline.store.reading import Published, PublishedScores


@dataclass(frozen=True)
class Section:
    """A section of the briefing, in English: a title, and sentences that each stand alone."""

    title: str
    sentences: tuple[str, ...]


SECTIONS: Final = (
    Section(
        marked("What the list is"),
        (
            marked("Once a month it names people in your team with whom a conversation about staying is worth having."),
            marked("A model compares pay, working conditions and the like with what happened before people left."),
            marked("Most people on a list stay. It is about chances in a group, and often wrong about one person."),
        ),
    ),
    Section(
        marked("What it is not"),
        (
            marked("It does not say that this person will leave, and it is no sign of disloyalty."),
            marked("It says nothing about performance or conduct."),
            marked("These factors are associated with leaving; they need not be its cause. The person knows better."),
            marked("Somebody who is not on it may be about to leave. Talk to everyone, as you would without it."),
        ),
    ),
    Section(
        marked("How to use it"),
        (
            marked("Plan one conversation with each person on it within the month."),
            marked("Change what you can: workload, pay that has fallen behind, a next step, how work is shared."),
            marked("Record with one tap what you did. If you know better, say so: that is an answer too."),
            marked("You decide. Nothing happens to a person because a model says so."),
        ),
    ),
    Section(
        marked("How to talk"),
        (
            marked("In private, with time, and as part of your usual conversations."),
            marked("Ask open questions and listen more than you speak."),
            marked("Do not mention a list or a score, and do not ask whether the person wants to leave."),
            marked("If the person asks whether they are scored, say yes, and name HR, who will show everything held."),
            marked("Promise only what you can keep."),
        ),
    ),
    Section(
        marked("What is forbidden"),
        (
            marked("Never use it for a dismissal, a redundancy, a pay cut, an appraisal, a warning or a transfer."),
            marked("Never use it to leave somebody out of training, a project, a promotion or a raise."),
            marked("Do not show it to anyone, copy it, forward it or keep it. Only HR sees it besides you."),
            marked("Do not look for reasons behind a person's back: in messages, calendars or among colleagues."),
        ),
    ),
    Section(
        marked("What is recorded"),
        (
            marked("Each time you open your list, with the date and the people named: an auditor can read it."),
            marked("Your answers, which HR sees, and when you confirmed this briefing."),
            marked("A person may see on request who looked at their data, when and what for, and that includes you."),
            marked("Works council and data protection see how many managers confirmed, not who."),
        ),
    ),
)
"""Everything a manager should know before the first list."""


def holds_until(confirmed_at: datetime, months: int) -> datetime:
    """When a confirmation ends: on the same day after some months, or on the last day of a shorter month."""
    index = confirmed_at.year * 12 + confirmed_at.month - 1 + months
    year, month = index // 12, index % 12 + 1
    day = min(confirmed_at.day, calendar.monthrange(year, month)[1])
    return confirmed_at.replace(year=year, month=month, day=day)


def is_due(confirmed: Iterable[datetime], settings: Settings, now: datetime) -> bool:
    """Whether a manager must read the briefing, who confirmed it at these moments."""
    months = settings.briefing_months
    return months > 0 and all(holds_until(each, months) <= now for each in confirmed)


def lists_unread(scores: PublishedScores, published: Published, settings: Settings, now: datetime) -> int:
    """The number of lists of a month whose manager must read the briefing first."""
    listed = [each.manager_id for each in list_sizes(scores, published, settings.list_rules)]
    return len(must_read(scores.connection, listed, settings, now))


def must_read(connection: Connection, managers: Iterable[str], settings: Settings, now: datetime) -> set[str]:
    """Those of the managers who must read the briefing before they get a list."""
    if not settings.briefing_months:
        return set()
    last = briefings.last_confirmed(connection)
    return {each for each in managers if is_due([last[each]] if each in last else [], settings, now)}
