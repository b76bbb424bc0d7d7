"""Which month is shown."""

from pipeline.store.reading import Published, PublishedScores
from serving.http.problems import Refusal


def current(scores: PublishedScores) -> Published:
    """What is served now. Raises 404 before the first publication."""
    published = scores.current()
    if published is None:
        raise Refusal(404, "nothing-published", "Nothing is published yet. Run `retention score` first.")
    return published


def of_month(scores: PublishedScores, month: str) -> Published:
    """What was published for a month. Raises 404 for one without scores."""
    published = scores.of_month(month)
    if published is None:
        raise Refusal(404, "month-not-scored", "This month has no published scores.")
    return published
