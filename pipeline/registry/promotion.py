"""Promotion: submits a version to the gate, and records the result on the version and in the ledger.

The ledger entry is written before the alias moves, one promotion at a time. If the process dies in between, the version
is not champion; the next promotion finds that alias and ledger disagree, and notes it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from features.errors import BadInput
from pipeline.faults import REGISTRY, unavailable
from pipeline.judgement.reporting.condition import Condition
from pipeline.judgement.reporting.illustration import MissingIllustration, attempt
from pipeline.judgement.reporting.report import TrainingReport
from pipeline.model.stored_model import StoredModel
from pipeline.registry import ledger
from pipeline.registry import versions as registry
from pipeline.registry.account import account, checked_reason
from pipeline.registry.card.model_card import ModelCard, model_card
from pipeline.registry.described import REPORT
from pipeline.registry.gate.conditions import Contender, gate, refused
from pipeline.registry.gate.words import condition_text
from pipeline.registry.ledger import Event, LedgerEntry
from pipeline.registry.loading import load
from pipeline.registry.local import MODEL_NAME
from pipeline.registry.report_json import as_text, condition_words, gate_json, manifest_of
from pipeline.settings import Settings
from pipeline.store.store import Store

RESULTS_TAG: Final = "gate.results"


@dataclass(frozen=True)
class Offer:
    """The result of submitting a version to the gate; `event` is None if it was the champion already."""

    version: str
    replaces: str | None
    gates: Sequence[Condition]
    event: Event | None

    @property
    def is_champion(self) -> bool:
        return self.event != "refused"


def champion_of(settings: Settings, source: str) -> tuple[str, StoredModel] | None:
    """The champion's version and model, for comparison; None if there is none of this source, or it cannot be read."""
    version = registry.champion_version(registry.connect(settings))
    if version is None:
        return None
    try:
        _, model = load(settings, version)
    except BadInput:  # an earlier format; the gate then reports that nothing was compared
        return None
    return (version, model) if model.manifest.get("source") == source else None


def record(
    settings: Settings, model: StoredModel, report: TrainingReport, plots: Mapping[str, bytes] | None = None
) -> TrainingReport:
    """Logs and registers an evaluated model, and makes it champion if it passes the gate.

    Returns the report with manifest, run_id, model_version, promoted, gate and missing illustrations filled in.
    """
    report = replace(report, manifest=manifest_of(model.manifest))
    version, missing = registry.register(settings, model, report, plots)
    result = submit(settings, version)
    recorded = replace(
        report,
        run_id=registry.run_of(settings, version),
        model_version=version,
        promoted=result.is_champion,
        gate=tuple(result.gates),
        missing_illustrations=(*report.missing_illustrations, *missing),
    )
    missing = _log_card(settings, version, recorded)
    recorded = replace(recorded, missing_illustrations=(*recorded.missing_illustrations, *missing))
    registry.complete(settings, version, {REPORT: as_text(recorded)})
    registry.note_missing(settings, version, recorded.missing_illustrations)
    return recorded


def conditions_of(settings: Settings, report: TrainingReport) -> tuple[Condition, ...]:
    """What the gate would say of a model that is not registered."""
    client = registry.connect(settings)
    holder = registry.champion_version(client)
    champion = _champion(client, holder) if holder else None
    return tuple(gate(Contender("", report), champion, settings.fairness_limit))


def promote(settings: Settings, version: str, reason: str | None) -> Offer:
    """Runs the gate again for a version and makes it champion; with a reason, even if it fails the gate.

    Raises BadInput for an unknown version or an empty reason, Refused if the version fails the gate and no reason is
    given, and Unavailable for a registry that does not answer.
    """
    try:
        result = submit(settings, version, checked_reason(reason, "models", "--reason", "the version should serve"))
        if not result.is_champion:
            raise refused(version, result.gates)
        if result.event:
            report = registry.described(settings, version).report
            missing = _log_card(settings, version, report)
            registry.note_missing(settings, version, (*report.missing_illustrations, *missing))
        return result
    except MlflowException as error:
        if registry.is_absent(error):
            raise BadInput(registry.no_such_version(version)) from error
        raise unavailable(REGISTRY, settings.tracking_uri, error) or error from None


def history(settings: Settings, version: str | None = None) -> list[LedgerEntry]:
    """The ledger, oldest first; of one version if it is given."""
    with Store.of(settings) as store, store.reading() as scores:
        return ledger.entries(scores.connection, version)


def card_of(settings: Settings, version: str | None) -> ModelCard:
    """The card of a version, or of the champion, as of now. Raises BadInput and Unavailable as `registry.described`."""
    described = registry.described(settings, version)
    return _card(settings, described.version, described.report)


def submit(settings: Settings, version: str, reason: str | None = None) -> Offer:
    """Runs the gate for a version, records the result, and moves the alias if the version passes or has a reason."""
    client = registry.connect(settings)
    challenger = Contender(version, registry.report_of(client, version))
    with Store.of(settings) as store, store.promoting():
        holder = registry.champion_version(client)
        _note_found(store, client, holder)
        champion = _champion(client, holder) if holder else None
        conditions = gate(challenger, champion, settings.fairness_limit)
        if holder == version:
            return Offer(version, holder, conditions, None)
        passed = all(entry.is_passed for entry in conditions)
        event: Event = "promoted" if passed else "overridden" if reason else "refused"
        _record(store, client, version, holder, event, reason, conditions)
        if event != "refused":
            registry.make_champion(client, version)
    return Offer(version, holder, conditions, event)


def _champion(client: MlflowClient, version: str) -> Contender:
    """The champion as a contender; if its report is lost, with its source only, so that comparisons fail visibly."""
    try:
        return Contender(version, registry.report_of(client, version))
    except (MlflowException, OSError):
        source = client.get_model_version(MODEL_NAME, version).tags.get("source", "")
        return Contender(version, TrainingReport(source))


def _record(
    store: Store,
    client: MlflowClient,
    version: str,
    holder: str | None,
    event: Event,
    reason: str | None,
    conditions: Sequence[Condition],
) -> None:
    with store.changing() as connection:
        ledger.append(connection, _entry(client, version, holder, event, reason, gate_json(conditions)))
    failed = "; ".join(condition_text(entry) for entry in conditions if not entry.is_passed)
    results = json.dumps([condition_words(entry) for entry in conditions])  # a tag holds a few thousand characters
    tags = {registry.GATE_TAG: f"refused: {failed}" if failed else "passed", RESULTS_TAG: results}
    registry.tag(client, version, tags | ({registry.REASON_TAG: reason} if reason else {}))


def _note_found(store: Store, client: MlflowClient, holder: str | None) -> None:
    """Notes a champion that the ledger does not know: the alias was moved by hand, or a promotion was interrupted."""
    with store.changing() as connection:
        last = ledger.last_champion(connection)
        if holder and holder != last:
            why = "the alias was moved without `retention`, or a promotion was interrupted"
            ledger.append(connection, _entry(client, holder, last, "found", why, []))


def _entry(
    client: MlflowClient,
    version: str,
    holder: str | None,
    event: Event,
    reason: str | None,
    results: Sequence[Mapping[str, Any]],
) -> LedgerEntry:
    entry = client.get_model_version(MODEL_NAME, version)
    return LedgerEntry(
        at=datetime.now(UTC),
        event=event,
        version=version,
        replaces=holder,
        source=entry.tags.get("source", ""),
        run_id=str(entry.run_id),
        who=account(),
        reason=reason,
        gate=results,
    )


def _log_card(settings: Settings, version: str, report: TrainingReport) -> tuple[MissingIllustration, ...]:
    """Logs the card to the version's run; the card itself if that failed."""
    made = attempt("model_card", lambda: registry.complete(settings, version, _card(settings, version, report).files()))
    return made.missing


def _card(settings: Settings, version: str, report: TrainingReport) -> ModelCard:
    """The card, with the ledger and the plots as they are now."""
    return model_card(version, report, history(settings, version), registry.plots_of(settings, version))
