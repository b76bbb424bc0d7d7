"""The guards and the diagnostics of a model card: what would have stopped the training, and how far scores, ranges and
factors can be relied on."""

from collections.abc import Sequence

from pipeline.judgement.reporting.report import (
    Difference,
    ExpectedExits,
    FactorStability,
    MovedFeature,
    RangeCoverage,
    TrainingReport,
    TrueHazard,
)
from pipeline.registry.card.blocks import Facts, bounds, number


def guard_facts(report: TrainingReport) -> Facts:
    """The results of the guards, any of which would have stopped the training."""
    allowed = report.suspects
    cleared = "; ".join(f"{name} {why}" for name, why in report.cleared_suspects.items())
    return Facts(
        [
            ("with permuted labels", f"AUC {bounds(report.shuffled_auc)}; the interval must contain 0.5, and does"),
            (
                "features that look like a leak",
                f"allowed by name: {', '.join(map(str, allowed))}"
                if allowed
                else "none; one would have stopped the training",
            ),
            *([("strong features that were cleared", cleared)] if cleared else []),
        ]
    )


def diagnostic_facts(report: TrainingReport) -> Facts:
    """Diagnostics of the scores, their ranges and their factors; unknown ones are left out."""
    facts = []
    if report.true_hazard:
        facts.append(("best that any model could reach", _true_hazard(report.true_hazard)))
    if report.unused_inputs:
        facts.append(("inputs that could not be used", " ".join(map(str, report.unused_inputs))))
    if report.range_coverage:
        facts.append(("ranges, out of time", _coverage(report.range_coverage)))
    if report.factor_stability:
        facts.append(("factors, after refitting", _stability(report.factor_stability)))
    if report.monotone_cost:
        facts.append(("cost of the monotone constraints", _monotone_cost(report.monotone_cost)))
    if report.expected_exits:
        facts.append(("expected exits", _expected(report.expected_exits)))
    if report.horizon_months:
        facts.append(("features that have moved since training", _moved(report.moved_features)))
    return Facts(facts)


def _true_hazard(truth: TrueHazard) -> str:
    return (
        f"AUC {number(truth.oracle_auc)} by the true hazard; this model's {number(truth.auc)} is "
        f"{number(truth.share, '.0%')} of the way there from 0.5"
    )


def _coverage(coverage: RangeCoverage) -> str:
    return (
        f"of the groups of people with similar scores on a test date, "
        f"{number(coverage.inside_allowing_for_chance, '.0%')} had a number of leavers within its 90 % range, and "
        f"{number(coverage.inside, '.0%')} within one that does not allow for chance; "
        f"a person's range is {number(100 * coverage.mean_width, '.1f')} points wide on average"
    )


def _expected(expected: ExpectedExits) -> str:
    text = f"out of time {bounds(expected.tested, '.2f')} times those that happened"
    if not expected.latest_people:
        return text
    return (
        f"{text}; on the latest date {number(expected.latest_rate, '.1%')} of {expected.latest_people:,} people, where "
        f"at most {number(expected.highest_rate, '.1%')} ever left"
    )


def _stability(stability: FactorStability) -> str:
    return (
        f"rank correlation {number(stability.features)} of the features' weights, "
        f"{number(stability.within_people)} of the factors within a person, "
        f"{number(stability.scores)} of the scores"
    )


def _monotone_cost(cost: Difference) -> str:
    return f"{bounds(cost.average_precision, '+.4f')} of average precision, {bounds(cost.auc, '+.4f')} of AUC"


def _moved(features: Sequence[MovedFeature]) -> str:
    far = [f"{one.feature} (PSI {number(one.psi, '.2f')})" for one in features]
    return ", ".join(far) or "none, by more than the usual change from month to month"
