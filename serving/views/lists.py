"""The managers' lists of a month: whose, of whom, and what became of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.identity.tokens import Identity, Role
from pipeline.language.translator import Language
from pipeline.lists.risk_list import RiskList, is_on_list, risk_lists
from pipeline.lists.rollout import waiting_managers
from pipeline.settings import Settings
from pipeline.store.answers import ListAnswer
from pipeline.store.reading import Published, PublishedScores
from serving.access.permissions import not_for_you
from serving.http.problems import Refusal
from serving.schemas.lists import GivenAnswer, ListedPerson, ManagerList, MonthlyLists
from serving.schemas.risks import GuidanceForManager, ReasonForManager


def chosen_lists(
    scores: PublishedScores,
    published: Published,
    asker: Identity,
    manager_id: str | None,
    settings: Settings,
    said_in: Language,
) -> list[RiskList]:
    """One manager's list, or everyone's. Raises 404 to a manager whose lists begin later (see `lists.rollout`)."""
    if asker.role == Role.MANAGER and asker.person in waiting_managers(scores, published):
        raise Refusal(404, "no-list-yet", "Lists begin with a part of the managers. Yours begin later.")
    return risk_lists(scores, published, settings.list_rules, manager_id, said_in)


def require_listed(
    scores: PublishedScores, published: Published, asker: Identity, employee_id: str, settings: Settings
) -> None:
    """Raise 404 for somebody on no list of the month; to a manager 403 for anybody but the own line's.

    Whoever was taken off the list by an answer counts as listed: the answer may have been a slip.
    """
    is_listed = is_on_list(scores.with_everyone(), published, employee_id, settings.list_rules)
    if asker.role == Role.MANAGER and not (
        is_listed and scores.is_in_line_of(published, str(asker.person), employee_id)
    ):
        raise not_for_you()
    if not is_listed:
        raise Refusal(404, "not-listed", "No such person is on a list of this month.")


def named(risk_list: RiskList) -> list[str]:
    """Whom a list names."""
    return [*(entry.employee_id for entry in risk_list.entries), *risk_list.resolved]


def monthly_lists(published: Published, found: Sequence[RiskList], answers: Mapping[str, ListAnswer]) -> MonthlyLists:
    """The lists of a month with the last answer about each person."""
    return MonthlyLists(
        month=published.month,
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        lists=[_one(each, answers) for each in found],
    )


def _one(risk_list: RiskList, answers: Mapping[str, ListAnswer]) -> ManagerList:
    return ManagerList(
        manager_id=risk_list.manager_id,
        team_size=risk_list.team_size,
        expected=risk_list.expected,
        entries=[
            ListedPerson(
                employee_id=entry.employee_id,
                band=entry.band,
                change=entry.change,
                department=entry.department,
                job=entry.job,
                level=entry.level,
                location=entry.location,
                reasons=[ReasonForManager(driver=reason.driver, text=reason.text) for reason in entry.reasons],
                guidance=[GuidanceForManager(**vars(guide)) for guide in entry.guidance],
                moved=list(entry.moved),
                answer=_given(answers.get(entry.employee_id)),
            )
            for entry in risk_list.entries
        ],
        resolved=list(risk_list.resolved),
    )


def _given(answer: ListAnswer | None) -> GivenAnswer | None:
    return GivenAnswer(**answer_fields(answer)) if answer else None


def answer_fields(answer: ListAnswer) -> dict[str, Any]:
    """An answer as the schemas have it."""
    return {
        "at": answer.at,
        "who": answer.who,
        "outcome": answer.outcome,
        "drivers": list(answer.drivers),
        "because": answer.because,
    }
