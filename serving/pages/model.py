"""How the model was evaluated: metrics with intervals, calibration, lift, fairness, ablation of drivers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from pipeline.judgement.reporting.condition import Condition, Verdict
from pipeline.judgement.reporting.groups import attribute_text, crossed_text
from pipeline.judgement.reporting.report import FairnessGroup, FairnessRow, GroupFigures, TrainingReport
from pipeline.judgement.statistics.figures import UNDEFINED, Bounded
from pipeline.language.translator import Language, marked
from pipeline.registry import ledger
from pipeline.registry.card.words import BASELINES, OUTCOMES
from pipeline.registry.gate.words import condition_text, limit_text
from pipeline.registry.ledger import Event
from pipeline.store.reading import PublishedScores
from serving.access.audit import Audit
from serving.access.halting import Shows
from serving.access.permissions import ForModelReaders, ReviewPurpose
from serving.http.answers import HTML
from serving.pages import charts
from serving.pages.errors import PageRoute
from serving.pages.rendering import language_of, render
from serving.pages.session import signed_in
from serving.views.models import described_version, model_answer, model_response

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(signed_in)])

METRICS: Final = {
    "auc": (marked("AUC"), marked("How often a leaver has a higher risk than a stayer; one half is chance.")),
    "average_precision": (
        marked("Average precision"),
        marked("How precise the highest risks are; chance gives the base rate."),
    ),
    "lift_10": (marked("Lift at 10 %"), marked("How many times as often as the average the highest tenth left.")),
    "recall_10": (marked("Recall at 10 %"), marked("Share of all leavers who are in the highest tenth.")),
    "calibration_slope": (marked("Calibration slope"), marked("One is ideal; below one, risks are too extreme.")),
    "ece": (marked("Calibration error"), marked("Mean gap between risks and what happened; lower is better.")),
    "brier": (marked("Brier score"), marked("Mean squared error of the probability; lower is better.")),
}
ABLATION: Final = (
    *(marked("pay alone"), marked("conditions alone"), marked("relationships alone"), marked("growth alone")),
    *(marked("context alone"), marked("without relationships")),
)
"""The smaller models that training compares with, named as in its report."""
TENURE: Final = (
    *(marked("under 1 year"), marked("1 to 3 years"), marked("3 to 5 years"), marked("5 to 10 years")),
    marked("10 years and more"),
)
BY: Final = {"level": marked("By level"), "department": marked("By department"), "tenure": marked("By tenure")}
MOST_OTHERS: Final = 12
"""Other versions to which the page leads."""

Version = Annotated[str | None, Query(pattern=r"^[1-9][0-9]{0,8}$")]


@router.get("/model")
def model(
    request: Request, _asker: ForModelReaders, _purpose: ReviewPurpose, audit: Audit, version: Version = None
) -> Response:
    """The champion, or a version."""
    described = described_version(request.app.state.settings, version)
    report = described.report
    language = language_of(request)
    groups = _groups(report)
    with audit.release(Shows.RECORDS) as release:
        answer = model_answer(described, release.scores)
        return render(
            request,
            "model.html",
            model=answer,
            others=_others(release.scores, report.source, described.version),
            report=report,
            metrics=METRICS,
            groups=groups,
            top=charts.rounded_up(max((max(each.most, each.risk) for each in groups), default=1.0)),
            lift=_lift(report),
            gain=report.gain,
            precision=_precision(report),
            auc_by_month=_origins(report, "auc"),
            slopes=_origins(report, "calibration_slope"),
            ablation=_ablation(report),
            gate=[_condition(each, language) for each in report.gate or ()],
            fairness=[_review(row, language) for row in report.fairness],
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
    """The model card as a self-contained page, to read, print or save."""
    return model_response(request, audit, version, HTML)


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


def _others(scores: PublishedScores, source: str, version: str) -> dict[str, Event]:
    """The latest event of the newest versions of a source, other than this one, newest first."""
    events = {each.version: each.event for each in ledger.entries(scores.connection) if each.source == source}
    others = sorted((each for each in events if each != version), key=int, reverse=True)
    return {version: events[version] for version in others[:MOST_OTHERS]}


def _condition(condition: Condition, language: Language) -> ShownCondition:
    texts = condition_text(condition, language), limit_text(condition, language)
    return ShownCondition(texts[0], condition.figure or UNDEFINED, texts[1], condition.verdict)


def _review(row: FairnessRow, language: Language) -> ShownReview:
    """A fairness row in the reader's language; a report of version 0.1 has only English names."""
    return ShownReview(
        attribute_text(row.attributes, language) if row.attributes else row.attribute,
        [_reviewed(group, language) for group in row.groups],
    )


def _reviewed(group: FairnessGroup, language: Language) -> ShownGroup:
    name = crossed_text(group.parts, language) if group.parts else group.group
    ratio = group.selection_rate_ratio
    is_shown = ratio is not None and ratio.is_defined and not group.is_suppressed
    return ShownGroup(name, None if group.is_suppressed else group.people, ratio if is_shown else None)


def _groups(report: TrainingReport) -> list[charts.Group]:
    """The evaluated rows in groups of rising risk. Empty where the report has none, or too few rows for intervals."""
    groups = report.range_coverage.groups if report.range_coverage else ()
    rows = [charts.Group(each.risk, each.happened, each.least, each.most) for each in groups]
    return [each for each in rows if all(map(math.isfinite, vars(each).values()))]


def _precision(report: TrainingReport) -> list[float]:
    """The share who left among the highest 1, 2, … 100 % of the risks. Empty where the report has no gain."""
    gain, base = report.gain, _known(report.base_rate) or 0.0
    return [base * each * (len(gain) - 1) / number for number, each in enumerate(gain) if number]


def _origins(report: TrainingReport, figure: str) -> list[charts.Point]:
    """A figure by evaluated month, or by repeat of a cross-section."""
    rows = [(each.origin, _known(each.figures.get(figure))) for each in report.by_origin]
    if report.horizon_months:
        return [charts.month(date.fromisoformat(origin), value) for origin, value in rows]
    return [charts.Point(origin, value) for origin, value in rows]


def _lift(report: TrainingReport) -> list[tuple[str, float]]:
    """The lift of the model and of the baselines."""
    ours = report.metrics.lift_10
    rows = [(marked("this model"), _known(ours.value))] if ours else []
    rows += [(BASELINES[name], _known(values.lift_10)) for name, values in report.baselines.items()]
    return [(name, value) for name, value in rows if value is not None]


def _ablation(report: TrainingReport) -> list[tuple[str, Bounded]]:
    """How much better the full model is than each smaller one, in average precision, as in the card's plot."""
    rows = [(name, each.average_precision) for name, each in report.ablation.items()]
    return [(name, bounds) for name, bounds in rows if bounds.is_defined]


def _by_group(report: TrainingReport) -> dict[str, list[GroupFigures]]:
    """Figures within each level, department and tenure band; a suppressed group has only its name."""
    by: dict[str, list[GroupFigures]] = {}
    for group in report.by_group:
        by.setdefault(group.by, []).append(group)
    return by


def _known(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
