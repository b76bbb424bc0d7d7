"""The managers' lists of a month: whose they are, whom they name, and the answers to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.identity.tokens import Identity, Role
from pipeline.language.translator import Language
from pipeline.lists.reach import can_answer, is_answerable, lists_for_managers, waits
from pipeline.lists.risk_list import RiskList, risk_lists
from pipeline.settings import Settings
from pipeline.store.answers import ListAnswer
from pipeline.store.reading import Published, PublishedScores
from serving.access.permissions import not_in_your_line
from serving.http.problems import Refusal
from serving.schemas.lists import GivenAnswer, ListedPerson, ManagerList, MonthlyLists, OfferForManager
from serving.schemas.risks import GuidanceForManager, ReasonForManager
from serving.views.briefing import require_briefed
from serving.views.nominations import require_answered


def chosen_lists(
    scores: PublishedScores,
    published: Published,
    asker: Identity,
    manager_id: str | None,
    settings: Settings,
    language: Language,
) -> list[RiskList]:
    """One manager's list, or for HR all within the scope. Raises 404 for a manager whose lists start later (see
    `lists.rollout`), and 403 for one who has to confirm the briefing, or to answer whom they would talk to, first.
    Anyone with both roles gets the own list as a manager.
    """
    if not is_own_list(asker, manager_id):
        return risk_lists(scores, published, settings.list_rules, manager_id, language)
    whole = scores.whole()
    require_briefed(whole.connection, asker, settings)
    if waits(whole, published, str(manager_id)):
        raise Refusal(404, "no-list-yet", "Some managers receive lists first. Yours start later.")
    require_answered(whole, published, asker, settings)
    return lists_for_managers(whole, published, settings.list_rules, manager_id, language)


def is_own_list(asker: Identity, manager_id: str | None) -> bool:
    """Whether a list is asked for by its manager, rather than by HR."""
    return asker.has(Role.MANAGER) and (manager_id == asker.person or not asker.has(Role.HR))


def require_listed(
    scores: PublishedScores, published: Published, asker: Identity, employee_id: str, settings: Settings
) -> None:
    """Raise 404 for a person on no list of the month; for a manager, 403 for anyone out of reach (`lists.reach`).

    A person who was taken off the list by an answer counts as listed, because the answer may have been a mistake.
    """
    rules = settings.list_rules
    if asker.has(Role.HR) and is_answerable(scores, published, employee_id, rules):
        return
    if asker.has(Role.MANAGER):
        require_briefed(scores.connection, asker, settings)
    if asker.has(Role.MANAGER) and can_answer(scores.whole(), published, str(asker.person), employee_id, rules):
        return
    if asker.has(Role.HR):
        raise Refusal(404, "not-listed", "No such person is on a list of this month.")
    raise not_in_your_line()


def named(risk_list: RiskList) -> list[str]:
    """The people whom a list names."""
    return [*(entry.employee_id for entry in risk_list.entries), *risk_list.resolved]


def monthly_lists(
    published: Published,
    lists: Sequence[RiskList],
    answers: Mapping[str, ListAnswer],
    not_informed: int | None = None,
) -> MonthlyLists:
    """The lists of a month with the last answer about each person; for HR, `not_informed` is the number of people who
    are on no list because they have not been informed."""
    return MonthlyLists(
        month=published.month,
        snapshot_date=published.snapshot_date,
        model_version=published.model_version,
        horizon_months=published.horizon_months,
        not_informed=not_informed,
        lists=[_one(each, answers) for each in lists],
    )


def _one(risk_list: RiskList, answers: Mapping[str, ListAnswer]) -> ManagerList:
    return ManagerList(
        manager_id=risk_list.manager_id,
        manager_name=risk_list.names.get(risk_list.manager_id),
        team_size=risk_list.team_size,
        expected=risk_list.expected,
        entries=[
            ListedPerson(
                employee_id=entry.employee_id,
                name=risk_list.names.get(entry.employee_id),
                band=entry.band,
                change=entry.change,
                department=entry.department,
                job=entry.job,
                level=entry.level,
                location=entry.location,
                is_hard_to_replace=entry.is_hard_to_replace,
                reasons=[ReasonForManager(driver=reason.driver, text=reason.text) for reason in entry.reasons],
                guidance=[GuidanceForManager(**vars(guide)) for guide in entry.guidance],
                moved=list(entry.moved),
                offers=[OfferForManager(**vars(offer)) for offer in entry.offers],
                answer=_given(answers.get(entry.employee_id)),
            )
            for entry in risk_list.entries
        ],
        resolved=list(risk_list.resolved),
        resolved_names={person: risk_list.names[person] for person in risk_list.resolved if person in risk_list.names},
    )


def _given(answer: ListAnswer | None) -> GivenAnswer | None:
    return GivenAnswer(**answer_fields(answer)) if answer else None


def answer_fields(answer: ListAnswer) -> dict[str, Any]:
    """An answer's fields, named as in the schemas."""
    return {
        "at": answer.at,
        "who": answer.who,
        "outcome": answer.outcome,
        "drivers": list(answer.drivers),
        "because": answer.because,
        "action": answer.action,
    }
