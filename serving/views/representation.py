"""What representatives see of the model, the data, the looks and the lists: no person, no group under ten.

Each figure is already suppressed for groups of fewer than five; `without_small_groups` leaves out further groups.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any, Final

from features.calendar import month_end
from features.errors import Unavailable
from pipeline.disclosure import LEAST_FOR_REPRESENTATIVES
from pipeline.judgement.reporting.groups import attribute_text, crossed_text
from pipeline.judgement.reporting.report import FairnessGroup, FairnessRow, TrainingReport
from pipeline.judgement.reporting.small_groups import without_small_groups
from pipeline.judgement.statistics.figures import Bounded
from pipeline.language.translator import Language, marked
from pipeline.language.wording import label_text
from pipeline.lists.briefing import must_read
from pipeline.lists.rollout import allocations
from pipeline.monitoring.alert_words import remedy_text, rule_text
from pipeline.monitoring.results_json import results_of
from pipeline.notices import notices_of
from pipeline.registry import ledger
from pipeline.settings import Settings
from pipeline.store import settings_ledger
from pipeline.store.audit.counts import looks_since
from pipeline.store.reading import Published, PublishedScores
from serving.http.logs import LOG
from serving.http.problems import Refusal
from serving.schemas.representation import (
    AlertShown,
    BriefingOfManagers,
    EffectOfLists,
    FeatureRead,
    Finding,
    Interval,
    LedgerShown,
    LooksCounted,
    Notice,
    Representation,
    ReviewedAttribute,
    ReviewedGroup,
    RollOut,
    SettingChanged,
    TableRead,
)
from serving.views.models import described_version

MONTHS_OF_LOOKS: Final = 13
NEVER_READ: Final = (
    marked(
        "Never read: content of messages, health, union membership, religion, political views, family and pregnancy, "
        "biometric, credit and criminal records. A column of that kind is refused when the source is read."
    ),
    marked(
        "Read for the fairness review only, and never a feature: gender, age, ethnicity, nationality, marital status, "
        "disability, and any other attribute that the source lists."
    ),
)


class Documents:
    """What the registry holds about a source: the champion's report, and what was last monitored and measured."""

    def __init__(self, settings: Settings, source: str) -> None:
        from pipeline.registry.documents import last_effect, last_monitoring

        self.version, self.report = _champion(settings)
        try:
            self.monitoring = last_monitoring(settings, source)
            self.effect = last_effect(settings, source)
        except Unavailable:
            LOG.warning("the model registry does not answer; representatives see no alerts")
            self.monitoring = self.effect = None


def _champion(settings: Settings) -> tuple[str | None, TrainingReport | None]:
    try:
        described = described_version(settings, None)
    except Refusal as refusal:
        if refusal.status_code != 404:
            raise
        return None, None
    return described.version, without_small_groups(described.report)


def representation(
    scores: PublishedScores, published: Published, documents: Documents, settings: Settings, language: Language
) -> Representation:
    """Everything that representatives see, in their language."""
    source = published.source
    since = datetime.combine(month_end(datetime.now(UTC).date(), -MONTHS_OF_LOOKS), time.max, UTC)
    looks = looks_since(scores.connection, since)
    return Representation(
        source=source,
        snapshot_date=published.snapshot_date,
        people=published.people,
        model_version=documents.version,
        notice=_notice(scores, published, settings),
        briefing=_briefing(scores, published, settings),
        features=[
            FeatureRead(feature=name, label=label_text(about, language), driver=about["driver"])
            for name, about in published.about.items()
        ],
        tables=_tables(scores, published),
        never_read=[language.text(text) for text in NEVER_READ],
        fairness=[_reviewed(row, language) for row in documents.report.fairness] if documents.report else [],
        looks=[LooksCounted(**vars(each)) for each in looks],
        alerts=_alerts(documents.monitoring, published, language),
        ledger=[
            LedgerShown(**{name: getattr(entry, name) for name in LedgerShown.model_fields})
            for entry in ledger.entries(scores.connection)
            if entry.source == source
        ],
        settings_changed=[
            SettingChanged(**{name: getattr(each, name) for name in SettingChanged.model_fields})
            for each in settings_ledger.changes(scores.connection)
        ],
        settings_recorded_since=settings_ledger.recorded_since(scores.connection),
        roll_out=_roll_out(scores, published),
        effect=effect_of(documents.effect),
    )


def _notice(scores: PublishedScores, published: Published, settings: Settings) -> Notice:
    given = [each.given for each in notices_of(settings.notice_given.get(published.source))]
    left_out = scores.count_not_informed(published)
    return Notice(
        is_required=settings.notice_required, given=min(given, default=None), not_informed=_if_enough(left_out)
    )


def _briefing(scores: PublishedScores, published: Published, settings: Settings) -> BriefingOfManagers | None:
    if not settings.briefing_months:
        return None
    managers = scores.managers(published)
    due = must_read(scores.connection, managers, settings, datetime.now(UTC))
    return BriefingOfManagers(
        every_months=settings.briefing_months,
        confirmed=_if_enough(len(managers) - len(due)),
        not_confirmed=_if_enough(len(due)),
    )


def _tables(scores: PublishedScores, published: Published) -> list[TableRead]:
    check = scores.data_check(published)
    if check is None:
        return []
    counts = check.counts
    return [TableRead(table=name, rows=rows, used=counts.used.get(name)) for name, rows in counts.tables.items()]


def _reviewed(row: FairnessRow, language: Language) -> ReviewedAttribute:
    return ReviewedAttribute(
        attribute=attribute_text(row.attributes, language) if row.attributes else row.attribute,
        groups=[_group(group, language) for group in row.groups],
    )


def _group(group: FairnessGroup, language: Language) -> ReviewedGroup:
    name = crossed_text(group.parts, language) if group.parts else group.group
    return ReviewedGroup(
        group=name,
        people=None if group.is_suppressed else group.people,
        selection_rate_ratio=_interval(group.selection_rate_ratio),
        recall_ratio=_interval(group.recall_ratio),
    )


def _interval(figure: Bounded | None) -> Interval | None:
    if figure is None or not figure.is_defined:
        return None
    return Interval(value=figure.value, low=figure.low, high=figure.high)


def _alerts(document: Mapping[str, Any] | None, published: Published, language: Language) -> list[AlertShown] | None:
    if document is None:
        return None
    labels = {name: label_text(about, language) for name, about in published.about.items()}
    return [
        AlertShown(
            month=alert.month,
            rule=rule_text(alert, language, labels.get(alert.feature or "")),
            remedy=remedy_text(alert, language),
            value=alert.value,
            limit=alert.limit,
            is_current=alert.is_current,
        )
        for alert in results_of(document).alerts
    ]


def _roll_out(scores: PublishedScores, published: Published) -> RollOut | None:
    running = [each for each in allocations(scores.connection, published.source) if each.holds_in(published.month)]
    if not running:
        return None
    return RollOut(
        with_lists=_if_enough(sum(each.gets_lists for each in running)),
        without_lists=_if_enough(sum(not each.gets_lists for each in running)),
    )


def _if_enough(people: int) -> int | None:
    return people if people >= LEAST_FOR_REPRESENTATIVES else None


def effect_of(document: Mapping[str, Any] | None) -> EffectOfLists | None:
    """What `retention effect` found, from its JSON."""
    if document is None:
        return None
    figure = document.get("difference")
    difference = Interval(**figure) if figure else None
    if difference is None:
        return EffectOfLists(finding="too_little_data" if document["is_randomised"] else "not_measurable")
    is_lower, is_higher = difference.high < 0, difference.low > 0
    finding: Finding = "fewer_exits" if is_lower else "more_exits" if is_higher else "no_difference_shown"
    return EffectOfLists(finding=finding, difference=difference)
