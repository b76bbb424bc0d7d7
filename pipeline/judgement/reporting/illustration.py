"""Illustrations of figures that are done. One that fails is left out and named; it never ends a run."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Made = TypeVar("Made")
Drawn = Callable[["Axes"], None]
_DPI: Final = 150
"""Of a PNG: sharp in a document and on a slide."""

STYLE: Final[dict[Any, Any]] = {
    "svg.hashsalt": "retention",
    "text.parse_math": False,
    "text.usetex": False,
    "axes.formatter.use_mathtext": False,
}
"""The fixed salt makes the output reproducible: the same figures give the same bytes. Labels are never parsed as
mathematics: they hold names of the source, such as `Sales $#1$`."""


@dataclass(frozen=True)
class MissingIllustration:
    """An illustration that could not be made, and the type of the error; its text could hold values of the source."""

    name: str
    fault: str

    def __str__(self) -> str:
        return f"{self.name} ({self.fault})"


@dataclass(frozen=True)
class Attempt(Generic[Made]):
    """What was made, or why it is missing."""

    made: Made | None = None
    missing: tuple[MissingIllustration, ...] = ()


def attempt(name: str, make: Callable[[], Made]) -> Attempt[Made]:
    """Makes an illustration; any error only makes it missing."""
    try:
        return Attempt(make())
    except Exception as error:  # whatever it is, the figures are done and are worth more than their picture
        return Attempt(missing=(MissingIllustration(name, type(error).__name__),))


@dataclass(frozen=True)
class Picture:
    """A plot as SVG, and the same as PNG."""

    svg: str
    png: bytes


def svg_of(draw: Drawn, size: tuple[float, float], style: dict[Any, Any] | None = None, title: str = "") -> str:
    """A plot as SVG; empty if nothing was drawn."""
    out = io.StringIO()
    metadata = {"Date": None} | ({"Title": title} if title else {})
    return out.getvalue() if _drawn(draw, size, style, [(out, "svg", metadata)]) else ""


def picture_of(draw: Drawn, size: tuple[float, float], style: dict[Any, Any] | None = None) -> Picture | None:
    """A plot as SVG and PNG; None if nothing was drawn."""
    svg, png = io.StringIO(), io.BytesIO()
    files: list[_File] = [(svg, "svg", {"Date": None}), (png, "png", {"Software": None})]
    return Picture(svg.getvalue(), png.getvalue()) if _drawn(draw, size, style, files) else None


_File = tuple[Any, str, dict[str, Any]]


def _drawn(draw: Drawn, size: tuple[float, float], style: dict[Any, Any] | None, files: Sequence[_File]) -> bool:
    """Whether anything was drawn, and if so saved. The only place where plots are drawn and saved."""
    import matplotlib as mpl  # half a second to import, for which most commands need not wait
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE | (style or {})):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        if not axes.lines and not axes.containers:
            return False
        for file, form, metadata in files:
            figure.savefig(file, format=form, metadata=metadata, dpi=_DPI)
    return True
