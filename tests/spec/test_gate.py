"""The promotion gate on reports of a few figures: what passes, what is refused, and by how much."""

import math
from typing import Any

import pytest

from pipeline.judgement.reporting.condition import Condition
from pipeline.registry.gate.conditions import Contender, gate, refused
from pipeline.registry.gate.words import condition_text
from pipeline.registry.report_json import report_of

Bounds = tuple[float, float, float]


def figure(bounds: Bounds) -> dict[str, float]:
    return dict(zip(("value", "low", "high"), bounds, strict=True))


def report(**more: Any) -> dict[str, Any]:
    """A model without fault: slope 1, AP .4 over a base rate of .1."""
    return {
        "source": "tiny",
        "metrics": {
            "calibration_slope": figure((1.0, 0.9, 1.1)),
            "average_precision": figure((0.4, 0.3, 0.5)),
        },
        "baselines": {},
    } | more


def against(version: str, ap: Bounds, log_loss: Bounds) -> dict[str, Any]:
    return {"version": version, "average_precision": figure(ap), "log_loss": figure(log_loss)}


def ratios(selection: Bounds | None, recall: Bounds | None = None) -> dict[str, Any]:
    def ratio(bounds: Bounds | None) -> dict[str, Any] | None:
        return bounds and {"group": "woman", "against": "man", **figure(bounds)}

    return {"attribute": "gender", "ratios": {"selection_rate": ratio(selection), "recall": ratio(recall)}}


def conditions_of(
    challenger: dict[str, Any], champion: dict[str, Any] | None = None, limit: float = 0.8
) -> list[Condition]:
    return gate(Contender("2", report_of(challenger)), champion and Contender("1", report_of(champion)), limit)


def missed(*arguments: Any) -> dict[str, float | None]:
    return {condition_text(entry): entry.short_by for entry in conditions_of(*arguments) if not entry.is_passed}


def test_the_first_model_needs_no_champion_to_beat() -> None:
    assert [(condition_text(entry), entry.is_passed) for entry in conditions_of(report())] == [
        ("calibration slope", True)
    ]


@pytest.mark.parametrize(
    ("slope", "verdict", "short_by"),
    [
        ((0.8, 0.75, 0.85), "passed", None),
        ((1.25, 1.2, 1.3), "passed", None),
        ((0.7, 0.6, 0.79), "refused", 0.1),
        ((1.5, 1.26, 1.7), "refused", 0.25),
        ((0.7, 0.6, 0.8), "open", 0.1),
        ((1.5, 1.25, 1.7), "open", 0.25),
        ((1.5, math.nan, math.nan), "refused", 0.25),
    ],
)
def test_a_slope_whose_whole_interval_lies_outside_the_limits_is_refused(
    slope: Bounds, verdict: str, short_by: float | None
) -> None:
    metrics = report()["metrics"] | {"calibration_slope": figure(slope)}
    [entry] = conditions_of(report(metrics=metrics))
    assert entry.verdict == verdict
    assert entry.short_by == pytest.approx(short_by)


def expected(tested: Bounds, latest: Bounds | None = None) -> dict[str, Any]:
    of_latest = {"latest": figure(latest), "latest_people": 400} if latest else {}
    return {"expected_exits": {"tested": figure(tested), **of_latest}}


def test_a_model_that_expects_far_more_exits_than_ever_happened_is_refused() -> None:
    latest = "share expected to leave on the latest date against the highest share that ever left"
    assert missed(report(**expected((1.0, 0.9, 1.1), (8.4, 6.0, 11.0)))) == {latest: pytest.approx(6.4)}
    assert missed(report(**expected((3.0, 2.5, 3.5)))) == {
        "expected exits against actual exits, out of time": pytest.approx(1.0)
    }
    assert missed(report(**expected((1.2, 1.0, 1.4), (2.1, 1.8, 2.6)))) == {}, "the interval reaches the limit"
    assert "required ≤ 2, short by 6.400" in str(
        refused("2", conditions_of(report(**expected((1.0, 0.9, 1.1), (8.4, 6.0, 11.0)))))
    )


def test_a_cross_section_has_no_latest_date_and_an_earlier_report_no_expected_exits() -> None:
    assert len(conditions_of(report(**expected((1.0, 0.9, 1.1))))) == 2
    assert len(conditions_of(report())) == 1


def test_an_undefined_figure_does_not_pass() -> None:
    nan = float("nan")
    metrics = report()["metrics"] | {"calibration_slope": figure((nan, nan, nan))}
    assert missed(report(metrics=metrics)) == {"calibration slope": None}
    assert "calibration slope: not known, required 0.8 to 1.25" in str(
        refused("2", conditions_of(report(metrics=metrics)))
    )


def test_a_model_below_the_base_rate_or_tenure_alone_is_refused() -> None:
    baselines = {"base_rate": {"average_precision": 0.1}, "tenure": {"average_precision": 0.45}}
    assert missed(report(baselines=baselines)) == {"average precision against tenure": pytest.approx(0.05)}


def test_a_part_that_clearly_beats_the_blend_refuses_it_and_a_doubtful_one_leaves_it_open() -> None:
    baselines = {"logistic": {"average_precision": 0.5}, "boosting": {"average_precision": 0.41}}
    parts = {
        "logistic": {"average_precision": figure((-0.1, -0.15, -0.05))},
        "boosting": {"average_precision": figure((-0.01, -0.03, 0.01))},
    }
    differences = {name: part["average_precision"] for name, part in parts.items()}
    entries = {
        condition_text(entry): entry for entry in conditions_of(report(baselines=baselines, against_parts=differences))
    }
    logistic = entries["average precision against logistic alone"]
    boosting = entries["average precision against boosting alone"]
    assert (logistic.verdict, logistic.short_by) == ("refused", pytest.approx(0.1))
    assert (boosting.verdict, boosting.short_by) == ("open", pytest.approx(0.01))


def test_worse_than_the_champion_on_the_same_rows_is_refused_in_either_metric() -> None:
    step_back = report(against_champion=against("1", (-0.05, -0.08, -0.01), (0.02, 0.01, 0.03)))
    assert missed(step_back, report()) == {
        "average precision against the champion, version 1": pytest.approx(0.05),
        "log loss against the champion, version 1": pytest.approx(0.02),
    }
    alike = report(against_champion=against("1", (-0.01, -0.03, 0.01), (0.001, -0.002, 0.004)))
    assert missed(alike, report()) == {}


def test_the_champions_figures_on_other_rows_do_not_count() -> None:
    brilliant = report(metrics=report()["metrics"] | {"average_precision": figure((0.9, 0.85, 0.95))})
    assert missed(report(against_champion=against("1", (0.0, -0.1, 0.1), (0.0, -0.1, 0.1))), brilliant) == {}


def test_a_challenger_compared_with_another_version_is_refused() -> None:
    stale = report(against_champion=against("7", (0.1, 0.05, 0.2), (-0.1, -0.2, -0.05)))
    assert list(missed(stale, report())) == [
        "average precision against the champion, version 1",
        "log loss against the champion, version 1",
    ]


def test_going_back_uses_the_comparison_of_the_later_version() -> None:
    later = report(against_champion=against("2", (0.05, 0.01, 0.08), (-0.01, -0.03, 0.01)))
    assert missed(report(), later) == {"average precision against the champion, version 1": pytest.approx(0.05)}


def test_a_champion_of_another_source_is_not_compared() -> None:
    assert missed(report(), report(source="other")) == {}


def test_a_ratio_wholly_below_four_fifths_is_refused_and_names_the_groups() -> None:
    unequal = report(fairness=[ratios((0.5, 0.4, 0.7), (0.7, 0.4, 1.1))])
    assert missed(unequal) == {"selection rate by gender, woman against man": pytest.approx(0.3)}
    text = str(refused("2", conditions_of(unequal)))
    assert "selection rate by gender, woman against man: 0.500 (0.400 to 0.700), required ≥ 0.8, short by 0.300" in text
    assert "recall" not in text
    assert 'retention models promote 2 --reason "…"' in text


def test_a_ratio_whose_interval_reaches_the_limit_is_open() -> None:
    entries = {condition_text(entry): entry for entry in conditions_of(report(fairness=[ratios((0.7, 0.4, 1.1))]))}
    assert entries["selection rate by gender, woman against man"].verdict == "open"


def test_the_limit_of_the_ratios_is_a_setting() -> None:
    assert missed(report(fairness=[ratios((0.5, 0.4, 0.7))]), None, 0.6) == {}


def test_a_source_without_two_groups_has_no_fairness_condition() -> None:
    assert [condition_text(entry) for entry in conditions_of(report(fairness=[ratios(None)]))] == ["calibration slope"]
