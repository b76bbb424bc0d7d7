"""How the model was judged: figures with intervals, calibration, lift, fairness, what each driver is worth."""

import math
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final

from babel.numbers import get_decimal_symbol
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from pipeline.language.translator import marked
from pipeline.registry.card_words import BASELINES, OUTCOMES
from pipeline.registry.gate import Gate
from serving.access.audit import Audit
from serving.access.permissions import ForModelReaders, ReviewPurpose
from serving.http.answers import HTML
from serving.pages import charts, gate_words
from serving.pages.errors import PageRoute
from serving.pages.rendering import language_of, render
from serving.pages.session import signed_in
from serving.views.models import described_version, model_answer, told_model

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

METRICS: Final = {
    "auc": (marked("AUC"), marked("How often a leaver has the higher risk than a stayer; one half is chance.")),
    "average_precision": (
        marked("Average precision"),
        marked("How well the highest risks hit; chance gets the base rate."),
    ),
    "lift_10": (marked("Lift at 10 %"), marked("Leavers among the highest tenth, against the average.")),
    "recall_10": (marked("Recall at 10 %"), marked("Share of all leavers that the highest tenth holds.")),
    "calibration_slope": (marked("Calibration slope"), marked("One is right; below, risks are too extreme.")),
    "ece": (marked("Calibration error"), marked("Mean gap between risks and what happened; lower is better.")),
    "brier": (marked("Brier score"), marked("Mean squared error of the probability; lower is better.")),
}
ABLATION: Final = (
    *(marked("pay alone"), marked("conditions alone"), marked("relationships alone"), marked("growth alone")),
    *(marked("context alone"), marked("without relationships")),
)
"""The smaller models that a training compares with, as its report names them."""
TENURE: Final = (
    *(marked("under 1 year"), marked("1 to 3 years"), marked("3 to 5 years"), marked("5 to 10 years")),
    marked("10 years and more"),
)
BY: Final = {"level": marked("By level"), "department": marked("By department"), "tenure": marked("By tenure")}
Version = Annotated[str | None, Query(pattern=r"^[1-9][0-9]{0,8}$")]


@router.get("/model")
def model(
    request: Request, _asker: ForModelReaders, _purpose: ReviewPurpose, audit: Audit, version: Version = None
) -> Response:
    """The champion, or a version."""
    described = described_version(request.app.state.settings, version)
    report = described["report"]
    groups = _groups(report)
    with audit.release() as release:
        told = model_answer(described, release.scores)
        return render(
            request,
            "model.html",
            told=told,
            report=report,
            metrics=METRICS,
            groups=groups,
            top=charts.rounded_up(max((max(each.most, each.risk) for each in groups), default=1.0)),
            lift=_lift(report),
            gain=report.get("gain"),
            hits=_hits(report),
            separation=_origins(report, "auc"),
            slopes=_origins(report, "calibration_slope"),
            ablation=_ablation(report),
            gate=_gate(request, report),
            group_name=lambda said: gate_words.group(said, language_of(request).text),
            fairness=report.get("fairness") or [],
            by_group=_by_group(report),
            by_names=BY,
            events=OUTCOMES,
            is_interval=_is_interval,
        )


@router.get("/model/{version}/card")
def card(
    request: Request,
    version: Annotated[str, Path(pattern=r"^[1-9][0-9]{0,8}$")],
    _asker: ForModelReaders,
    _purpose: ReviewPurpose,
    audit: Audit,
) -> Response:
    """The model card as a page that stands alone, to read, print or keep."""
    return told_model(request, audit, version, HTML)


def _gate(request: Request, report: dict[str, Any]) -> list[Gate]:
    """The conditions with their texts in the reader's language."""
    said_in = language_of(request)
    comma = get_decimal_symbol(said_in.locale)
    return [
        replace(
            each,
            gate=gate_words.condition(each.gate, said_in.text),
            limit=gate_words.limit(each.limit, said_in.text, lambda number: number.replace(".", comma)),
        )
        for each in (Gate(**entry) for entry in report.get("gate") or [])
    ]


def _groups(report: dict[str, Any]) -> list[charts.Group]:
    """The judged rows in groups of rising risk; none where the report has none, or not enough for an interval."""
    found = (report.get("range_coverage") or {}).get("groups") or []
    rows = [charts.Group(*(each[name] for name in ("risk", "happened", "least", "most"))) for each in found]
    return [each for each in rows if all(map(math.isfinite, vars(each).values()))]


def _hits(report: dict[str, Any]) -> list[float]:
    """Of the highest 1, 2, … 100 % of the risks, the share that left; none where the report has no gain."""
    found, base = report.get("gain") or [], report.get("base_rate") or 0.0
    return [base * each * (len(found) - 1) / number for number, each in enumerate(found) if number]


def _origins(report: dict[str, Any], figure: str) -> list[charts.Point]:
    """A figure of each judged month, or repeat of a cross-section."""
    rows = report.get("by_origin") or []
    if report.get("horizon_months"):
        return [charts.month(date.fromisoformat(each["origin"]), _known(each.get(figure))) for each in rows]
    return [charts.Point(each["origin"], _known(each.get(figure))) for each in rows]


def _lift(report: dict[str, Any]) -> list[tuple[str, float]]:
    """The model's lift beside that of the baselines."""
    ours = report.get("metrics", {}).get("lift_10")
    rows = [(marked("this model"), _known(ours["value"]))] if ours else []
    rows += [
        (BASELINES.get(name, name), _known(figures.get("lift_10")))
        for name, figures in report.get("baselines", {}).items()
    ]
    return [(name, value) for name, value in rows if value is not None]


def _ablation(report: dict[str, Any]) -> list[tuple[str, dict[str, float]]]:
    """By how much the whole model is better than a smaller one, in average precision, as the card's plot has it."""
    rows = [(name, figures["average_precision"]) for name, figures in (report.get("ablation") or {}).items()]
    return [(name, bounds) for name, bounds in rows if _is_interval(bounds)]


def _by_group(report: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Separation within each level, department and tenure band; a suppressed group has its name only."""
    found: dict[str, list[dict[str, Any]]] = {}
    for group in report.get("by_group") or []:
        found.setdefault(group["by"], []).append(group)
    return found


def _is_interval(bounds: dict[str, float] | None) -> bool:
    return bounds is not None and all(_known(bounds.get(name)) is not None for name in ("value", "low", "high"))


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
