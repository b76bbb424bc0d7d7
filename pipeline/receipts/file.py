"""The receipt of a person as a file, for the command: the same article as on the person's own page."""

from collections.abc import Callable
from contextlib import redirect_stderr
from datetime import UTC, date, datetime
from io import StringIO
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from features.errors import BadInput, Finding, Unavailable
from pipeline.language.accept_language import language_of_tag
from pipeline.language.translator import language
from pipeline.receipts.document import receipt_file
from pipeline.receipts.own_receipt import own_receipt
from pipeline.settings import Settings
from pipeline.store.audit.audit import AuditEntry
from pipeline.store.held import sources_of
from pipeline.store.operations.halts import current_halt
from pipeline.store.reading import PublishedScores
from pipeline.store.store import Store

if TYPE_CHECKING:
    from pipeline.model.stored_model import StoredModel

COMMAND: Final = "retention receipt"
PURPOSE: Final = "data_subject_request"


def receipt_to_hand_out(
    store: Store, settings: Settings, employee_id: str, today: date, source: str | None = None, code: str | None = None
) -> str:
    """The receipt as HTML, and a row of the audit about it. `code`: its language, by default the person's.

    Without an estimate before the people were informed, and while the system is halted. Raises BadInput where nothing
    is held.
    """
    with store.reading() as scores:
        held_in = _source(scores, employee_id, source)
        entry = scores.directory(held_in).entry(employee_id)
        own = language_of_tag(entry.language if entry else None, language(settings.language))
        chosen = language(code) if code else own
        receipt = own_receipt(
            scores,
            held_in,
            employee_id,
            settings,
            chosen,
            today,
            is_halted=current_halt(scores.connection) is not None,
            model_of=_models(settings),
        )
    page = receipt_file(receipt, chosen)
    now = datetime.now(UTC)
    shown = AuditEntry(now, uuid4().hex, COMMAND, "operator", COMMAND, employee_id, PURPOSE, "released", source=held_in)
    store.append_audit([shown])
    return page


def _source(scores: PublishedScores, employee_id: str, source: str | None) -> str:
    """The source named, else the current one if it holds somebody with that id, else the only one that does."""
    holding = sources_of(scores.connection, employee_id)
    current = scores.current()
    if source is None and current and current.source in holding:
        return current.source
    asked = source or (holding[0] if len(holding) == 1 else None)
    if asked in holding:
        return str(asked)
    if source is None and holding:
        remedy = "Say with --source which of them is meant: they may be different people."
        raise BadInput(Finding("several sources hold somebody with that id", "command line", "--source", remedy=remedy))
    remedy = "Check the id, and the source if one is named."
    raise BadInput(Finding("no data is held about such a person", "store", remedy=remedy))


def _models(settings: Settings) -> "Callable[[str], StoredModel | None]":
    def model_of(version: str) -> "StoredModel | None":
        from pipeline.registry.loading import load  # may need MLflow, which takes seconds to import

        try:
            with redirect_stderr(StringIO()):
                return load(settings, version)[1]
        except (BadInput, Unavailable):
            return None

    return model_of
