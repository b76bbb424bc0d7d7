"""What the registry holds for readers: the champion, the report of a training, what was last monitored and measured.

Read from the registry's file where it is local (`local.py`), since MLflow takes seconds to import; else from MLflow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from features.errors import BadInput, Finding
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.registry import local, report_json
from pipeline.registry.local import NotLocal
from pipeline.settings import Settings

REPORT: Final = "report.json"
MONITORING: Final = "monitoring.json"
EFFECT: Final = "effect.json"
OFFERS: Final = "offers.json"

NO_CHAMPION: Final = Finding(
    "there is no champion yet",
    "registry",
    "",
    0,
    "Train first: `retention train SOURCE`. If the gate refused, `retention models list` shows it, and "
    '`retention models promote VERSION --reason "…"` overrides it.',
)


@dataclass(frozen=True)
class Described:
    """A version and the JSON of its training report, as the registry holds it."""

    version: str
    is_champion: bool
    run_id: str
    registered_at: datetime
    document: Mapping[str, Any]

    @cached_property
    def report(self) -> TrainingReport:
        return report_json.report_of(self.document)


def champion(settings: Settings) -> str:
    """The number of the champion.

    Raises BadInput if there is none, and Unavailable for a registry that does not answer.
    """
    try:
        version = local.champion_version(settings)
    except NotLocal:
        from pipeline.registry import versions

        return versions.champion(settings)
    if version is None:
        raise BadInput(NO_CHAMPION)
    return version


def described(settings: Settings, version: str | None) -> Described:
    """A version (the champion unless one is given) and its training report.

    Raises BadInput if there is none, and Unavailable for a registry that does not answer.
    """
    try:
        found = local.registered(settings, version, REPORT)
    except NotLocal:
        from pipeline.registry import versions

        return versions.described(settings, version)
    at = moment(found.registered_at)
    return Described(found.version, found.is_champion, found.run_id, at, found.document)


def last_monitoring(settings: Settings, source: str) -> dict[str, Any] | None:
    """The JSON of a source's latest `retention monitor`; None before the first, and without a registry."""
    return _last_document(settings, f"{source} monitoring", MONITORING)


def last_effect(settings: Settings, source: str) -> dict[str, Any] | None:
    """The JSON of a source's latest `retention effect`; None before the first, and without a registry."""
    return _last_document(settings, f"{source} effect", EFFECT)


def last_offers(settings: Settings, source: str) -> dict[str, Any] | None:
    """The JSON of a source's latest `retention effect --offers`; None before the first, and without a registry."""
    return _last_document(settings, f"{source} offers", OFFERS)


def moment(milliseconds: int) -> datetime:
    """A moment as MLflow writes it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _last_document(settings: Settings, experiment: str, file: str) -> dict[str, Any] | None:
    try:
        return local.last_document(settings, experiment, file)
    except NotLocal:
        from pipeline.registry import versions

        return versions.last_document(settings, experiment, file)
