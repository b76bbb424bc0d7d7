"""What the registry holds for readers: the champion, the report of a training, what was last monitored and measured.

Read from the registry's file where it is local (`local.py`), since MLflow takes seconds to import; else from MLflow.
"""

from typing import Any

from features.errors import BadInput
from pipeline.registry import local
from pipeline.registry.described import EFFECT, MONITORING, NO_CHAMPION, OFFERS, REPORT, Described, moment
from pipeline.registry.local import NotLocal
from pipeline.settings import Settings


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


def _last_document(settings: Settings, experiment: str, file: str) -> dict[str, Any] | None:
    try:
        return local.last_document(settings, experiment, file)
    except NotLocal:
        from pipeline.registry import versions

        return versions.last_document(settings, experiment, file)
