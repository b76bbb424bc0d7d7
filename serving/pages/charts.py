"""Charts as SVG, drawn here: lines with their ranges, and bars that stand in the cells of a table.

Only shapes are drawn; words and figures are HTML around them, so that they keep their size on a phone and are there
for a screen reader. Shapes are stretched to the width there is, strokes are not (`vector-effect`).
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
MOST_STEPS: Final = 4
"""An axis has this many words, and one more."""

EDGE: Final = 0.05
"""A word nearer than this to an end of its axis begins or ends there."""


@dataclass(frozen=True)
class Point:
    """A place on a line: its word on the axis, and its figure; None where it is not known."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    beside: float | None = None
    """A second figure at the same place, drawn as a dot: what happened, beside what was expected."""

    at: float | None = None
    """Where it stands across, in any unit; None where all are as far apart."""


def month(day: date, value: float | None, low: float | None = None, high: float | None = None) -> Point:
    """The figure of a month, which stands as far from its neighbours as the calendar has it."""
    return Point(f"{day:%Y-%m}", value, low, high, at=12.0 * day.year + day.month)


def top_of(points: Sequence[Point]) -> float:
    """Where the axis of a line chart ends: the next round figure from the highest on."""
    return rounded_up(max((each for point in points for each in _figures(point)), default=0.0))


def rounded_up(number: float) -> float:
    """The least of 1, 1.5, 2, 3, 4, 5, 6, 8 or 10 times a power of ten that is no less than the number."""
    if number <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(number))
    return next(step * unit for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if number <= step * unit * (1 + 1e-9))


def _figures(point: Point) -> list[float]:
    return [each for each in (point.value, point.high, point.beside) if each is not None]


def line(points: Sequence[Point], title: str, description: str, mark: float | None = None) -> "markupsafe.Markup":
    """A line from 0 to `top_of`, its range as an area, what stands beside it as dots, and a dashed line at `mark`."""
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


def ticks(points: Sequence[Point], words: Sequence[str]) -> "markupsafe.Markup":
    """The axis under a line: the word of the last point, and of up to four before it, each under its point.

    A phone has room for every second of them, which CSS leaves out by its class.
    """
    apart = max(1, math.ceil((len(points) - 1) / MOST_STEPS))
    said = list(zip(_across(points), words, strict=True))[::-apart]
    texts = []
    for number, (share, word) in enumerate(said):
        anchor = "start" if share < EDGE else "end" if share > 1 - EDGE else "middle"
        thin = ' class="thin"' if number % 2 else ""
        texts.append(
            f'<text{thin} x="{share * 100:.1f}%" y="1em" text-anchor="{anchor}">{markupsafe.escape(word)}</text>'
        )
    return markupsafe.Markup(f'<svg class="ticks" aria-hidden="true">{"".join(texts)}</svg>')


def curve(
    heights: Sequence[float], top: float, beside: tuple[float, float], mark: int, title: str, description: str
) -> "markupsafe.Markup":
    """A line through heights at even distances, from 0 to `top`, with a dot on the one at `mark`.

    The dashed line goes from the first of `beside`, on the left, to the second.
    """
    at = [(round(number / (len(heights) - 1) * WIDTH, 1), _y(each, top)) for number, each in enumerate(heights)]
    shapes = _grid()
    shapes.append(f'<path class="same" d="M0 {_y(beside[0], top)}L{WIDTH} {_y(beside[1], top)}"/>')
    shapes.append(f'<path class="line" d="M{_path(at)}"/><path class="dot" d="M{at[mark][0]} {at[mark][1]}h.01"/>')
    return _svg("lines", HEIGHT, shapes, title, description)


@dataclass(frozen=True)
class Group:
    """People of about the same risk: what was told of them, and what share left, with its interval."""

    risk: float
    happened: float
    least: float
    most: float


def reliability(groups: Sequence[Group], top: float, title: str, description: str) -> "markupsafe.Markup":
    """What happened against what was told, from 0 to `top` both ways, with the line on which both are the same."""
    shapes = _grid()
    shapes.append(f'<path class="same" d="M0 {HEIGHT}L{WIDTH} 0"/>')
    for each in groups:
        x = round(each.risk / top * WIDTH, 1)
        shapes.append(f'<path class="whisker" d="M{x} {_y(each.least, top)}V{_y(each.most, top)}"/>')
        shapes.append(f'<path class="dot" d="M{x} {_y(each.happened, top)}h.01"/>')
    return _svg("lines", HEIGHT, shapes, title, description)


def bar(value: float, most: float, low: float | None = None, high: float | None = None) -> "markupsafe.Markup":
    """A bar from the left for a cell of a table, with its range; the figure stands in the cell beside it."""
    scale = WIDTH / (most or 1)
    shapes = [f'<rect class="bar" x="0" y="3" width="{max(0, value * scale):.1f}" height="14"/>']
    if low is not None and high is not None:
        shapes.append(f'<path class="whisker" d="M{low * scale:.1f} 10H{high * scale:.1f}"/>')
    return _svg("cell", 20, shapes)


def push(value: float, most: float, begin: float = 0.0) -> "markupsafe.Markup":
    """A bar to the right of the middle for what raises the risk, to the left for what lowers it."""
    middle, scale = WIDTH / 2, WIDTH / 2 / (most or 1)
    first, last = sorted((middle + begin * scale, middle + (begin + value) * scale))
    way = "raises" if value > 0 else "lowers"
    shapes = [
        f'<path class="grid" d="M{middle} 0V20"/>',
        f'<rect class="{way}" x="{first:.1f}" y="3" width="{max(last - first, 2):.1f}" height="14"/>',
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
    """One step of a sum: where it begins and ends, in log-odds."""

    name: str
    begin: float
    end: float


def steps(base: float, parts: Sequence[tuple[str, float]]) -> list[Step]:
    """Base, each part on top of those before, and the sum: the last step ends where the first and the parts add up."""
    ends = list(accumulate((value for _, value in parts), initial=base))
    middle = [Step(name, begin, end) for (name, _), (begin, end) in zip(parts, pairwise(ends), strict=True)]
    return [Step("base", base, base), *middle, Step("score", ends[-1], ends[-1])]


def step_bar(step: Step, all_steps: Sequence[Step]) -> "markupsafe.Markup":
    """A step of a sum, on the scale of all of them."""
    ends = [each for one in all_steps for each in (one.begin, one.end)]
    bottom, top = min(ends), max(ends)
    scale = (WIDTH - 20) / ((top - bottom) or 1)
    first, last = sorted((10 + (step.begin - bottom) * scale, 10 + (step.end - bottom) * scale))
    if step.begin == step.end:
        return _svg("cell", 20, [f'<path class="total" d="M{first:.1f} 1V19"/>'])
    way = "raises" if step.end > step.begin else "lowers"
    return _svg("cell", 20, [f'<rect class="{way}" x="{first:.1f}" y="3" width="{last - first:.1f}" height="14"/>'])


def _across(points: Sequence[Point]) -> list[float]:
    """Where each point stands, from 0, left, to 1."""
    places = [number if point.at is None else point.at for number, point in enumerate(points)]
    span = (max(places) - min(places)) or 1 if places else 1
    return [(place - min(places)) / span for place in places]


def _grid() -> list[str]:
    """The lines of a chart's top, middle and foot."""
    return [f'<path class="grid" d="M0 {y}H{WIDTH}"/>' for y in (0, HEIGHT / 2, HEIGHT)]


def _y(value: float | None, top: float) -> float:
    return round(HEIGHT - (value or 0) / top * HEIGHT, 2)


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "L".join(f"{x} {y}" for x, y in places)


def _svg(kind: str, height: int, shapes: Sequence[str], title: str = "", description: str = "") -> "markupsafe.Markup":
    frame = f'<svg class="{kind}" viewBox="0 0 {WIDTH} {height}" preserveAspectRatio="none"'
    if not title:
        return markupsafe.Markup(f'{frame} aria-hidden="true">{"".join(shapes)}</svg>')
    told = f"<title>{markupsafe.escape(title)}</title><desc>{markupsafe.escape(description)}</desc>"
    return markupsafe.Markup(
        f'{frame} role="img" aria-label="{markupsafe.escape(title)}">{told}{"".join(shapes)}</svg>'
    )
