"""The figures of a model card, from a training report: each with n and, if it has one, its interval."""

from collections.abc import Sequence
from math import isfinite
from typing import Final

from pipeline.judgement.reporting.report import (
    FairnessRow,
    GroupFigures,
    Manifest,
    Proxy,
    TrainingReport,
)
from pipeline.language.wording import DRIVER_NAMES
from pipeline.registry.card.blocks import NOT_KNOWN, Block, Facts, Table, Text, bounds, number, share
from pipeline.registry.card.words import BASELINES, MEANING, OUTCOMES, SMALL_GROUPS
from pipeline.registry.gate.words import condition_text, limit_text
from pipeline.registry.ledger import LedgerEntry

_GATE_NOTE: Final = (
    "Refused: the figure and its whole interval lie beyond the limit. Open: the figure lies beyond the limit, but its "
    "interval includes the limit. An open condition passes and should be watched."
)


def data_facts(report: TrainingReport) -> Facts:
    """The data that the model was trained and tested on."""
    origins = [origin.origin for origin in report.by_origin]
    tested = f"{origins[0]} to {origins[-1]}, {len(origins)} dates" if report.horizon_months and origins else ""
    window = f"within {report.horizon_months} months" if report.horizon_months else "at any time (no dates)"
    facts = {
        "source": report.source,
        "outcome": f"a voluntary exit {window}; any other exit counts as not having left voluntarily",
        "people": f"{report.people:,}",
        "rows": f"{report.rows:,}" + (", one per person and snapshot date" if report.horizon_months else ""),
        "people who left voluntarily": f"{report.voluntary_exits:,}",
        "learned from": _sample(report),
        "tested on": tested,
        "base rate": f"{report.base_rate:.1%} of the tested rows left",
        "features": f"{len(report.features)}",
    }
    return Facts([(name, text) for name, text in facts.items() if text])


def _sample(report: TrainingReport) -> str:
    kept = report.settings.get("stayers_kept")
    return f"all rows of people who left, and {kept:.0%} of those of people who stayed" if kept else ""


def version_facts(version: str, report: TrainingReport) -> Facts:
    """How the version was made, so that it can be reproduced."""
    manifest = report.manifest or Manifest()
    facts = {
        "model version": version,
        "run in MLflow": report.run_id or "",
        "code": manifest.code_version or "",
        "hash of the data": manifest.data_hash or "",
        "seed": "" if manifest.seed is None else str(manifest.seed),
        "settings": "quick: fixed" if manifest.quick else "selected on out-of-time folds" if report.manifest else "",
        "could not be illustrated": ", ".join(map(str, report.missing_illustrations)),
        "seconds": ", ".join(f"{stage} {spent:.0f}" for stage, spent in (report.seconds or {}).items()),
    }
    return Facts([(name, text) for name, text in facts.items() if text])


def metric_table(report: TrainingReport) -> Table:
    """Pooled metrics with intervals, next to the baselines."""
    baselines = dict(report.baselines.items())
    rows = [
        [
            f"{MEANING[metric][0]}: {MEANING[metric][1]}",
            bounds(figure),
            *(number(values.get(metric)) for values in baselines.values()),
        ]
        for metric, figure in report.metrics.items()
        if metric in MEANING
    ]
    n = sum(origin.n for origin in report.by_origin)
    title = f"All test rows together (n = {n:,}), compared with simpler models"
    return Table(title, ["", "this model", *(BASELINES[name] for name in baselines)], rows)


def origin_table(report: TrainingReport) -> Table:
    """The metrics of each test date, or of each repeat of a cross-section."""
    names = ("auc", "average_precision", "log_loss", "calibration_slope", "lift_10")
    rows = [
        [
            origin.origin,
            f"{origin.n:,}",
            number(origin.base_rate, ".1%"),
            *(number(origin.figures.get(name)) for name in names),
        ]
        for origin in report.by_origin
    ]
    title = "Each test date" if report.horizon_months else "Each repeat"
    return Table(title, ["", "n", "left", *(MEANING[name][0] for name in names)], rows)


def group_tables(report: TrainingReport) -> list[Block]:
    """The metrics of each level, department and tenure band; a suppressed group has its name only."""
    names = ("auc", "average_precision", "calibration_slope")
    groups = report.by_group
    return [
        Table(
            f"By {by}",
            ["", "n", "left", *(MEANING[name][0] for name in names)],
            [_group_row(group) for group in groups if group.by == by],
            is_detail=True,
        )
        for by in dict.fromkeys(group.by for group in groups)
    ]


def _group_row(group: GroupFigures) -> list[str]:
    if group.is_suppressed:
        return [group.group, "suppressed", *[NOT_KNOWN] * 4]
    figures = map(bounds, (group.auc, group.average_precision, group.calibration_slope))
    return [group.group, f"{group.n:,}", number(group.base_rate, ".1%"), *figures]


def ablation_table(report: TrainingReport) -> Table:
    """What each driver achieves alone, and what relationships add to the others."""
    rows = [
        [name, bounds(difference.auc, "+.3f"), bounds(difference.average_precision, "+.3f")]
        for name, difference in report.ablation.items()
    ]
    note = "Positive: the whole model is better than the model with only these features, or without them."
    return Table(
        "The whole model less a smaller one, on the same rows", ["against", "AUC", "average precision"], rows, note
    )


def comparison_table(report: TrainingReport) -> list[Block]:
    """The difference from the champion of that day, whose recipe was fitted again for each test date."""
    against = report.against_champion
    if not against:
        return [Text("When it was trained, there was no champion of this source to compare with.")]
    rows = [[MEANING[metric][0], bounds(against.of(metric), "+.3f")] for metric in ("average_precision", "log_loss")]
    title = f"This model less version {against.version}, the champion of that day, on the same rows"
    return [Table(title, ["", "difference"], rows, "Average precision: higher is better. Log loss: lower is better.")]


def gate_table(report: TrainingReport) -> Table:
    """The result of each condition of promotion."""
    rows = [
        [
            condition_text(one),
            bounds(one.figure),
            limit_text(one),
            "" if one.short_by is None else f"{one.short_by:.3f}",
            one.verdict,
        ]
        for one in report.gate or ()
    ]
    return Table("", ["", "figure", "required", "short by", "result"], rows, _GATE_NOTE)


def ledger_table(history: Sequence[LedgerEntry]) -> list[Block]:
    """Which version served when."""
    if not history:
        return [Text("This version has not been submitted to the gate and has never served.")]
    rows = [
        [
            f"{entry.at:%Y-%m-%d %H:%M} UTC",
            entry.version,
            OUTCOMES[entry.event],
            entry.replaces or NOT_KNOWN,
            entry.who,
            entry.reason or NOT_KNOWN,
        ]
        for entry in history
    ]
    return [Table("", ["when", "version", "event", "champion until then", "by", "reason"], rows, is_words=True)]


def fairness_blocks(report: TrainingReport) -> list[Block]:
    """How the list treats protected groups and pairs of them, and which features are proxies."""
    entries = report.fairness
    if not entries:
        return [
            Text(
                "The source holds no protected attribute, so it is not known how groups are treated. That is a gap, "
                "not a sign of fairness: add such attributes to the source. They are read for this review only."
            )
        ]
    return [
        _ratio_table(entries),
        *(_treatment_table(entry) for entry in entries),
        *_proxy_table(report.proxies),
    ]


def _ratio_table(entries: Sequence[FairnessRow]) -> Table:
    rows = [
        [f"{entry.attribute}: {figure.replace('_', ' ')}", ratio.group, ratio.against, bounds(ratio.figure, ".2f")]
        for entry in entries
        for figure, ratio in entry.ratios.items()
    ]
    note = "The usual limit is four fifths (0.80) or more; an interval that includes it leaves the question open."
    return Table("Lowest group divided by highest group", ["", "lowest", "highest", "ratio"], rows, note)


def _treatment_table(entry: FairnessRow) -> Table:
    rows = [
        [group.group, "suppressed", *[NOT_KNOWN] * 5]
        if group.is_suppressed
        else [
            group.group,
            f"{group.people:,}",
            *map(share, (group.selection_rate, group.recall, group.false_positive_rate, group.base_rate)),
            bounds(group.calibration, ".2f"),
        ]
        for group in entry.groups
    ]
    columns = [
        "",
        "people",
        "listed",
        "leavers who are listed",
        "stayers who are listed",
        "left",
        "exits / expected exits",
    ]
    ratios = {each.group: each.selection_rate_ratio for each in entry.groups if each.selection_rate_ratio}
    small = ", ".join(group for group, ratio in ratios.items() if not isfinite(ratio.value))
    few = f" Too few people to compare: {small}." if small and entry.ratios.selection_rate else ""
    unknown = f" Not recorded for {entry.not_recorded:,} people." if entry.not_recorded else ""
    return Table(f"By {entry.attribute}", columns, rows, SMALL_GROUPS + few + unknown, is_detail=entry.is_pair)


def _proxy_table(proxies: Sequence[Proxy]) -> list[Block]:
    if not proxies:
        return []
    rows = [
        [
            f"{entry.attribute}: {entry.group}",
            f"{entry.people:,}",
            bounds(entry.auc, ".2f"),
            ", ".join(f"{each.feature} ({each.auc:.2f})" for each in entry.features),
        ]
        for entry in proxies
    ]
    note = "AUC 0.5: the features do not predict the group. Near 1: a model that never saw the attribute can act on it."
    return [
        Table(
            "How well the features predict membership of a group",
            ["", "people", "AUC", "strongest features"],
            rows,
            note,
            is_words=True,
        )
    ]


def feature_table(report: TrainingReport) -> Table:
    """Every feature with its driver, as the catalogue describes it."""
    names = {str(driver): name for driver, name in DRIVER_NAMES.items()}
    order = list(names)
    features = sorted(report.features, key=lambda feature: (order.index(feature.driver), feature.name))
    rows = [
        [
            feature.label,
            names[feature.driver],
            feature.unit or NOT_KNOWN,
            feature.window,
            feature.name,
        ]
        for feature in features
    ]
    return Table(f"{len(rows)} features", ["", "driver", "unit", "window", "name"], rows, is_detail=True, is_words=True)
