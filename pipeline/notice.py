"""The notice: nobody's risk is computed, written or shown before the people of the source were informed.

Figures of groups are not covered, nor is the receipt, which a person may always ask for.
"""

from datetime import date

from features.errors import Finding, Refused
from pipeline.settings import Settings


def require_notice(settings: Settings, source: str, today: date) -> None:
    """Raise Refused if the settings require notice and the people of a source were not informed that they are scored.

    If the settings hold a day of notice for the source, it must have passed, whatever the other settings are. Call it
    wherever a person's risk leaves the pipeline.
    """
    given = settings.notice_given.get(source)
    if given is None and not settings.notice_required:
        return
    if given is None or given > today:
        rule = f"the people of {source!r} have not been informed that they are scored"
        remedy = 'Inform them, then record the day: RETENTION_NOTICE_GIVEN={"SOURCE": "YYYY-MM-DD"}.'
        raise Refused(Finding(rule, "environment", "RETENTION_NOTICE_GIVEN", 0, remedy))
