"""What a person states, and the withdrawal of an objection: the same for HR on a person's behalf and for the person."""

from pydantic import ValidationError

from pipeline.store.held import contests_of
from pipeline.store.reading import PublishedScores
from pipeline.store.subject_rights import Contest, Ground, contest
from serving.access.audit import Change
from serving.http.problems import Refusal
from serving.schemas.subject_rights import ContestedPoint
from serving.views.receipts import stated


def contested_point(ground: Ground, statement: str, feature: str) -> ContestedPoint:
    """What a form says is wrong. Raises 422 for a statement that is empty or too long."""
    try:
        return ContestedPoint(ground=ground, statement=statement.strip(), feature=feature or None)
    except ValidationError:
        raise Refusal(422, "no-statement", "Write what is wrong, in up to 2,000 characters.") from None


def keep_statement(change: Change, source: str, employee_id: str, who: str, point: ContestedPoint) -> Contest:
    """Store what a person states, once: the same statement again changes nothing. Raises as `stated` does."""
    given = stated(change.scores, source, employee_id, who, point)
    is_repeated = _is_stored(change.scores, given)
    if not is_repeated:
        contest(change.connection, given)
    change.record("contested before" if is_repeated else "contested", employee_id)
    return given


def withdraw_objection(change: Change, source: str, employee_id: str) -> bool:
    """Withdraw a person's objection; False, and nothing changes, where there is none."""
    was_held = change.scores.objections.withdraw(source, employee_id) > 0
    change.record("objection withdrawn" if was_held else "objection withdrawn before", employee_id)
    return was_held


def _is_stored(scores: PublishedScores, given: Contest) -> bool:
    return any(
        (each.ground, each.feature, each.statement) == (given.ground, given.feature, given.statement)
        for each in contests_of(scores.connection, given.source, given.employee_id)
    )
