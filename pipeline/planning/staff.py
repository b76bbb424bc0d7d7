"""Everyone whom a plan may be about: post, figures and log-odds, a row each, and the groups that may be shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.model.stored_model import StoredModel
from pipeline.planning.plan import DIMENSIONS
from pipeline.planning.plan_levers import rows_of
from pipeline.planning.services import Received, beside
from pipeline.store.reading import Published, PublishedScores
from pipeline.store.staff_files import POSTS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Figures:
    """Everyone of a publication, a row each.

    posts: `POSTS`, strings. replacement_weight (n,): how hard the person is to replace, divided by the company's mean;
    1 for everyone where the source does not say. encoded: each feature of the model as it reads it
    (`scoring.encoded`). log_odds (n,): as served. trees (n,): the raw log-odds of the model's trees.
    """

    posts: pl.DataFrame
    replacement_weight: Floats
    encoded: pl.DataFrame
    log_odds: Floats
    trees: Floats

    def of(self, rows: Bools) -> "Figures":
        """Some of the people (n,)."""
        posts, encoded = rows_of(self.posts, rows), rows_of(self.encoded, rows)
        return Figures(posts, self.replacement_weight[rows], encoded, self.log_odds[rows], self.trees[rows])


@dataclass(frozen=True)
class Staff:
    """Everyone, and which groups may be shown.

    people: the published head count of each group that is shown. mine: the groups of a dimension that the asker sees;
    None for all. parts: the jobs and intersections that are shown (`outlook.parts`); None if that is not known.
    received: what each department receives from the provider of the plan, if it is about one.
    """

    figures: Figures
    people: Mapping[str, Mapping[str, int]]
    mine: Collection[str] | None
    parts: Mapping[str, set[str]] | None = None
    received: Mapping[str, Received] = field(default_factory=dict)

    @property
    def before(self) -> pl.DataFrame:
        """The figures that levers read."""
        return beside(self.figures.encoded, self.figures.posts["department"], self.received)

    def is_mine(self, group: str) -> bool:
        """Whether the asker sees a group."""
        return self.mine is None or group in self.mine


def head_counts(scores: PublishedScores, published: Published) -> dict[str, dict[str, int]]:
    """The published head count of each group that is shown, by dimension."""
    return {
        name: {
            row["value"]: row["people"]
            for row in scores.group_figures(published, name)
            if row["people"] is not None and row["value"] is not None
        }
        for name in DIMENSIONS
    }


def figures_of(scores: PublishedScores, published: Published, model: StoredModel) -> Figures:
    """The figures of everyone of a publication, which `model` scored. Raises BadInput if they cannot be read."""
    return figures_in(scores.encoded_staff(published, len(model.asked.encoding.names)), model)


def figures_in(people: pl.DataFrame, model: StoredModel) -> Figures:
    """The figures of people: `POSTS`, replacement_weight, log_odds, and what `encoded_figures` gives, by number."""
    names = model.asked.encoding.names
    return Figures(
        posts=people.select(POSTS),
        replacement_weight=people["replacement_weight"].to_numpy(),
        encoded=people.select(pl.col(str(at)).alias(name) for at, name in enumerate(names)),
        log_odds=people["log_odds"].to_numpy(),
        trees=people["trees"].to_numpy(),
    )
