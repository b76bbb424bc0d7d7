"""The promotion gate: what a challenger must show before it serves. Reports in, conditions with their figures out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any, Final

from features.errors import Finding, Refused

SLOPE_LIMITS: Final = (0.8, 1.25)
"""Outside of these a risk is not what happens, and must not be served as a probability."""
COMPARED: Final = {"average_precision": 1, "log_loss": -1}
"""What is compared with the champion on the same rows, and whether more of it is better."""

_WORDS: Final = {"average_precision": "average precision", "log_loss": "log loss"}
_KNOW_NOTHING: Final = ("base_rate", "tenure")
_PARTS: Final = ("logistic", "boosting")
_RATIO_WORDS: Final = {"selection_rate": "selection rate", "recall": "recall"}


@dataclass(frozen=True)
class Gate:
    """One condition of promotion with its figure.

    `short_by` is how far the figure itself lies beyond the limit, in its own unit; None where it is inside. A condition
    that passes all the same is open: the interval reaches the limit, so the rows settle neither.
    """

    gate: str
    passed: bool
    value: float | None
    limit: str
    low: float | None = None
    high: float | None = None
    short_by: float | None = None

    @property
    def is_open(self) -> bool:
        return self.passed and self.short_by is not None

    @property
    def figure(self) -> str:
        """The figure with its interval, where there is one."""
        bounds = f" ({self.low:.3f} to {self.high:.3f})" if self.low is not None and self.high is not None else ""
        return "not known" if self.value is None else f"{self.value:.3f}{bounds}"

    def __str__(self) -> str:
        short = "" if self.short_by is None else f", short by {self.short_by:.3f}"
        short += ", though the interval leaves it open" if self.is_open else ""
        return f"{self.gate}: {self.figure}, asked {self.limit}{short}"


@dataclass(frozen=True)
class Contender:
    """A model version and the report of its training."""

    version: str
    report: Mapping[str, Any]


def gate(challenger: Contender, champion: Contender | None, fairness_limit: float) -> list[Gate]:
    """Every condition, passed or not.

    - The calibration slope lies within `SLOPE_LIMITS`.
    - Average precision is at least that of the base rate and of tenure alone, and not worse than that of either part
      of the blend alone.
    - On the same rows, average precision and log loss are not worse than the champion's. *Not worse*: the 95 %
      interval of the paired difference does not lie wholly on the worse side.
    - Between the groups of each protected attribute selection rate and recall are not shown to be further
      apart than `fairness_limit` (the least group's by the greatest group's, with an interval for all pairs at once).

    A champion of another source was judged on other people and is not compared. A figure that is missing or not
    defined does not pass.
    """
    report = challenger.report
    gates = [_slope(report), *_baselines(report)]
    if champion and champion.version != challenger.version and champion.report["source"] == report["source"]:
        gates += _champion(challenger, champion)
    return [*gates, *_fairness(report, fairness_limit)]


def refused(version: str, gates: list[Gate]) -> Refused:
    """What a person is told: each gate that was missed, and by how much."""
    remedy = f'`retention models promote {version} --reason "…"` overrides it, and stays on record.'
    return Refused([Finding(str(one), "gate", "", 0, remedy) for one in gates if not one.passed])


def _slope(report: Mapping[str, Any]) -> Gate:
    low, high = SLOPE_LIMITS
    figure = report["metrics"]["calibration_slope"]
    short = max(low - figure["value"], figure["value"] - high)
    return _judged("calibration slope", figure, f"{low} to {high}", short, short)


def _baselines(report: Mapping[str, Any]) -> Iterator[Gate]:
    mine = report["metrics"]["average_precision"]
    for name in _KNOW_NOTHING:
        if name in report["baselines"]:
            floor = report["baselines"][name]["average_precision"]
            short = floor - mine["value"]
            yield _judged(f"average precision against {_spaced(name)}", mine, f"≥ {floor:.3f}", short, short)
    for name in _PARTS:
        if name in report["baselines"]:
            difference = report.get("against_parts", {}).get(name)
            yield _not_worse(f"average precision against {_spaced(name)} alone", difference, 1)


def _champion(challenger: Contender, champion: Contender) -> Iterator[Gate]:
    for metric, sign in COMPARED.items():
        gate_name = f"{_WORDS[metric]} against the champion, version {champion.version}"
        yield _not_worse(gate_name, _difference(challenger, champion, metric), sign)


def _difference(challenger: Contender, champion: Contender, metric: str) -> Mapping[str, float] | None:
    """The challenger's figure less the champion's on the same rows, from whichever of the two was trained later."""
    own = challenger.report.get("against_champion")
    if own and own["version"] == champion.version:
        return dict(own[metric])
    theirs = champion.report.get("against_champion")
    if theirs and theirs["version"] == challenger.version:
        turned = theirs[metric]
        return {"value": -turned["value"], "low": -turned["high"], "high": -turned["low"]}
    return None


def _not_worse(name: str, difference: Mapping[str, float] | None, sign: int) -> Gate:
    """`sign` is 1 where more is better, -1 where less is."""
    if difference is None:
        return Gate(name, False, None, "a comparison on the same rows; train again to get one")
    short, least_short = -sign * difference["value"], -difference["high"] if sign > 0 else difference["low"]
    return _judged(name, difference, "a difference ≥ 0" if sign > 0 else "a difference ≤ 0", short, least_short)


def _fairness(report: Mapping[str, Any], limit: float) -> Iterator[Gate]:
    for entry in report.get("fairness", ()):
        if entry.get("is_pair"):  # of ten groups the least and the greatest differ by chance: told, and not judged
            continue
        for figure, ratio in entry["ratios"].items():
            if ratio is None:  # fewer than two groups that are large enough
                continue
            name = f"{_RATIO_WORDS[figure]} by {entry['attribute']}, {ratio['group']} against {ratio['against']}"
            short, high = limit - _number(ratio["value"]), _number(ratio["high"])
            yield _judged(name, ratio, f"≥ {limit:g}", short, limit - high if isfinite(high) else short)


def _judged(name: str, figure: Mapping[str, float], limit: str, short: float, least_short: float) -> Gate:
    """`short` is how far the figure lies beyond its limit, `least_short` how far its interval does everywhere.

    At most 0 of either passes; NaN does not.
    """
    value, low, high = (_known(figure.get(bound)) for bound in ("value", "low", "high"))
    passed = value is not None and (short <= 0 or least_short <= 0)
    return Gate(name, passed, value, limit, low, high, short if short > 0 else None)


def _number(value: float | None) -> float:
    return nan if value is None else value


def _known(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _spaced(name: str) -> str:
    return name.replace("_", " ")
