"""What the person who asks may see and state about themselves, whatever their scope as HR."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pipeline.identity.tokens import Identity
from pipeline.language.accept_language import language_of_tag
from pipeline.language.translator import Language, marked
from pipeline.receipts.document import receipt_file
from pipeline.receipts.own_receipt import OwnReceipt, own_receipt
from pipeline.settings import Settings
from pipeline.store.held import held_of, sources_of
from pipeline.store.objections import GROUND
from pipeline.store.reading import PublishedScores
from serving.access.audit import Change
from serving.http.problems import Refusal
from serving.schemas.subject_rights import ContestedPoint
from serving.views.champion import Champion
from serving.views.months import newest
from serving.views.receipts import nothing_held
from serving.views.rights import keep_statement

if TYPE_CHECKING:
    from pipeline.model.stored_model import StoredModel

MOST_STATEMENTS: Final = 100
"""The most statements that a person can make without HR settling some; an objection is always possible."""
WITHOUT_WORDS: Final = "–"
"""The statement of an objection without a reason, which nobody has to give."""


def receipt_of_asker(
    scores: PublishedScores,
    asker: Identity,
    settings: Settings,
    champion: Champion,
    language: Language,
    *,
    is_halted: bool,
) -> OwnReceipt:
    """The asker's own receipt, without an estimate while the system is halted. Raises as `source_of_asker` does.

    The scope of a holder who is HR too does not limit what they see about themselves.
    """
    whole = scores.whole()
    source = source_of_asker(whole, asker)
    return _receipt(whole, source, person_of(asker), settings, champion, language, is_halted=is_halted)


def source_of_asker(scores: PublishedScores, asker: Identity) -> str:
    """The source that holds the asker; the current one for somebody of whom nothing is held yet.

    Raises 404 before anything is published, and 403 where several sources hold somebody with the asker's id, since one
    of them may be another person.
    """
    holding = sources_of(scores.connection, person_of(asker))
    if len(holding) > 1:
        detail = marked(
            "Several sources hold somebody with your id, who may be another person. Ask HR for your receipt as a file."
        )
        raise Refusal(403, "several-sources", detail)
    return holding[0] if holding else newest(scores).source


def file_for(
    scores: PublishedScores,
    source: str,
    employee_id: str,
    settings: Settings,
    champion: Champion,
    language: Language | None,
    otherwise: Language,
) -> str:
    """The person's own receipt as a file for HR to hand out: in `language`, by default the person's by the directory,
    else `otherwise`. Raises 404 where nothing is held.
    """
    entry = scores.directory(source).entry(employee_id)
    chosen = language or language_of_tag(entry.language if entry else None, otherwise)
    receipt = _receipt(scores, source, employee_id, settings, champion, chosen)
    if not receipt.is_anything:
        raise nothing_held()
    return receipt_file(receipt, chosen)


def contest_own(change: Change, source: str, asker: Identity, point: ContestedPoint) -> None:
    """Store what the asker states, once. Raises 404 where nothing is held, and 422 for too many statements."""
    person = person_of(asker)
    held = held_of(change.scores, source, person)
    if point.ground == GROUND and held.objected_at:
        change.record("contested before", person)
        return
    if point.ground != GROUND and len(held.contests) >= MOST_STATEMENTS:
        raise Refusal(422, "too-many-statements", "You have stated a lot already. Ask HR to settle some of it first.")
    keep_statement(change, source, person, asker.subject, point)


def object_to_scoring(change: Change, source: str, asker: Identity, reason: str = "") -> None:
    """Record that the asker objects to being scored. A second time changes nothing."""
    contest_own(change, source, asker, ContestedPoint(ground=GROUND, statement=reason or WITHOUT_WORDS))


def person_of(asker: Identity) -> str:
    """The employee_id that the token of an employee names."""
    if not asker.person:
        raise Refusal(403, "role-refused", "This token names no person.")
    return asker.person


def _receipt(
    scores: PublishedScores,
    source: str,
    employee_id: str,
    settings: Settings,
    champion: Champion,
    language: Language,
    *,
    is_halted: bool = False,
) -> OwnReceipt:
    def model_of(version: str) -> "StoredModel | None":
        try:
            return champion.of(version)
        except Refusal:
            return None

    today = datetime.now(UTC).date()
    return own_receipt(scores, source, employee_id, settings, language, today, is_halted=is_halted, model_of=model_of)
