"""What a source observed of its staff: who was employed when and in which post. Read once for all figures."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from pipeline.turnover.staff.episodes import episodes_of
from pipeline.turnover.staff.stays import stays_of

if TYPE_CHECKING:
    from features.source import Source


@dataclass(frozen=True)
class Observed:
    """A source with its stays (`stays.stays_of`) and their episodes (`episodes.episodes_of`)."""

    source: "Source"
    stays: pl.DataFrame
    episodes: pl.DataFrame


def observed_in(source: "Source") -> Observed:
    """Read the stays and episodes of a source."""
    stays = stays_of(source)
    return Observed(source, stays, episodes_of(source, stays))
