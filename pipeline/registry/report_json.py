"""Writes and reads the JSON of a training report; the only module that knows its keys (docs/interface).

A report in MLflow may come from an earlier version: missing keys become None or an empty list, null becomes NaN for a
number, and a gate condition without a code keeps its English texts.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from math import isfinite, nan
from typing import Any, Final

from pydantic import TypeAdapter

from pipeline.judgement.reporting.condition import Code, Condition, Limits, StoredWords, Verdict
from pipeline.judgement.reporting.groups import Group
from pipeline.judgement.reporting.report import Manifest, TrainingReport
from pipeline.judgement.statistics.figures import Bounded
from pipeline.registry.gate.words import condition_text, limit_text

_READ: Final = TypeAdapter(TrainingReport)
_MANIFEST: Final = TypeAdapter(Manifest)
_SPARSE: Final = ("metrics", "baselines", "against_parts")
"""Parts that leave out the keys of missing fields."""
_ONCE_RECORDED: Final = ("manifest", "run_id", "model_version", "promoted", "gate", "seconds")
"""Keys that a report has only once its model is recorded."""


def as_json(report: TrainingReport) -> dict[str, Any]:
    """The report as `retention train --json` writes it; an undefined figure is NaN."""
    document = {
        **asdict(report),
        "by_origin": [_lifted(asdict(origin), "figures") for origin in report.by_origin],
        "baselines": {name: _known(asdict(values)) for name, values in report.baselines.items()},
        "by_group": [_known(asdict(group)) for group in report.by_group],
        "fairness": [_fairness(asdict(row)) for row in report.fairness],
        "manifest": report.manifest and _known(asdict(report.manifest)),
        "gate": None if report.gate is None else gate_json(report.gate),
    }
    for name in _SPARSE:
        document[name] = _known(document[name])
    later = {name: document.pop(name) for name in _ONCE_RECORDED}
    return {name: _lists(value) for name, value in (document | _known(later)).items()}


def as_text(report: TrainingReport) -> str:
    """The JSON text that a run stores."""
    return json.dumps(as_json(report), default=str, ensure_ascii=False, indent=1)


def report_of(document: Mapping[str, Any]) -> TrainingReport:
    """A report from its JSON. Raises ValueError if it is not a report."""
    fields = dict(document)
    fields["by_origin"] = [entry | {"figures": entry} for entry in fields.get("by_origin") or ()]
    fields["fairness"] = [
        entry | {"ratios": {name: ratio and ratio | {"figure": ratio} for name, ratio in entry["ratios"].items()}}
        for entry in fields.get("fairness") or ()
    ]
    gate = fields.pop("gate", None)
    report = _READ.validate_python(
        {name: value for name, value in fields.items() if value is not None} | {"gate": None}
    )
    return report if gate is None else replace(report, gate=conditions_of(gate))


def manifest_of(document: Mapping[str, Any]) -> Manifest:
    """The manifest of a stored model."""
    return _MANIFEST.validate_python(dict(document))


def gate_json(conditions: Sequence[Condition]) -> list[dict[str, Any]]:
    """The JSON of conditions: their English texts and their data."""
    return [condition_words(each) | _condition_data(each) for each in conditions]


def condition_words(condition: Condition) -> dict[str, Any]:
    """The English texts and figures of a condition."""
    figure = condition.figure
    value, low, high = (None, None, None) if figure is None else (figure.value, figure.low, figure.high)
    return {
        "gate": condition_text(condition),
        "passed": condition.is_passed,
        "value": _number(value),
        "limit": limit_text(condition),
        "low": _number(low),
        "high": _number(high),
        "short_by": condition.short_by,
    }


def conditions_of(document: Sequence[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Conditions from their JSON; one of version 0.1 has no code and keeps its texts."""
    return tuple(_condition_of(entry) for entry in document)


def _condition_data(condition: Condition) -> dict[str, Any]:
    if condition.code is None:
        return {}
    parameters = {
        "metric": condition.metric,
        "against": condition.against,
        "attribute": condition.attribute,
        "group": condition.group and _known(asdict(condition.group)),
        "other": condition.other and _known(asdict(condition.other)),
        "limits": _known(asdict(condition.limit)),
        "is_compared": condition.figure is not None,
    }
    return {"code": str(condition.code), "parameters": _known(parameters)}


def _condition_of(entry: Mapping[str, Any]) -> Condition:
    verdict: Verdict = "refused" if not entry["passed"] else "passed" if entry.get("short_by") is None else "open"
    figure = Bounded(*(nan if entry.get(name) is None else entry[name] for name in ("value", "low", "high")))
    if entry.get("code") is None:
        stored = StoredWords(entry["gate"], entry["limit"])
        return Condition(None, verdict, figure, short_by=entry.get("short_by"), stored=stored)
    parameters = entry["parameters"]
    return Condition(
        Code(entry["code"]),
        verdict,
        figure if parameters["is_compared"] else None,
        Limits(**parameters["limits"]),
        entry["short_by"],
        parameters["metric"],
        parameters.get("against"),
        parameters.get("attribute"),
        Group(**parameters["group"]) if "group" in parameters else None,
        Group(**parameters["other"]) if "other" in parameters else None,
    )


def _fairness(row: dict[str, Any]) -> dict[str, Any]:
    for group in row["groups"]:
        group["parts"] = [_known(part) for part in group["parts"]]
    return row | {"ratios": {name: ratio and _lifted(ratio, "figure") for name, ratio in row["ratios"].items()}}


def _lifted(document: dict[str, Any], part: str) -> dict[str, Any]:
    """The document with the keys of a part moved up to its own level."""
    return {name: value for name, value in document.items() if name != part} | _known(document[part])


def _known(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}


def _number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _lists(value: Any) -> Any:
    """Tuples as lists, as they are read back from a file."""
    if isinstance(value, Mapping):
        return {name: _lists(each) for name, each in value.items()}
    return [_lists(each) for each in value] if isinstance(value, tuple | list) else value
