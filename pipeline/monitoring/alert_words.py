"""The texts of alerts: in the reader's language on the page, in English in the report."""

from typing import Final

from pipeline.language.translator import ENGLISH, Language, marked
from pipeline.monitoring.results import Alert, AlertCode

_LOOK_AT_THE_SOURCE: Final = marked(
    "Look for a change in the company or in how data are recorded; train again if the shift persists."
)
_TRAIN_AGAIN: Final = marked("Train again (`retention train SOURCE`) and compare.")
_ASK_MANAGERS: Final = marked("Ask managers what keeps them from answering.")

_COMPARE_EXPORTS: Final = marked(
    "Compare the export with the one of last month and correct it; if the change is meant to last, train again."
)

_WORDS: Final = {
    AlertCode.TABLE_LOST: (
        marked(
            "the model learned from the table {table}, and most of its rows are gone or cannot be used (share used)"
        ),
        _COMPARE_EXPORTS,
    ),
    AlertCode.FEATURE_LOST: (
        marked("{label} ({name}) is lost: it is known for far fewer people than in training (share of people)"),
        _COMPARE_EXPORTS,
    ),
    AlertCode.FEATURE_MOVED: (marked("{label} ({name}): the distribution has shifted (PSI)"), _LOOK_AT_THE_SOURCE),
    AlertCode.SCORES_MOVED: (marked("the scores have moved (PSI)"), _LOOK_AT_THE_SOURCE),
    AlertCode.FEW_LISTED_LEFT: (marked("too few of the listed left"), _TRAIN_AGAIN),
    AlertCode.FEW_ANSWERS: (marked("too few answers to the lists"), _ASK_MANAGERS),
    AlertCode.SLOPE: (marked("the calibration slope is out of bounds"), _TRAIN_AGAIN),
    AlertCode.CONCEPT_DRIFT: (
        marked("who left does not fit the scores, by {figure}: what makes people leave has changed (concept drift)"),
        _TRAIN_AGAIN,
    ),
    AlertCode.AUC: (marked("AUC is below what training promised"), _TRAIN_AGAIN),
}


_FIGURES: Final = {
    "share_left": marked("the share who left"),
    "auc": marked("AUC"),
    "calibration_slope": marked("calibration slope"),
}
"""The names of the figures that are compared with what the scores imply."""


def rule_text(alert: Alert, language: Language = ENGLISH, label: str | None = None) -> str:
    """What is out of bounds. `label` is the feature's label in the reader's language (default: the alert's)."""
    if alert.code is None:
        return language.text(alert.rule)
    text = _WORDS[alert.code][0]
    if alert.figure:
        return language.text(text, figure=language.text(_FIGURES[alert.figure]))
    if alert.code is AlertCode.TABLE_LOST:
        return language.text(text, table=alert.table)
    if alert.code in (AlertCode.FEATURE_MOVED, AlertCode.FEATURE_LOST):
        return language.text(text, label=label or alert.label, name=alert.feature)
    return language.text(text)


def remedy_text(alert: Alert, language: Language = ENGLISH) -> str:
    """What to do about it."""
    return language.text(alert.remedy if alert.code is None else _WORDS[alert.code][1])
