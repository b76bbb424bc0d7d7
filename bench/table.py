"""The bench's tables from its JSON, one block per part: for the terminal, and for the page in `docs`."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from bench.part import Rows

Figures = Mapping[str, Any]

WIDTH: Final = 110
"""Width in columns that fits every block, with the spreads of several runs."""


def for_terminal(figures: Figures) -> Group:
    """Every part: its title, its tables, and notes for the reader."""
    shown: list[Text | Table] = []
    for part in figures["parts"].values():
        shown += [Text(part["title"], style="bold"), *map(_drawn, tables(part)), *map(Text, notes(part)), Text("")]
    return Group(*shown, *map(Text, machines(figures)))


def for_page(figures: Figures) -> str:
    """The same in Markdown."""
    blocks = []
    for part in figures["parts"].values():
        text = "\n".join(f"- {note}" for note in notes(part))
        blocks += [f"### {part['title']}", *map(_markdown, tables(part)), text]
    return "\n\n".join([*blocks, *machines(figures)])


def tables(part: Figures) -> Iterator[Rows]:
    """The figures of each size with one column per side, the part's own tables, ratios, and the growth of sizes."""
    for size in part["sizes"]:
        yield _figures(part, size)
        yield from (Rows(table["header"], table["rows"]) for table in size.get("tables", ()))
        if size["ratios"]:
            rows = [(ratio["title"], _spread(ratio), ratio["aim"]) for ratio in size["ratios"]]
            yield _without_empty(Rows((f"ratio, {size['people']:,}", "times", "aim"), rows))
    if part["growth"]:
        yield Rows(("growth", "people", "times", "exponent"), [_growth(each) for each in part["growth"]])


def notes(part: Figures) -> Iterator[str]:
    """What each side does, how much was measured, and what was equal."""
    for side in part["sides"]:
        yield f"{side['name']}: {side['does']}."
    for size in part["sizes"]:
        text = f"{size['sized']}, median (least–most) of {max(map(len, size['runs'].values()))}"
        yield f"{text}: {size['agreement']}." if size["agreement"] else f"{text}."


def machines(figures: Figures) -> Iterator[str]:
    """What the parts were measured on; parts are named if machines or versions differ."""
    parts: dict[str, list[str]] = {}
    for part in figures["parts"].values():
        machine = "; ".join(f"{name} {value}" for name, value in part["machine"].items())
        parts.setdefault(machine, []).append(part["title"])
    for machine, titles in parts.items():
        yield f"{', '.join(titles)}: {machine}." if len(parts) > 1 else f"{machine}."


def _figures(part: Figures, size: Figures) -> Rows:
    rows = [
        (
            f"{figure['title']}, {figure['unit']}",
            *(_spread(spreads.get(figure["name"])) for spreads in size["spreads"].values()),
            figure["aim"],
        )
        for figure in part["figures"]
    ]
    return _without_empty(Rows((f"{size['people']:,}", *size["spreads"], "aim"), rows))


def _growth(growth: Figures) -> tuple[str, ...]:
    small, large = growth["people"]
    text = f"{growth['side']}: {growth['figure']}"
    return text, f"{small:,} to {large:,}", _number(growth["times"]), f"{growth['exponent']:.2f}"


def _without_empty(table: Rows) -> Rows:
    """The table without the column of aims if it is empty."""
    if any(row[-1] for row in table.rows):
        return table
    return Rows(table.header[:-1], [row[:-1] for row in table.rows])


def _drawn(table: Rows) -> Table:
    drawn = Table(box=box.SIMPLE_HEAD)
    for position, name in enumerate(table.header):
        drawn.add_column(name, justify="right" if position and name != "aim" else "left", overflow="fold")
    for row in table.rows:
        drawn.add_row(*row)
    return drawn


def _markdown(table: Rows) -> str:
    lines = (table.header, ("---",) * len(table.header), *table.rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _spread(spread: Mapping[str, Any] | None) -> str:
    if spread is None:
        return ""
    middle, least, most = (_number(spread[name]) for name in ("median", "least", "most"))
    return middle if least == most else f"{middle} ({least}–{most})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
