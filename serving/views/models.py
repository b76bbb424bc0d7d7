"""A model version: its evaluation, its promotion and its card, read from the registry."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fastapi import Request
from starlette.responses import Response

from features.errors import BadInput, Unavailable
from pipeline.judgement.reporting.small_groups import without_small_groups
from pipeline.language.translator import marked
from pipeline.registry import ledger
from pipeline.registry.card.model_card import ModelCard, model_card
from pipeline.registry.ledger import LedgerEntry
from pipeline.settings import Settings
from pipeline.store.reading import PublishedScores
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.http.answers import HTML, JSON, as_json, unless_unchanged
from serving.http.problems import Refusal
from serving.schemas.model_versions import LedgerRow, ModelAnswer

if TYPE_CHECKING:  # MLflow takes seconds to import
    from pipeline.registry.described import Described

_CARD_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
"""The card contains the run's plots; nothing is loaded."""


def model_response(request: Request, audit: Audit, version: str | None, form: str) -> Response:
    """A version, or the champion, in a format. Raises 404, and 503 without a registry."""
    settings: Settings = request.app.state.settings
    model = described_version(settings, version)
    plots = {} if form == JSON else plots_of_version(settings, model.version)
    with audit.release(Shows.RECORDS) as release:
        if form == JSON:
            return as_json(request, model_answer(model, release.scores))
        history = ledger.entries(release.scores.connection, model.version)
    return _card(request, form, model, history, plots)


def card_without_small_groups(request: Request, audit: Audit) -> Response:
    """The champion's card for representatives: no group under ten, and no account. Raises like `model_response`."""
    model = described_version(request.app.state.settings, None)
    with audit.release() as release:
        history = ledger.entries(release.scores.connection, model.version)
    report = without_small_groups(model.report)
    return _page(request, HTML, model_card(model.version, report, [replace(entry, who="–") for entry in history]))


def model_answer(model: "Described", scores: PublishedScores) -> ModelAnswer:
    """A version as in the registry, with its rows of the ledger."""
    history = ledger.entries(scores.connection, model.version)
    return ModelAnswer(
        version=model.version,
        is_champion=model.is_champion,
        run_id=model.run_id,
        registered_at=model.registered_at,
        report=dict(model.document),
        ledger=[_row(entry) for entry in history],
    )


def _card(
    request: Request, form: str, model: "Described", history: Sequence[LedgerEntry], plots: dict[str, bytes]
) -> Response:
    return _page(request, form, model_card(model.version, model.report, history, plots))


def _page(request: Request, form: str, card: ModelCard) -> Response:
    text = (card.html if form == HTML else card.markdown).encode()
    answer = unless_unchanged(request, form, text, lambda: text)
    answer.headers["Content-Security-Policy"] = _CARD_POLICY
    return answer


def _row(entry: LedgerEntry) -> LedgerRow:
    return LedgerRow(**{name: value for name, value in vars(entry).items() if name in LedgerRow.model_fields})


def described_version(settings: Settings, version: str | None) -> "Described":
    """A version, or the champion, with the report of its training. Raises 404, and 503 without a registry."""
    from pipeline.registry.documents import described

    try:
        return described(settings, version)
    except BadInput:
        raise Refusal(404, "no-such-model", "There is no such model version, or no champion yet.") from None
    except Unavailable:
        raise _registry_is_down() from None


def plots_of_version(settings: Settings, version: str) -> dict[str, bytes]:
    """The plots of a version's run. Raises 404, and 503 without a registry."""
    from pipeline.registry.versions import plots_of

    try:
        return plots_of(settings, version)
    except BadInput:
        raise Refusal(404, "no-such-model", "There is no such model version, or no champion yet.") from None
    except Unavailable:
        raise _registry_is_down() from None


def _registry_is_down() -> Refusal:
    detail = marked("The model registry does not answer. Scores are still available. Try again later.")
    return Refusal(503, "registry-unavailable", detail, {"Retry-After": "30"})
