"""The publication that is shown."""

from datetime import UTC, datetime

from features.errors import Refused
from pipeline.identity.tokens import Identity, Role
from pipeline.language.translator import marked
from pipeline.notice import require_notice
from pipeline.settings import Settings
from pipeline.store.reading import Published, PublishedScores
from serving.http.problems import Refusal


def current(scores: PublishedScores) -> Published:
    """The current publication. Raises 404 before the first one, and for a scope without people."""
    return _with_people(scores, newest(scores))


def for_manager_or_hr(scores: PublishedScores, asker: Identity, month: str | None = None) -> Published:
    """The current publication, or that of a month. A scope without people does not keep a manager from the own list."""
    seen = scores.whole() if asker.has(Role.MANAGER) else scores
    return of_month(seen, month) if month else current(seen)


def newest(scores: PublishedScores) -> Published:
    """As `current`, for what no scope limits."""
    published = scores.current()
    if published is None:
        raise Refusal(404, "nothing-published", "Nothing is published yet. Run `retention score` first.")
    return published


def of_month(scores: PublishedScores, month: str) -> Published:
    """The publication of a month. Raises 404 for a month without scores, and for a scope without people."""
    published = scores.of_month(month)
    if published is None:
        raise Refusal(404, "month-not-scored", "This month has no published scores.")
    return _with_people(scores, published)


def _with_people(scores: PublishedScores, published: Published) -> Published:
    if scores.scope and not scores.has_people(published):
        detail = marked("Nobody who was scored is within your scope. Ask for another one where access is granted.")
        raise Refusal(404, "scope-empty", detail)
    return published


def informed(published: Published, settings: Settings) -> Published:
    """The publication, to show people of it. Raises 403 while they have not been informed that they are scored."""
    require_informed(settings, published.source)
    return published


def require_informed(settings: Settings, source: str) -> None:
    """Raise 403 while the people of a source have not been informed that they are scored (`pipeline.notice`)."""
    try:
        require_notice(settings, source, datetime.now(UTC).date())
    except Refused:
        detail = marked(
            "The people of this source have not been informed that they are scored, so nobody's risk is shown."
        )
        raise Refusal(403, "not-informed", detail) from None
