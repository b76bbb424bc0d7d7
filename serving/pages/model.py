"""How the model was judged: figures with intervals, calibration, lift, fairness, what each driver is worth."""

import math
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from serving.audit import Audit
from serving.pages import charts
from serving.pages.errors import PageRoute
from serving.pages.rendering import render
from serving.pages.session import signed_in
from serving.permissions import ForModelReaders, ReviewPurpose
from serving.routes.models import described_version, model_answer

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

METRICS: Final = {
    "auc": ("AUC", "A leaver has the higher risk than a stayer this often; one half is chance.", 0.5),
    "average_precision": ("Average precision", "How well the highest risks hit; the base rate is chance.", None),
    "lift_10": ("Lift at 10 %", "Leavers among the highest tenth, against the average.", 1.0),
    "recall_10": ("Recall at 10 %", "Share of all leavers that the highest tenth holds.", 0.1),
    "calibration_slope": ("Calibration slope", "One is right; below, risks are too extreme.", 1.0),
    "brier": ("Brier score", "Mean squared error of the probability; lower is better.", None),
}
RISKS: Final = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""Where the calibration line is drawn."""


@router.get("/model")
def model(
    request: Request,
    _asker: ForModelReaders,
    _purpose: ReviewPurpose,
    audit: Audit,
    version: Annotated[str | None, Query(pattern=r"^[1-9][0-9]{0,8}$")] = None,
) -> Response:
    """The champion, or a version."""
    described = described_version(request.app.state.settings, version)
    report = described["report"]
    with audit.release() as release:
        told = model_answer(described, release.scores)
        return render(
            request,
            "model.html",
            told=told,
            report=report,
            metrics=METRICS,
            calibration=_calibration(report),
            lift=_lift(report),
            origins=[charts.Point(each["origin"][:7], _known(each["auc"])) for each in report.get("by_origin", [])],
            fairness=report.get("fairness", []),
            ablation=report.get("ablation", {}),
        )


def _calibration(report: dict[str, Any]) -> list[charts.Point]:
    """What share leaves where the model says so: the line that was fitted to what happened (Cox, 1958)."""
    slope, intercept = (report.get("metrics", {}).get(name) for name in ("calibration_slope", "calibration_intercept"))
    if not slope or not intercept or _known(slope["value"]) is None or _known(intercept["value"]) is None:
        return []
    return [
        charts.Point(
            f"{risk:.0%}", _logistic(intercept["value"] + slope["value"] * math.log(risk / (1 - risk))), beside=risk
        )
        for risk in RISKS
    ]


def _lift(report: dict[str, Any]) -> list[tuple[str, float]]:
    """The model's lift beside that of the baselines."""
    ours = report.get("metrics", {}).get("lift_10")
    rows = [("this model", _known(ours["value"]))] if ours else []
    rows += [(name, _known(figures.get("lift_10"))) for name, figures in report.get("baselines", {}).items()]
    return [(name, value) for name, value in rows if value is not None]


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
