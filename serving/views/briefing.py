"""The briefing that a manager confirms before lists are shown."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from pipeline.identity.tokens import Identity
from pipeline.language.translator import Language, marked
from pipeline.lists.briefing import SECTIONS, holds_until, is_due
from pipeline.settings import Settings
from pipeline.store.operations.briefings import confirm, confirmed_at
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.http.problems import Refusal
from serving.schemas.briefing import Briefing, BriefingSection

REQUIRED: Final = "briefing-required"
"""The kind of problem that a manager gets instead of a list."""


def briefing_of(connection: Connection, asker: Identity, settings: Settings, language: Language) -> Briefing:
    """The briefing in a language, and the state of the asker's confirmation."""
    known = confirmed_at(connection, str(asker.person))
    latest, months = (known[0] if known else None), settings.briefing_months
    return Briefing(
        sections=[
            BriefingSection(
                title=language.text(section.title), sentences=[language.text(each) for each in section.sentences]
            )
            for section in SECTIONS
        ],
        confirmed_at=latest,
        holds_until=holds_until(latest, months) if latest and months else None,
        is_due=is_due(known, settings, datetime.now(UTC)),
    )


def confirm_briefing(audit: Audit, asker: Identity) -> None:
    """Record the asker's confirmation. Another one renews it."""
    with audit.change(Shows.RECORDS) as change:
        confirm(change.connection, str(asker.person), datetime.now(UTC))
        change.record("briefing confirmed", None)


def require_briefed(connection: Connection, asker: Identity, settings: Settings) -> None:
    """Raise 403 for a manager who has to read the briefing before a list is shown."""
    if is_due(confirmed_at(connection, str(asker.person)), settings, datetime.now(UTC)):
        detail = marked(
            "Read the briefing and confirm it first: on the page /briefing, or with POST /v1/briefing/confirmation."
        )
        raise Refusal(403, REQUIRED, detail)
