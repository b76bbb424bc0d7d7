"""The report of a training with all figures that the pages show."""

from typing import Any

from tiny_registry import REPORT

UNKNOWN = float("nan")


def bounds(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def judged(group: str, ratio: dict[str, float]) -> dict[str, Any]:
    names = ("selection_rate", "recall", "false_positive_rate", "base_rate", "mean_risk", "calibration")
    figures = {name: bounds(0.2, 0.1, 0.3) for name in names}
    values = {"group": group, "is_suppressed": False, "people": 90, "rows": 90}
    return values | figures | {"selection_rate_ratio": ratio, "recall_ratio": ratio}


FULL = REPORT | {
    "metrics": REPORT["metrics"] | {"auc": bounds(0.75, 0.7, 0.8), "lift_10": bounds(2.5, 2.0, 3.0)},  # type: ignore[operator]
    "baselines": {"tenure": {"lift_10": 1.25, "average_precision": 0.3}},
    "by_origin": [
        {
            "origin": "2026-03-31",
            "snapshot_date": "2026-03-31",
            "n": 300,
            "base_rate": 0.4,
            "auc": 0.74,
            "calibration_slope": 0.9,
        },
        {
            "origin": "2026-06-30",
            "snapshot_date": "2026-06-30",
            "n": 300,
            "base_rate": 0.4,
            "auc": 0.76,
            "calibration_slope": 1.2,
        },
    ],
    "range_coverage": {
        "inside": 0.5,
        "inside_allowing_for_chance": 1.0,
        "mean_width": 0.1,
        "groups": [
            {"n": 300, "risk": 0.1, "low": 0.08, "high": 0.12, "happened": 0.12, "least": 0.08, "most": 0.17},
            {"n": 300, "risk": 0.4, "low": 0.3, "high": 0.5, "happened": 0.38, "least": 0.31, "most": 0.45},
        ],
    },
    "gain": [min(1.0, each / 50) for each in range(101)],
    "ablation": {"pay alone": {"auc": bounds(0.1, 0.05, 0.15), "average_precision": bounds(0.071, 0.043, 0.106)}},
    "fairness": [
        {
            "attribute": "gender",
            "is_pair": False,
            "people": 190,
            "not_recorded": 0,
            "ratios": {},
            "groups": [
                judged("man", bounds(1.0, 1.0, 1.0)),
                judged("woman", bounds(0.9, 0.75, 1.05)),
                judged("another", bounds(UNKNOWN, UNKNOWN, UNKNOWN)),
                {"group": "not said", "is_suppressed": True, "people": None, "rows": None},
            ],
        }
    ],
    "by_group": [
        {
            "by": "level",
            "group": "1",
            "is_suppressed": False,
            "n": 90,
            "people": 90,
            "base_rate": 0.4,
            "mean_risk": 0.4,
            **dict.fromkeys(("auc", "average_precision", "calibration_slope"), bounds(0.66, 0.6, 0.72)),
        },
        {"by": "level", "group": "2", "is_suppressed": True},
    ],
}
