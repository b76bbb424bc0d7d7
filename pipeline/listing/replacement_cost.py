"""The cost of replacing a person, by level; lists weigh risks with it. It needs nobody's pay."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

Costs = Mapping[int, float]
"""Cost by level, in one unit. Levels above the highest cost as much as the highest, below the lowest as the lowest."""

REPLACEMENT_COST: Final[Costs] = {1: 0.16, 2: 0.2, 3: 0.2, 4: 0.21, 5: 0.21}
"""In years of pay. Boushey and Glynn, "There Are Significant Business Costs to Replacing Employees" (Center for
American Progress, 2012), 30 case studies: 16 % in low-paid jobs, 20 % in the middle; 21 % is the median of all
jobs except executives and physicians, which cost far more and which the company sets itself."""


def cost_of_level(level: "pl.Expr", costs: Costs) -> "pl.Expr":
    """The cost of each level: between two given levels that of the lower one, for a null the median cost."""
    import polars as pl  # imported here because most commands do not need it

    by_level = sorted(costs.items())
    cost = pl.lit(by_level[0][1])
    for lowest, amount in by_level:
        cost = pl.when(level >= lowest).then(pl.lit(amount)).otherwise(cost)
    median = sorted(costs.values())[len(costs) // 2]
    return pl.when(level.is_null()).then(pl.lit(median)).otherwise(cost)
