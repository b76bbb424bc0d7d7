"""Who is asking, as the directory knows them."""

from pipeline.identity.tokens import Identity
from pipeline.language.accept_language import known_code
from pipeline.store.reading import PublishedScores
from pipeline.store.reading.directory import Entry


def entry_of_asker(scores: PublishedScores, asker: Identity) -> Entry | None:
    """The asker's entry in the directory of the current source; None for somebody without one."""
    served = scores.current()
    return scores.directory(served.source).entry(asker.person) if served and asker.person else None


def language_of_asker(scores: PublishedScores, asker: Identity) -> str | None:
    """The code of the language that the directory gives for the asker, if there are texts in it."""
    entry = entry_of_asker(scores, asker)
    return known_code(entry.language) if entry else None
