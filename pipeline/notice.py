"""The notice: nobody's risk is computed, written or shown before that person was informed.

Who was informed is decided by `pipeline.informed`, from the settings. Figures of groups are not covered, nor is the
receipt, which a person may always ask for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from features.errors import Finding, Refused
from pipeline.acknowledgements import acknowledged
from pipeline.disclosure import LEAST_PEOPLE
from pipeline.informed import NoticeInForce, in_force
from pipeline.notices import notices_of
from pipeline.settings import Settings

NoticeOf = Callable[[str], NoticeInForce | None]
"""The notice in force for a source now; None where nobody needs one."""

_REMEDY = 'Inform them, then record the day: RETENTION_NOTICE_GIVEN={"SOURCE": "YYYY-MM-DD"}.'


def notice_in_force(settings: Settings, source: str, today: date) -> NoticeInForce | None:
    """Who of a source was informed by a day; None where the settings neither require nor hold a notice.

    If the settings hold a notice for the source, it counts whatever the other settings are. Raises BadInput for a file
    of acknowledgements that cannot be used.
    """
    given = settings.notice_given.get(source)
    if given is None and not settings.notice_required:
        return None
    return in_force(notices_of(given), acknowledged(settings.acknowledgements, source, today), today)


def notice_of(settings: Settings) -> NoticeOf:
    """The notice in force for each source, today in UTC."""
    return lambda source: notice_in_force(settings, source, datetime.now(UTC).date())


def require_notice(settings: Settings, source: str, today: date) -> None:
    """Raise Refused if the settings require notice and nobody of a source was informed that they are scored.

    Call it wherever a person's risk leaves the pipeline. Single people are left out by `not_informed`, or for what is
    published by `PublishedScores.hidden`.
    """
    notice = notice_in_force(settings, source, today)
    if notice is not None and notice.is_to_nobody:
        rule = f"the people of {source!r} have not been informed that they are scored"
        raise Refused(Finding(rule, "environment", "RETENTION_NOTICE_GIVEN", 0, _REMEDY))


def not_informed(settings: Settings, source: str, people: pl.DataFrame, today: date) -> pl.DataFrame:
    """Those of `people` (`informed.WHERE_AND_SINCE`) of a source who have not been informed that they are scored."""
    notice = notice_in_force(settings, source, today)
    return people.clear() if notice is None else notice.not_informed(people)


@dataclass(frozen=True)
class Uncovered:
    """People who have not been informed: their number by department and location, and that of all others.

    Establishments with fewer than five of them are not named; `elsewhere` counts these people together.
    """

    people: int
    by_establishment: dict[tuple[str | None, str | None], int]
    elsewhere: int

    def __str__(self) -> str:
        """Counts, for the operator."""
        named = [f"{_place(*place)} {number:,}" for place, number in self.by_establishment.items()]
        if self.elsewhere:
            named.append(f"in establishments with fewer than {LEAST_PEOPLE} of them {self.elsewhere:,}")
        return "; ".join(named)


def uncovered(people: pl.DataFrame) -> Uncovered:
    """The counts of people who have not been informed, largest establishment first."""
    counts = people.group_by("department", "location").len().sort("len", "department", "location", descending=True)
    shown = {(row[0], row[1]): row[2] for row in counts.rows() if row[2] >= LEAST_PEOPLE}
    return Uncovered(people.height, shown, people.height - sum(shown.values()))


def _place(department: str | None, location: str | None) -> str:
    return ", ".join(filter(None, (department, location))) or "department and location unknown"
