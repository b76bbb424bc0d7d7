"""What a manager can reach: whose line, which month, which roll-out. Routes, pages, files and mails ask here.

- A manager reaches single people among the direct reports, never below them (`lists.line` has groups).
- The direct reports are those of the newest publication: a list of an older month names only people who still report to
  the manager, and nobody else is answered about.
- A manager who waits in the roll-out, now or in the month asked for, reaches nothing.
- A person is reached while on the list of their own manager. People who object are on none.
"""

from datetime import datetime
from typing import Literal

import polars as pl

from pipeline.language.translator import ENGLISH, Language
from pipeline.listing.rules import ListRules
from pipeline.listing.selection import listed
from pipeline.lists.named import candidates, selection, willing
from pipeline.lists.risk_list import RiskList, risk_lists
from pipeline.lists.rollout import waiting_managers
from pipeline.store.reading import Published, PublishedScores

Named = Literal["listed", "resolved"]
"""How a list names a person: to talk to, or as no longer on it."""


def lists_for_managers(
    scores: PublishedScores,
    published: Published,
    rules: ListRules,
    manager_id: str | None = None,
    language: Language = ENGLISH,
    *,
    in_own_language: bool = False,
) -> list[RiskList]:
    """The list of one manager, or of every manager who gets one in that month, in order of id. See `risk_lists`.

    Empty for a manager who waits, or to whom nobody of that month reports any more.
    """
    waiting = _waiting(scores, published)
    if manager_id is not None and manager_id in waiting:
        return []
    line = _line_now(scores, published, manager_id)
    lists = risk_lists(scores, published, rules, manager_id, language, line, in_own_language=in_own_language)
    return [each for each in lists if each.manager_id not in waiting]


def waits(scores: PublishedScores, published: Published, manager_id: str) -> bool:
    """Whether a manager waits in the roll-out, in that month or now."""
    return manager_id in _waiting(scores, published)


def can_see(scores: PublishedScores, published: Published, manager_id: str, employee_id: str, rules: ListRules) -> bool:
    """Whether the person reports to the manager, is on the list of the month, and that list is shown."""
    return _is_in_reach(scores, published, manager_id, employee_id) and is_listed(scores, published, employee_id, rules)


def can_answer(
    scores: PublishedScores, published: Published, manager_id: str, employee_id: str, rules: ListRules
) -> bool:
    """As `can_see`; people taken off the list by an answer count as listed, since the answer may be a mistake."""
    return _is_in_reach(scores, published, manager_id, employee_id) and is_answerable(
        scores, published, employee_id, rules
    )


def is_listed(scores: PublishedScores, published: Published, employee_id: str, rules: ListRules) -> bool:
    """Whether the person is on the list of the manager to whom they report."""
    team, whole = _team_of(scores, published, employee_id), scores.whole()
    return employee_id in listed(candidates(whole, published, team), published.mean_risk, rules)["employee_id"]


def is_answerable(scores: PublishedScores, published: Published, employee_id: str, rules: ListRules) -> bool:
    """Whether the person is on that list, or would be if no answer had taken anyone off it."""
    team, whole = _team_of(scores, published, employee_id), scores.whole()
    return any(
        employee_id in listed(people, published.mean_risk, rules)["employee_id"]
        for people in (candidates(whole, published, team), willing(whole, published, team))
    )


def named_on_list(
    scores: PublishedScores, published: Published, employee_id: str, rules: ListRules, until: datetime
) -> Named | None:
    """How the list of the month named the person to their manager, as the list was at a moment; None if it did not."""
    score = scores.score_of(published, employee_id)
    if score is None or score.manager_id is None:
        return None
    chosen = selection(scores, published, scores.before(published), rules, score.manager_id, until=until)
    if employee_id in chosen.listed["employee_id"]:
        return "listed"
    return "resolved" if employee_id in chosen.resolved["employee_id"] else None


def _is_in_reach(scores: PublishedScores, published: Published, manager_id: str, employee_id: str) -> bool:
    """Whether the person reported to the manager in that month and does now, and the manager does not wait."""
    months = [published, scores.newest(published.source) or published]
    is_own = all(scores.reports_to(month, manager_id, employee_id) for month in months)
    return is_own and manager_id not in _waiting(scores, published)


def _team_of(scores: PublishedScores, published: Published, employee_id: str) -> pl.DataFrame:
    """The whole team of a person; nobody for a person without a manager, or without a score within the scope."""
    score = scores.score_of(published, employee_id)
    manager = score.manager_id if score else None
    return scores.whole().teams(published, manager or "")


def _line_now(scores: PublishedScores, published: Published, manager_id: str | None) -> pl.DataFrame | None:
    """Who reports to whom now; None if the month is the current one."""
    now = scores.newest(published.source)
    return None if now is None or now == published else scores.teams(now, manager_id)


def _waiting(scores: PublishedScores, published: Published) -> set[str]:
    now = scores.newest(published.source)
    waiting = waiting_managers(scores, published)
    return waiting if now is None or now == published else waiting | waiting_managers(scores, now)
