"""Promotion: a version is offered to the gate, and what came of it stays on the version and in the ledger.

The ledger's entry is written before the alias moves, one promotion at a time. A process that dies in between leaves a
version that is not champion; the next promotion finds that the alias is not where the ledger left it, and notes it.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from getpass import getuser
from typing import Any, Final

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from features.errors import BadInput, Finding
from pipeline.faults import REGISTRY, unavailable
from pipeline.judgement.condition import Condition
from pipeline.judgement.report import TrainingReport
from pipeline.model.stored_model import StoredModel
from pipeline.registry import ledger
from pipeline.registry import versions as registry
from pipeline.registry.gate import Contender, gate, refused
from pipeline.registry.gate_words import condition_text
from pipeline.registry.ledger import Event, LedgerEntry
from pipeline.registry.model_card import ModelCard, model_card
from pipeline.registry.report_json import as_text, condition_words, gate_json, manifest_of
from pipeline.registry.runs import REPORT
from pipeline.settings import Settings
from pipeline.store.store import Store

RESULTS_TAG: Final = "gate.results"
LONGEST_REASON: Final = 1000


@dataclass(frozen=True)
class Offer:
    """What came of offering a version: `event` is None where it was the champion already."""

    version: str
    replaces: str | None
    gates: Sequence[Condition]
    event: Event | None

    @property
    def is_champion(self) -> bool:
        return self.event != "refused"


def champion_of(settings: Settings, source: str) -> tuple[str, StoredModel] | None:
    """The champion and its model, to be compared with; None where there is none of this source that can be read."""
    version = registry.champion_version(registry.connect(settings))
    if version is None:
        return None
    try:
        _, model = registry.load(settings, version)
    except BadInput:  # of a format before this one; the gate then says that nothing was compared
        return None
    return (version, model) if model.manifest.get("source") == source else None


def record(
    settings: Settings, model: StoredModel, report: TrainingReport, plots: Mapping[str, bytes] | None = None
) -> TrainingReport:
    """Logs and registers a judged model and makes it champion if the gate lets it.

    Gives the report with what came of it: manifest, run_id, model_version, promoted, gate.
    """
    report = replace(report, manifest=manifest_of(model.manifest))
    version = registry.register(settings, model, report, plots)
    offered = offer(settings, version)
    recorded = replace(
        report,
        run_id=registry.run_of(settings, version),
        model_version=version,
        promoted=offered.is_champion,
        gate=tuple(offered.gates),
    )
    registry.complete(settings, version, {REPORT: as_text(recorded), **_card(settings, version, recorded).files()})
    return recorded


def promote(settings: Settings, version: str, reason: str | None) -> Offer:
    """Runs the gate again for a version and makes it champion; a reason overrides what the gate says.

    Raises BadInput for a version that is not there or an empty reason, Refused where the gate says no and no reason is
    given, and Unavailable for a registry that does not answer.
    """
    try:
        offered = offer(settings, version, _checked(reason))
        if not offered.is_champion:
            raise refused(version, offered.gates)
        if offered.event:
            report = registry.described(settings, version).report
            registry.complete(settings, version, _card(settings, version, report).files())
        return offered
    except MlflowException as error:
        if registry.is_absent(error):
            raise BadInput(registry.no_such_version(version)) from error
        raise unavailable(REGISTRY, settings.tracking_uri, error) or error from None


def history(settings: Settings, version: str | None = None) -> list[LedgerEntry]:
    """The ledger, oldest first; of one version where it is named."""
    with Store(settings.store_url) as store, store.reading() as scores:
        return ledger.entries(scores.connection, version)


def card_of(settings: Settings, version: str | None) -> ModelCard:
    """The card of a version, or of the champion, as of now. Raises BadInput and Unavailable as `registry.described`."""
    told = registry.described(settings, version)
    return _card(settings, told.version, told.report)


def offer(settings: Settings, version: str, reason: str | None = None) -> Offer:
    """Runs the gate for a version, keeps what it says, and moves the alias where it may."""
    client = registry.connect(settings)
    challenger = Contender(version, registry.report_of(client, version))
    with Store(settings.store_url) as store, store.promoting():
        holder = registry.champion_version(client)
        _note_found(store, client, holder)
        champion = _champion(client, holder) if holder else None
        gates = gate(challenger, champion, settings.fairness_limit)
        if holder == version:
            return Offer(version, holder, gates, None)
        passed = all(entry.is_passed for entry in gates)
        event: Event = "promoted" if passed else "overridden" if reason else "refused"
        _keep(store, client, version, holder, event, reason, gates)
        if event != "refused":
            registry.crown(client, version)
    return Offer(version, holder, gates, event)


def _champion(client: MlflowClient, version: str) -> Contender:
    """The champion as a contender; one whose report is lost has its source alone, so that nothing passes unseen."""
    try:
        return Contender(version, registry.report_of(client, version))
    except (MlflowException, OSError):
        source = client.get_model_version(registry.MODEL_NAME, version).tags.get("source", "")
        return Contender(version, TrainingReport(source))


def _keep(
    store: Store,
    client: MlflowClient,
    version: str,
    holder: str | None,
    event: Event,
    reason: str | None,
    gates: Sequence[Condition],
) -> None:
    with store.changing() as connection:
        ledger.append(connection, _entry(client, version, holder, event, reason, gate_json(gates)))
    missed = "; ".join(condition_text(entry) for entry in gates if not entry.is_passed)
    results = json.dumps([condition_words(entry) for entry in gates])  # MLflow holds a few thousand letters of a tag
    tags = {registry.GATE_TAG: f"refused: {missed}" if missed else "passed", RESULTS_TAG: results}
    registry.tag(client, version, tags | ({registry.REASON_TAG: reason} if reason else {}))


def _note_found(store: Store, client: MlflowClient, holder: str | None) -> None:
    """The ledger says who serves, even where somebody moved the alias past the gate or a promotion was cut short."""
    with store.changing() as connection:
        last = ledger.last_champion(connection)
        if holder and holder != last:
            why = "the alias was moved outside of `retention`, or a promotion was cut short"
            ledger.append(connection, _entry(client, holder, last, "found", why, []))


def _entry(
    client: MlflowClient,
    version: str,
    holder: str | None,
    event: Event,
    reason: str | None,
    results: Sequence[Mapping[str, Any]],
) -> LedgerEntry:
    found = client.get_model_version(registry.MODEL_NAME, version)
    return LedgerEntry(
        at=datetime.now(UTC),
        event=event,
        version=version,
        replaces=holder,
        source=found.tags.get("source", ""),
        run_id=str(found.run_id),
        who=_account(),
        reason=reason,
        gate=results,
    )


def _card(settings: Settings, version: str, report: TrainingReport) -> ModelCard:
    """The card with what the gate said and who serves."""
    return model_card(version, report, history(settings, version), registry.plots_of(settings, version))


def _checked(reason: str | None) -> str | None:
    if reason is None:
        return None
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        remedy = f"Say in up to {LONGEST_REASON:,} characters why the version should serve, and name nobody."
        raise BadInput(Finding("no reason that can be kept", "models", "--reason", 0, remedy))
    return said


def _account() -> str:
    """The account that runs the command; its number where the machine has no name for it, as in containers."""
    try:
        return getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
