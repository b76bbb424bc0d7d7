"""What a model learned from, as sums over groups: later months are compared with it, without the rows themselves.

Stored beside the model as `learned_from.json`; a model of an earlier version has none. Nothing in it describes fewer
than five people: smaller cells are merged when it is made (`pipeline.judgement.learned_sums`). Two files do: those of
models trained before and after a person was erased differ by that person's rows, among all else that changed.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

from pipeline.data_counts import DataCounts

FILE: Final = "learned_from.json"

Cell = int | str | None
"""The number of a cell between edges, the level of a category, or None for unknown."""


@dataclass(frozen=True)
class LearnedFeature:
    """One feature in the last year that a model learned from.

    known: the share of rows in which it is known, over the year; least_known: in the month with the lowest share.
    needs: the tables and columns that it is computed from (`features.catalogue.feature.Family`).
    edges: the upper edges of all cells of a number but the last, rounded; None for a category.
    cells: the rows of each cell; empty if it is known for nobody. Rare levels are one cell, `OTHER`.
    usual: the largest population stability index of any month against the whole year.
    """

    known: float
    least_known: float
    needs: tuple[str, ...]
    edges: tuple[float, ...] | None
    cells: Mapping[Cell, int]
    usual: float


@dataclass(frozen=True)
class TableMonths:
    """How many rows a table has a month, by their own dates.

    least: for windows of 1, 4 and 15 months, the fewest rows in any such window; only those with enough rows to
    compare. behind: the months at the end that were not complete yet when the model learned.
    """

    least: Mapping[int, int]
    behind: int


@dataclass(frozen=True)
class LearnedFrom:
    """The last year that a model learned from.

    first, last: its snapshot dates; None for a cross-section. rows: of that year, in a large company of a random sample
    of them; least_people: in its smallest month.
    rates: the expected exit rate of each month, by the model; base_rate: the share who left.
    months: of tables with a date, counted from `months_from` on. counts: what validation counted.
    """

    first: date | None
    last: date | None
    rows: int
    least_people: int
    rates: tuple[float, ...]
    base_rate: float
    features: Mapping[str, LearnedFeature]
    counts: DataCounts
    months: Mapping[str, TableMonths] = field(default_factory=dict)
    months_from: date | None = None

    def save(self, folder: Path) -> None:
        document = {
            "first": self.first and self.first.isoformat(),
            "last": self.last and self.last.isoformat(),
            "rows": self.rows,
            "least_people": self.least_people,
            "rates": list(self.rates),
            "base_rate": self.base_rate,
            "features": {name: _feature_json(feature) for name, feature in self.features.items()},
            "counts": self.counts.as_dict(),
            "months": {
                table: {"least": [[window, rows] for window, rows in of.least.items()], "behind": of.behind}
                for table, of in self.months.items()
            },
            "months_from": self.months_from and self.months_from.isoformat(),
        }
        (folder / FILE).write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self | None:
        """What `save` wrote; None for a model that was stored without it."""
        file = folder / FILE
        if not file.exists():
            return None
        document = json.loads(file.read_text(encoding="utf-8"))
        return cls(
            first=_day(document["first"]),
            last=_day(document["last"]),
            rows=document["rows"],
            least_people=document["least_people"],
            rates=tuple(document["rates"]),
            base_rate=document["base_rate"],
            features={name: _feature(values) for name, values in document["features"].items()},
            counts=DataCounts.from_dict(document["counts"]),
            months={table: TableMonths(dict(of["least"]), of["behind"]) for table, of in document["months"].items()},
            months_from=_day(document["months_from"]),
        )


def tables_of(needs: Iterable[str]) -> list[str]:
    """The tables of needs such as `exits.kind`; of `assignments.level or assignments.reason` both sides have one."""
    return list(dict.fromkeys(either.partition(".")[0] for need in needs for either in need.split(" or ")))


def _feature_json(feature: LearnedFeature) -> dict[str, Any]:
    return {
        **vars(feature),
        "needs": list(feature.needs),
        "edges": None if feature.edges is None else list(feature.edges),
        "cells": [[cell, rows] for cell, rows in feature.cells.items()],
    }


def _feature(values: Mapping[str, Any]) -> LearnedFeature:
    return LearnedFeature(
        known=values["known"],
        least_known=values["least_known"],
        needs=tuple(values["needs"]),
        edges=None if values["edges"] is None else tuple(values["edges"]),
        cells=dict(values["cells"]),
        usual=values["usual"],
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
