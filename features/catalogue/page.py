"""Writes the catalogue as a page: `python -m features.catalogue.page > docs/features.md`."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from features.catalogue.catalogue import Feature, catalogue
from features.contract.vocabulary import CONTEXT, DRIVERS, Driver
from features.simulation.run import SOURCE_TOML, simulate
from features.source import CrossSection, Source, load_source

_COMMAND: Final = "python -m features.catalogue.page > docs/features.md"
_INTRODUCTION: Final = """# Features

<!-- Written by `{command}`; a test compares the two. -->

What the product knows about a person on a snapshot date: {fixed} features that every source with all tables gives, and
{of_items} about the items in `surveys`, `measures` and `competencies`. The items below are those of the simulated
company, with one measure added; your source's items replace them. A source without a table lacks its features.

- **limits**: the lowest and the highest possible value; – where there is none, or where it is the source's own.
- **window**: the time that the figure covers, (start, end] in months before the snapshot date; `now` is the value in
  force on that date, `start` the beginning of the records.
- **worse**: the direction that is expected to raise the risk; – where none is expected. It constrains the model only
  where a what-if changes the figure.
- **unknown**: the meaning of a missing figure. It is never replaced by zero.
- **peers**: whom the person is compared with.
- **can act**: whether an employer can change it.
- A **log ratio** is the logarithm of one amount over another: 0.1 is about 10 % more, -0.1 about 10 % less.
"""
_COLUMNS: Final = ("feature", "what it says", "unit", "limits", "window", "worse", "unknown", "peers", "can act")
_EXAMPLE_MEASURE: Final = '\n[measures.deals_closed]\ndriver = "context"\nlabel = "Deals closed"\n'


def page(features: Mapping[str, Feature]) -> str:
    """The catalogue in Markdown: one table per driver, in the order of the catalogue."""
    of_items = sum(bool(feature.item) for feature in features.values())
    head = _INTRODUCTION.format(command=_COMMAND, fixed=len(features) - of_items, of_items=of_items)
    return head + "".join(_section(driver, features) for driver in (*DRIVERS, CONTEXT))


def example_source(folder: Path) -> Source:
    """A source with every table of the contract, made in `folder`: a small simulated company with a measure added."""
    company = folder / "company"
    simulate(company, employees=100, months=24)
    _add_measure(company)
    source = load_source(company, folder / "tables")
    if isinstance(source, CrossSection):
        raise TypeError("the simulated company has dates")
    return source


def _add_measure(company: Path) -> None:
    reviews = pl.read_parquet(company / "performance.parquet").head(1)
    measures = reviews.select(
        "employee_id", measured_at="review_date", name=pl.lit("deals_closed"), value=pl.col("rating").cast(pl.Float64)
    )
    measures.write_parquet(company / "measures.parquet")
    settings = company / SOURCE_TOML
    settings.write_text(settings.read_text(encoding="utf-8") + _EXAMPLE_MEASURE, encoding="utf-8")


def _section(driver: Driver, features: Mapping[str, Feature]) -> str:
    of_driver = [feature for feature in features.values() if feature.driver == driver]
    lines = [f"\n## {driver.capitalize()}\n", _row(_COLUMNS), _row(["---"] * len(_COLUMNS)), *_rows(of_driver)]
    return "\n".join(lines) + "\n"


def _rows(features: Sequence[Feature]) -> Iterator[str]:
    for feature in features:
        yield _row([
            f"`{feature.name}`", feature.label, feature.unit, _limits(feature), feature.window, feature.worse or "–",
            feature.null_means, feature.peers or "–", "yes" if feature.actionable else "no",
        ])  # fmt: skip


def _limits(feature: Feature) -> str:
    match feature.lower, feature.upper:
        case None, None:
            return "–"
        case lower, None:
            return f"from {lower:,g}"
        case None, upper:
            return f"up to {upper:,g}"
        case lower, upper:
            return f"{lower:,g} to {upper:,g}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        sys.stdout.write(page(catalogue(example_source(Path(temporary)))))
