"""Who of a source would not be scored, because no notice covers them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from features.known.snapshots import snapshot_dates
from features.source import Source, load_source, source_name
from pipeline.dataset.reading import engine_to_read
from pipeline.notice import notice_in_force, uncovered
from pipeline.scoring.population import employment_of
from pipeline.settings import Settings


def people_left_out(source: Path, staging: Path, settings: Settings, today: date) -> Iterator[str]:
    """A note with the number of people at risk who have not been informed, by establishment; none if there are none.

    Reads the source again only where a notice can leave somebody out.
    """
    notice = notice_in_force(settings, source_name(source), today)
    if notice is None or notice.is_to_everyone:
        return
    with engine_to_read(source, staging.parent, settings) as engine:
        loaded = load_source(source, staging, engine=engine)
    day = snapshot_dates(loaded)[-1] if isinstance(loaded, Source) else today
    left_out = uncovered(notice.not_informed(employment_of(loaded, day)))
    if left_out.people:
        yield f"Not informed yet, so not scored: {left_out.people:,} of the people at risk on {day}: {left_out}."
