"""The publication that is shown."""

from pipeline.store.reading import Published, PublishedScores
from serving.http.problems import Refusal


def current(scores: PublishedScores) -> Published:
    """The current publication. Raises 404 before the first one."""
    published = scores.current()
    if published is None:
        raise Refusal(404, "nothing-published", "Nothing is published yet. Run `retention score` first.")
    return published


def of_month(scores: PublishedScores, month: str) -> Published:
    """The publication of a month. Raises 404 for a month without scores."""
    published = scores.of_month(month)
    if published is None:
        raise Refusal(404, "month-not-scored", "This month has no published scores.")
    return published
