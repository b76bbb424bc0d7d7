"""What departments receive from one department, as far as it is published: for the lever of its ratings.

Whom each person asks is not among the figures of a plan. So a better rating of one provider moves the ratings of
everyone in a client department alike, by the provider's share of what the department asks for: an average.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

RATING: Final = "\x00rating"
SHARE: Final = "\x00share"
"""Columns beside the figures of people: what their department receives from the provider."""


@dataclass(frozen=True)
class Received:
    """The mean rating that a department gives the provider, 1 to 5, and the provider's share of what it asks for."""

    rating: float
    share: float


def received_from(provider: str, pairs: Sequence[Mapping[str, Any]]) -> dict[str, Received]:
    """By client department; pairs: as returned by `PublishedScores.service_figures`.

    The share is of the services in pairs that are shown. Departments are left out whose pair is not shown or not rated.
    """
    asked: dict[str, int] = {}
    for pair in pairs:
        client = pair["client_department"]
        asked[client] = asked.get(client, 0) + (pair["services"] or 0)
    return {
        pair["client_department"]: Received(pair["rating"], pair["services"] / asked[pair["client_department"]])
        for pair in pairs
        if pair["provider_department"] == provider and pair["services"] and pair["rating"] is not None
    }


def beside(table: pl.DataFrame, departments: pl.Series, received: Mapping[str, Received]) -> pl.DataFrame:
    """The table of people with `RATING` and `SHARE`, null where they are not known; as it is if nothing is.

    departments: that of each.
    """
    if not received:
        return table
    ratings = {client: each.rating for client, each in received.items()}
    shares = {client: each.share for client, each in received.items()}
    return table.with_columns(
        departments.replace_strict(figures, default=None, return_dtype=pl.Float64).alias(name)
        for name, figures in ((RATING, ratings), (SHARE, shares))
    )
