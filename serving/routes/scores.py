"""Scores of records that a client sends; nothing of them is kept.

What scores is imported when it is first asked for: it takes seconds, and most servers are never asked.
"""

from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from pipeline.score_record import Factor, driver_sums
from serving.access.audit import Audit
from serving.access.permissions import ForHrAndScientists, StatedPurpose
from serving.http.answers import as_json
from serving.http.problems import responses
from serving.schemas.records import RecordsToScore, ScoredRecord, ScoredRecords
from serving.schemas.risks import CurvePoint, Range
from serving.views.person import factor_for_hr

if TYPE_CHECKING:
    from pipeline.model.stored_model import StoredModel

router = APIRouter(prefix="/v1", tags=["scores"])

MOST_FAULTS: Final = 100
"""Faults told of one request."""


@router.post(
    "/scores",
    summary="Scores of records that are sent, with their factors",
    response_model=ScoredRecords,
    responses=responses(400, 404, 413),
)
def scores(
    request: Request, sent: RecordsToScore, _asker: ForHrAndScientists, _purpose: StatedPurpose, audit: Audit
) -> Response:
    """By the champion, with the code that scores everyone; a feature that is left out, or null, is unknown.

    Every name, type and range that the catalogue does not allow is refused, all of them at once.
    """
    version, model = request.app.state.champion.now()
    _require_sound(sent, model)
    answer = _answer(model, version, sent)
    with audit.release():
        return as_json(request, answer)


def _require_sound(sent: RecordsToScore, model: "StoredModel") -> None:
    from pipeline.scoring.records import faults

    found = islice(faults(sent.records, model.features), MOST_FAULTS)
    # a client's own name of a feature may be anything, also a person's: only names of the catalogue are told back
    errors = [
        {"loc": ("body", "records", fault.record, *([fault.feature] if fault.feature in model.features else []))}
        | {"msg": fault.rule, "type": "value_error"}
        for fault in found
    ]
    if errors:
        raise RequestValidationError(errors)


def _answer(model: "StoredModel", version: str, sent: RecordsToScore) -> ScoredRecords:
    from pipeline.scoring.records import score_records

    scored = score_records(model, version, sent.records, datetime.now(UTC).date())
    about = scored.manifest["features"]
    factors: list[list[Factor]] = [[] for _ in sent.records]
    columns = ("employee_id", "feature", "driver", "value", "peer_value", "contribution")
    for number, *told in scored.factors.select(columns).iter_rows():
        factors[int(number)].append(Factor(*told))
    curve = [months for months in (3, 6, 12) if scored.scores[f"risk_{months}m"].null_count() == 0]
    return ScoredRecords(
        model_version=version,
        horizon_months=scored.horizon_months,
        scores=[
            ScoredRecord(
                risk=score["risk"],
                range=Range(low=score["risk_low"], high=score["risk_high"]),
                curve=[CurvePoint(months=months, risk=score[f"risk_{months}m"]) for months in curve],
                evidence=score["evidence"],
                base_log_odds=score["base_log_odds"],
                log_odds=score["log_odds"],
                drivers=driver_sums(theirs),
                factors=[
                    factor_for_hr(about, factor)
                    for factor in sorted(theirs, key=lambda factor: (-abs(factor.contribution), factor.feature))
                ],
            )
            for score, theirs in zip(scored.scores.iter_rows(named=True), factors, strict=True)
        ],
    )
