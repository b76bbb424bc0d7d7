"""The limits beyond which a month is not published: the figure of each, and why it is that one."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Limit:
    """A figure and its reason."""

    figure: float
    why: str


KNOWN_FOR_MOST: Final = Limit(0.5, "a feature that was unknown for most people in some month is often unknown")
KNOWN_FOR_FEW: Final = Limit(
    0.5,
    "times the lowest share of a month in training: no season or reorganisation of an ordinary company halves it",
)
FEWEST_PEOPLE: Final = Limit(
    20, "among fewer people a share is halved by chance; then only a feature that is gone counts"
)
KEPT: Final = Limit(
    0.5, "times the share of rows that validation kept in training; a source may always have been untidy"
)
WARNED: Final = Limit(0.5, "of the rows of a table: most of them break a rule")
WARNED_BEFORE: Final = Limit(0.25, "of the rows in training: then the rule is not new, and the model learned with it")
MONTH_ROWS: Final = Limit(
    0.25, "times the poorest month, or months, in three years: late rows are few, lost ones are most"
)
PEOPLE: Final = Limit(0.5, "times the smallest month in training: a company that halves needs a new model anyway")
RATE: Final = Limit(
    2.0, "times the highest, or half of the lowest, expected rate of a month in training and of the published months"
)
MONTHS_PUBLISHED: Final = 12
"""The published months whose expected rates count: a year has every season."""
MONTHS_OF_ROWS: Final = 12
"""The months whose rows are counted: features look back a year."""
