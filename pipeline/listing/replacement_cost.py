"""What it costs to replace a person, by level: what a list weighs a risk with. No person's pay is needed for it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

Costs = Mapping[int, float]
"""Cost by level, in any one unit; a level above the highest costs as much as that, one below the lowest as little."""

REPLACEMENT_COST: Final[Costs] = {1: 0.16, 2: 0.2, 3: 0.2, 4: 0.21, 5: 0.21}
"""In years of pay. Boushey and Glynn, "There Are Significant Business Costs to Replacing Employees" (Center for
American Progress, 2012), 30 case studies: 16 % in low-paid jobs, 20 % in the middle, 21 % the median of all jobs but
those of executives and physicians, which cost far more and are left to the company to set."""


def cost_of_level(level: "pl.Expr", costs: Costs) -> "pl.Expr":
    """The cost of each level; between two that are given the lower one's, and the middle one's where it is unknown."""
    import polars as pl  # which commands that do not list wait for in vain

    by_level = sorted(costs.items())
    cost = pl.lit(by_level[0][1])
    for least, amount in by_level:
        cost = pl.when(level >= least).then(pl.lit(amount)).otherwise(cost)
    middle = sorted(costs.values())[len(costs) // 2]
    return pl.when(level.is_null()).then(pl.lit(middle)).otherwise(cost)
