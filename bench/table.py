"""The bench's one table, from the figures as JSON has them: for the terminal, and for the page in `docs`."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

Figures = Mapping[str, Any]

HEADER: Final = ("what", "people", "services", "side", "time, s", "CPU, s", "peak, GB", "ratio")
RATIO: Final = "ratio: how many times as long, and as much memory, the peer takes; median (least to most) of the runs"


def for_terminal(figures: Figures) -> Group:
    """A Rich table with all sizes and sides; what each side does, the agreement and the growth stand below it."""
    table = Table(box=box.SIMPLE_HEAD)
    for name in HEADER:
        table.add_column(name, justify="left" if name in ("what", "side", "ratio") else "right", no_wrap=True)
    for row in rows(figures):
        table.add_row(*row)
    return Group(table, *(Text(note) for note in notes(figures)))


def for_page(figures: Figures) -> str:
    """The same in Markdown."""
    lines = [" | ".join(("", *row, "")).strip() for row in (HEADER, ("---",) * len(HEADER), *rows(figures))]
    return "\n".join([*lines, "", *(f"- {note}" for note in notes(figures))])


def rows(figures: Figures) -> Iterator[tuple[str, ...]]:
    """Cells as text, a row a part, size and side."""
    for part in figures["parts"]:
        for size in part["sizes"]:
            for name, side in size["sides"].items():
                yield (
                    part["title"],
                    f"{size['people']:,}",
                    f"{size['services']:,}",
                    name,
                    _spread(side["seconds"]),
                    _spread(side["cpu_seconds"]),
                    _spread(side["peak_bytes"], 1e9),
                    _ratio(size) if name == part["sides"][0]["name"] and size["times_faster"] else "",
                )


def notes(figures: Figures) -> Iterator[str]:
    """What a reader needs to know to read the rows."""
    yield f"{RATIO}."
    for part in figures["parts"]:
        for side in part["sides"]:
            yield f"{part['title']}, {side['name']}: {side['does']}."
        for size in part["sizes"]:
            yield f"{part['title']}, {size['people']:,} people: {size['agreement']}."
        for growth in part["growth"]:
            small, large = growth["people"]
            yield (
                f"{part['title']}, {growth['side']}, {small:,} to {large:,} people: "
                f"time × {growth['times_seconds']:.1f} (exponent {growth['exponent_seconds']:.2f}), "
                f"memory × {growth['times_peak']:.1f} (exponent {growth['exponent_peak']:.2f})."
            )
    yield "; ".join(f"{name} {value}" for name, value in figures["machine"].items()) + "."


def _spread(spread: Mapping[str, float], unit: float = 1) -> str:
    middle, least, most = (spread[name] / unit for name in ("median", "least", "most"))
    return f"{_number(middle)}" + ("" if least == most else f" ({_number(least)} to {_number(most)})")


def _ratio(size: Mapping[str, Any]) -> str:
    return f"time {_spread(size['times_faster'])}, memory {_spread(size['times_leaner'])}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
