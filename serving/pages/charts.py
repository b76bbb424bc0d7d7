"""Charts as SVG: lines with their ranges, and bars in the cells of a table.

Only shapes are drawn. Words and figures are HTML around them, so that they keep their size on a phone and a screen
reader can read them. Shapes stretch to the available width; strokes do not (`vector-effect`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from typing import Final

from jinja2.utils import markupsafe  # type: ignore[attr-defined]

WIDTH: Final = 1000
HEIGHT: Final = 100
MAX_STEPS: Final = 4
"""The most steps of an axis. It has one label more."""

EDGE: Final = 0.05
"""A label nearer than this share of the axis to one of its ends is aligned with that end."""


@dataclass(frozen=True)
class Point:
    """A point of a line: its label on the axis, and its figure; None where it is not known."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    beside: float | None = None
    """A second figure at the same position, drawn as a dot: the actual figure beside the expected one."""

    at: float | None = None
    """Its horizontal position, in any unit; None where all points are equally far apart."""


def month(day: date, value: float | None, low: float | None = None, high: float | None = None) -> Point:
    """The figure of a month, positioned by the calendar."""
    return Point(f"{day:%Y-%m}", value, low, high, at=12.0 * day.year + day.month)


def top_of(points: Sequence[Point]) -> float:
    """The end of the axis of a line chart: the highest figure, rounded up."""
    return rounded_up(max((each for point in points for each in _figures(point)), default=0.0))


def rounded_up(number: float) -> float:
    """The smallest of 1, 1.5, 2, 3, 4, 5, 6, 8 or 10 times a power of ten that is not below the number."""
    if number <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(number))
    return next(step * unit for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if number <= step * unit * (1 + 1e-9))


def _figures(point: Point) -> list[float]:
    return [each for each in (point.value, point.high, point.beside) if each is not None]


def line(points: Sequence[Point], title: str, description: str, mark: float | None = None) -> "markupsafe.Markup":
    """A line on an axis from 0 to `top_of`, its range as an area, `beside` as dots, and a dashed line at `mark`."""
    top = top_of(points)
    at = [(round(share * WIDTH, 1), point) for share, point in zip(_across(points), points, strict=True)]
    upper = [(x, _y(point.high, top)) for x, point in at if point.high is not None and point.low is not None]
    lower = [(x, _y(point.low, top)) for x, point in at if point.high is not None and point.low is not None]
    shapes = _grid()
    if mark is not None:
        shapes.append(f'<path class="same" d="M0 {_y(mark, top)}H{WIDTH}"/>')
    if len(upper) > 1:
        shapes.append(f'<path class="range" d="M{_path([*upper, *reversed(lower)])}Z"/>')
    known = [(x, _y(point.value, top)) for x, point in at if point.value is not None]
    if known:
        shapes.append(f'<path class="line" d="M{_path(known)}"/>')
        shapes += [f'<path class="dot" d="M{x} {y}h.01"/>' for x, y in known]
    shapes += [
        f'<path class="dot beside" d="M{x} {_y(point.beside, top)}h.01"/>'
        for x, point in at
        if point.beside is not None
    ]
    return _svg("lines", HEIGHT, shapes, title, description)


def ticks(points: Sequence[Point], labels: Sequence[str]) -> "markupsafe.Markup":
    """The axis under a line: the label of the last point and of up to four before it, each under its point.

    A phone has room for only half of them; CSS hides every second one by its class.
    """
    apart = max(1, math.ceil((len(points) - 1) / MAX_STEPS))
    shown = list(zip(_across(points), labels, strict=True))[::-apart]
    texts = []
    for number, (share, label) in enumerate(shown):
        anchor = "start" if share < EDGE else "end" if share > 1 - EDGE else "middle"
        thin = ' class="thin"' if number % 2 else ""
        texts.append(
            f'<text{thin} x="{share * 100:.1f}%" y="1em" text-anchor="{anchor}">{markupsafe.escape(label)}</text>'
        )
    return markupsafe.Markup(f'<svg class="ticks" aria-hidden="true">{"".join(texts)}</svg>')


def curve(
    heights: Sequence[float], top: float, beside: tuple[float, float], mark: int, title: str, description: str
) -> "markupsafe.Markup":
    """A line through equally spaced heights, on an axis from 0 to `top`, with a dot at number `mark`.

    A dashed line goes from the first height of `beside`, on the left, to the second.
    """
    at = [(round(number / (len(heights) - 1) * WIDTH, 1), _y(each, top)) for number, each in enumerate(heights)]
    shapes = _grid()
    shapes.append(f'<path class="same" d="M0 {_y(beside[0], top)}L{WIDTH} {_y(beside[1], top)}"/>')
    shapes.append(f'<path class="line" d="M{_path(at)}"/><path class="dot" d="M{at[mark][0]} {at[mark][1]}h.01"/>')
    return _svg("lines", HEIGHT, shapes, title, description)


@dataclass(frozen=True)
class Group:
    """People of about the same risk: their mean risk, and the share who left, with its interval."""

    risk: float
    happened: float
    least: float
    most: float


def reliability(groups: Sequence[Group], top: float, title: str, description: str) -> "markupsafe.Markup":
    """The share who left by risk, on axes from 0 to `top`, with the line on which the two are equal."""
    shapes = _grid()
    shapes.append(f'<path class="same" d="M0 {HEIGHT}L{WIDTH} 0"/>')
    for each in groups:
        x = round(each.risk / top * WIDTH, 1)
        shapes.append(f'<path class="whisker" d="M{x} {_y(each.least, top)}V{_y(each.most, top)}"/>')
        shapes.append(f'<path class="dot" d="M{x} {_y(each.happened, top)}h.01"/>')
    return _svg("lines", HEIGHT, shapes, title, description)


def bar(value: float, most: float, low: float | None = None, high: float | None = None) -> "markupsafe.Markup":
    """A bar from the left for a cell of a table, with its range; the figure is in the next cell."""
    scale = WIDTH / (most or 1)
    shapes = [f'<rect class="bar" x="0" y="3" width="{max(0, value * scale):.1f}" height="14"/>']
    if low is not None and high is not None:
        shapes.append(f'<path class="whisker" d="M{low * scale:.1f} 10H{high * scale:.1f}"/>')
    return _svg("cell", 20, shapes)


def signed_bar(value: float, most: float) -> "markupsafe.Markup":
    """A bar from the middle: to the right for what raises the risk, to the left for what lowers it."""
    middle, scale = WIDTH / 2, WIDTH / 2 / (most or 1)
    first, last = sorted((middle, middle + value * scale))
    direction = "raises" if value > 0 else "lowers"
    shapes = [
        f'<path class="grid" d="M{middle} 0V20"/>',
        f'<rect class="{direction}" x="{first:.1f}" y="3" width="{max(last - first, 2):.1f}" height="14"/>',
    ]
    return _svg("cell", 20, shapes)


def interval(
    value: float, low: float, high: float, bottom: float, top: float, mark: float | None = None
) -> "markupsafe.Markup":
    """A dot in its interval between `bottom` and `top`, with a line at `mark`."""
    scale = WIDTH / ((top - bottom) or 1)
    shapes = [f'<path class="whisker" d="M{(low - bottom) * scale:.1f} 10H{(high - bottom) * scale:.1f}"/>']
    if mark is not None:
        shapes.insert(0, f'<path class="grid" d="M{(mark - bottom) * scale:.1f} 0V20"/>')
    shapes.append(f'<path class="dot" d="M{(value - bottom) * scale:.1f} 10h.01"/>')
    return _svg("cell", 20, shapes)


@dataclass(frozen=True)
class Step:
    """One step of a sum: its start and its end, in log-odds."""

    name: str
    begin: float
    end: float


def steps(base: float, parts: Sequence[tuple[str, float]]) -> list[Step]:
    """The base, each part on top of the previous ones, and the sum of all."""
    ends = list(accumulate((value for _, value in parts), initial=base))
    middle = [Step(name, begin, end) for (name, _), (begin, end) in zip(parts, pairwise(ends), strict=True)]
    return [Step("base", base, base), *middle, Step("score", ends[-1], ends[-1])]


def step_bar(step: Step, all_steps: Sequence[Step]) -> "markupsafe.Markup":
    """The bar of one step, on the scale of all steps."""
    ends = [each for one in all_steps for each in (one.begin, one.end)]
    bottom, top = min(ends), max(ends)
    scale = (WIDTH - 20) / ((top - bottom) or 1)
    first, last = sorted((10 + (step.begin - bottom) * scale, 10 + (step.end - bottom) * scale))
    if step.begin == step.end:
        return _svg("cell", 20, [f'<path class="total" d="M{first:.1f} 1V19"/>'])
    direction = "raises" if step.end > step.begin else "lowers"
    return _svg(
        "cell", 20, [f'<rect class="{direction}" x="{first:.1f}" y="3" width="{last - first:.1f}" height="14"/>']
    )


def _across(points: Sequence[Point]) -> list[float]:
    """The horizontal position of each point, from 0 at the left to 1."""
    positions = [number if point.at is None else point.at for number, point in enumerate(points)]
    span = (max(positions) - min(positions)) or 1 if positions else 1
    return [(position - min(positions)) / span for position in positions]


def _grid() -> list[str]:
    """Lines at a chart's top, middle and bottom."""
    return [f'<path class="grid" d="M0 {y}H{WIDTH}"/>' for y in (0, HEIGHT / 2, HEIGHT)]


def _y(value: float | None, top: float) -> float:
    return round(HEIGHT - (value or 0) / top * HEIGHT, 2)


def _path(corners: Sequence[tuple[float, float]]) -> str:
    return "L".join(f"{x} {y}" for x, y in corners)


def _svg(kind: str, height: int, shapes: Sequence[str], title: str = "", description: str = "") -> "markupsafe.Markup":
    frame = f'<svg class="{kind}" viewBox="0 0 {WIDTH} {height}" preserveAspectRatio="none"'
    if not title:
        return markupsafe.Markup(f'{frame} aria-hidden="true">{"".join(shapes)}</svg>')
    name = f"<title>{markupsafe.escape(title)}</title><desc>{markupsafe.escape(description)}</desc>"
    return markupsafe.Markup(
        f'{frame} role="img" aria-label="{markupsafe.escape(title)}">{name}{"".join(shapes)}</svg>'
    )
