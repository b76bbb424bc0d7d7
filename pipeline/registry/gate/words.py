"""The texts of the gate's conditions: in the reader's language on pages, in English in reports and commands."""

from math import isfinite
from typing import Final

from pipeline.judgement.reporting.condition import Code, Condition
from pipeline.judgement.reporting.groups import attribute_text, group_text, written
from pipeline.language.translator import ENGLISH, Language, marked

_WORDS: Final = {
    (Code.SLOPE, "calibration_slope", None): marked("calibration slope"),
    (Code.EXPECTED, "expected_exits", "tested"): marked("expected exits against actual exits, out of time"),
    (Code.EXPECTED, "expected_exits", "latest"): marked(
        "share expected to leave on the latest date against the highest share that ever left"
    ),
    (Code.BASELINE, "average_precision", "base_rate"): marked("average precision against base rate"),
    (Code.BASELINE, "average_precision", "tenure"): marked("average precision against tenure"),
    (Code.PART, "average_precision", "logistic"): marked("average precision against logistic alone"),
    (Code.PART, "average_precision", "boosting"): marked("average precision against boosting alone"),
}
_OF_CHAMPION: Final = {
    "average_precision": marked("average precision against the champion, version {version}"),
    "log_loss": marked("log loss against the champion, version {version}"),
}
_OF_GROUPS: Final = {
    "selection_rate": marked("selection rate by {attribute}, {group} against {other}"),
    "recall": marked("recall by {attribute}, {group} against {other}"),
}


def condition_text(condition: Condition, language: Language = ENGLISH) -> str:
    """What the condition requires: `recall by age, under 30 against 30 to under 40`."""
    if condition.code is None:
        return condition.stored.condition if condition.stored else ""
    if condition.code is Code.CHAMPION:
        return language.text(_OF_CHAMPION[condition.metric], version=condition.against)
    if condition.group and condition.other:
        return language.text(
            _OF_GROUPS[condition.metric],
            attribute=attribute_text([condition.attribute or ""], language),
            group=group_text(condition.group, language),
            other=group_text(condition.other, language),
        )
    return language.text(_WORDS[condition.code, condition.metric, condition.against])


def limit_text(condition: Condition, language: Language = ENGLISH) -> str:
    """The limit: `0.8 to 1.25`, `≥ 0.8`, `a difference ≥ 0`."""
    low, high = condition.limit.low, condition.limit.high
    if condition.code is None:
        return condition.stored.limit if condition.stored else ""
    if condition.figure is None:
        return language.text("a comparison on the same rows; train again to get one")
    if condition.code in (Code.PART, Code.CHAMPION):
        return language.text("a difference ≤ 0") if low is None else language.text("a difference ≥ 0")
    if low is not None and high is not None:
        return language.text("{low} to {high}", low=written(low, language), high=written(high, language))
    if low is None and high is not None:
        return f"≤ {written(high, language)}"
    return f"≥ {written(low or 0.0, language, '.3f' if condition.code is Code.BASELINE else 'g')}"


def figure_text(condition: Condition) -> str:
    """The figure, with its interval if there is one."""
    figure = condition.figure
    if figure is None or not isfinite(figure.value):
        return "not known"
    bounds = f" ({figure.low:.3f} to {figure.high:.3f})" if isfinite(figure.low) and isfinite(figure.high) else ""
    return f"{figure.value:.3f}{bounds}"


def sentence(condition: Condition) -> str:
    """Condition, figure, limit and shortfall, in English."""
    short = "" if condition.short_by is None else f", short by {condition.short_by:.3f}"
    short += ", though the interval leaves it open" if condition.verdict == "open" else ""
    return f"{condition_text(condition)}: {figure_text(condition)}, required {limit_text(condition)}{short}"
