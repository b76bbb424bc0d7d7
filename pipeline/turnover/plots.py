"""Charts of turnover, as SVG and PNG: rates over time and of each group, and who of a cohort is still employed."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pipeline.judgement.reporting.illustration import Attempt, Picture, attempt, picture_of
from pipeline.turnover.groups.monthly import EVERYONE, MANAGER
from pipeline.turnover.rates import Rate
from pipeline.turnover.report import CohortRow, GroupRow, MonthRow, Turnover

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BLUE: Final = "#1f5a94"
_GREY: Final = "#8a8a8a"
_SIZE: Final = (6.4, 4.2)
_STYLE: Final[dict[Any, Any]] = {"font.size": 10, "axes.spines.top": False, "axes.spines.right": False}
_MOST_GROUPS: Final = 20


def charts_of(turnover: Turnover) -> dict[str, Attempt[Picture | None]]:
    """Each chart by its name; one that has no figures is None, and one that cannot be drawn is missing."""
    return {name: attempt(name, partial(picture_of, draw, _SIZE, _STYLE)) for name, draw in _drawings(turnover).items()}


def _drawings(turnover: Turnover) -> Mapping[str, Callable[["Axes"], None]]:
    drawn: dict[str, Callable[[Axes], None]] = {
        "rate_over_time": partial(_over_time, [row for row in turnover.months if row.by == EVERYONE]),
        "still_employed": partial(_still_employed, turnover.cohorts),
    }
    for by in dict.fromkeys(row.by for row in turnover.groups if row.by not in (EVERYONE, MANAGER)):
        drawn[f"by_{by}"] = partial(_by_group, by, [row for row in turnover.groups if row.by == by])
    return drawn


def _over_time(rows: Sequence[MonthRow], axes: "Axes") -> None:
    shown = [(row.month, row.voluntary_rate_12m) for row in rows if row.voluntary_rate_12m]
    if not shown:
        return
    days: Any = [day for day, _ in shown]
    rates = [rate for _, rate in shown]
    axes.plot(days, [rate.value for rate in rates], color=_BLUE)
    axes.fill_between(days, [rate.low for rate in rates], [rate.high for rate in rates], color=_BLUE, alpha=0.2)
    axes.set_ylim(0)
    axes.yaxis.set_major_formatter(_percent)
    axes.set(ylabel="voluntary exits a year per person", title="Voluntary turnover, twelve months to each month")


def _by_group(by: str, rows: Sequence[GroupRow], axes: "Axes") -> None:
    shown = sorted(
        ((str(row.group or "not known"), row.voluntary_rate) for row in rows if row.voluntary_rate),
        key=lambda each: each[1].value,
    )[-_MOST_GROUPS:]
    if not shown:
        return
    rates: list[Rate] = [rate for _, rate in shown]
    values = [rate.value for rate in rates]
    errors = [[rate.value - rate.low for rate in rates], [rate.high - rate.value for rate in rates]]
    axes.errorbar(values, range(len(shown)), xerr=errors, fmt="o", color=_BLUE, capsize=3)
    axes.set_yticks(range(len(shown)), [name for name, _ in shown])
    axes.set_xlim(0)
    axes.xaxis.set_major_formatter(_percent)
    axes.set(xlabel="voluntary exits a year per person, 95 % interval", title=f"Voluntary turnover by {by}")


def _still_employed(cohorts: Sequence[CohortRow], axes: "Axes") -> None:
    for row in cohorts:
        if not row.curve:
            continue
        months, shares = [0, *(each.months for each in row.curve)], [1.0, *(each.still_here for each in row.curve)]
        colour = _BLUE if row.cohort is None else _GREY
        axes.plot(months, shares, marker="o", markersize=4, color=colour, label=row.cohort or "everyone")
        axes.annotate(row.cohort or "everyone", (months[-1], shares[-1]), fontsize=8, color=colour)
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(_percent)
    axes.set(xlabel="months since the hire", ylabel="still employed", title="Retention by year of hire")


def _percent(value: float, _: object) -> str:
    return f"{value:.0%}"
