"""Scores of records that a client sends; the records are not stored.

The scoring code is imported on the first request: that takes seconds, and most servers never need it.
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
from serving.http.json_body import JsonRoute
from serving.http.problems import responses
from serving.schemas.records import RecordsToScore, ScoredRecord, ScoredRecords
from serving.schemas.risks import CurvePoint
from serving.views.months import require_informed
from serving.views.person import factor_for_hr, range_of

if TYPE_CHECKING:
    from pipeline.model.stored_model import StoredModel

router = APIRouter(route_class=JsonRoute, prefix="/v1", tags=["scores"])

MAX_FAULTS: Final = 100
"""The most faults reported for one request."""


@router.post(
    "/scores",
    summary="Score records, with their factors",
    response_model=ScoredRecords,
    responses=responses(400, 404, 413),
)
def scores(
    request: Request, sent: RecordsToScore, _asker: ForHrAndScientists, _purpose: StatedPurpose, audit: Audit
) -> Response:
    """Scored by the champion, with the code that scores everyone. A feature that is missing or null is unknown.

    Names, types and ranges that the catalogue does not allow are refused; all of them are reported at once.
    """
    audit.require_running()
    version, model = request.app.state.champion.now()
    require_informed(request.app.state.settings, str(model.manifest.get("source", "")))
    _require_valid(sent, model)
    answer = _answer(model, version, sent)
    with audit.release():
        return as_json(request, answer)


def _require_valid(sent: RecordsToScore, model: "StoredModel") -> None:
    from pipeline.scoring.records import faults

    reported = islice(faults(sent.records, model.features), MAX_FAULTS)
    # a client's own feature name may be anything, even a person's: only names of the catalogue are returned
    errors = [
        {"loc": ("body", "records", fault.record, *([fault.feature] if fault.feature in model.features else []))}
        | {"msg": fault.rule, "type": "value_error"}
        for fault in reported
    ]
    if errors:
        raise RequestValidationError(errors)


def _answer(model: "StoredModel", version: str, sent: RecordsToScore) -> ScoredRecords:
    from pipeline.scoring.records import score_records

    scored = score_records(model, version, sent.records, datetime.now(UTC).date())
    about = scored.manifest["features"]
    factors: list[list[Factor]] = [[] for _ in sent.records]
    columns = ("employee_id", "feature", "driver", "value", "peer_value", "contribution")
    for number, *values in scored.factors.select(columns).iter_rows():
        factors[int(number)].append(Factor(*values))
    curve = [months for months in (3, 6, 12) if scored.scores[f"risk_{months}m"].null_count() == 0]
    return ScoredRecords(
        model_version=version,
        horizon_months=scored.horizon_months,
        scores=[
            ScoredRecord(
                risk=score["risk"],
                range=range_of(score["risk_low"], score["risk_high"]),
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
