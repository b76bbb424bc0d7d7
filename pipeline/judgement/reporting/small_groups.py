"""A training report for representatives: without groups of fewer than ten people."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.disclosure import LEAST_FOR_REPRESENTATIVES, small_groups
from pipeline.judgement.reporting.groups import crossed_text
from pipeline.judgement.reporting.report import FairnessGroup, FairnessRow, GroupFigures, Ratio, Ratios, TrainingReport

Key = tuple[str, ...]


def without_small_groups(report: TrainingReport) -> TrainingReport:
    """The report with further groups suppressed: of the fairness review, of levels, departments and tenure."""
    return replace(
        report,
        fairness=tuple(_reviewed(report.fairness)),
        by_group=tuple(_figures(report.by_group)),
        proxies=tuple(each for each in report.proxies if each.people >= LEAST_FOR_REPRESENTATIVES),
    )


def _reviewed(rows: Sequence[FairnessRow]) -> Iterable[FairnessRow]:
    alone: dict[str, set[str]] = {}
    for row in rows:
        hidden = small_groups(
            {_key(group): None if group.is_suppressed else group.people for group in row.groups},
            alone if row.is_pair else None,
        )
        if not row.is_pair:
            alone[row.attribute] = {name for (name,) in hidden}
        names = {group.group for group in row.groups if _key(group) in hidden}
        yield replace(
            row,
            groups=tuple(FairnessGroup(g.group, True, parts=g.parts) if g.group in names else g for g in row.groups),
            ratios=Ratios(*(_shown(each, names) for each in (row.ratios.selection_rate, row.ratios.recall))),
        )


def _key(group: FairnessGroup) -> Key:
    return tuple(crossed_text([part]) for part in group.parts) or (group.group,)


def _shown(ratio: Ratio | None, hidden: set[str]) -> Ratio | None:
    return None if ratio is None or {ratio.group, ratio.against} & hidden else ratio


def _figures(groups: Sequence[GroupFigures]) -> Iterable[GroupFigures]:
    people: dict[str, dict[Key, int | None]] = {
        by: {(g.group,): None if g.is_suppressed else g.people for g in groups if g.by == by}
        for by in dict.fromkeys(group.by for group in groups)
    }
    hidden = {by: small_groups(sizes) for by, sizes in people.items()}
    for group in groups:
        is_hidden = (group.group,) in hidden[group.by]
        yield GroupFigures(group.by, group.group, is_suppressed=True) if is_hidden else group
