"""How the model was judged: figures with intervals, calibration, lift, fairness, what each driver is worth."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from pipeline.judgement.condition import Condition, Verdict
from pipeline.judgement.figures import UNDEFINED, Bounded
from pipeline.judgement.groups import attribute_text, crossed_text
from pipeline.judgement.report import FairnessGroup, FairnessRow, GroupFigures, TrainingReport
from pipeline.language.translator import Language, marked
from pipeline.registry.card_words import BASELINES, OUTCOMES
from pipeline.registry.gate_words import condition_text, limit_text
from serving.access.audit import Audit
from serving.access.permissions import ForModelReaders, ReviewPurpose
from serving.http.answers import HTML
from serving.pages import charts
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
    report = described.report
    said_in = language_of(request)
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
            gain=report.gain,
            hits=_hits(report),
            separation=_origins(report, "auc"),
            slopes=_origins(report, "calibration_slope"),
            ablation=_ablation(report),
            gate=[_condition(each, said_in) for each in report.gate or ()],
            fairness=[_review(row, said_in) for row in report.fairness],
            by_group=_by_group(report),
            by_names=BY,
            events=OUTCOMES,
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


@dataclass(frozen=True)
class ShownCondition:
    """A condition of the gate in the reader's language."""

    condition: str
    figure: Bounded
    limit: str
    verdict: Verdict


@dataclass(frozen=True)
class ShownGroup:
    """A protected group; `ratio` is None where too few people are in it."""

    name: str
    people: int | None
    ratio: Bounded | None


@dataclass(frozen=True)
class ShownReview:
    """A protected attribute, or a pair, with its groups."""

    name: str
    groups: Sequence[ShownGroup]


def _condition(condition: Condition, said_in: Language) -> ShownCondition:
    texts = condition_text(condition, said_in), limit_text(condition, said_in)
    return ShownCondition(texts[0], condition.figure or UNDEFINED, texts[1], condition.verdict)


def _review(row: FairnessRow, said_in: Language) -> ShownReview:
    """A report of version 0.1 has the English names only."""
    return ShownReview(
        attribute_text(row.attributes, said_in) if row.attributes else row.attribute,
        [_reviewed(group, said_in) for group in row.groups],
    )


def _reviewed(group: FairnessGroup, said_in: Language) -> ShownGroup:
    name = crossed_text(group.parts, said_in) if group.parts else group.group
    ratio = group.selection_rate_ratio
    is_shown = ratio is not None and ratio.is_defined and not group.is_suppressed
    return ShownGroup(name, None if group.is_suppressed else group.people, ratio if is_shown else None)


def _groups(report: TrainingReport) -> list[charts.Group]:
    """The judged rows in groups of rising risk; none where the report has none, or not enough for an interval."""
    found = report.range_coverage.groups if report.range_coverage else ()
    rows = [charts.Group(each.risk, each.happened, each.least, each.most) for each in found]
    return [each for each in rows if all(map(math.isfinite, vars(each).values()))]


def _hits(report: TrainingReport) -> list[float]:
    """Of the highest 1, 2, … 100 % of the risks, the share that left; none where the report has no gain."""
    found, base = report.gain, _known(report.base_rate) or 0.0
    return [base * each * (len(found) - 1) / number for number, each in enumerate(found) if number]


def _origins(report: TrainingReport, figure: str) -> list[charts.Point]:
    """A figure of each judged month, or repeat of a cross-section."""
    rows = [(each.origin, _known(each.figures.get(figure))) for each in report.by_origin]
    if report.horizon_months:
        return [charts.month(date.fromisoformat(origin), value) for origin, value in rows]
    return [charts.Point(origin, value) for origin, value in rows]


def _lift(report: TrainingReport) -> list[tuple[str, float]]:
    """The model's lift beside that of the baselines."""
    ours = report.metrics.lift_10
    rows = [(marked("this model"), _known(ours.value))] if ours else []
    rows += [(BASELINES[name], _known(values.lift_10)) for name, values in report.baselines.items()]
    return [(name, value) for name, value in rows if value is not None]


def _ablation(report: TrainingReport) -> list[tuple[str, Bounded]]:
    """By how much the whole model is better than a smaller one, in average precision, as the card's plot has it."""
    rows = [(name, each.average_precision) for name, each in report.ablation.items()]
    return [(name, bounds) for name, bounds in rows if bounds.is_defined]


def _by_group(report: TrainingReport) -> dict[str, list[GroupFigures]]:
    """Separation within each level, department and tenure band; a suppressed group has its name only."""
    found: dict[str, list[GroupFigures]] = {}
    for group in report.by_group:
        found.setdefault(group.by, []).append(group)
    return found


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
