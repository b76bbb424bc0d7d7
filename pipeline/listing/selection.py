"""Who is listed: of the people who stand out, the few in each team whose leaving would cost most."""

import polars as pl

from pipeline.listing.replacement_cost import cost_of_level
from pipeline.listing.rules import USUAL, ListRules
from pipeline.score_record import ENOUGH


def standing_out(teams: pl.DataFrame, mean_risk: float, listed_from: float) -> pl.DataFrame:
    """The people of `PublishedScores.teams` with enough evidence and a risk of `listed_from` times the mean or more."""
    return teams.filter(
        (pl.col("evidence") == ENOUGH)
        & (pl.col("risk") >= listed_from * mean_risk)
        & (pl.col("manager_id") != pl.col("employee_id"))
    )


def listed(teams: pl.DataFrame, mean_risk: float, rules: ListRules) -> pl.DataFrame:
    """Of each manager's people who stand out, the few with the highest expected loss, highest first.

    The expected loss is the risk times the cost of replacing a person of that level, and times the criticality where
    the rules say so; ties are ordered by id.
    """
    loss = pl.col("risk") * cost_of_level(pl.col("level"), rules.costs)
    if rules.by == "risk_and_criticality":
        loss *= pl.col("criticality").fill_null(USUAL)
    by_loss = standing_out(teams, mean_risk, rules.listed_from).sort(
        pl.col("manager_id"), loss, pl.col("employee_id"), descending=[False, True, False]
    )
    return by_loss.group_by("manager_id", maintain_order=True).head(rules.capacity)
