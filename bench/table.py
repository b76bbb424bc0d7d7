"""The bench's one table, from the figures as JSON has them: for the terminal, and for the page in `docs`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

Figures = Mapping[str, Any]

HEADER: Final = ("what", "people", "services", "side", "time, s", "CPU, s", "peak, GB", "ratio")
RATIO: Final = "ratio: how many times as long, and as much memory, the peer takes; median (least to most) of the runs"


SERVED_HEADER: Final = ("served", "unit", "retention", "mlflow models serve", "ratio", "aim")


def for_terminal(figures: Figures) -> Group:
    """Rich tables with all sizes and sides, and of what is served; what each side does stands below them."""
    tables = [
        _table(header, found)
        for header, found in ((HEADER, list(rows(figures))), (SERVED_HEADER, list(served_rows(figures))))
        if found
    ]
    return Group(*tables, *(Text(note) for note in notes(figures)))


def _table(header: Sequence[str], found: Sequence[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in header:
        table.add_column(name, justify="left" if name in ("what", "side", "ratio", "served") else "right", no_wrap=True)
    for row in found:
        table.add_row(*row)
    return table


def for_page(figures: Figures) -> str:
    """The same in Markdown."""
    lines: list[str] = []
    for header, found in ((HEADER, list(rows(figures))), (SERVED_HEADER, list(served_rows(figures)))):
        if found:
            lines += [" | ".join(("", *row, "")).strip() for row in (header, ("---",) * len(header), *found)] + [""]
    return "\n".join([*lines, *(f"- {note}" for note in notes(figures))])


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


def served_rows(figures: Figures) -> Iterator[tuple[str, ...]]:
    """Cells as text, a row a figure of the served product."""
    for figure in figures.get("serving", {}).get("figures", []):
        yield (
            figure["what"],
            figure["unit"],
            *(_spread(figure[name]) for name in ("retention", "mlflow", "ratio")),
            figure["asked"],
        )


def notes(figures: Figures) -> Iterator[str]:
    """What a reader needs to know to read the rows."""
    if figures["parts"]:
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
    if served := figures.get("serving"):
        before, after = (bytes_ / 1e6 for bytes_ in served["memory"]["bytes"])
        yield (
            f"Served: {served['people']:,} published people, {served['features']} features each, one worker, asked by "
            f"wrk {served['at_a_time']} at a time; mlflow scores one record. Ratio: above 1 we are ahead."
        )
        yield (
            f"Served: resident memory {before:,.0f} MB after {served['memory']['requests'][0]:,} requests, "
            f"{after:,.0f} MB after {served['memory']['requests'][1]:,} more."
        )
    yield "; ".join(f"{name} {value}" for name, value in figures["machine"].items()) + "."


def _spread(spread: Mapping[str, float], unit: float = 1) -> str:
    middle, least, most = (spread[name] / unit for name in ("median", "least", "most"))
    return f"{_number(middle)}" + ("" if least == most else f" ({_number(least)} to {_number(most)})")


def _ratio(size: Mapping[str, Any]) -> str:
    return f"time {_spread(size['times_faster'])}, memory {_spread(size['times_leaner'])}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
