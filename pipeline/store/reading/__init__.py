"""Reading the store: heads of publications, scores, teams and figures, all from one snapshot."""

from pipeline.store.reading.heads import Published
from pipeline.store.reading.organisations import Organisation
from pipeline.store.reading.pages import Sort
from pipeline.store.reading.published_scores import PublishedScores
from pipeline.store.reading.scores import Total
from pipeline.store.reading.teams import LISTABLE

__all__ = [
    "LISTABLE",
    "Organisation",
    "Published",
    "PublishedScores",
    "Sort",
    "Total",
]
