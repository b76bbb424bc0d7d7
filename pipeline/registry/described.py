"""A version as it is described to readers, and the names of the files in which runs keep their documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from features.errors import Finding
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.registry import report_json

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


def moment(milliseconds: int) -> datetime:
    """A moment as MLflow writes it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
