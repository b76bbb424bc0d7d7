"""What the documents state: the settings in force, what is published, halts and counts. No person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.metadata import version
from typing import Any, Final

from features.calendar import month_end
from pipeline.documents.impact_assessment import MONTHS_OF_ACCESS, Held, held
from pipeline.notices import notices_of
from pipeline.registry import ledger
from pipeline.registry.ledger import LedgerEntry
from pipeline.settings import Settings
from pipeline.store import settings_ledger
from pipeline.store.audit.counts import Looks, looks_since
from pipeline.store.operations import halts
from pipeline.store.operations.halts import HaltEvent
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.settings_ledger import SettingChange, values_of
from pipeline.store.store import Store

MOST_EVENTS: Final = 10
"""Halts, decisions about models and changes of settings that a report lists."""


@dataclass(frozen=True)
class SourceFacts:
    """What is published of a source. `features` describes each feature as the catalogue does, by driver."""

    published: Published
    notice_given: date | None
    tables: Mapping[str, int]
    features: Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Facts:
    """What holds on a day. `in_force` has every setting by name, without secrets, addresses and paths."""

    today: date
    product_version: str
    settings: Settings
    in_force: Mapping[str, Any]
    sources: Sequence[SourceFacts]
    held: Held
    halt: HaltEvent | None
    halts: Sequence[HaltEvent]
    decisions: Sequence[LedgerEntry]
    changes: Sequence[SettingChange]
    looks: Sequence[Looks]


def facts_of(settings: Settings, store: Store, today: date) -> Facts:
    """Everything that the documents state. Settings that only the server has are stated if they are given."""
    contents = held(store, today)
    since = datetime.combine(month_end(today, -MONTHS_OF_ACCESS), time.max, UTC)
    with store.reading() as scores:
        connection = scores.connection
        return Facts(
            today=today,
            product_version=version("retention"),
            settings=settings,
            in_force={name: value.shown for name, value in values_of(settings).items()},
            sources=[_source(scores, head, settings) for head in contents.published],
            held=contents,
            halt=halts.current_halt(connection),
            halts=halts.events(connection)[:MOST_EVENTS],
            decisions=ledger.entries(connection)[: -MOST_EVENTS - 1 : -1],
            changes=settings_ledger.changes(connection)[:MOST_EVENTS],
            looks=looks_since(connection, since),
        )


def _source(scores: PublishedScores, head: Published, settings: Settings) -> SourceFacts:
    check = scores.data_check(head)
    by_driver: dict[str, list[Mapping[str, Any]]] = {}
    for about in head.about.values():
        by_driver.setdefault(about["driver"], []).append(about)
    return SourceFacts(
        published=head,
        notice_given=min((each.given for each in notices_of(settings.notice_given.get(head.source))), default=None),
        tables=check.counts.tables if check else {},
        features=by_driver,
    )
